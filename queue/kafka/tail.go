package kafka

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
)

// ErrGap means that a partition does not continue at the offset that was expected:
// records are missing or have come back. The queue stops, since it can no longer
// know what was decided.
var ErrGap = errors.New("log is not contiguous")

// tail reads a partition in order from an offset on, and calls consume with every
// answer of the broker, also one without records, until ctx ends or consume fails.
// It fails as [cluster.next] does.
func (c *cluster) tail(ctx context.Context, topic string, partition int, from int64, consume func(answer) error) error {
	for {
		a, err := c.next(ctx, topic, partition, from)
		if err != nil {
			return err
		}
		from += int64(len(a.records))
		if err := consume(a); err != nil {
			return err
		}
	}
}

// next returns what a broker answers to a fetch of a partition from an offset on. It
// retries after an error until ctx ends. It fails with [ErrGap] if the partition does
// not have the offset, unless that is the next one.
func (c *cluster) next(ctx context.Context, topic string, partition int, from int64) (answer, error) {
	for {
		a, err := c.fetch(ctx, topic, partition, from, mostRead)
		switch {
		case ctx.Err() != nil:
			return answer{}, ctx.Err()
		case errors.Is(err, errBeyond):
			return answer{}, fmt.Errorf("%w: %w", ErrGap, err)
		case err == nil:
			if _, err := contiguous(a.records, from); err != nil {
				return answer{}, fmt.Errorf("read %s/%d: %w", topic, partition, err)
			}
			return a, nil
		}
		c.attemptFailed(err)
		if !pause(ctx) {
			return answer{}, ctx.Err()
		}
	}
}

// contiguous returns the offset behind records that begin at from.
func contiguous(records []record, from int64) (int64, error) {
	for _, r := range records {
		if r.offset != from {
			return from, fmt.Errorf("%w: got offset %d, expected %d", ErrGap, r.offset, from)
		}
		from++
	}
	return from, nil
}

// A cursor is how far a partition is consumed, with a channel for those who wait.
type cursor struct {
	consumedRange
	moved chan struct{} // closed when next has moved
}

func newCursor() cursor { return cursor{moved: make(chan struct{})} }

// advance moves the cursor behind records, if there are any. Like move, it is
// called under the lock that guards the cursor.
func (m *cursor) advance(records []record) {
	n := len(records)
	if n == 0 {
		return
	}
	if !m.last.known() {
		m.first = digestOf(records[0])
	}
	m.last = digestOf(records[n-1])
	m.move(records[n-1].offset + 1)
}

func (m *cursor) move(next int64) {
	if next > m.next {
		m.next = next
		close(m.moved)
		m.moved = make(chan struct{})
	}
}

// A consumedRange is the part of a partition that is consumed, with the digests of
// its first and last record, by which the partition is recognised.
type consumedRange struct {
	next  int64        // the offset that comes next
	first recordDigest // of the oldest record consumed
	last  recordDigest // of the one before next; not known if none was consumed
}

// since returns p for a partition that begins at an offset now. Of its first record
// then only the offset is known.
func (p consumedRange) since(startAt int64) consumedRange {
	if startAt > p.first.offset {
		p.first = recordDigest{offset: startAt}
	}
	return p
}

// A recordDigest identifies a record. Records of log and events contain an id that
// is new for every attempt and every append, so no other record has its digest.
type recordDigest struct {
	offset int64
	digest [sha256.Size]byte
}

// known reports whether w is the digest of a record.
func (w recordDigest) known() bool { return w.digest != [sha256.Size]byte{} }

func digestOf(r record) recordDigest {
	sum := sha256.New()
	_, _ = sum.Write(appendBytes(nil, r.key))
	_, _ = sum.Write(r.value)
	return recordDigest{r.offset, [sha256.Size]byte(sum.Sum(nil))}
}
