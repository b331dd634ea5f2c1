package journal_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/journal"
	"beibu/exchange/projection/projectiontest"
	"beibu/queue"
)

// subject is the index with the record of n documents, and another of the same
// length.
func subject(tb testing.TB, n int) projectiontest.Subject {
	tb.Helper()
	other := &record{tb: tb}
	changes := busy(tb, n)
	for range changes {
		other.accept(document{Number: other.now().String(), Sender: "beihai"})
	}
	return projectiontest.Subject{Definition: journal.Definition(), Record: changes, Other: other.changes}
}

func TestContract(t *testing.T) {
	projectiontest.Run(t, subject(t, 50))
}

// equal fails if two indexes differ in what they show.
func equal(t *testing.T, a, b *journal.Journal, changes []queue.Change) {
	t.Helper()
	for _, c := range changes {
		if c.Entry == nil {
			continue
		}
		if diff := cmp.Diff(show(t, a, c.Entry.ID), show(t, b, c.Entry.ID)); diff != "" {
			t.Fatal(diff)
		}
	}
}

// An index that was damaged is folded again, and shows what it showed before.
func TestDamaged(t *testing.T) {
	changes := busy(t, 20)
	path := filepath.Join(t.TempDir(), "index.db")
	if err := os.WriteFile(path, []byte("this is no database, however long the text is"), 0o600); err != nil {
		t.Fatal(err)
	}
	j := openAt(t, path)
	if j.Rebuilt() == nil {
		t.Error("Rebuilt does not say why")
	}
	projectiontest.Follow(t, j.Projection, &projectiontest.Feed{Changes: changes, Batch: 50})
	equal(t, j, (&record{tb: t, changes: changes}).folded(), changes)
	page, _, err := j.Exchanges(context.Background(), exchange.Query{Limit: 500})
	if err != nil || len(page) != 20 {
		t.Errorf("shows %d exchanges of 20, %v", len(page), err)
	}
}
