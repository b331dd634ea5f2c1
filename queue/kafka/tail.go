package kafka

import (
	"context"
	"crypto/sha256"
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
		a, err := c.fetch(ctx, topic, partition, from, mostRead)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errBeyond):
			return fmt.Errorf("%w: %w", ErrGap, err)
		case err != nil:
			c.failed(err)
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
			return from, fmt.Errorf("%w: offset %d follows where %d was expected", ErrGap, r.offset, from)
		}
		from++
	}
	return from, nil
}

// A mark tells those who wait how far a partition has been heard.
type mark struct {
	point
	moved chan struct{} // closed when next has moved
}

func newMark() mark { return mark{moved: make(chan struct{})} }

// hear moves the mark behind records, if there are any. Like move, it is called
// under the lock of whoever owns the mark.
func (m *mark) hear(records []record) {
	n := len(records)
	if n == 0 {
		return
	}
	if !m.last.known() {
		m.first = witnessOf(records[0])
	}
	m.last = witnessOf(records[n-1])
	m.move(records[n-1].offset + 1)
}

func (m *mark) move(next int64) {
	if next > m.next {
		m.next = next
		close(m.moved)
		m.moved = make(chan struct{})
	}
}

// A point is how far a partition has been heard, with two of its records to
// know it by.
type point struct {
	next  int64   // the offset that comes next
	first witness // of the oldest record heard
	last  witness // of the one before next; not known where none was heard
}

// since returns p for a partition that begins at an offset by now. Its first
// record is then another, of which no more is known than where it is.
func (p point) since(begin int64) point {
	if begin > p.first.offset {
		p.first = witness{offset: begin}
	}
	return p
}

// A witness knows a record again. Records of log and events carry what is made
// anew for every attempt and every append, so no other record has its digest.
type witness struct {
	offset int64
	digest [sha256.Size]byte
}

// known tells whether there is a record that w is of.
func (w witness) known() bool { return w.digest != [sha256.Size]byte{} }

func witnessOf(r record) witness {
	sum := sha256.New()
	_, _ = sum.Write(appendBytes(nil, r.key))
	_, _ = sum.Write(r.value)
	return witness{r.offset, [sha256.Size]byte(sum.Sum(nil))}
}
