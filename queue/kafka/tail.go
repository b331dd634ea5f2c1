package kafka

import (
	"context"
	"errors"
	"fmt"
)

// ErrGap says that a partition does not go on where it was left: records are
// missing or have come back. The queue stops there, since it can no longer
// know what was decided.
var ErrGap = errors.New("log is not contiguous")

// tail reads a partition in order from an offset on and gives every answer of
// the broker to hear, those without records too, until ctx ends or hear fails.
// Whatever else goes wrong it asks again. An offset that the partition does not hold is a gap, except
// that it may be the next one.
func (c *cluster) tail(ctx context.Context, topic string, partition int, from int64, hear func(answer) error) error {
	for {
		a, err := c.fetch(ctx, topic, partition, from, pollTime)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errBeyond):
			return fmt.Errorf("%w: %w", ErrGap, err)
		case err != nil:
			if !pause(ctx) {
				return ctx.Err()
			}
			continue
		}
		if from, err = contiguous(a.records, from); err != nil {
			return fmt.Errorf("read %s/%d: %w", topic, partition, err)
		}
		if err := hear(a); err != nil {
			return err
		}
	}
}

// contiguous returns the offset behind records that begin at from.
func contiguous(records []record, from int64) (int64, error) {
	for _, r := range records {
		if r.offset != from {
			return from, fmt.Errorf("%w: it goes on at %d, not %d", ErrGap, r.offset, from)
		}
		from++
	}
	return from, nil
}

// A mark tells those who wait how far a partition has been heard.
type mark struct {
	next  int64         // the offset that comes next
	moved chan struct{} // closed when next has moved
}

func newMark() mark { return mark{moved: make(chan struct{})} }

// hear moves the mark behind records, if there are any.
func (m *mark) hear(records []record) {
	if n := len(records); n > 0 {
		m.move(records[n-1].offset + 1)
	}
}

// move is called under the lock of whoever owns the mark.
func (m *mark) move(next int64) {
	if next > m.next {
		m.next = next
		close(m.moved)
		m.moved = make(chan struct{})
	}
}
