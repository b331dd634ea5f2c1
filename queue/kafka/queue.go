package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue"
)

var _ queue.Queue = (*Queue)(nil)

// errClosed answers every call on a queue that is closed.
var errClosed = fmt.Errorf("queue closed: %w", queue.ErrUnavailable)

// A Queue is one node's end of the queue.
type Queue struct {
	options Options
	topics  topics
	layout  layout
	cluster *cluster
	writer  *kafkago.Writer
	writing sync.RWMutex // held to read by whoever writes messages
	closed  bool         // guarded by writing; the writer takes no more messages
	outbox  *outbox
	owners  *owners
	feed    *feed
	recent  *window
	heard   atomic.Int64  // records that the memory on disk does not know
	due     chan struct{} // the memory on disk is to be written

	life   context.Context         //nolint:containedctx // of the queue itself: ends with Close or a fault
	end    context.CancelCauseFunc // gives the reason
	ears   sync.WaitGroup          // the goroutines that hear
	ending sync.Once
	ended  error // what Close found, set within ending
}

// Open makes the topics that are missing, checks all of them, and hears log
// and events to their ends, from where its memory on disk ends, if it has one
// that fits: a node is not ready before it knows what was decided. It fails
// with ErrLayout where the topics do not fit, with a *queue.SettingMismatchError if a
// shared setting differs, and with queue.ErrUnavailable where ctx ends
// first.
func Open(ctx context.Context, o Options) (*Queue, error) {
	o, err := o.filled()
	if err != nil {
		return nil, fmt.Errorf("open queue: %w", err)
	}
	c, err := newCluster(o)
	if err != nil {
		return nil, fmt.Errorf("open queue: %w", err)
	}
	q := &Queue{
		options: o, topics: o.topics(), layout: layout{int64(o.Partitions)}, cluster: c,
		recent: newWindow(), due: make(chan struct{}, 1),
	}
	q.life, q.end = context.WithCancelCause(context.WithoutCancel(ctx))
	c.wait("brokers")
	if err := q.cluster.prepare(ctx); err != nil {
		q.cluster.Transport.CloseIdleConnections()
		return nil, openError(err)
	}
	q.ears.Go(q.keepLayout)
	q.writer = q.cluster.writer()
	q.outbox = &outbox{next: q.send, most: int64(o.Unanswered)}
	c.wait("end of log and events")
	if err := q.hear(ctx); err != nil {
		return nil, errors.Join(openError(err), q.Close())
	}
	c.wait("")
	return q, nil
}

func openError(err error) error {
	if final(err) || errors.Is(err, queue.ErrUnavailable) {
		return fmt.Errorf("open queue: %w", err)
	}
	return fmt.Errorf("open queue: %w: %w", queue.ErrUnavailable, err)
}

// hear begins to hear log and events, and returns when it has caught up. Brokers
// that are away are waited for until ctx ends.
func (q *Queue) hear(ctx context.Context) error {
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := q.cluster.insist(ctx, q.recall); err != nil {
		return q.unavailable(ctx, "read memory", err)
	}
	if err := q.cluster.insist(ctx, q.recallUntold); err != nil {
		return q.unavailable(ctx, "read what is not told", err)
	}
	if q.options.Memory != "" {
		q.ears.Go(q.remember)
	}
	var now spans
	err = q.cluster.insist(ctx, func(ctx context.Context) error {
		now, err = q.spans(ctx)
		return err
	})
	if err != nil {
		return q.unavailable(ctx, "hear log and events", err)
	}
	// What events tells comes first: then no entry is taken for one that is not
	// dispatched, and kept as such, only to be heard of a moment later.
	q.listen(q.topics.events, 0, q.feed.mark.next, q.hearEvents)
	if _, err := q.feed.heard(ctx, now.events.end); err != nil {
		return q.unavailable(ctx, "hear events", err)
	}
	for p, at := range q.owners.points() {
		q.listen(q.topics.log, p, at.next, func(a answer) error { return q.owners.hear(p, a) })
	}
	if err := q.abreast(ctx, now); err != nil {
		return q.unavailable(ctx, "hear log", err)
	}
	return nil
}

// abreast waits until this node has heard all that log held at a time.
func (q *Queue) abreast(ctx context.Context, then spans) error {
	for p, log := range then.log {
		if err := q.owners.heard(ctx, p, log.end); err != nil {
			return err
		}
	}
	return nil
}

// listen tails a partition for as long as the queue lives. A fault in it ends
// the queue: from there on nobody knows what was decided.
func (q *Queue) listen(topic string, partition int, from int64, hear func(answer) error) {
	q.ears.Go(func() {
		if err := q.cluster.tail(q.life, topic, partition, from, q.noted(hear)); q.life.Err() == nil {
			q.stop(err)
		}
	})
}

// stop ends the queue for a fault that it cannot go on with.
func (q *Queue) stop(fault error) {
	q.end(fmt.Errorf("queue stopped: %w: %w", queue.ErrUnavailable, fault))
}

// Err returns nil while the queue works, and otherwise why it has stopped:
// it is closed, what it heard was faulty, or its topics have become others.
func (q *Queue) Err() error {
	if q.life.Err() == nil {
		return nil
	}
	return context.Cause(q.life)
}

// Done is closed when the queue has stopped; Err tells why.
func (q *Queue) Done() <-chan struct{} { return q.life.Done() }

// Close ends the queue. What waits answers queue.ErrUnavailable, and so does
// every later call.
func (q *Queue) Close() error {
	q.ending.Do(func() {
		q.end(errClosed)
		q.writing.Lock() // waits for those that are writing
		q.closed = true
		q.writing.Unlock()
		if err := q.writer.Close(); err != nil {
			q.ended = fmt.Errorf("close queue: %w", err)
		}
		q.ears.Wait()
		if q.options.Memory != "" {
			q.keep()
		}
		q.cluster.Transport.CloseIdleConnections()
	})
	return q.ended
}

// send hands messages to the writer. One that is closed while it takes messages
// in never ends, so it is closed only between them and takes none afterwards.
func (q *Queue) send(ctx context.Context, messages ...kafkago.Message) error {
	q.writing.RLock()
	defer q.writing.RUnlock()
	if q.closed {
		return errClosed
	}
	return q.writer.WriteMessages(ctx, messages...)
}

// enter begins a call: its context ends with the caller's and with the queue.
func (q *Queue) enter(ctx context.Context) (context.Context, func(), error) {
	if err := q.Err(); err != nil {
		return ctx, func() {}, err
	}
	joined, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(q.life, func() { cancel(context.Cause(q.life)) })
	return joined, func() { stop(); cancel(nil) }, nil
}

// unavailable wraps what the brokers or a context refused. Where the queue has
// ended, that is the reason.
func (q *Queue) unavailable(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if errors.Is(err, queue.ErrUnavailable) || errors.Is(err, queue.ErrInvalid) {
		return fmt.Errorf("%s: %w", op, err)
	}
	return fmt.Errorf("%s: %w: %w", op, queue.ErrUnavailable, err)
}
