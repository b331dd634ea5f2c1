package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue"
	"beibu/queue/atomicfile"
)

var _ queue.Queue = (*Queue)(nil)

// errClosed is the error of every call on a queue that is closed.
var errClosed = fmt.Errorf("queue closed: %w", queue.ErrUnavailable)

// A Queue is the queue as one node uses it.
type Queue struct {
	options Options
	topics  topics
	layout  layout
	cluster *cluster
	writers map[string]*kafkago.Writer // by topic
	writing sync.RWMutex               // read-locked by calls that write messages
	closed  bool                       // guarded by writing; no more messages are written
	outbox  *outbox
	keeping *outbox // to the topic kept
	owners  *owners
	feed    *feed
	recent  *window
	unsaved atomic.Int64  // records consumed since the snapshot was saved
	due     chan struct{} // a snapshot is to be saved

	life      context.Context         //nolint:containedctx // of the queue itself: ends with Close or a fault
	end       context.CancelCauseFunc // gives the reason
	consumers sync.WaitGroup          // and the goroutines beside them
	ending    sync.Once
	ended     error // the error of Close, set within ending
}

// Open creates the topics that are missing, checks all of them, and consumes log
// and events to their ends, because a node is not ready before it knows all that
// was decided. It starts at the snapshot if there is one that fits the topics, and
// otherwise at their beginnings. Open fails with [ErrLayout] if the topics do not
// fit, with a [*queue.SettingMismatchError] if a shared setting differs, and with
// [queue.ErrUnavailable] if ctx ends first.
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
	q.consumers.Go(q.keepLayout)
	q.writers = make(map[string]*kafkago.Writer)
	for _, topic := range []string{q.topics.body, q.topics.log, q.topics.events, q.topics.kept} {
		if _, used := q.cluster.wanted()[topic]; used {
			q.writers[topic] = q.cluster.writer(topic)
		}
	}
	q.outbox = &outbox{next: q.send, most: int64(o.Unanswered)}
	q.keeping = &outbox{next: q.send, most: keptWaiting * int64(o.MaxBody)}
	c.wait("end of log and events")
	if err := q.startConsumers(ctx); err != nil {
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

// startConsumers starts the consumers of log and events, and returns when they have
// caught up. It waits until ctx ends for brokers that cannot be reached.
func (q *Queue) startConsumers(ctx context.Context) error {
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := q.cluster.retry(ctx, q.loadSnapshot); err != nil {
		return q.unavailable(ctx, "load snapshot", err)
	}
	if err := q.cluster.retry(ctx, q.loadPending); err != nil {
		return q.unavailable(ctx, "load entries pending dispatch", err)
	}
	if err := q.cluster.retry(ctx, q.loadBoundaries); err != nil {
		return q.unavailable(ctx, "load boundaries", err)
	}
	if q.options.Snapshot != "" {
		if err := atomicfile.RemoveUnfinished(q.options.Snapshot); err != nil {
			q.cluster.warn(err)
		}
		q.consumers.Go(q.saveSnapshots)
	}
	var now spans
	err = q.cluster.retry(ctx, func(ctx context.Context) error {
		now, err = q.spans(ctx)
		return err
	})
	if err != nil {
		return q.unavailable(ctx, "consume log and events", err)
	}
	// Events is consumed first. Otherwise dispatched entries of log would be kept as
	// pending until events is consumed, and a long log has many.
	q.consumePartition(q.topics.events, 0, q.feed.cursor.next, q.consumeEvents)
	if _, err := q.feed.waitConsumed(ctx, now.events.end); err != nil {
		return q.unavailable(ctx, "consume events", err)
	}
	for p, at := range q.owners.consumed() {
		q.consumePartition(q.topics.log, p, at.next, func(a answer) error { return q.owners.consume(p, a) })
	}
	if err := q.waitCaughtUp(ctx, now); err != nil {
		return q.unavailable(ctx, "consume log", err)
	}
	return nil
}

// waitCaughtUp waits until this node has consumed log up to the ends of spans.
func (q *Queue) waitCaughtUp(ctx context.Context, then spans) error {
	for p, log := range then.log {
		if err := q.owners.waitConsumed(ctx, p, log.end); err != nil {
			return err
		}
	}
	return nil
}

// consumePartition consumes a partition until the queue ends. A fault in it stops
// the queue, since the node can no longer know what was decided.
func (q *Queue) consumePartition(topic string, partition int, from int64, consume func(answer) error) {
	q.consumers.Go(func() {
		if err := q.cluster.tail(q.life, topic, partition, from, q.counted(consume)); q.life.Err() == nil {
			q.stop(err)
		}
	})
}

// stop ends the queue because of a fault after which it cannot continue.
func (q *Queue) stop(fault error) {
	q.end(fmt.Errorf("queue stopped: %w: %w", queue.ErrUnavailable, fault))
}

// Err returns nil while the queue works, and otherwise why it has stopped: it is
// closed, a record that it consumed was faulty, or its topics were changed.
func (q *Queue) Err() error {
	if q.life.Err() == nil {
		return nil
	}
	return context.Cause(q.life)
}

// Done returns a channel that is closed when the queue has stopped; [Queue.Err]
// returns why.
func (q *Queue) Done() <-chan struct{} { return q.life.Done() }

// Close ends the queue. Calls that wait fail with [queue.ErrUnavailable], and so does
// every later call.
func (q *Queue) Close() error {
	q.ending.Do(func() {
		q.end(errClosed)
		q.writing.Lock() // waits for the calls that write
		q.closed = true
		q.writing.Unlock()
		for _, w := range q.writers {
			if err := w.Close(); err != nil {
				q.ended = errors.Join(q.ended, fmt.Errorf("close queue: %w", err))
			}
		}
		q.consumers.Wait()
		if q.options.Snapshot != "" {
			q.saveSnapshot()
		}
		q.cluster.Transport.CloseIdleConnections()
	})
	return q.ended
}

// send gives messages of one topic to its writer. A writer that is closed while it accepts
// messages never ends, so it is closed only between calls of send, and gets no
// messages afterwards.
func (q *Queue) send(ctx context.Context, messages ...kafkago.Message) error {
	q.writing.RLock()
	defer q.writing.RUnlock()
	if q.closed {
		return errClosed
	}
	return q.writers[messages[0].Topic].WriteMessages(ctx, messages...)
}

// produce appends messages to events, by one request. Like send, it does nothing once
// the queue is closed.
func (q *Queue) produce(ctx context.Context, messages [][]byte) error {
	q.writing.RLock()
	defer q.writing.RUnlock()
	if q.closed {
		return errClosed
	}
	return q.cluster.produce(ctx, q.topics.events, 0, messages...)
}

// enter starts a call. The context that it returns ends with the caller's and with
// the queue.
func (q *Queue) enter(ctx context.Context) (context.Context, func(), error) {
	if err := q.Err(); err != nil {
		return ctx, func() {}, err
	}
	joined, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(q.life, func() { cancel(context.Cause(q.life)) })
	return joined, func() { stop(); cancel(nil) }, nil
}

// unavailable wraps an error of the brokers or of a context. If the queue has ended,
// that is the cause.
func (q *Queue) unavailable(ctx context.Context, op string, err error) error {
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if errors.Is(err, queue.ErrUnavailable) || errors.Is(err, queue.ErrInvalid) {
		return fmt.Errorf("%s: %w", op, err)
	}
	return fmt.Errorf("%s: %w: %w", op, queue.ErrUnavailable, err)
}
