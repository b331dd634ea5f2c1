package sqlite

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"

	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// How many owners are collected in memory before they are written to the table, and how
// many of them are written with each commit: at least folded, and more if the commit
// itself adds many, so that a fold ends long before the next one is due.
const (
	gathered = 32 << 10
	folded   = 128
)

// owners finds the entry that owns a key. The key of its table is a hash, so a new
// owner changes a page anywhere in the table: with a million owners, each document
// would write a whole page. So new owners are collected in memory. When there are
// many, they are folded into the table in the order of their slots, a few with each
// commit, several to a page. After a crash, the owners that had not been folded are
// read from the log.
//
// Readers find owners while the writer works. In memory they may find an entry that is
// not committed yet. It is in no table that they see, and counts as unknown. No
// committed entry is behind such an entry, because its slot was free.
//
// Two keys may have the same hash. The later one then gets the next free slot. No slot
// is ever freed, so a search from slot to slot finds it.
type owners struct {
	slotOf  func(key string) int64
	enough  int             // how many of recent start a fold
	step    int             // how many are written to the table with a commit, at least
	mu      *sync.RWMutex   // locked by the writer to change recent, folding and stored, and by readers to read them
	stored  bool            // the table has an owner, or will: a store of few documents need not search it
	recent  map[int64]int64 // slot to sequence, not in the table
	folding map[int64]int64 // the same, on the way to the table
	order   []int64         // slots of folding not in the table yet, rising
	upTo    int64           // the newest sequence in folding
	newest  int64           // the newest sequence in recent
	staged  []int64         // slots that the current transaction added to recent
	written int             // how many of order the current transaction wrote

	findSlot, addSlot, setIndexed sqlitefile.Statement
}

// slot returns the hash of a key. With SHA-256 a sender cannot choose keys that
// collide.
func slot(key string) int64 {
	sum := sha256.Sum256([]byte(key))
	return int64(binary.BigEndian.Uint64(sum[:8])) //nolint:gosec // any 64 bits will do
}

// prepare reads from the log those entries that the table does not hold yet.
func (o *owners) prepare(c *sqlitefile.Conn) error {
	o.mu, o.recent = &sync.RWMutex{}, make(map[int64]int64)
	if o.slotOf == nil {
		o.slotOf, o.enough, o.step = slot, gathered, folded
	}
	for text, s := range map[string]*sqlitefile.Statement{
		slotAt: &o.findSlot,
		`INSERT OR IGNORE INTO owner VALUES (?, ?)`:               &o.addSlot,
		`UPDATE progress SET sequence = ? WHERE name = 'indexed'`: &o.setIndexed,
	} {
		var err error
		if *s, err = c.Prepare(text); err != nil {
			return err
		}
	}
	stored, err := c.Number(`SELECT EXISTS (SELECT 1 FROM owner)`)
	if err != nil {
		return fmt.Errorf("read owners: %w", err)
	}
	o.stored = stored != 0
	rest, err := c.Prepare(`SELECT sequence, key FROM log WHERE sequence >
		(SELECT sequence FROM progress WHERE name = 'indexed') ORDER BY sequence`)
	if err != nil {
		return err
	}
	err = rest.Query(func(row sqlitefile.Row) error {
		return o.restore(row.Text(1), row.Int(0))
	})
	o.keep()
	if err != nil {
		return fmt.Errorf("read owners from the log: %w", err)
	}
	return nil
}

// restore adds an entry of the log, unless the fold that a crash cut short
// had brought it to the table.
func (o *owners) restore(key string, sequence int64) error {
	for at := o.slotOf(key); ; at++ {
		held, err := o.sequence(at)
		if err != nil {
			return err
		}
		if held == sequence {
			return nil
		}
		if held == 0 {
			o.add(at, sequence)
			return nil
		}
	}
}

// sequence returns the sequence in a slot, or 0.
func (o *owners) sequence(slot int64) (int64, error) {
	if held := o.recent[slot]; held != 0 {
		return held, nil
	}
	if held := o.folding[slot]; held != 0 {
		return held, nil
	}
	if !o.stored {
		return 0, nil
	}
	return o.findSlot.Number(slot)
}

// known returns the entry that owns key, if it is committed, read with a
// connection of the caller's, or a zero one. It is safe beside the writer.
func (o *owners) known(key string, r *reader) (queue.Entry, error) {
	for at := o.slotOf(key); ; at++ {
		held, stored := o.inMemory(at)
		var err error
		if held == 0 && stored {
			held, err = r.slot.Number(at)
		}
		if err != nil || held == 0 {
			return queue.Entry{}, err
		}
		e, err := scanOne(r.entry, held)
		if err != nil || e.Position == 0 || e.Key == key {
			return e, err
		}
	}
}

// inMemory returns the sequence in a slot that is not known to be in the table,
// or 0, and whether the table holds any. Once it has left the memory, it is in
// the table.
func (o *owners) inMemory(slot int64) (held int64, stored bool) {
	o.mu.RLock()
	defer o.mu.RUnlock()
	if held := o.recent[slot]; held != 0 {
		return held, o.stored
	}
	return o.folding[slot], o.stored
}

// find returns the entry that owns key, read by entry, or a zero one and the
// slot that is free for it.
func (o *owners) find(key string, entry func(sequence int64) (queue.Entry, error)) (queue.Entry, int64, error) {
	for at := o.slotOf(key); ; at++ {
		held, err := o.sequence(at)
		if err != nil {
			return queue.Entry{}, 0, fmt.Errorf("find owner: %w", err)
		}
		if held == 0 {
			return queue.Entry{}, at, nil
		}
		e, err := entry(held)
		if err != nil {
			return queue.Entry{}, 0, fmt.Errorf("read owner: %w", err)
		}
		if e.Key == key {
			return e, at, nil
		}
	}
}

// add puts a sequence into a free slot, until undo or keep.
func (o *owners) add(slot, sequence int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.recent[slot] = sequence
	o.staged = append(o.staged, slot)
}

// undo takes back what the transaction at hand did.
func (o *owners) undo() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, at := range o.staged {
		delete(o.recent, at)
	}
	o.staged, o.written = o.staged[:0], 0
}

// keep commits them, and starts a fold if enough were collected.
func (o *owners) keep() {
	for _, at := range o.staged {
		o.newest = max(o.newest, o.recent[at])
	}
	o.staged = o.staged[:0]
	o.order, o.written = o.order[o.written:], 0
	if len(o.order) > 0 {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.folding = nil
	if len(o.recent) < o.enough {
		return
	}
	o.folding, o.upTo, o.recent, o.stored = o.recent, o.newest, make(map[int64]int64, o.enough), true
	o.order = make([]int64, 0, len(o.folding))
	for at := range o.folding {
		o.order = append(o.order, at)
	}
	slices.Sort(o.order)
}

// fold writes a few owners to the table in the current transaction. With the last of
// them it writes the sequence up to which all are in the table.
func (o *owners) fold() error {
	if len(o.order) == 0 {
		return nil
	}
	n := min(max(o.step, 4*len(o.staged)), len(o.order))
	for _, at := range o.order[:n] {
		if err := o.addSlot.Exec(at, o.folding[at]); err != nil {
			return err
		}
	}
	o.written = n
	if n < len(o.order) {
		return nil
	}
	return o.setIndexed.Exec(o.upTo)
}
