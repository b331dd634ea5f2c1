package journal

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"slices"
	"strings"

	"beibu/exchange"
	"beibu/exchange/lookup"
	"beibu/exchange/projection"
	"beibu/queue/sqlitefile"
)

// An exchange is filed under its sender, its kind, each of its receivers, the codes of
// its goods and those of its faults. Each of these is a term, which has a number. The sequences of the entries under a term are
// kept in blocks, a row each: with an entry of an index for every exchange and term,
// most of the work of a fold would be these entries. What few documents share has such an
// entry nevertheless, in table lookup: its blocks would have one entry each.
// Refusals are filed under terms of their own.

// The roles of a term.
const (
	roleSender = iota
	roleKind
	roleReceiver
	roleRule          // the code of a fault
	roleHS            // the code of goods, or the beginning of one
	roleCause         // the code of the reason for a state that a delivery had
	roleRefusedSender // of refusals, as the next three
	roleRefusedKind
	roleRefusedCode
	roleRefusedWay
	roleRules    // the codes of all faults of a document, under which nothing is filed
	roleAnswered // a verdict of an answer to it, and for whom: see answeredAs
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
	findTerms = `SELECT id FROM term WHERE role = ? AND name BETWEEN ? AND ?`
	addFiled  = `INSERT INTO filed (slot, entries) VALUES (?, ?) ON CONFLICT DO UPDATE SET entries = CAST(entries || excluded.entries AS BLOB)`
	nextFiled = `SELECT slot, entries FROM filed WHERE slot BETWEEN ? AND ? ORDER BY slot DESC LIMIT ?`
)

// addLookup adds rows of table lookup.
var addLookup = projection.NewRows(`INSERT OR IGNORE INTO lookup (key, entry)`, 2)

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
	found   []found
}

// A found is a row of table lookup.
type found struct{ key, entry int64 }

// keyOf returns the key of a term in table lookup: 48 bits of its digest. Two terms may
// have the same key, so what is found by it is compared with the exchange.
func keyOf(t lookup.Term) int64 {
	sum := sha256.Sum256([]byte(string(t.Role) + "\n" + t.Value))
	return int64(binary.BigEndian.Uint64(sum[:]) >> 16)
}

// refusedKeyOf returns the key of a term of refusals, which are not among what it finds of
// exchanges.
func refusedKeyOf(t lookup.Term) int64 {
	return keyOf(lookup.Term{Role: "refused " + t.Role, Value: t.Value})
}

// isNumber reports whether a term finds the documents of a kind by their own number, in
// addition to those that cite it.
func isNumber(t lookup.Term) bool { return t.Role == lookup.Carnet || t.Role == lookup.Licence }

// rules returns the number of the term of all faults of a document, or 0 if it has none.
func (f *filing) rules(faults []string) (int64, error) {
	if len(faults) == 0 {
		return 0, nil
	}
	codes := slices.Sorted(slices.Values(faults))
	return f.number(term{roleRules, strings.Join(slices.Compact(codes), " ")})
}

// exchange files a new exchange.
func (f *filing) exchange(x *exchange.Exchange, sequence int64) error {
	if err := f.add(term{roleSender, x.Identity.Sender}, sequence); err != nil {
		return err
	}
	if err := f.add(term{roleKind, x.Identity.Kind}, sequence); err != nil {
		return err
	}
	for _, code := range x.Faults {
		if err := f.add(term{roleRule, code}, sequence); err != nil {
			return err
		}
	}
	var prefixes []string
	for _, code := range x.Keys.HS {
		for _, p := range lookup.Prefixes(code) {
			if slices.Contains(prefixes, p) {
				continue
			}
			prefixes = append(prefixes, p)
			if err := f.add(term{roleHS, p}, sequence); err != nil {
				return err
			}
		}
	}
	for _, t := range x.Terms() {
		if isNumber(t) && t.Value == x.Identity.Number {
			continue // exchange_number has it
		}
		f.found = append(f.found, found{keyOf(t), sequence})
	}
	return nil
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

// add files an entry under a term.
func (f *filing) add(t term, sequence int64) error {
	n, err := f.number(t)
	if err != nil {
		return err
	}
	s := slot(n, blockOf(sequence))
	entries, ok := f.slots[s]
	if !ok {
		f.order = append(f.order, s)
	}
	f.slots[s] = binary.BigEndian.AppendUint16(entries, uint16(sequence%blockSize)) //nolint:gosec // it fits
	return nil
}

// save writes what was added.
func (f *filing) save() error {
	for _, s := range f.order {
		if err := f.w.Exec(addFiled, s, f.slots[s]); err != nil {
			return err
		}
	}
	slices.SortFunc(f.found, func(a, b found) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.entry, b.entry)) })
	rows := f.w.Inserter(addLookup)
	for _, row := range f.found { // in the order of the table, each page of which is touched once
		if err := rows.Add(row.key, row.entry); err != nil {
			return err
		}
	}
	return rows.Flush()
}
