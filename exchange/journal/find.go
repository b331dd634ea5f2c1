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

// everything is the source of all exchanges.
var everything = source{first: term{roleSender, ""}, last: term{roleSender, "\U0010FFFF"}}

// groupsOf returns the sources of a query, in each group of which an exchange must be
// found, and those in none of which it may be found.
func groupsOf(q exchange.Query) (groups [][]source, without []source) {
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
	in, without := answeredBy(q)
	add(len(in) > 0, in...)
	if len(without) > 0 && len(groups) == 0 {
		groups = [][]source{{everything}}
	}
	return groups, without
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
	rows  string // as of the source
	of    any
	term  int64
	read  []entriesOf // those that were read and not passed; the first is where it is
	ahead int         // how many were read at once
	used  int         // how many of those it came to
	ended bool        // there are none behind those that were read
}

// entriesOf are the entries of one block.
type entriesOf struct {
	block   int64
	entries set
}

// maxAhead bounds how many blocks are read at once, some 16 KiB.
const maxAhead = 64

// block returns the block at which the stack is, or -1 at the end.
func (s *stack) block() int64 {
	if len(s.read) == 0 {
		return -1
	}
	return s.read[0].block
}

// A set is the entries of a block, a bit each.
type set [blockSize / 64]uint64

func (s *set) add(n uint64) { s[n/64] |= 1 << (n % 64) }

// A finder finds the entries that are in one source of each group. It asks the groups in
// turn, those first that are read with little work, and of those the one that ruled out
// the block before: most blocks of a search that finds little need one or two groups.
type finder struct {
	journal *Journal
	groups  []*group
	without *group // in none of its stacks an entry may be
}

// A group is sources of which an entry must be in one.
type group struct {
	stacks       []*stack
	rows, blocks int // that were read
}

// cost is how many rows a block takes.
func (g *group) cost() int { return g.rows / max(1, g.blocks) }

// stacks returns a group of the stacks of sources.
func (j *Journal) stacks(ctx context.Context, sources []source) (*group, error) {
	g := &group{}
	for _, from := range sources {
		if from.rows != "" {
			g.stacks = append(g.stacks, &stack{rows: from.rows, of: from.of})
			continue
		}
		err := j.Query(ctx, findTerms, func(row sqlitefile.Row) error {
			g.stacks = append(g.stacks, &stack{term: row.Int(0)})
			return nil
		}, from.first.role, from.first.name, from.last.name)
		if err != nil {
			return nil, err
		}
	}
	return g, nil
}

// finder returns a finder for what is in groups of sources and without others, or nil if
// nothing is in a group.
func (j *Journal) finder(ctx context.Context, groups [][]source, without []source) (f *finder, err error) {
	f = &finder{journal: j}
	if f.without, err = j.stacks(ctx, without); err != nil {
		return nil, err
	}
	for _, sources := range groups {
		g, err := j.stacks(ctx, sources)
		if err != nil {
			return nil, err
		}
		if len(g.stacks) == 0 {
			return nil, nil //nolint:nilnil // as it says
		}
		if sources[0].rows != "" { // until it is known how many
			g.rows = blockSize
		}
		f.groups = append(f.groups, g)
	}
	slices.SortStableFunc(f.groups, func(a, b *group) int { return a.rows - b.rows })
	return f, nil
}

// down moves a stack to its newest block that is not newer than block.
func (f *finder) down(ctx context.Context, g *group, s *stack, block int64) error {
	before := s.block()
	for len(s.read) > 0 && s.read[0].block > block {
		s.read = s.read[1:]
	}
	if len(s.read) == 0 && !s.ended {
		if s.used == s.ahead { // none was read in vain: a walk, and no leap
			s.ahead = min(max(1, 2*s.ahead), maxAhead)
		} else {
			s.ahead = 1
		}
		s.used = 0
		rows, err := f.fill(ctx, s, block)
		if err != nil {
			return err
		}
		if g.blocks == 0 {
			g.rows = 0
		}
		g.rows, g.blocks = g.rows+rows, g.blocks+len(s.read)
		before = -1
	}
	if s.block() != before {
		s.used++
	}
	return nil
}

// fill reads the next blocks of a stack, from one on, and returns how many rows they took.
func (f *finder) fill(ctx context.Context, s *stack, block int64) (rows int, err error) {
	s.read = s.read[:0]
	to := func(block int64) (*set, error) {
		if n := len(s.read); n > 0 && s.read[n-1].block == block {
			return &s.read[n-1].entries, nil
		}
		if len(s.read) == s.ahead {
			return nil, errEnough
		}
		s.read = append(s.read, entriesOf{block: block})
		return &s.read[len(s.read)-1].entries, nil
	}
	filed := func(row sqlitefile.Row) error {
		entries, err := to(row.Int(0) - slot(s.term, 0))
		rows++
		for b := row.Blob(1); err == nil && len(b) > 0; b = b[entrySize:] {
			entries.add(uint64(binary.BigEndian.Uint16(b) % blockSize))
		}
		return err
	}
	listed := func(row sqlitefile.Row) error {
		entries, err := to(blockOf(row.Int(0)))
		rows++
		if err == nil {
			entries.add(uint64(row.Int(0) % blockSize)) //nolint:gosec // a sequence is above 0
		}
		return err
	}
	if s.rows == "" {
		err = f.journal.Query(ctx, nextFiled, filed, slot(s.term, 0), slot(s.term, block), s.ahead)
		s.ended = len(s.read) < s.ahead
	} else {
		err = f.journal.Query(ctx, s.rows, listed, s.of, block<<blockBits|(blockSize-1))
		s.ended = err == nil
	}
	if errors.Is(err, errEnough) {
		err = nil
	}
	return rows, err
}

// next returns the newest block, not newer than block, in which an entry is in a source of
// each group, and those entries. The block is -1 if there is none.
func (f *finder) next(ctx context.Context, block int64) (int64, set, error) {
	for block >= 0 {
		found, at, by, err := f.agree(ctx, block)
		if err != nil || by < 0 {
			return at, found, err
		}
		f.prefer(by)
		block = at
	}
	return -1, set{}, nil
}

// prefer has the group that ruled out a block asked before those that cost as much.
func (f *finder) prefer(by int) {
	g, to := f.groups[by], 0
	for to < by && f.groups[to].cost() < g.cost() {
		to++
	}
	copy(f.groups[to+1:], f.groups[to:by])
	f.groups[to] = g
}

// agree asks each group for its entries in a block. If all have some of the same, by is
// -1. If not, it is the group that has none, and at is the next block that may do.
func (f *finder) agree(ctx context.Context, block int64) (all set, at int64, by int, err error) {
	for i, group := range f.groups {
		newest, of := int64(-1), set{}
		for _, s := range group.stacks {
			if err := f.down(ctx, group, s, block); err != nil {
				return all, -1, i, err
			}
			newest = max(newest, s.block())
			for word := range of {
				if s.block() == block {
					of[word] |= s.read[0].entries[word]
				}
			}
		}
		if newest < block {
			return all, newest, i, nil
		}
		if i > 0 {
			for word := range of {
				of[word] &= all[word]
			}
		}
		if all = of; all == (set{}) {
			return all, block - 1, i, nil
		}
	}
	if err := f.leaveOut(ctx, &all, block); err != nil {
		return all, -1, 0, err
	}
	if all == (set{}) {
		return all, block - 1, 0, nil
	}
	return all, block, -1, nil
}

// leaveOut removes from entries of a block those that may not be found.
func (f *finder) leaveOut(ctx context.Context, all *set, block int64) error {
	for _, s := range f.without.stacks {
		if err := f.down(ctx, f.without, s, block); err != nil {
			return err
		}
		for word := range all {
			if s.block() == block {
				all[word] &^= s.read[0].entries[word]
			}
		}
	}
	return nil
}

// each calls visit with the sequences, from first to last, that are in a source of each
// group, newest first and at most so many at once, until it is full.
func (f *finder) each(ctx context.Context, first, last int64, most int, visit func([]int64) (full bool, err error)) error {
	for block := min(blockOf(last), 1<<termBits-1); block >= blockOf(first); block-- {
		at, found, err := f.next(ctx, block)
		if err != nil || at < 0 {
			return err
		}
		block = at
		for some := range slices.Chunk(found.sequences(block, first, last), most) {
			if full, err := visit(some); full || err != nil {
				return err
			}
		}
	}
	return nil
}

// sequences returns those of the entries of a block that are from first to last, newest
// first.
func (s *set) sequences(block, first, last int64) (found []int64) {
	for word := len(s) - 1; word >= 0; word-- {
		for w := s[word]; w != 0; {
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
