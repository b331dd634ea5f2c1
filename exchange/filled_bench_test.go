package exchange_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"beibu/exchange/exchangetest"
	"beibu/queue"
)

// BenchmarkAcceptFilled is BenchmarkAccept after a thousand exchanges are
// stored, indexed and consigned to three receivers each, and after a million. The
// million takes minutes to make, so it is asked for by
// BEIBU_BENCH_MILLION=1.
func BenchmarkAcceptFilled(b *testing.B) {
	for _, held := range []int64{1_000, 1_000_000} {
		// Filled once and used by every round: each round adds to the last.
		filled := sync.OnceValues(func() ([]byte, *exchangetest.World) { return filledWorld(b, held) })
		first := int64(1)
		b.Run(fmt.Sprintf("held=%d", held), func(b *testing.B) {
			if held > 1_000 && os.Getenv("BEIBU_BENCH_MILLION") == "" {
				b.Skip("SKIPPED: set BEIBU_BENCH_MILLION=1 to fill a store with a million exchanges")
			}
			template, w := filled()
			b.ReportAllocs()
			b.ResetTimer()
			load(b, b.N, func(i int64) { accept(b, w, template, first+i) })
			first += int64(b.N)
		})
	}
}

func filledWorld(b *testing.B, held int64) ([]byte, *exchangetest.World) {
	b.Helper()
	template, w := tenKB(b)
	accept(b, w, template, 0)
	fill(b, w, held)
	return template, w
}

// fill stores n exchanges that are like the first one, with numbers of their
// own and small bodies, and waits until all are consigned and in the index.
func fill(b *testing.B, w *exchangetest.World, n int64) {
	b.Helper()
	first := firstEntry(b, w)
	var next atomic.Int64
	var all sync.WaitGroup
	for range 256 {
		all.Go(func() {
			for i := next.Add(1); i <= n; i = next.Add(1) {
				number := fmt.Appendf(nil, "HELD--%010d", i)
				s := queue.Submission{
					ID: uuid.New(), Token: uuid.New(), Digest: first.Digest, At: first.At, Body: []byte("small"),
					Key:  string(bytes.ReplaceAll([]byte(first.Key), numbered([]byte(mark), 0), number)),
					Head: bytes.ReplaceAll(first.Head, numbered([]byte(mark), 0), number),
				}
				if _, err := w.Store.Admit(b.Context(), s); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
	// Each has an entry and three consignments.
	for w.Journal.Sequence() < 4*(n+1) && !b.Failed() {
		changed := w.Journal.Changed("")
		if w.Journal.Sequence() < 4*(n+1) {
			<-changed
		}
	}
}

// firstEntry returns what the log says of the first exchange.
func firstEntry(b *testing.B, w *exchangetest.World) queue.Entry {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var first queue.Entry
	err := w.Store.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
		first = *changes[0].Entry
		cancel()
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return first
}
