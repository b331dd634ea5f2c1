package projection_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"beibu/exchange/projection"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// pairs is a projection of rows that are inserted many at a time.
var (
	pairs   = []string{`CREATE TABLE pair (a INTEGER PRIMARY KEY, b TEXT NOT NULL) STRICT`}
	addPair = projection.NewRows(`INSERT INTO pair (a, b)`, 2)
)

// However many rows are added, each is there once, after the flush of the last of them.
func TestInserter(t *testing.T) {
	for _, n := range []int{0, 1, 15, 16, 17, 40} {
		p, err := projection.Open(t.Context(), filepath.Join(t.TempDir(), "pairs.db"), projection.Definition{
			Name: "pairs", Application: 0x42656944, Tables: pairs,
			Fold: func(w *projection.Writer, _ []queue.Change) error {
				rows := w.Inserter(addPair)
				for i := range n {
					if err := rows.Add(int64(i), fmt.Sprint(i)); err != nil {
						return err
					}
				}
				return rows.Flush()
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = p.Close() })
		if err := p.Fold(t.Context(), events(3, "a")); err != nil {
			t.Fatal(err)
		}
		found := 0
		err = p.Query(t.Context(), `SELECT a, b FROM pair ORDER BY a`, func(row sqlitefile.Row) error {
			if row.Int(0) != int64(found) || row.Text(1) != fmt.Sprint(found) {
				t.Errorf("row %d of %d is %d, %q", found, n, row.Int(0), row.Text(1))
			}
			found++
			return nil
		})
		if err != nil || found != n {
			t.Errorf("%d rows of %d, %v", found, n, err)
		}
	}
}
