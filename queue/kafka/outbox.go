package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

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
	held atomic.Int64
}

// A parcel is one message on its way, and where Kafka put it.
type parcel struct {
	from      *outbox
	size      int64
	kept      bool // by the writer: it will tell when it lets go
	partition int
	offset    int64
}

// write appends one message and returns where it stands. It fails at once, with
// queue.ErrUnavailable, where the writer would hold too much.
func (o *outbox) write(ctx context.Context, m kafkago.Message) (partition int, offset int64, err error) {
	p := &parcel{from: o, size: int64(len(m.Key) + len(m.Value))}
	if held := o.held.Add(p.size); held > o.most {
		o.held.Add(-p.size)
		return 0, 0, fmt.Errorf("the brokers have yet to answer for %d bytes: %w", held-p.size, queue.ErrUnavailable)
	}
	m.WriterData = p
	err = o.next(ctx, m)
	if !p.kept {
		o.held.Add(-p.size)
	}
	if all, ok := errors.AsType[kafkago.WriteErrors](err); ok {
		err = all[0] // the one message's
	}
	if err != nil {
		return 0, 0, err
	}
	return p.partition, p.offset, nil
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
		p.from.held.Add(-p.size)
		if err == nil {
			p.partition, p.offset = m.Partition, m.Offset
		}
	}
}
