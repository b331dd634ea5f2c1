package projection_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/projection"
	"beibu/exchange/projection/projectiontest"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// errOdd is why the fold of the test refuses a change.
var errOdd = errors.New("odd")

// counts is the smallest projection: the events of each receiver.
var counts = projection.Definition{
	Name: "counts", Application: 0x42656943,
	Tables: []string{`CREATE TABLE count (receiver TEXT PRIMARY KEY, events INTEGER NOT NULL, padding TEXT NOT NULL) STRICT`},
	Fold: func(w *projection.Writer, changes []queue.Change) error {
		for _, c := range changes {
			if c.Event == nil {
				return errOdd
			}
			w.Notify(c.Event.Receiver)
			err := w.Exec(`INSERT INTO count VALUES (?, 1, ?) ON CONFLICT DO UPDATE SET events = events + 1`, c.Event.Receiver, strings.Repeat("x", 1000))
			if err != nil {
				return err
			}
		}
		return nil
	},
}

// events returns a record of n events to a third as many receivers.
func events(n int, name string) []queue.Change {
	changes := make([]queue.Change, 0, n)
	for i := range n {
		changes = append(changes, queue.Change{Sequence: int64(i + 1), Event: &queue.Event{
			Subject: queue.ExchangeSubject(uuid.New()), Name: name, Receiver: fmt.Sprint(i % (n / 3)), At: time.Date(2026, 11, 30, 8, 0, i, 0, time.UTC),
		}})
	}
	return changes
}

func subject(change func(*projection.Definition)) projectiontest.Subject {
	d := counts
	if change != nil {
		change(&d)
	}
	return projectiontest.Subject{Definition: d, Record: events(300, "a"), Other: events(300, "b")}
}

func TestContract(t *testing.T) {
	projectiontest.Run(t, subject(nil))
}

func TestContractOfKept(t *testing.T) {
	projectiontest.Run(t, subject(func(d *projection.Definition) { d.Kept, d.FromEnd = true, true }))
}

// Of a batch that the fold refuses nothing is kept and nobody is notified.
func TestFoldFails(t *testing.T) {
	s := subject(nil)
	p := s.Open(t, filepath.Join(t.TempDir(), "p.db"))
	changed := p.Changed("0")
	bad := append(s.Record[:5:5], queue.Change{Sequence: 6})
	if err := p.Fold(t.Context(), bad); !errors.Is(err, errOdd) {
		t.Errorf("got %v", err)
	}
	if rows := projectiontest.Rows(t, p); len(rows) != 0 || p.Sequence() != 0 {
		t.Errorf("at %d, kept %v", p.Sequence(), rows)
	}
	select {
	case <-changed:
		t.Error("notified of what was not kept")
	default:
	}
	if err := p.Fold(t.Context(), s.Record[:5]); err != nil {
		t.Fatal(err)
	}
	<-changed
}

// A fold notifies the names that it names, and no other.
func TestNotify(t *testing.T) {
	s := subject(nil)
	p := s.Open(t, filepath.Join(t.TempDir(), "p.db"))
	every, first, second := p.Changed(""), p.Changed("0"), p.Changed("1")
	if err := p.Fold(t.Context(), s.Record[:1]); err != nil {
		t.Fatal(err)
	}
	<-every
	<-first
	select {
	case <-second:
		t.Error("notified of a change to another receiver")
	default:
	}
}

// A projection that begins at the end of the record has nothing of before, and all of
// after, also if it was made while the end could not be found.
func TestFromEnd(t *testing.T) {
	s := subject(func(d *projection.Definition) { d.FromEnd = true })
	path := filepath.Join(t.TempDir(), "p.db")
	p, err := projection.Open(t.Context(), path, s.Definition)
	if err == nil {
		err = p.Close()
	}
	if err == nil {
		p, err = projection.Open(t.Context(), path, s.Definition)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	projectiontest.Follow(t, p, &projectiontest.Feed{Changes: s.Record[:100], Batch: 50})
	if rows := projectiontest.Rows(t, p); len(rows) != 0 || p.Sequence() != 100 {
		t.Errorf("at %d, has %d receivers of before", p.Sequence(), len(rows["count"]))
	}
	projectiontest.Follow(t, p, &projectiontest.Feed{Changes: s.Record, Batch: 50})
	if rows := projectiontest.Rows(t, p); len(rows["count"]) != 100 {
		t.Errorf("has %d receivers, want those of all changes of after", len(rows["count"]))
	}
}

// Damage that shows while the file is used is noted for the next Open.
func TestDamageNoticed(t *testing.T) {
	s := subject(nil)
	s.Record = events(3000, "a")
	path := filepath.Join(t.TempDir(), "p.db")
	p := s.Open(t, path)
	projectiontest.Follow(t, p, &projectiontest.Feed{Changes: s.Record, Batch: 5000})
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const begin = 20 * 4096 // beyond the schema and the cursor
	if len(content) < 2*begin {
		t.Fatalf("the file has %d bytes: the test proves nothing", len(content))
	}
	if err := os.WriteFile(path, append(content[:begin:begin], make([]byte, len(content)-begin)...), 0o600); err != nil {
		t.Fatal(err)
	}
	p = s.Open(t, path)
	if err := p.Query(t.Context(), `SELECT sum(length(padding)) FROM count`, func(sqlitefile.Row) error { return nil }); err == nil {
		t.Fatal("read damaged rows")
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if p = s.Open(t, path); p.Rebuilt() == nil {
		t.Error("the damage was not noted")
	}
}

// Tables of an earlier version are upgraded if the definition says how, and the rows
// and the cursor stay.
func TestUpgrade(t *testing.T) {
	s := subject(nil)
	path := filepath.Join(t.TempDir(), "p.db")
	p := s.Open(t, path)
	if err := p.Fold(t.Context(), s.Record[:100]); err != nil {
		t.Fatal(err)
	}
	var version int64
	err := p.Query(t.Context(), `PRAGMA user_version`, func(row sqlitefile.Row) error {
		version = row.Int(0)
		return nil
	})
	if err := errors.Join(err, p.Close()); err != nil {
		t.Fatal(err)
	}
	s.Definition.Meaning = "another"
	s.Definition.Upgrades = map[int64][]string{version: {`UPDATE count SET padding = 'upgraded'`}}
	for range 2 { // once
		p = s.Open(t, path)
		if p.Rebuilt() != nil || p.Sequence() != 100 {
			t.Errorf("at %d, rebuilt: %v", p.Sequence(), p.Rebuilt())
		}
		for _, row := range projectiontest.Rows(t, p)["count"] {
			if !strings.Contains(row, "upgraded") {
				t.Errorf("not upgraded: %s", row)
			}
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A query on a projection that is closed fails and does not wait; another Close is no
// error.
func TestClosed(t *testing.T) {
	p := subject(nil).Open(t, filepath.Join(t.TempDir(), "p.db"))
	if err := errors.Join(p.Close(), p.Close()); err != nil {
		t.Fatal(err)
	}
	if err := p.Query(t.Context(), `SELECT * FROM count`, func(sqlitefile.Row) error { return nil }); err == nil {
		t.Error("a closed projection answers")
	}
}
