package journal_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"beibu/exchange"
	"beibu/exchange/lookup"
)

// BenchmarkFold folds whole lives of documents with two receivers: seven
// changes each, in batches as a busy store publishes them to the process that has
// accepted the documents.
func BenchmarkFold(b *testing.B) {
	carnet := lookup.Keys{HS: []string{"711620", "960190"}, Holders: []string{"6d281d526849f2e696ea723bb4799ad7"}}
	for _, bench := range []struct {
		name  string
		batch int
		keys  lookup.Keys
	}{{"batch=16", 16, lookup.Keys{}}, {"batch=256", 256, lookup.Keys{}}, {"batch=2048", 2048, lookup.Keys{}}, {"carnets, batch=256", 256, carnet}} {
		batch := bench.batch
		b.Run(bench.name, func(b *testing.B) {
			r := &record{tb: b, keys: bench.keys}
			r.lives(20_000, func() {})
			changes := decoded(b, r.changes)
			b.ReportAllocs()
			done := 0
			for b.Loop() {
				b.StopTimer()
				j := open(b)
				b.StartTimer()
				for at := 0; at < len(changes); at += batch {
					if err := j.Fold(b.Context(), changes[at:min(at+batch, len(changes))]); err != nil {
						b.Fatal(err)
					}
				}
				done += len(changes)
			}
			b.ReportMetric(float64(done)/b.Elapsed().Seconds(), "changes/s")
			b.ReportMetric(float64(done)/7*6/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(done), "ns/change")
		})
	}
}

// BenchmarkRebuild folds the whole record of 100,000 exchanges, or of as many as
// BEIBU_EXCHANGES says, into an empty index, as a daemon does whose index is
// lost. The record is made up meanwhile, which is not counted.
func BenchmarkRebuild(b *testing.B) {
	n := exchanges(b)
	b.Run(fmt.Sprintf("exchanges=%d", n), func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			j := open(b)
			r := &record{tb: b}
			fold := func(least int) {
				if len(r.changes) < least {
					return
				}
				changes := r.take()
				b.StartTimer()
				if err := j.Fold(b.Context(), changes); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
			}
			r.lives(n, func() { fold(2048) })
			fold(1)
			b.StartTimer()
		}
		b.ReportMetric(float64(b.N*n)/b.Elapsed().Seconds(), "exchanges/s")
		b.ReportMetric(float64(b.N*n*6)/b.Elapsed().Seconds(), "events/s")
		b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/rebuild")
	})
}

// exchanges returns how many exchanges a benchmark has.
func exchanges(b *testing.B) int {
	b.Helper()
	s := os.Getenv("BEIBU_EXCHANGES")
	if s == "" {
		return 100_000
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// BenchmarkDeliveries reads the first ten of a mailbox with a long backlog.
func BenchmarkDeliveries(b *testing.B) {
	r := &record{tb: b}
	for i := range 50_000 {
		id := r.accept(document{Number: fmt.Sprint(i), Receivers: []string{"window-vn"}, Express: i%10 == 0})
		r.event(id, "window-vn", exchange.ContentConsignment, 1)
	}
	j := r.folded()
	q := exchange.DeliveryQuery{Receiver: "window-vn", States: []exchange.State{exchange.ContentConsignment}, Limit: 10}
	for b.Loop() {
		if got, err := j.Deliveries(b.Context(), q); err != nil || len(got) != 10 {
			b.Fatal(len(got), err)
		}
	}
}

// BenchmarkFailures counts 50,000 deliveries that have failed, by their cause.
func BenchmarkFailures(b *testing.B) {
	r := &record{tb: b}
	for i := range 50_000 {
		receiver := fmt.Sprintf("window-%d", i%11)
		id := r.accept(document{Number: fmt.Sprint(i), Receivers: []string{receiver}, Express: i%10 == 0, Faults: []string{"ATA-9", "ATA-10"}[:i%3]})
		r.event(id, receiver, exchange.ContentConsignment, 1)
		r.event(id, receiver, exchange.ConsignmentRejection, 1, exchange.Cause{Code: fmt.Sprintf("code-%d", i%5)})
	}
	j := r.folded()
	for name, q := range map[string]exchange.FailureQuery{
		"all":      {Now: began, Handovers: 5},
		"receiver": {Now: began, Handovers: 5, Receiver: "window-3"},
		"party":    {Now: began, Handovers: 5, Parties: []string{"window-3"}},
		"sender":   {Now: began, Handovers: 5, BySender: true},
		"rule":     {Now: began, Handovers: 5, ByRule: true, Rules: []string{"code-1"}},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if got, err := j.Failures(b.Context(), q); err != nil || len(got) == 0 {
					b.Fatal(len(got), err)
				}
			}
		})
	}
}

// BenchmarkExchanges reads a page of a party's exchanges.
func BenchmarkExchanges(b *testing.B) {
	j := (&record{tb: b, changes: busy(b, 20_000)}).folded()
	for name, q := range map[string]exchange.Query{
		"all":    {},
		"party":  {Party: "window-vn"},
		"kind":   {Kind: "health-permit"},
		"number": {Number: "450007"},
		"state":  {State: exchange.ConsignmentRejection},
		"until":  {Until: began.Add(1000 * 60e9)},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, _, err := j.Exchanges(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
