package sqlite

import (
	"bytes"
	"cmp"
	"slices"
	"sync"

	"beibu/queue"
)

// The bounds of the changes that are kept in memory: some rounds of a Follow. recentPage
// is how many of them it takes at a time, which is more than what it reads from the file
// at a time, since all are in memory already.
const (
	recentPage    = 4 * page
	recentChanges = 2 * recentPage
	recentBytes   = 4 << 20
)

// recent is the newest part of the record, as the last commit left it. A Follow or a
// Dispatch that keeps up reads it in place of the file: several of them read the whole
// record, and each row of the file would be read and decoded for each of them. What is
// in it is what the file has, value by value.
type recent struct {
	mu      sync.Mutex
	after   int64          // guarded by mu; changes has all that are newer
	changes []queue.Change // guarded by mu; by sequence
	size    int            // guarded by mu; of changes, in bytes
}

// add appends changes that are committed, and omits the oldest ones beyond the bounds.
func (r *recent) add(changes []queue.Change) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, c := range changes {
		r.size += sizeOf(c)
	}
	r.changes = append(r.changes, changes...)
	old := 0
	for len(r.changes)-old > recentChanges || r.size > recentBytes && old < len(r.changes) {
		r.after, r.size = r.changes[old].Sequence, r.size-sizeOf(r.changes[old])
		r.changes[old] = queue.Change{} // so that it is not kept in memory
		old++
	}
	r.changes = r.changes[old:]
}

func sizeOf(c queue.Change) int {
	const fixed = 256
	if c.Entry != nil {
		return fixed + len(c.Entry.Head)
	}
	return fixed + len(c.Event.Detail)
}

// page returns the next page of the record after a sequence, and false if it is not in
// memory.
func (r *recent) page(after int64) ([]queue.Change, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if after < r.after {
		return nil, false
	}
	rest := r.changes[r.following(after):]
	return slices.Clone(rest[:min(recentPage, len(rest))]), true
}

// entries returns the next page of entries after a position, and false if they are not
// in memory.
func (r *recent) entries(after int64) (all []queue.Entry, known bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if after < r.after {
		return nil, false
	}
	for _, c := range r.changes[r.following(after):] {
		if c.Entry != nil && len(all) < page {
			all = append(all, *c.Entry)
		}
	}
	return all, true
}

// following returns the index of the first change after a sequence. The caller holds mu.
func (r *recent) following(after int64) int {
	i, _ := slices.BinarySearchFunc(r.changes, after+1, func(c queue.Change, sequence int64) int {
		return cmp.Compare(c.Sequence, sequence)
	})
	return i
}

// entryChange returns an entry as a change, as the file has it.
func entryChange(e queue.Entry) queue.Change {
	e.Head = stored(e.Head)
	return queue.Change{Sequence: e.Position, Entry: &e}
}

// eventChange returns an event as a change, as the file has it.
func eventChange(sequence int64, e queue.Event) queue.Change {
	e.At, e.Detail = queue.Stored(e.At), stored(e.Detail)
	if e.Subject.Kind == queue.SubjectExchange {
		e.Subject.ID = ""
	} else {
		e.Subject.Exchange = [16]byte{}
	}
	return queue.Change{Sequence: sequence, Event: &e}
}

// stored returns a copy of a value of the caller's, as the file has it.
func stored(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return bytes.Clone(b)
}
