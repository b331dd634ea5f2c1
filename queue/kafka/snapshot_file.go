package kafka

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// recall begins with what the memory on disk knows, as far as it fits, and with
// nothing where it does not: then the reason is told.
func (q *Queue) recall(ctx context.Context) error {
	spans, err := q.spans(ctx)
	if err != nil {
		return err
	}
	s, err := q.read(ctx, spans)
	if err == nil {
		q.owners, err = s.owners(spans.begins())
	}
	switch {
	case err == nil:
		q.feed = s.feed()
		q.feed.drop(spans.events.first)
		return nil
	case !errors.Is(err, errMemory):
		return err
	case !errors.Is(err, fs.ErrNotExist): // there is none at the first start
		q.cluster.tell(fmt.Errorf("snapshot is not usable, consuming log and events from their beginnings: %w", err))
	}
	q.owners, q.feed = newOwners(q.layout), newFeed(q.layout.partitions, spans.events.first)
	for p, span := range spans.log {
		q.owners.begin(p, span.first)
	}
	return nil
}

// read reads the memory and holds it against the topics.
func (q *Queue) read(ctx context.Context, now spans) (*snapshot, error) {
	file, err := os.ReadFile(q.options.Memory)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errMemory, err)
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
	if !s.events.last.known() { // nothing is left of what the feed has heard
		s.newest, s.told, s.appends = 0, newScreen(q.layout.partitions).told, nil
		s.stations = newFeed(q.layout.partitions, s.events.next).stations
	}
	return s, nil
}

// verify fails with errMemory unless a partition is the one that was heard to a
// point. Where retention has dropped all that was heard, hearing begins where
// the partition does.
func (q *Queue) verify(ctx context.Context, topic string, partition int, p point, now span) (point, error) {
	switch {
	case p.next > now.end:
		return p, fmt.Errorf("%w: it reaches to %d, and %s/%d ends at %d", errMemory, p.next, topic, partition, now.end)
	case now.first < p.first.offset:
		return p, fmt.Errorf("%w: %s/%d begins at %d again, not %d", errMemory, topic, partition, now.first, p.first.offset)
	case p.next <= now.first || !p.last.known():
		return point{next: now.first}, nil
	}
	var found [2]witness
	for i, offset := range []int64{now.first, p.next - 1} {
		records, err := q.cluster.read(ctx, topic, partition, offset, oneBatch)
		switch {
		case err == nil:
			found[i] = witnessOf(records[0])
		case !errors.Is(err, errBeyond):
			return p, err
		}
	}
	if found[1] != p.last || found[0].offset == p.first.offset && found[0] != p.first && p.first.known() {
		return p, fmt.Errorf("%w: %s/%d holds other records than were heard", errMemory, topic, partition)
	}
	p.first = found[0]
	return p, nil
}

// spans are the bounds of log and events.
type spans struct {
	log    []span
	events span
}

func (s spans) begins() []int64 {
	begins := make([]int64, len(s.log))
	for p, span := range s.log {
		begins[p] = span.first
	}
	return begins
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

// noted counts the records heard, and has the memory written where it is due.
func (q *Queue) noted(hear func(answer) error) func(answer) error {
	return func(a answer) error {
		if err := hear(a); err != nil {
			return err
		}
		if q.heard.Add(int64(len(a.records))); !q.behind() {
			return nil
		}
		select {
		case q.due <- struct{}{}:
		default: // somebody has said so
		}
		return nil
	}
}

// behind tells whether enough was heard to write the memory again: so many
// records as are configured, and an eighth of all keys, so that a key is written
// some nine times in its life however many there are. So much a node hears again
// that is killed.
func (q *Queue) behind() bool {
	n := q.heard.Load()
	return n >= int64(q.options.MemoryEvery) && n >= int64(q.owners.size()/8)
}

// remember writes the memory whenever it is due. Close does so a last time, when
// nothing is heard any more.
func (q *Queue) remember() {
	for {
		select {
		case <-q.due:
		case <-q.life.Done():
			return
		}
		if !q.behind() {
			continue // it was said while the memory was being written
		}
		q.keep()
	}
}

// keep writes the memory, and tells where it cannot: the next start hears more
// then.
func (q *Queue) keep() {
	if err := q.write(); err != nil {
		q.cluster.tell(err)
	}
}

// write replaces the memory by what is known now, whole or not at all. Hearing
// goes on meanwhile: what it brings is left out.
func (q *Queue) write() (err error) {
	known := q.heard.Load()
	if known == 0 {
		return nil
	}
	path := q.options.Memory
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("write memory: %w", err)
	}
	err = errors.Join(q.writeTo(f), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err == nil {
		err = syncFolder(filepath.Dir(path))
	}
	if err != nil {
		return fmt.Errorf("write memory: %w", err)
	}
	q.heard.Add(-known)
	return nil
}

func (q *Queue) writeTo(file io.Writer) error {
	sum := sha256.New()
	out := io.MultiWriter(file, sum)
	s := q.feed.snapshot()
	s.log = q.owners.points()
	if _, err := out.Write(s.encode(q.options.Prefix)); err != nil {
		return err
	}
	var keys []byte
	keep := func(f fingerprint, position int64) {
		if partition, offset, _ := q.layout.place(position); offset < s.log[partition].next {
			keys = appendKey(keys, f, position)
		}
	}
	err := q.owners.each(func(f fingerprint, at int64, later []int64) {
		keep(f, at)
		for _, position := range later {
			keep(f, position)
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

// syncFolder makes a name in a folder durable.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// points returns how far the partitions have been heard, and where they begin.
func (o *owners) points() []point {
	o.mu.Lock()
	defer o.mu.Unlock()
	points := make([]point, len(o.marks))
	for p, m := range o.marks {
		points[p] = m.since(o.begins[p])
	}
	return points
}

// size returns how many keys are known.
func (o *owners) size() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.first)
}
