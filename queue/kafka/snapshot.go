package kafka

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
)

// A snapshot is what a node has heard of log and events, as its memory on disk
// holds it: the points to which it has heard, what the feed knows by then, and
// the records of every key.
//
// It is a cache of the log and no more: a node must decide with it as it would
// without it. So it is of use only where all of it is whole, as its checksum
// says, and where every partition has still the records at which hearing ended
// and began. A log that was made anew, restored or cut has others there, since
// no two attempts have one token; and between two records of one log nothing
// ever changes but what retention takes away at its beginning, which is left
// out. Whatever fails this test is not used at all, and log and events are heard
// anew.
type snapshot struct {
	log      []point // of each partition
	events   point
	newest   int64 // sequence
	told     []int64
	appends  [][16]byte // that the screen remembers, the oldest first
	stations []station
	keys     []byte // keySize bytes for each record of a key, those of one key in order
}

// snapshotVersion begins with a name, so that no other file passes for one. It
// changes with the form of the file.
const snapshotVersion = "beibu log memory 1\n"

// keySize is what a record of a key takes: fingerprint and position.
const keySize = len(fingerprint{}) + 8

// errMemory says that a memory on disk cannot be used.
var errMemory = errors.New("memory does not fit the log")

// encode writes all but the keys, for queues with one prefix and one number of
// partitions.
func (s *snapshot) encode(prefix string) []byte {
	b := appendBytes([]byte(snapshotVersion), []byte(prefix))
	b = binary.AppendUvarint(b, uint64(len(s.log)))
	for _, p := range append(slices.Clone(s.log), s.events) {
		b = binary.AppendVarint(b, p.next)
		for _, w := range []witness{p.first, p.last} {
			b = append(binary.AppendVarint(b, w.offset), w.digest[:]...)
		}
	}
	b = appendOffsets(binary.AppendVarint(b, s.newest), s.told)
	b = binary.AppendUvarint(b, uint64(len(s.appends)))
	for _, id := range s.appends {
		b = append(b, id[:]...)
	}
	b = binary.AppendUvarint(b, uint64(len(s.stations)))
	for _, at := range s.stations {
		b = appendOffsets(binary.AppendVarint(b, at.offset), at.told)
	}
	return b
}

// decodeSnapshot reads a file that was written for the same prefix and the same
// number of partitions.
func decodeSnapshot(file []byte, prefix string, partitions int) (*snapshot, error) {
	rest, ours := bytes.CutPrefix(file, []byte(snapshotVersion))
	if !ours {
		return nil, fmt.Errorf("%w: not a memory of this version", errMemory)
	}
	if len(rest) < sha256.Size {
		return nil, fmt.Errorf("%w: damaged", errMemory)
	}
	end := len(file) - sha256.Size
	if sha256.Sum256(file[:end]) != [sha256.Size]byte(file[end:]) {
		return nil, fmt.Errorf("%w: damaged", errMemory)
	}
	d := decoder{rest: rest[:len(rest)-sha256.Size]}
	if got := string(d.bytes()); got != prefix {
		return nil, fmt.Errorf("%w: it is of topics %q, not %q", errMemory, got, prefix)
	}
	if got := d.uvarint(); got != uint64(partitions) { //nolint:gosec // checked: not below 0
		return nil, fmt.Errorf("%w: it is of %d partitions, not %d", errMemory, got, partitions)
	}
	s := d.snapshot(partitions)
	if d.err != nil || len(s.keys)%keySize != 0 {
		return nil, fmt.Errorf("%w: damaged", errMemory)
	}
	return s, nil
}

func (d *decoder) snapshot(partitions int) *snapshot {
	s := &snapshot{log: make([]point, partitions)}
	for p := range s.log {
		s.log[p] = d.point()
	}
	s.events = d.point()
	s.newest = d.varint()
	s.told = d.offsets(partitions)
	for range min(d.uvarint(), memory) {
		var id [16]byte
		d.fixed(id[:])
		s.appends = append(s.appends, id)
	}
	for n := d.uvarint(); n > 0 && d.err == nil; n-- {
		s.stations = append(s.stations, station{d.varint(), d.offsets(partitions)})
	}
	if len(s.stations) == 0 {
		d.fail()
	}
	s.keys = d.rest
	return s
}

func (d *decoder) point() (p point) {
	p.next = d.varint()
	for _, w := range []*witness{&p.first, &p.last} {
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

// snapshot returns what the feed knows.
func (f *feed) snapshot() *snapshot {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.screen
	return &snapshot{
		events: f.mark.since(f.stations[0].offset), newest: f.newest, told: slices.Clone(s.told),
		appends:  append(slices.Clone(s.ring[s.next:]), s.ring[:s.next]...),
		stations: slices.Clip(f.stations), // what is in it never changes
	}
}

// feed makes the feed that a snapshot is of.
func (s *snapshot) feed() *feed {
	f := newFeed(int64(len(s.told)), s.events.next)
	f.mark.point, f.newest, f.stations = s.events, s.newest, s.stations
	copy(f.screen.told, s.told)
	for _, id := range s.appends {
		f.screen.news(id)
	}
	return f
}

// owners makes the owners that a snapshot is of, in partitions that begin where
// they do now. What is gone by retention is left out.
func (s *snapshot) owners(begins []int64) (*owners, error) {
	o := newOwners(layout{int64(len(s.log))})
	o.first = make(map[fingerprint]int64, len(s.keys)/keySize)
	copy(o.begins, begins)
	for p := range o.marks {
		o.marks[p].point = s.log[p]
	}
	for rest := s.keys; len(rest) > 0; rest = rest[keySize:] {
		f := fingerprint(rest[:len(fingerprint{})])
		at := int64(binary.BigEndian.Uint64(rest[len(f):])) //nolint:gosec // as it was written
		partition, offset, ok := o.layout.place(at)
		switch {
		case !ok || offset >= s.log[partition].next:
			return nil, fmt.Errorf("%w: damaged", errMemory)
		case offset < begins[partition]:
		case o.first[f] == 0:
			o.first[f] = at
		default:
			o.later[f] = append(o.later[f], at)
		}
	}
	return o, nil
}
