package kafka

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue"
)

// Admit appends the body, then a record to log with the position of the body, and
// returns when this node has consumed the decision; see [queue.Admitter]. It appends
// nothing if an owner is known already. It retries until ctx ends if brokers are away
// or a leader moves.
func (q *Queue) Admit(ctx context.Context, s queue.Submission) (queue.Entry, error) {
	if err := q.check(s); err != nil {
		return queue.Entry{}, err
	}
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return queue.Entry{}, err
	}
	defer done()
	if ctx.Err() != nil {
		return queue.Entry{}, q.unavailable(ctx, "admit submission", ctx.Err())
	}
	owner, decided, leave := q.owners.await(fingerprintOf(s.Key))
	defer leave()
	if owner != 0 {
		return q.entry(ctx, owner)
	}
	if err := q.submit(ctx, s, decided); err != nil {
		return queue.Entry{}, q.unavailable(ctx, "admit submission", err)
	}
	return q.decision(ctx, decided)
}

// AddBody appends a body that no record of log names; see [queue.BodyAdder].
func (q *Queue) AddBody(ctx context.Context, key string, body []byte) (position int64, err error) {
	if err := q.check(queue.Submission{Key: key, Body: body}); err != nil {
		return 0, err
	}
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	if position, err = q.appendBody(ctx, key, body); err != nil {
		return 0, q.unavailable(ctx, "add body", err)
	}
	return position, nil
}

// Owner returns the entry that owns a key when this node has consumed it from log. It
// appends nothing. It fails with [queue.ErrUnavailable] if ctx ends first.
func (q *Queue) Owner(ctx context.Context, key string) (queue.Entry, error) {
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return queue.Entry{}, err
	}
	defer done()
	owner, decided, leave := q.owners.await(fingerprintOf(key))
	defer leave()
	if owner != 0 {
		return q.entry(ctx, owner)
	}
	return q.decision(ctx, decided)
}

// Owned returns the entry that owns a key, if this node has consumed it from
// log; see [queue.Admitter].
func (q *Queue) Owned(ctx context.Context, key string) (queue.Entry, error) {
	if err := q.Err(); err != nil {
		return queue.Entry{}, err
	}
	owner := q.owners.owner(fingerprintOf(key))
	if owner == 0 {
		return queue.Entry{}, queue.ErrNotFound
	}
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return queue.Entry{}, err
	}
	defer done()
	return q.entry(ctx, owner)
}

// decision waits until this node has consumed the entry that owns a key.
func (q *Queue) decision(ctx context.Context, decided <-chan queue.Entry) (queue.Entry, error) {
	select {
	case e := <-decided:
		return e, nil
	case <-ctx.Done():
		return queue.Entry{}, q.unavailable(ctx, "wait for decision", ctx.Err())
	}
}

// check fails with queue.ErrInvalid if s is outside the limits of the queue or of its
// topics.
func (q *Queue) check(s queue.Submission) error {
	if err := s.Check(); err != nil {
		return err
	}
	if len(s.Body) > q.options.MaxBody {
		return fmt.Errorf("check submission: body of %d bytes: %w", len(s.Body), queue.ErrInvalid)
	}
	return nil
}

// submit appends the body first and then the record, because a record without a body
// would own the key for nothing. It returns early if the key is decided, because a
// record that the brokers refused may be in log all the same.
func (q *Queue) submit(ctx context.Context, s queue.Submission, decided <-chan queue.Entry) error {
	e := s.Entry(0, 0)
	var err error
	if e.Body, err = q.appendBody(ctx, s.Key, s.Body); err != nil {
		return fmt.Errorf("append body: %w", err)
	}
	record := kafkago.Message{Topic: q.topics.log, Key: []byte(s.Key), Value: encodeEntry(e)}
	err = q.cluster.retry(ctx, func(ctx context.Context) error {
		if len(decided) > 0 {
			return nil
		}
		_, _, err := q.outbox.write(ctx, record)
		return err
	})
	if err != nil {
		return fmt.Errorf("append to log: %w", err)
	}
	return nil
}

// appendBody appends a body and returns its position.
func (q *Queue) appendBody(ctx context.Context, key string, content []byte) (position int64, err error) {
	body := slices.Clone(content) // the caller's own may change while the writer still has it of an attempt that failed
	err = q.cluster.retry(ctx, func(ctx context.Context) error {
		partition, offset, err := q.outbox.write(ctx, kafkago.Message{Topic: q.topics.body, Key: []byte(key), Value: body})
		position = q.layout.position(partition, offset)
		return err
	})
	if err == nil {
		q.recent.put(position, body)
	}
	return position, err
}

// entry fetches the entry at a position of log.
func (q *Queue) entry(ctx context.Context, position int64) (queue.Entry, error) {
	partition, offset, _ := q.layout.locate(position)
	records, err := q.cluster.read(ctx, q.topics.log, partition, offset, oneBatch)
	if err != nil {
		return queue.Entry{}, q.unavailable(ctx, "read owner", err)
	}
	if records[0].offset != offset {
		return queue.Entry{}, q.unavailable(ctx, "read owner", fmt.Errorf("%w: nothing at %d", ErrGap, position))
	}
	e, err := q.owners.entry(partition, records[0])
	if err != nil {
		return e, q.unavailable(ctx, "read owner", err)
	}
	return e, nil
}

// Append writes events as one message, so that all or none are in the record; see
// [queue.Appender]. If the message is appended twice, consumers drop the second one
// by its id. The sequence that Append returns is the newest when this node has
// consumed the message.
func (q *Queue) Append(ctx context.Context, events ...queue.Event) (sequence int64, err error) {
	if len(events) == 0 {
		return 0, nil
	}
	m := message{id: uuid.New(), partition: -1}
	for _, e := range events {
		if err := e.Check(); err != nil {
			return 0, err
		}
		m.changes = append(m.changes, change{event: &e})
	}
	value := m.encode()
	if len(value) > maxEvents || len(events) > perMessage {
		return 0, fmt.Errorf("append %d events of %d bytes: %w", len(events), len(value), queue.ErrInvalid)
	}
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	var offset int64
	err = q.cluster.retryBriefly(ctx, func(ctx context.Context) error {
		_, offset, err = q.outbox.write(ctx, kafkago.Message{Topic: q.topics.events, Value: value})
		return err
	})
	if err == nil {
		sequence, err = q.feed.waitConsumed(ctx, offset+1)
	}
	if err != nil {
		return 0, q.unavailable(ctx, "append events", err)
	}
	return sequence, nil
}
