package judge_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"
	"time"

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
		admit(b, store, "import-licence", i, effects.Effects{Opens: &effects.Opening{
			Account: effects.AccountOf("import-licence", fmt.Sprint(i)),
			Lines:   []effects.Line{{Number: "1", HS: "4001220000", Unit: "KGM", Quantity: values.Whole(1_000_000_000)}},
		}})
	}
	for i := range b.N {
		admit(b, store, "import-declaration", i, effects.Effects{Draws: []effects.Draw{{
			From: effects.AccountOf("import-licence", fmt.Sprint(i%licences)), Line: "1", HS: "4001220000",
			Measures: []effects.Measure{{Unit: "KGM", Quantity: values.Whole(1000)}},
		}}})
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
	key := fmt.Sprint(kind, number)
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
