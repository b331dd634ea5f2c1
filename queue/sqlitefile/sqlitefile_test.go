package sqlitefile_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"beibu/queue/sqlitefile"
)

// newFile returns the path of a file that holds text.
func newFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.db")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func open(t *testing.T, path string, pragmas ...string) *sqlitefile.Conn {
	t.Helper()
	c, err := sqlitefile.Open(path, pragmas...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func run(t *testing.T, c *sqlitefile.Conn, text string, values ...any) {
	t.Helper()
	if err := c.Run(text, values...); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

func prepare(t *testing.T, c *sqlitefile.Conn, text string) sqlitefile.Statement {
	t.Helper()
	s, err := c.Prepare(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Values are read as they were written; a nil blob is NULL and an empty one is not.
func TestValues(t *testing.T) {
	c := open(t, newFile(t, ""))
	run(t, c, `CREATE TABLE a (n INTEGER, s TEXT, b BLOB, e BLOB, z BLOB) STRICT`)
	blob := []byte("\x00\xff'")
	run(t, c, `INSERT INTO a VALUES (?, ?, ?, ?, ?)`, int64(-1)<<63, "北\x00部", blob, []byte{}, []byte(nil))
	run(t, c, `INSERT INTO a VALUES (?, ?, ?, ?, ?)`, 7, nil, nil, nil, nil)
	var rows int
	err := prepare(t, c, `SELECT * FROM a WHERE n < ?`).Query(func(row sqlitefile.Row) error {
		rows++
		var fixed [3]byte
		if err := errors.Join(row.Fixed(2, fixed[:]), row.Fixed(1, make([]byte, 7))); err != nil {
			t.Error(err)
		}
		if err := row.Fixed(2, make([]byte, 4)); err == nil {
			t.Error("a blob of 3 bytes was read as one of 4")
		}
		if row.Int(0) != -1<<63 || row.Text(1) != "北\x00部" || !bytes.Equal(row.Blob(2), blob) || !bytes.Equal(fixed[:], blob) {
			t.Errorf("got %d %q %q %q", row.Int(0), row.Text(1), row.Blob(2), fixed)
		}
		if row.Null(3) || row.Blob(3) != nil || !row.Null(4) || row.Blob(4) != nil || row.Columns() != 5 {
			t.Errorf("got %v of the empty blob, %v of the missing one", row.Null(3), row.Null(4))
		}
		return nil
	}, 0)
	if err != nil || rows != 1 {
		t.Errorf("%d rows, %v", rows, err)
	}
	if n, err := c.Number(`SELECT max(n) FROM a`); n != 7 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	if n, err := c.Number(`SELECT n FROM a WHERE FALSE`); n != 0 || err != nil {
		t.Errorf("no row: got %d, %v", n, err)
	}
}

// What cannot be bound is refused, and a statement that failed runs again.
func TestRefuses(t *testing.T) {
	c := open(t, newFile(t, ""))
	run(t, c, `CREATE TABLE a (n INTEGER PRIMARY KEY) STRICT`)
	add := prepare(t, c, `INSERT INTO a VALUES (?)`)
	odd := errors.New("odd")
	for name, err := range map[string]error{
		"no value":                 add.Exec(),
		"two values":               add.Exec(1, 2),
		"an odd type":              add.Exec(struct{}{}),
		"a text for an integer":    add.Exec("a"),
		"two statements":           c.Run(`INSERT INTO a VALUES (8); INSERT INTO a VALUES (9)`),
		"no statement of SQL":      c.Run(`INSERT`),
		"one that visit refuses":   prepare(t, c, `SELECT 1 UNION SELECT 2`).Query(func(sqlitefile.Row) error { return odd }),
		"a pragma":                 openFails(newFile(t, ""), "journal_mode(WAL"),
		"a file that is not there": openFails(filepath.Join(t.TempDir(), "missing.db")),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if err := add.Exec(1); err != nil {
		t.Errorf("after a refusal: %v", err)
	}
	if n, err := c.Number(`SELECT count(*) FROM a`); n != 1 || err != nil {
		t.Errorf("%d rows, %v; want one", n, err)
	}
}

func openFails(path string, pragmas ...string) error {
	c, err := sqlitefile.Open(path, pragmas...)
	if err == nil {
		_ = c.Close()
	}
	return err
}

// The end of a context interrupts a statement that runs, and no later one.
func TestWithin(t *testing.T) {
	c := open(t, newFile(t, ""))
	ctx, cancel := context.WithCancel(t.Context())
	endless := prepare(t, c, `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n`)
	rows := 0
	err := c.Within(ctx, func() error {
		return endless.Query(func(sqlitefile.Row) error {
			if rows++; rows == 100 {
				cancel()
			}
			return nil
		})
	})
	if !errors.Is(err, context.Canceled) || rows < 100 {
		t.Errorf("after %d rows: %v", rows, err)
	}
	if err := c.Within(ctx, func() error { return c.Run(`CREATE TABLE a (n)`) }); !errors.Is(err, context.Canceled) {
		t.Errorf("under a context that has ended: %v", err)
	}
	if n, err := c.Number(`SELECT count(*) FROM sqlite_schema`); n != 0 || err != nil {
		t.Errorf("afterwards: %d, %v", n, err)
	}
}

// Each kind of error is recognised, also within another.
func TestErrors(t *testing.T) {
	path := newFile(t, "")
	first, second := open(t, path), open(t, path)
	run(t, first, `BEGIN EXCLUSIVE`)
	busy := second.Run(`BEGIN IMMEDIATE`)
	run(t, first, `ROLLBACK`)
	small := open(t, newFile(t, ""), "max_page_count(2)")
	run(t, small, `CREATE TABLE a (b BLOB)`)
	full := small.Run(`INSERT INTO a VALUES (?)`, make([]byte, 1<<20))
	foreign := open(t, newFile(t, strings.Repeat("no database ", 100))).Run(`CREATE TABLE a (n)`)
	for name, test := range map[string]struct {
		err  error
		want [5]bool
	}{
		"busy":    {busy, [5]bool{0: true}},
		"full":    {full, [5]bool{1: true, 2: true}},
		"foreign": {foreign, [5]bool{3: true, 4: true}},
		"another": {errors.New("another"), [5]bool{}},
		"none":    {nil, [5]bool{}},
	} {
		err := errors.Join(test.err)
		got := [5]bool{sqlitefile.IsBusy(err), sqlitefile.IsFull(err), sqlitefile.IsRefused(err), sqlitefile.IsForeign(err), sqlitefile.IsDamaged(err)}
		if got != test.want {
			t.Errorf("%s: got %v, want %v: %v", name, got, test.want, err)
		}
	}
}

// To run a statement takes no memory of the heap.
func TestAllocations(t *testing.T) {
	c := open(t, newFile(t, ""), "journal_mode(MEMORY)")
	run(t, c, `CREATE TABLE a (n INTEGER PRIMARY KEY, s TEXT, b BLOB) STRICT`)
	run(t, c, `BEGIN`)
	add, find := prepare(t, c, `INSERT INTO a VALUES (?, ?, ?)`), prepare(t, c, `SELECT b FROM a WHERE n = ?`)
	var digest [32]byte
	var failed error
	n := int64(1 << 40)
	per := testing.AllocsPerRun(100, func() {
		n++
		digest[0] = byte(n)
		var found [32]byte
		err := errors.Join(add.Exec(n, "text", digest[:]), find.Query(func(row sqlitefile.Row) error {
			return row.Fixed(0, found[:])
		}, n))
		if err != nil || found != digest {
			failed = errors.Join(errors.New("the row is not found"), err)
		}
	})
	if failed != nil {
		t.Fatal(failed)
	}
	if per != 0 {
		t.Errorf("%.1f allocations, want none", per)
	}
}
