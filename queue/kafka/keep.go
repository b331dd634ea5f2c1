package kafka

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue"
)

// A message of the topic kept is a byte that names its form, the time until which it may
// be read, in microseconds, and the bytes.
const (
	keptForm  = 1
	keptStart = 1 + 8
)

// keptSegment is after how long the brokers begin another file of the topic kept. They
// remove whole files: that of a message once [Options].Kept has passed since the last
// one in it.
const keptSegment = time.Hour

// keptWaiting is how many of the largest messages to kept may wait for the brokers. They
// have an outbox of their own, so that they never take the room of documents that are
// accepted.
const keptWaiting = 4

// Keep appends bytes to the topic kept; see [queue.Keeper]. It fails with
// [queue.ErrInvalid] if they are to be kept for longer than [Options].Kept.
func (q *Queue) Keep(ctx context.Context, content []byte, until time.Time) (position int64, err error) {
	now := time.Now()
	if err := queue.CheckKept(content, until, now); err != nil {
		return 0, err
	}
	if until.Sub(now) > q.options.Kept || len(content) > q.options.MaxBody {
		return 0, fmt.Errorf("keep %d bytes until %s: %w", len(content), until.UTC().Format(time.RFC3339), queue.ErrInvalid)
	}
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return 0, err
	}
	defer done()
	value := make([]byte, keptStart, keptStart+len(content))
	value[0] = keptForm
	binary.BigEndian.PutUint64(value[1:], uint64(until.UnixMicro()))
	value = append(value, content...)
	var offset int64
	err = q.cluster.retryBriefly(ctx, func(ctx context.Context) error {
		_, offset, err = q.keeping.write(ctx, kafkago.Message{Topic: q.topics.kept, Value: value})
		return err
	})
	if err != nil {
		return 0, q.unavailable(ctx, "keep bytes", err)
	}
	return keptLayout.position(0, offset), nil
}

// keptLayout is that of the topic kept, which has one partition.
var keptLayout = layout{1}

// Kept fetches the bytes at a position of the topic kept; see [queue.Keeper].
func (q *Queue) Kept(ctx context.Context, position int64) ([]byte, error) {
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	none := fmt.Errorf("read kept bytes %d: %w", position, queue.ErrNotFound)
	_, offset, ok := keptLayout.locate(position)
	if !ok || q.options.Kept == 0 {
		return nil, none
	}
	records, err := q.cluster.read(ctx, q.topics.kept, 0, offset, oneBatch)
	switch {
	case errors.Is(err, errBeyond):
		return nil, none
	case err != nil:
		return nil, q.unavailable(ctx, "read kept bytes", err)
	case records[0].offset != offset:
		return nil, none
	}
	value := records[0].value
	if len(value) <= keptStart || value[0] != keptForm {
		return nil, fmt.Errorf("read kept bytes %d: a message of another form: %w", position, queue.ErrNotFound)
	}
	until := time.UnixMicro(int64(binary.BigEndian.Uint64(value[1:]))) //nolint:gosec // a time of this century
	if !until.After(time.Now()) {
		return nil, none
	}
	return value[keptStart:], nil
}
