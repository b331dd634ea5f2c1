package projection

import (
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"sync"

	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// A Definition says what a projection is: its tables, and how they follow from the
// record.
type Definition struct {
	Name        string   // in errors, as "index"
	Application int32    // SQLite's application id, which names the program that owns the file
	Tables      []string // the statements that make the tables, each of them empty
	Meaning     string   // of the numbers that rows have in the place of words; part of the version
	// Fold changes the rows by a batch of changes, which is in order and not empty.
	// It runs in the transaction that saves the cursor, and may not keep w. If it
	// fails, nothing of the batch is kept.
	Fold func(w *Writer, changes []queue.Change) error
	// Kept says that rows hold more than the record does, as the answers of others.
	// Then the file is never set aside nor emptied: Open fails if it is damaged or of
	// another version. Once the file is of another record, changes are folded into
	// the rows that it has.
	Kept bool
	// FromEnd says that a new file begins at the end of the record, and not at its
	// beginning.
	FromEnd bool
	// Upgrades are, by the version of an earlier file, the statements that turn its
	// tables into those of this version. They run in one transaction.
	Upgrades map[int64][]string
}

// CursorTable makes the table of the cursor, for [Definition.Upgrades]. Its one row
// holds the sequence of the last change folded, or -1 if the end of the record is
// still to be found, and the digest of that change, or an empty one if it is not known.
const CursorTable = `CREATE TABLE cursor (
			one      INTEGER PRIMARY KEY CHECK (one = 1),
			sequence INTEGER NOT NULL,
			digest   BLOB NOT NULL) STRICT`

// unbegun is the cursor while the end of the record is still to be found.
const unbegun = -1

// start returns the cursor of a file from which nothing was folded yet.
func (d *Definition) start() int64 {
	if d.FromEnd {
		return unbegun
	}
	return 0
}

// tables returns the statements that make the tables, those of the cursor among
// them.
func (d *Definition) tables() []string {
	return append([]string{CursorTable, fmt.Sprintf(`INSERT INTO cursor VALUES (1, %d, x'')`, d.start())}, d.Tables...)
}

// version is a number that changes with the tables and with the meaning of their
// numbers.
func (d *Definition) version() int64 {
	sum := crc32.NewIEEE()
	for _, text := range append(d.tables(), d.Meaning) {
		_, _ = fmt.Fprintln(sum, text)
	}
	return int64(sum.Sum32() & 0x7fffffff)
}

// A Projection is a SQLite file with tables that are folded from the record. It is
// safe for concurrent use.
type Projection struct {
	definition Definition
	path       string
	readers    *sqlitefile.Pool[*sqlitefile.Conn] // of queries
	ending     sync.Once
	notifier   *notifier

	folding sync.Mutex // held while the writer is used
	writer  *Writer    // guarded by folding

	mu      sync.Mutex
	rebuilt error // guarded by mu; why the record is folded again, or nil
}

// Open opens the file at path, or makes it. A file there that is damaged or of
// another version is moved to path.aside, and the record is folded again; a
// [Definition.Kept] one is left as it is, and Open fails. Only one Projection may
// have a path open.
func Open(ctx context.Context, path string, d Definition) (*Projection, error) {
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open %s: %w", d.Name, err)
	}
	path, err := filepath.Abs(path) // so that no name is taken for one of SQLite's own
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", d.Name, err)
	}
	c, rebuilt, err := openFile(path, &d)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", d.Name, err)
	}
	w := &Writer{conn: c}
	sequence, _, err := w.cursor()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", d.Name, err), c.Close())
	}
	readers, err := openReaders(path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", d.Name, err), c.Close())
	}
	return &Projection{definition: d, path: path, readers: readers, notifier: newNotifier(sequence), writer: w, rebuilt: rebuilt}, nil
}

// Close closes the file. A query afterwards fails, and another Close does nothing; no
// other method may be called.
func (p *Projection) Close() (err error) {
	p.ending.Do(func() {
		p.folding.Lock()
		defer p.folding.Unlock()
		err = errors.Join(p.readers.Close(), p.writer.conn.Close())
	})
	return err
}

// Rebuilt returns why the record is folded again from its beginning, or nil if the
// fold continues from the cursor that the file had.
func (p *Projection) Rebuilt() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.rebuilt
}

// Sequence returns the sequence of the last change folded, 0 if there is none.
func (p *Projection) Sequence() int64 {
	at, _, _, _ := p.notifier.status()
	return max(at, 0)
}

// Wait returns when queries show the record up to a sequence, or with ctx's error.
// It fails with [ErrRefused] at once while the disk refuses writes. What an earlier
// process has folded counts once [Projection.Run] has checked that it is of its
// record.
func (p *Projection) Wait(ctx context.Context, sequence int64) error {
	for {
		at, passed, halted, why := p.notifier.status()
		if p.notifier.reached(sequence) {
			return nil
		}
		if why != nil {
			return fmt.Errorf("%s is at sequence %d: %w", p.definition.Name, at, why)
		}
		select {
		case <-passed:
		case <-halted:
		case <-ctx.Done():
			return fmt.Errorf("%s is at sequence %d: %w", p.definition.Name, at, context.Cause(ctx))
		}
	}
}

// Changed returns a channel that is closed when the fold notifies a name (see
// [Writer.Notify]), or, if name is "", when the fold advances at all.
func (p *Projection) Changed(name string) <-chan struct{} { return p.notifier.changed(name) }

// Query runs a query and calls visit for each row. The text is prepared once and
// kept, so its values are bound and never part of it.
func (p *Projection) Query(ctx context.Context, text string, visit func(sqlitefile.Row) error, values ...any) error {
	c, err := p.readers.Take(ctx)
	if err != nil {
		return err
	}
	defer p.readers.Give(c)
	return p.noticed(c.Within(ctx, func() error { return query(c, text, visit, values) }))
}

func query(c *sqlitefile.Conn, text string, visit func(sqlitefile.Row) error, values []any) error {
	s, err := c.Prepare(text)
	if err != nil {
		return err
	}
	return s.Query(visit, values...)
}
