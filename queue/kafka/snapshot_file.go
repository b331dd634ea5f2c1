package kafka

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"beibu/queue/atomicfile"
)

// loadSnapshot loads the snapshot file. If it cannot be used, loadSnapshot warns of
// the reason, and the consumers start at the beginnings of log and events.
func (q *Queue) loadSnapshot(ctx context.Context) error {
	spans, err := q.spans(ctx)
	if err != nil {
		return err
	}
	s, err := q.readSnapshot(ctx, spans)
	if err == nil {
		q.owners, err = s.owners(spans.firstOffsets())
	}
	switch {
	case err == nil:
		q.feed = s.feed()
		q.feed.setFirst(spans.events.first)
		return nil
	case !errors.Is(err, errSnapshot):
		return err
	case !errors.Is(err, fs.ErrNotExist): // there is none at the first start
		q.cluster.warn(fmt.Errorf("snapshot is not usable, consuming log and events from their beginnings: %w", err))
	}
	q.owners, q.feed = newOwners(q.layout), newFeed(q.layout.partitions, spans.events.first)
	for p, span := range spans.log {
		q.owners.startAt(p, span.first)
	}
	return nil
}

// readSnapshot reads the snapshot file and verifies it against the topics.
func (q *Queue) readSnapshot(ctx context.Context, now spans) (*snapshot, error) {
	file, err := os.ReadFile(q.options.Snapshot)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errSnapshot, err)
	}
	s, err := decodeSnapshot(file, q.options.Prefix, q.options.Partitions)
	if err != nil {
		return nil, err
	}
	for p := range s.log {
		if s.log[p], err = q.verify(ctx, q.topics.log, p, s.log[p], now.log[p]); err != nil {
			return nil, err
		}
	}
	if s.events, err = q.verify(ctx, q.topics.events, 0, s.events, now.events); err != nil {
		return nil, err
	}
	if !s.events.last.known() { // retention has removed all that the feed consumed
		s.newest, s.published, s.appends = 0, newDeduplicator(q.layout.partitions).published, nil
		s.checkpoints = newFeed(q.layout.partitions, s.events.next).checkpoints
	}
	return s, nil
}

// verify fails with errSnapshot unless a partition still has the records of a
// consumed range. If retention has removed all of them, it returns an empty range
// at the beginning of the partition.
func (q *Queue) verify(ctx context.Context, topic string, partition int, p consumedRange, now span) (consumedRange, error) {
	switch {
	case p.next > now.end:
		return p, fmt.Errorf("%w: it reaches to %d, and %s/%d ends at %d", errSnapshot, p.next, topic, partition, now.end)
	case now.first < p.first.offset:
		return p, fmt.Errorf("%w: %s/%d begins at %d again, not %d", errSnapshot, topic, partition, now.first, p.first.offset)
	case p.next <= now.first || !p.last.known():
		return consumedRange{next: now.first}, nil
	}
	var found [2]recordDigest
	for i, offset := range []int64{now.first, p.next - 1} {
		records, err := q.cluster.read(ctx, topic, partition, offset, oneBatch)
		switch {
		case err == nil:
			found[i] = digestOf(records[0])
		case !errors.Is(err, errBeyond):
			return p, err
		}
	}
	if found[1] != p.last || found[0].offset == p.first.offset && found[0] != p.first && p.first.known() {
		return p, fmt.Errorf("%w: %s/%d holds other records than were consumed", errSnapshot, topic, partition)
	}
	p.first = found[0]
	return p, nil
}

// spans are the bounds of log and events.
type spans struct {
	log    []span
	events span
}

func (s spans) firstOffsets() []int64 {
	firstOffsets := make([]int64, len(s.log))
	for p, span := range s.log {
		firstOffsets[p] = span.first
	}
	return firstOffsets
}

func (q *Queue) spans(ctx context.Context) (spans, error) {
	all := make([]int, q.options.Partitions)
	for p := range all {
		all[p] = p
	}
	found, err := q.cluster.spans(ctx, map[string][]int{q.topics.log: all, q.topics.events: {0}})
	if err != nil {
		return spans{}, err
	}
	s := spans{log: make([]span, len(all)), events: found[q.topics.events][0]}
	for p := range s.log {
		s.log[p] = found[q.topics.log][p]
	}
	return s, nil
}

// counted counts the records consumed, and requests a snapshot when one is due.
func (q *Queue) counted(consume func(answer) error) func(answer) error {
	return func(a answer) error {
		if err := consume(a); err != nil {
			return err
		}
		if q.unsaved.Add(int64(len(a.records))); !q.snapshotDue() {
			return nil
		}
		select {
		case q.due <- struct{}{}:
		default: // it is requested already
		}
		return nil
	}
}

// snapshotDue reports whether enough records were consumed to save a snapshot: the
// configured number, and one for every eight keys. So a key is written about nine
// times in its life, however many keys there are. A node that is killed consumes
// that many records again.
func (q *Queue) snapshotDue() bool {
	n := q.unsaved.Load()
	return n >= int64(q.options.SnapshotEvery) && n >= int64(q.owners.size()/8)
}

// saveSnapshots saves a snapshot whenever one is due. [Queue.Close] saves the last
// one, when the consumers have ended.
func (q *Queue) saveSnapshots() {
	for {
		select {
		case <-q.due:
		case <-q.life.Done():
			return
		}
		if !q.snapshotDue() {
			continue // it was requested while the snapshot was being saved
		}
		q.saveSnapshot()
	}
}

// saveSnapshot saves a snapshot, and warns if it cannot. The next start then
// consumes more records.
func (q *Queue) saveSnapshot() {
	if err := q.writeSnapshot(); err != nil {
		q.cluster.warn(err)
	}
}

// writeSnapshot replaces the snapshot file, whole or not at all. The consumers
// continue meanwhile; the snapshot does not contain what they consume then.
func (q *Queue) writeSnapshot() error {
	known := q.unsaved.Load()
	if known == 0 {
		return nil
	}
	if err := atomicfile.ReplaceFrom(q.options.Snapshot, 0o600, q.encodeSnapshot); err != nil {
		return fmt.Errorf("save snapshot: %w", err)
	}
	q.unsaved.Add(-known)
	return nil
}

func (q *Queue) encodeSnapshot(file io.Writer) error {
	sum := sha256.New()
	out := io.MultiWriter(file, sum)
	s := q.feed.snapshot()
	s.log, s.boundaries = q.owners.consumed(), q.owners.known()
	if _, err := out.Write(s.encode(q.options.Prefix)); err != nil {
		return err
	}
	var keys []byte
	add := func(f fingerprint, position int64) {
		if partition, offset, _ := q.layout.locate(position); offset < s.log[partition].next {
			keys = appendKey(keys, f, position)
		}
	}
	err := q.owners.each(func(f fingerprint, at int64, later []int64) {
		add(f, at)
		for _, position := range later {
			add(f, position)
		}
	}, func() error {
		_, err := out.Write(keys)
		keys = keys[:0]
		return err
	})
	if err != nil {
		return err
	}
	_, err = file.Write(sum.Sum(nil))
	return err
}

// consumed returns the consumed range of each partition.
func (o *owners) consumed() []consumedRange {
	o.mu.Lock()
	defer o.mu.Unlock()
	consumed := make([]consumedRange, len(o.cursors))
	for p, m := range o.cursors {
		consumed[p] = m.since(o.firstOffsets[p])
	}
	return consumed
}

// known returns the boundaries that are known now.
func (o *owners) known() []named {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.boundaries)
}

// size returns how many keys are known.
func (o *owners) size() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.first)
}
