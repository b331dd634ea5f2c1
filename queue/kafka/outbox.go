package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue"
)

// An outbox writes messages and bounds the bytes that the writer holds. The
// writer keeps a message until the brokers have answered for it or its attempts
// are over, which is long after its caller gave up where they are out of reach:
// without a bound, every caller would leave one more there.
type outbox struct {
	next func(context.Context, ...kafkago.Message) error // to the writer
	most int64

	mu   sync.Mutex
	held int64 // bytes that the writer holds; guarded by mu
	left int64 // those of them whose callers are gone; guarded by mu
}

// A parcel is one message on its way, and where Kafka put it.
type parcel struct {
	from      *outbox
	size      int64
	kept      bool // by the writer: it will tell when it lets go
	done      bool // the writer has let go; guarded by the outbox's mu
	left      bool // its caller is gone; guarded by the outbox's mu
	partition int
	offset    int64
}

// write appends one message and returns where it stands. It fails at once, with
// queue.ErrUnavailable, where the writer would hold too much.
func (o *outbox) write(ctx context.Context, m kafkago.Message) (partition int, offset int64, err error) {
	p := &parcel{from: o, size: int64(len(m.Key) + len(m.Value))}
	if err := o.hold(p); err != nil {
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

func (o *outbox) hold(p *parcel) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.held+p.size > o.most {
		return fmt.Errorf("the brokers have yet to answer for %d bytes: %w", o.held, queue.ErrUnavailable)
	}
	o.held += p.size
	return nil
}

// leave is for a caller that goes: what the writer still holds for it is nobody's
// any more.
func (o *outbox) leave(p *parcel) {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case !p.kept:
		o.held -= p.size
	case !p.done:
		p.left = true
		o.left += p.size
	}
}

// letGo is for a writer that is done with a message.
func (o *outbox) letGo(p *parcel) {
	o.mu.Lock()
	defer o.mu.Unlock()
	p.done = true
	o.held -= p.size
	if p.left {
		o.left -= p.size
	}
}

// Unanswered returns the bytes for which the brokers have yet to answer and whose
// callers have given up. They take memory until then, and nobody else counts
// them. It asks nobody.
func (q *Queue) Unanswered() int64 {
	q.outbox.mu.Lock()
	defer q.outbox.mu.Unlock()
	return q.outbox.left
}

// parcels has a balancer note which messages the writer keeps. It is asked for
// the partition by the goroutine that writes, after all else that can refuse a
// message, and from then on the writer holds it.
func parcels(next kafkago.Balancer) kafkago.Balancer {
	return kafkago.BalancerFunc(func(m kafkago.Message, partitions ...int) int {
		if p, ok := m.WriterData.(*parcel); ok {
			p.kept = true
		}
		return next.Balance(m, partitions...)
	})
}

// placed is told of messages that the writer lets go of: it fills in where they
// stand, where they do.
func placed(messages []kafkago.Message, err error) {
	for _, m := range messages {
		p, ok := m.WriterData.(*parcel)
		if !ok {
			continue
		}
		p.from.letGo(p)
		if err == nil {
			p.partition, p.offset = m.Partition, m.Offset
		}
	}
}
