package journal

import (
	"context"
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"

	"beibu/exchange"
	"beibu/exchange/projection"
	"beibu/queue/sqlitefile"
)

// An exchange is filed under its sender, its kind and each of its receivers. Each of
// these is a term, which has a number. The sequences of the entries under a term are
// kept in blocks, a row each: with an entry of an index for every exchange and term,
// most of the work of a fold would be these entries. A list by several terms reads the
// blocks that all of them have, and takes the entries that all of them name. Refusals are
// filed under terms of their own.

// The roles of a term.
const (
	roleSender = iota
	roleKind
	roleReceiver
	roleRefusedSender // of refusals, as the next three
	roleRefusedKind
	roleRefusedCode
	roleRefusedWay
)

// A block is the sequences that begin with the same bits. Within it, an entry is the
// other bits of its sequence.
const (
	blockBits = 11
	blockSize = 1 << blockBits
	entrySize = 2 // bytes
)

// termBits is how far the number of a term is shifted to the left in a slot, above the
// number of a block.
const termBits = 40

// slot returns the key of the row with a block of a term.
func slot(term, block int64) int64 { return term<<termBits | block }

func blockOf(sequence int64) int64 { return sequence >> blockBits }

const (
	findTerm  = `SELECT id FROM term WHERE role = ? AND name = ?`
	addTerm   = `INSERT INTO term (role, name) VALUES (?, ?) RETURNING id`
	addFiled  = `INSERT INTO filed (slot, entries) VALUES (?, ?) ON CONFLICT DO UPDATE SET entries = CAST(entries || excluded.entries AS BLOB)`
	nextFiled = `SELECT slot, entries FROM filed WHERE slot BETWEEN ? AND ? ORDER BY slot DESC LIMIT 1`
)

// A term is what exchanges are filed under.
type term struct {
	role int64
	name string
}

// A filing is what one batch adds to the index of terms. The entries of a slot are in
// the order of the record.
type filing struct {
	w       *projection.Writer
	numbers map[term]int64
	slots   map[int64][]byte
	order   []int64 // of slots
}

// number returns the number of a term, which a new one is given.
func (f *filing) number(t term) (n int64, err error) {
	if n, ok := f.numbers[t]; ok {
		return n, nil
	}
	read := func(row sqlitefile.Row) error {
		n = row.Int(0)
		return nil
	}
	err = f.w.Query(findTerm, read, t.role, t.name)
	if err == nil && n == 0 {
		err = f.w.Query(addTerm, read, t.role, t.name)
	}
	f.numbers[t] = n
	return n, err
}

// add files an entry under a term and returns the number of the term.
func (f *filing) add(t term, sequence int64) (int64, error) {
	n, err := f.number(t)
	if err != nil {
		return 0, err
	}
	s := slot(n, blockOf(sequence))
	entries, ok := f.slots[s]
	if !ok {
		f.order = append(f.order, s)
	}
	f.slots[s] = binary.BigEndian.AppendUint16(entries, uint16(sequence%blockSize)) //nolint:gosec // it fits
	return n, nil
}

// save writes what was added.
func (f *filing) save() error {
	for _, s := range f.order {
		if err := f.w.Exec(addFiled, s, f.slots[s]); err != nil {
			return err
		}
	}
	return nil
}

// A stack is the blocks of one term, newest first.
type stack struct {
	term    int64
	block   int64 // the one at which it is, or -1 at the end
	entries []byte
}

// A set is the entries of a block, a bit each.
type set [blockSize / 64]uint64

// A finder finds the entries that are filed under terms: under one of each group.
type finder struct {
	journal *Journal
	groups  [][]*stack
}

// groupsOf returns the terms of a query, each group of which an exchange must be filed
// under.
func groupsOf(q exchange.Query) (groups [][]term) {
	if q.Party != "" {
		groups = append(groups, []term{{roleSender, q.Party}, {roleReceiver, q.Party}})
	}
	if q.Sender != "" {
		groups = append(groups, []term{{roleSender, q.Sender}})
	}
	if q.Kind != "" {
		groups = append(groups, []term{{roleKind, q.Kind}})
	}
	return groups
}

// finder returns a finder for groups of terms, or nil if no exchange is filed under one
// of a group.
func (j *Journal) finder(ctx context.Context, groups [][]term) (*finder, error) {
	f := &finder{journal: j}
	for _, group := range groups {
		var stacks []*stack
		for _, t := range group {
			err := j.Query(ctx, findTerm, func(row sqlitefile.Row) error {
				stacks = append(stacks, &stack{term: row.Int(0), block: 1<<termBits - 1})
				return nil
			}, t.role, t.name)
			if err != nil {
				return nil, err
			}
		}
		if len(stacks) == 0 {
			return nil, nil //nolint:nilnil // as it says
		}
		f.groups = append(f.groups, stacks)
	}
	return f, nil
}

// down moves a stack to its newest block that is not newer than block.
func (f *finder) down(ctx context.Context, s *stack, block int64) error {
	if s.block <= block && s.entries != nil || s.block < 0 {
		return nil
	}
	s.block, s.entries = -1, nil
	return f.journal.Query(ctx, nextFiled, func(row sqlitefile.Row) error {
		s.block, s.entries = row.Int(0)-slot(s.term, 0), row.Blob(1)
		return nil
	}, slot(s.term, 0), slot(s.term, block))
}

// next returns the newest block, not newer than block, that a term of each group has,
// or -1 if there is none.
func (f *finder) next(ctx context.Context, block int64) (int64, error) {
	for agreed := 0; agreed < len(f.groups) && block >= 0; {
		group := f.groups[agreed]
		newest := int64(-1)
		for _, s := range group {
			if err := f.down(ctx, s, block); err != nil {
				return -1, err
			}
			newest = max(newest, s.block)
		}
		if agreed++; newest < block {
			block, agreed = newest, 0 // those before it may not have that one
		}
	}
	return block, nil
}

// each calls visit with the sequences, from first to last, that are filed under a term of
// each group, newest first and at most so many at once, until it is full.
func (f *finder) each(ctx context.Context, first, last int64, most int, visit func([]int64) (full bool, err error)) (err error) {
	for block := min(blockOf(last), 1<<termBits-1); block >= blockOf(first); block-- {
		if block, err = f.next(ctx, block); err != nil {
			return err
		}
		if block < 0 {
			return nil
		}
		for some := range slices.Chunk(f.entries(block, first, last), most) {
			if full, err := visit(some); full || err != nil {
				return err
			}
		}
	}
	return nil
}

// entries returns the sequences in a block that are filed under a term of each group,
// and are from first to last, newest first.
func (f *finder) entries(block, first, last int64) (found []int64) {
	var all set
	for i, group := range f.groups {
		var of set
		for _, s := range group {
			for entries := s.entries; s.block == block && len(entries) > 0; entries = entries[entrySize:] {
				n := binary.BigEndian.Uint16(entries) % blockSize
				of[n/64] |= 1 << (n % 64)
			}
		}
		for word := range all {
			if i == 0 {
				all[word] = of[word]
			} else {
				all[word] &= of[word]
			}
		}
	}
	for word := len(all) - 1; word >= 0; word-- {
		for w := all[word]; w != 0; {
			bit := bits.Len64(w) - 1
			w &^= 1 << bit
			if sequence := block<<blockBits + int64(word*64+bit); sequence >= first && sequence <= last {
				found = append(found, sequence)
			}
		}
	}
	return found
}

// errEnough ends a query whose remaining rows are not needed.
var errEnough = errors.New("enough rows")
