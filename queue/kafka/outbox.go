package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue"
)

// An outbox writes messages and bounds the bytes in the writers. A writer keeps a
// message until the brokers have acknowledged it or its attempts are over. If the
// brokers cannot be reached, that is long after its caller gave up: without a
// bound, every caller would leave one more message there.
type outbox struct {
	next func(context.Context, ...kafkago.Message) error // to the writer
	most int64

	mu   sync.Mutex
	size int64 // bytes in the writer; guarded by mu
	left int64 // those of them whose callers gave up; guarded by mu
}

// A tracked message is in the writer, or was written to an offset.
type tracked struct {
	from      *outbox
	size      int64
	kept      bool // by the writer, which calls written when it releases it
	done      bool // the writer has released it; guarded by the outbox's mu
	left      bool // its caller gave up; guarded by the outbox's mu
	partition int
	offset    int64
}

// write appends one message and returns its partition and offset. It fails at once,
// with [queue.ErrUnavailable], if the bytes in the writers would exceed the bound.
func (o *outbox) write(ctx context.Context, m kafkago.Message) (partition int, offset int64, err error) {
	p := &tracked{from: o, size: int64(len(m.Key) + len(m.Value))}
	if err := o.reserve(p); err != nil {
		return 0, 0, err
	}
	m.WriterData = p
	err = o.next(ctx, m)
	o.leave(p)
	if all, ok := errors.AsType[kafkago.WriteErrors](err); ok {
		err = all[0] // the one message's
	}
	if err != nil {
		return 0, 0, err
	}
	return p.partition, p.offset, nil
}

// reserve counts a message, unless that would exceed the bound.
func (o *outbox) reserve(p *tracked) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.size+p.size > o.most {
		return fmt.Errorf("the brokers have not acknowledged %d bytes yet: %w", o.size, queue.ErrUnavailable)
	}
	o.size += p.size
	return nil
}

// leave is called when a caller returns. A message that is still in the writer then
// has no caller any more.
func (o *outbox) leave(p *tracked) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case !p.kept:
		o.size -= p.size
	case !p.done:
		p.left = true
		o.left += p.size
	}
}

// release is called when the writer is done with a message.
func (o *outbox) release(p *tracked) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p.done = true
	o.size -= p.size
	if p.left {
		o.left -= p.size
	}
}

// Unanswered returns the bytes of the messages that the brokers have not acknowledged
// and whose callers gave up. They take memory, and nothing else counts them. It
// sends no request.
func (q *Queue) Unanswered() int64 {
	return q.outbox.unanswered() + q.keeping.unanswered()
}

// unanswered returns the bytes in the writers whose callers gave up.
func (o *outbox) unanswered() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.left
}

// tracking returns a balancer that notes which messages the writer keeps. The
// goroutine that writes asks it for the partition of a message, after all checks
// that can refuse the message; from then on the writer keeps it.
func tracking(next kafkago.Balancer) kafkago.Balancer {
	return kafkago.BalancerFunc(func(m kafkago.Message, partitions ...int) int {
		if p, ok := m.WriterData.(*tracked); ok {
			p.kept = true
		}
		return next.Balance(m, partitions...)
	})
}

// written is called with the messages that the writer releases. It fills in their
// partitions and offsets, unless they were not written.
func written(messages []kafkago.Message, err error) {
	for _, m := range messages {
		p, ok := m.WriterData.(*tracked)
		if !ok {
			continue
		}
		p.from.release(p)
		if err == nil {
			p.partition, p.offset = m.Partition, m.Offset
		}
	}
}
