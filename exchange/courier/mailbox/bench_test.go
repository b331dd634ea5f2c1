package mailbox_test

import (
	"testing"
	"time"

	"beibu/exchange"
)

// BenchmarkFetch fetches and acknowledges one delivery after another while
// 50,000 are under lease.
func BenchmarkFetch(b *testing.B) {
	const leased = 50_000
	w := newWorld(b)
	w.accept(0, leased, false, "window-vn")
	for range leased / exchange.MaxFetched {
		w.fetch(exchange.Fetch{Limit: exchange.MaxFetched, Lease: time.Hour})
	}
	next := leased
	b.ReportAllocs()
	for b.Loop() {
		w.accept(next, next+1, false, "window-vn")
		if got := w.fetch(exchange.Fetch{Limit: 10, Lease: time.Hour}); len(got) != 1 {
			b.Fatalf("got %v", got)
		}
		w.acknowledge(accepted(next))
		next++
	}
	b.ReportMetric(float64(w.read.Load())/float64(next), "reads/delivery")
}
