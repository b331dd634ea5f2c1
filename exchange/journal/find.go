package journal

import (
	"context"
	"encoding/binary"
	"errors"
	"math/bits"
	"slices"

	"beibu/exchange"
	"beibu/exchange/lookup"
	"beibu/queue/sqlitefile"
)

// A list by several filters reads, of each, the blocks that all of them have, and takes
// the entries that all of them name. The entries of a filter are those that are filed
// under a term, or the rows of an index.

// A source is where entries are found that have something in common.
type source struct {
	first, last term   // filed under one of these, which have one role
	rows        string // or SQL: the entries up to one, newest first
	of          any    // the value before that entry
}

// filedUnder returns the source of what is filed under a term.
func filedUnder(role int64, name string) source {
	return source{first: term{role, name}, last: term{role, name}}
}

// The rows of indexes. The words of the conditions are those of the indexes.
const (
	rowsOfKey    = `SELECT entry FROM lookup WHERE key = ? AND entry <= ? ORDER BY entry DESC`
	rowsOfNumber = `SELECT sequence FROM exchange INDEXED BY exchange_number WHERE number = ? AND sequence <= ? ORDER BY sequence DESC`
)

// withReasons are the states of exchanges of which a delivery is in its state for a
// reason.
var withReasons = []exchange.State{exchange.ContentHandoverFailure, exchange.ConsignmentRejection, exchange.ContentConsignment}

func rowsOfState() string {
	return `SELECT entry FROM journey INDEXED BY journey_state WHERE state = ? AND ` + unsettled() + ` AND entry <= ? ORDER BY entry DESC`
}

// groupsOf returns the sources of a query, each group of which an exchange must be found
// in.
func groupsOf(q exchange.Query) (groups [][]source) {
	add := func(wanted bool, group ...source) {
		if wanted {
			groups = append(groups, group)
		}
	}
	add(q.Number != "", source{rows: rowsOfNumber, of: q.Number})
	for _, terms := range q.Terms {
		var group []source
		for _, t := range terms {
			group = append(group, sourcesOf(t)...)
		}
		add(true, group...)
	}
	states := []exchange.State{q.State}
	if q.Cause != "" {
		add(true, filedUnder(roleCause, q.Cause)) // now or once
		if !unfinished(q.State) {
			states = withReasons
		}
	}
	var inState []source
	for _, s := range states {
		inState = append(inState, source{rows: rowsOfState(), of: number(s)})
	}
	add(unfinished(states[0]), inState...)
	add(q.Rule != "", filedUnder(roleRule, q.Rule))
	add(q.Party != "", filedUnder(roleSender, q.Party), filedUnder(roleReceiver, q.Party))
	add(q.Sender != "", filedUnder(roleSender, q.Sender))
	add(q.Kind != "", filedUnder(roleKind, q.Kind))
	return groups
}

// sourcesOf returns the sources of what a term finds. Codes of goods are filed under their
// beginnings of up to six digits; a longer one begins those that are between itself and
// itself with nines. A document whose number is written as the term has it is found by
// the index of numbers alone.
func sourcesOf(t lookup.Term) []source {
	if t.Role == lookup.HS {
		s := filedUnder(roleHS, t.Value)
		if len(t.Value) > 6 {
			s.last.name += "99"
		}
		return []source{s}
	}
	all := []source{{rows: rowsOfKey, of: keyOf(t)}}
	if isNumber(t) {
		all = append(all, source{rows: rowsOfNumber, of: t.Value})
	}
	return all
}

// A stack is the blocks of one source, newest first.
type stack struct {
	rows    string // as of the source
	of      any
	term    int64
	started bool
	block   int64 // the one at which it is, or -1 at the end
	entries set
}

// A set is the entries of a block, a bit each.
type set [blockSize / 64]uint64

func (s *set) add(n uint64) { s[n/64] |= 1 << (n % 64) }

// A finder finds the entries that are in one source of each group.
type finder struct {
	journal *Journal
	groups  [][]*stack
}

// finder returns a finder for groups of sources, or nil if nothing is in a group.
func (j *Journal) finder(ctx context.Context, groups [][]source) (*finder, error) {
	f := &finder{journal: j}
	for _, group := range groups {
		var stacks []*stack
		for _, from := range group {
			if from.rows != "" {
				stacks = append(stacks, &stack{rows: from.rows, of: from.of})
				continue
			}
			err := j.Query(ctx, findTerms, func(row sqlitefile.Row) error {
				stacks = append(stacks, &stack{term: row.Int(0)})
				return nil
			}, from.first.role, from.first.name, from.last.name)
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
	if s.started && s.block <= block {
		return nil
	}
	s.started, s.block, s.entries = true, -1, set{}
	if s.rows == "" {
		return f.journal.Query(ctx, nextFiled, func(row sqlitefile.Row) error {
			s.block = row.Int(0) - slot(s.term, 0)
			for entries := row.Blob(1); len(entries) > 0; entries = entries[entrySize:] {
				s.entries.add(uint64(binary.BigEndian.Uint16(entries) % blockSize))
			}
			return nil
		}, slot(s.term, 0), slot(s.term, block))
	}
	err := f.journal.Query(ctx, s.rows, func(row sqlitefile.Row) error {
		switch of := blockOf(row.Int(0)); {
		case s.block < 0:
			s.block = of
		case s.block != of:
			return errEnough
		}
		s.entries.add(uint64(row.Int(0) % blockSize)) //nolint:gosec // a sequence is above 0
		return nil
	}, s.of, block<<blockBits|(blockSize-1))
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// next returns the newest block, not newer than block, that a source of each group has,
// or -1 if there is none.
func (f *finder) next(ctx context.Context, block int64) (int64, error) {
	for agreed := 0; agreed < len(f.groups) && block >= 0; {
		newest := int64(-1)
		for _, s := range f.groups[agreed] {
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

// each calls visit with the sequences, from first to last, that are in a source of each
// group, newest first and at most so many at once, until it is full.
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

// entries returns the sequences in a block that are in a source of each group, and are
// from first to last, newest first.
func (f *finder) entries(block, first, last int64) (found []int64) {
	var all set
	for i, group := range f.groups {
		var of set
		for _, s := range group {
			for word := range of {
				if s.block == block {
					of[word] |= s.entries[word]
				}
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
