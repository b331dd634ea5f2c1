package judge_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/facts/values"
	"beibu/exchange/judge"
	"beibu/queue"
	"beibu/queue/sqlite"
	"beibu/queue/sqlitefile"
)

// BenchmarkJudge decides on declarations that draw on a hundred licences, in the embedded
// store, with their consequences: how many a second.
func BenchmarkJudge(b *testing.B) {
	store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "queue.db"), sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close() //nolint:errcheck // the folder goes with the benchmark
	const licences = 100
	for i := range licences {
		admit(b, store, "import-licence", i, licenceOf(i))
	}
	for i := range b.N {
		admit(b, store, "import-declaration", i, drawing(i%licences))
	}
	ctx, cancel := context.WithCancel(b.Context())
	ended := make(chan error, 2)
	go func() { ended <- (&exchange.Dispatch{Log: store}).Run(ctx) }()
	b.ResetTimer()
	l := ledgerAt(b, filepath.Join(b.TempDir(), "ledger.db"))
	go func() { ended <- l.Run(ctx, store) }()
	leader := judge.Leader{Ledger: l, Now: time.Now, Recorder: &exchange.Recorder{Appender: store, Feed: store, Fold: l}}
	for done := int64(0); done < int64(licences+b.N); {
		changed := l.Changed("")
		busy, err := leader.Pass(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if done = decisions(b, l); !busy && done < int64(licences+b.N) {
			<-changed
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "documents/s")
	b.StopTimer()
	cancel()
	for range cap(ended) {
		if err := <-ended; err != nil {
			b.Error(err)
		}
	}
}

// BenchmarkRestart opens a ledger with 100,000 open balances, which is up to date, and
// decides on one more draw: how long it takes until a node that starts decides.
func BenchmarkRestart(b *testing.B) {
	const balances = 100_000
	path := filepath.Join(b.TempDir(), "ledger.db")
	record := &pieces{ledger: ledgerAt(b, path)}
	for first := 0; first < balances; first += 500 {
		record.balances(b, first, first+500)
	}
	if err := record.ledger.Close(); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	for i := range b.N {
		l, err := judge.Open(b.Context(), path)
		if err != nil {
			b.Fatal(err)
		}
		if l.Rebuilt() != nil || l.Sequence() != record.next {
			b.Fatal(l.Rebuilt(), l.Sequence())
		}
		record.ledger = l
		record.append(b, drawOn(b, balances+i, i))
		leader := judge.Leader{Ledger: l, Now: time.Now, Recorder: &exchange.Recorder{Appender: record, Fold: l}}
		if busy, err := leader.Pass(b.Context()); !busy || err != nil {
			b.Fatal(busy, err)
		}
		if v, found, err := l.Verdict(b.Context(), record.last.ID); !found || err != nil || len(v.Postings) != 1 {
			b.Fatal(v, found, err)
		}
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// balances appends licences and a declaration that draws on each, and decides on them.
func (p *pieces) balances(tb testing.TB, first, end int) {
	tb.Helper()
	var all []queue.Change
	for i := first; i < end; i++ {
		all = append(all, numbered(tb, "import-licence", i, licenceOf(i)), drawOn(tb, i, i))
	}
	p.append(tb, all...)
	leader := judge.Leader{Ledger: p.ledger, Now: time.Now, Recorder: &exchange.Recorder{Appender: p, Fold: p.ledger}}
	for busy := true; busy; {
		var err error
		if busy, err = leader.Pass(tb.Context()); err != nil {
			tb.Fatal(err)
		}
	}
}

// append folds changes behind what the record has.
func (p *pieces) append(tb testing.TB, changes ...queue.Change) {
	tb.Helper()
	for i := range changes {
		p.next++
		changes[i].Sequence = p.next
	}
	p.last = *changes[len(changes)-1].Entry
	if err := p.ledger.Fold(tb.Context(), changes); err != nil {
		tb.Fatal(err)
	}
}

// licenceOf returns what licence i opens.
func licenceOf(i int) effects.Effects {
	return effects.Effects{Opens: &effects.Opening{
		Account: effects.AccountOf("import-licence", fmt.Sprint(i)),
		Lines:   []effects.Line{{Number: "1", HS: "4001220000", Unit: "KGM", Quantity: values.Whole(1_000_000_000)}},
	}}
}

// drawing returns what a declaration draws on licence i.
func drawing(i int) effects.Effects {
	return effects.Effects{Draws: []effects.Draw{{
		From: effects.AccountOf("import-licence", fmt.Sprint(i)), Line: "1", HS: "4001220000",
		Measures: []effects.Measure{{Unit: "KGM", Quantity: values.Whole(1000)}},
	}}}
}

// drawOn returns a change with declaration n, which draws on licence i.
func drawOn(tb testing.TB, n, i int) queue.Change {
	tb.Helper()
	return numbered(tb, "import-declaration", n, drawing(i))
}

// numbered returns a change with a document of a kind that has these effects.
func numbered(tb testing.TB, kind string, n int, e effects.Effects) queue.Change {
	tb.Helper()
	entry := &queue.Entry{Head: head(tb, kind, n, e)}
	digest := sha256.Sum256([]byte(fmt.Sprint(kind, n)))
	copy(entry.ID[:], digest[:])
	return queue.Change{Entry: entry}
}

// BenchmarkBeside dispatches documents that cite nothing, with the judge and without: what
// it costs them.
func BenchmarkBeside(b *testing.B) {
	for _, judged := range []bool{false, true} {
		b.Run(fmt.Sprintf("judge=%t", judged), func(b *testing.B) {
			store, err := sqlite.Open(b.Context(), filepath.Join(b.TempDir(), "queue.db"), sqlite.Options{})
			if err != nil {
				b.Fatal(err)
			}
			defer store.Close() //nolint:errcheck // the folder goes with the benchmark
			for i := range b.N {
				admit(b, store, "health-permit", i, effects.Effects{})
			}
			ctx, cancel := context.WithCancel(b.Context())
			group, ctx := errgroup.WithContext(ctx)
			b.ResetTimer()
			group.Go(func() error { return (&exchange.Dispatch{Log: store}).Run(ctx) })
			if judged {
				l := ledgerAt(b, filepath.Join(b.TempDir(), "ledger.db"))
				leader := judge.Leader{Ledger: l, Now: time.Now, Recorder: &exchange.Recorder{Appender: store, Feed: store, Fold: l}}
				group.Go(func() error { return l.Run(ctx, store) })
				group.Go(func() error { return leader.Lead(ctx, func(err error) { b.Error(err) }) })
			}
			consigned := 0
			err = store.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
				for _, c := range changes {
					if c.Event != nil {
						consigned++
					}
				}
				if consigned == b.N {
					b.StopTimer()
					cancel()
				}
				return nil
			})
			cancel()
			if err := errors.Join(err, group.Wait()); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "documents/s")
		})
	}
}

// decisions returns how many verdicts have all their consequences.
func decisions(tb testing.TB, l *judge.Ledger) (n int64) {
	tb.Helper()
	err := l.Query(tb.Context(), `SELECT count(*) FROM verdict WHERE done = 1`, func(row sqlitefile.Row) error {
		n = row.Int(0)
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// admit stores a document whose head has these effects.
func admit(tb testing.TB, store *sqlite.Store, kind string, number int, e effects.Effects) {
	tb.Helper()
	admitAs(tb, store, kind, number, "", e)
}

// admitAs is admit of a version of the document.
func admitAs(tb testing.TB, store *sqlite.Store, kind string, number int, version string, e effects.Effects) {
	tb.Helper()
	key := fmt.Sprint(kind, number, version)
	digest := sha256.Sum256([]byte(key))
	s := queue.Submission{Key: key, Digest: digest, At: time.Now(), Head: head(tb, kind, number, e), Body: []byte("x")}
	copy(s.ID[:], digest[:])
	copy(s.Token[:], digest[16:])
	if _, err := store.Admit(tb.Context(), s); err != nil {
		tb.Fatal(err)
	}
}

// head returns the head of a document that has these effects.
func head(tb testing.TB, kind string, number int, e effects.Effects) []byte {
	tb.Helper()
	text, err := json.Marshal(map[string]any{
		"sender": port, "kind": kind, "number": fmt.Sprint(number), "receivers": []string{receiver}, "effects": e,
	})
	if err != nil {
		tb.Fatal(err)
	}
	return text
}
