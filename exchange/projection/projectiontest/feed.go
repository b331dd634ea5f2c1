package projectiontest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"beibu/exchange/projection"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// A Feed is a record that ends. It publishes its changes in batches.
type Feed struct {
	Changes   []queue.Change
	Batch     int
	Published int // changes so far
}

// Head is queue.Feed's.
func (f *Feed) Head(context.Context) (int64, error) {
	if len(f.Changes) == 0 {
		return 0, nil
	}
	return last(f.Changes), nil
}

// Follow is queue.Feed's.
func (f *Feed) Follow(ctx context.Context, after int64, fold func(context.Context, []queue.Change) error) error {
	rest := f.Changes
	for len(rest) > 0 && rest[0].Sequence <= after {
		rest = rest[1:]
	}
	for len(rest) > 0 {
		n := min(f.Batch, len(rest))
		f.Published += n
		if err := fold(ctx, rest[:n]); err != nil {
			return err
		}
		rest = rest[n:]
	}
	<-ctx.Done()
	return nil
}

// Follow folds a feed to its end.
func Follow(tb testing.TB, p *projection.Projection, f *Feed) {
	tb.Helper()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	done := make(chan error, 1)
	go func() { done <- p.Run(ctx, f) }()
	if err := p.Wait(context.Background(), last(f.Changes)); err != nil {
		tb.Error(err)
	}
	stop()
	if err := <-done; err != nil {
		tb.Errorf("run: %v", err)
	}
}

// Rows returns all rows of a projection but the cursor, by table.
func Rows(tb testing.TB, p *projection.Projection) map[string][]string {
	tb.Helper()
	var tables []string
	err := p.Query(context.Background(), `SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'cursor'`, func(row sqlitefile.Row) error {
		tables = append(tables, row.Text(0))
		return nil
	})
	all := make(map[string][]string)
	for _, table := range tables {
		err = errors.Join(err, p.Query(context.Background(), `SELECT * FROM `+table, func(row sqlitefile.Row) error {
			values := make([]string, row.Columns())
			for i := range values {
				values[i] = row.Text(i)
			}
			all[table] = append(all[table], fmt.Sprintf("%q", values))
			return nil
		}))
	}
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

func patch(t *testing.T, path string, at int64, content []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt(content, at)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
}
