package kafka

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// A snapshot is the state of a node's consumers of log and events, as the snapshot
// file contains it: the consumed range of each partition, the state of the feed,
// and the positions of the records of every key.
//
// It is a cache of the log and no more: a node must decide with it as it would
// without it. So it is used only if its checksum is right, and if every partition
// still has the first and the last record of its consumed range. A log that was
// created again, restored or truncated has other records there, since no two
// attempts have the same token. Between two records of one log nothing changes,
// except that retention removes records at its beginning, and those are left out.
// A snapshot that fails this test is not used at all: log and events are then
// consumed from their beginnings.
type snapshot struct {
	log         []consumedRange // of each partition
	events      consumedRange
	newest      int64 // sequence
	published   []int64
	appends     [][16]byte // of the deduplicator, the oldest first
	checkpoints []checkpoint
	boundaries  []named // of shared settings; those behind the ranges are consumed again
	keys        []byte  // keySize bytes for each record of a key, those of one key in order
}

// snapshotVersion is the first line of the file. Its name is that of the first
// version and does not change; its number changes with the format of the file.
const snapshotVersion = "beibu log memory 2\n"

// keySize is what a record of a key takes: fingerprint and position.
const keySize = len(fingerprint{}) + 8

// errSnapshot means that a snapshot file cannot be used.
var errSnapshot = errors.New("snapshot does not fit the log")

// encode writes all but the keys, for queues with one prefix and one number of
// partitions.
func (s *snapshot) encode(prefix string) []byte {
	b := appendBytes([]byte(snapshotVersion), []byte(prefix))
	b = binary.AppendUvarint(b, uint64(len(s.log)))
	for _, p := range append(slices.Clone(s.log), s.events) {
		b = binary.AppendVarint(b, p.next)
		for _, w := range []recordDigest{p.first, p.last} {
			b = append(binary.AppendVarint(b, w.offset), w.digest[:]...)
		}
	}
	b = appendOffsets(binary.AppendVarint(b, s.newest), s.published)
	b = binary.AppendUvarint(b, uint64(len(s.appends)))
	for _, id := range s.appends {
		b = append(b, id[:]...)
	}
	b = binary.AppendUvarint(b, uint64(len(s.checkpoints)))
	for _, at := range s.checkpoints {
		b = appendOffsets(binary.AppendVarint(b, at.offset), at.published)
	}
	b = binary.AppendUvarint(b, uint64(len(s.boundaries)))
	for _, at := range s.boundaries {
		b = appendOffsets(appendBytes(appendBytes(b, []byte(at.name)), []byte(at.Value)), at.First)
	}
	return b
}

// decodeSnapshot reads a file that was saved for the same prefix and the same
// number of partitions.
func decodeSnapshot(file []byte, prefix string, partitions int) (*snapshot, error) {
	rest, ours := bytes.CutPrefix(file, []byte(snapshotVersion))
	if !ours {
		return nil, fmt.Errorf("%w: not a snapshot of this version", errSnapshot)
	}
	if len(rest) < sha256.Size {
		return nil, fmt.Errorf("%w: damaged", errSnapshot)
	}
	end := len(file) - sha256.Size
	if sha256.Sum256(file[:end]) != [sha256.Size]byte(file[end:]) {
		return nil, fmt.Errorf("%w: damaged", errSnapshot)
	}
	d := decoder{rest: rest[:len(rest)-sha256.Size]}
	if got := string(d.bytes()); got != prefix {
		return nil, fmt.Errorf("%w: it is of topics %q, not %q", errSnapshot, got, prefix)
	}
	if got := d.uvarint(); got != uint64(partitions) { //nolint:gosec // checked: not below 0
		return nil, fmt.Errorf("%w: it is of %d partitions, not %d", errSnapshot, got, partitions)
	}
	s := d.snapshot(partitions)
	if d.err != nil || len(s.keys)%keySize != 0 {
		return nil, fmt.Errorf("%w: damaged", errSnapshot)
	}
	return s, nil
}

func (d *decoder) snapshot(partitions int) *snapshot {
	s := &snapshot{log: make([]consumedRange, partitions)}
	for p := range s.log {
		s.log[p] = d.consumedRange()
	}
	s.events = d.consumedRange()
	s.newest = d.varint()
	s.published = d.offsets(partitions)
	for range min(d.uvarint(), dedupWindow) {
		var id [16]byte
		d.fixed(id[:])
		s.appends = append(s.appends, id)
	}
	for n := d.uvarint(); n > 0 && d.err == nil; n-- {
		s.checkpoints = append(s.checkpoints, checkpoint{d.varint(), d.offsets(partitions)})
	}
	if len(s.checkpoints) == 0 {
		d.fail()
	}
	for n := d.uvarint(); n > 0 && d.err == nil; n-- {
		at := named{name: string(d.bytes())}
		at.Value, at.First = string(d.bytes()), d.offsets(partitions)
		s.boundaries = append(s.boundaries, at)
	}
	s.keys = d.rest
	return s
}

func (d *decoder) consumedRange() (p consumedRange) {
	p.next = d.varint()
	for _, w := range []*recordDigest{&p.first, &p.last} {
		w.offset = d.varint()
		d.fixed(w.digest[:])
	}
	return p
}

func (d *decoder) offsets(n int) []int64 {
	all := make([]int64, n)
	for i := range all {
		all[i] = d.varint()
	}
	return all
}

func appendOffsets(b []byte, all []int64) []byte {
	for _, offset := range all {
		b = binary.AppendVarint(b, offset)
	}
	return b
}

func appendKey(b []byte, f fingerprint, position int64) []byte {
	return binary.BigEndian.AppendUint64(append(b, f[:]...), uint64(position)) //nolint:gosec // a position is above 0
}

// snapshot returns the part of a snapshot that is the state of the feed.
func (f *feed) snapshot() *snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.deduplicator
	return &snapshot{
		events: f.cursor.since(f.checkpoints[0].offset), newest: f.newest, published: slices.Clone(s.published),
		appends:     append(slices.Clone(s.ring[s.next:]), s.ring[:s.next]...),
		checkpoints: slices.Clip(f.checkpoints), // its elements never change
	}
}

// feed returns a feed with the state in a snapshot.
func (s *snapshot) feed() *feed {
	f := newFeed(int64(len(s.published)), s.events.next)
	f.cursor.consumedRange, f.newest, f.checkpoints = s.events, s.newest, s.checkpoints
	copy(f.deduplicator.published, s.published)
	for _, id := range s.appends {
		f.deduplicator.firstSeen(id)
	}
	return f
}

// owners returns the owners in a snapshot, for partitions with these first offsets
// now. It leaves out the records that retention has removed.
func (s *snapshot) owners(firstOffsets []int64) (*owners, error) {
	o := newOwners(layout{int64(len(s.log))})
	o.first = make(map[fingerprint]int64, len(s.keys)/keySize)
	copy(o.firstOffsets, firstOffsets)
	o.boundaries = s.boundaries
	for p := range o.cursors {
		o.cursors[p].consumedRange = s.log[p]
		o.recent[p] = newRecent[record](s.log[p].next, recentLog(o.layout))
	}
	for rest := s.keys; len(rest) > 0; rest = rest[keySize:] {
		f := fingerprint(rest[:len(fingerprint{})])
		at := int64(binary.BigEndian.Uint64(rest[len(f):])) //nolint:gosec // as it was written
		partition, offset, ok := o.layout.locate(at)
		switch {
		case !ok || offset >= s.log[partition].next:
			return nil, fmt.Errorf("%w: damaged", errSnapshot)
		case offset < firstOffsets[partition]:
		case o.first[f] == 0:
			o.first[f] = at
		default:
			o.later[f] = append(o.later[f], at)
		}
	}
	return o, nil
}
