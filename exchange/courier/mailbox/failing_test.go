package mailbox_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange"
)

// consume fetches one delivery after another for a receiver that dies on some of
// them and acknowledges the rest, and returns what it was handed.
func (w *world) consume(times int, deadly ...int) []string {
	w.tb.Helper()
	var got []string
	for range times {
		items, err := w.mailbox.Fetch(w.tb.Context(), "window-vn", exchange.Fetch{Limit: 1, Lease: time.Second})
		if err != nil {
			w.tb.Fatal(err)
		}
		for _, item := range items {
			d := item.Exchange.Deliveries[0]
			got = append(got, fmt.Sprintf("%s:%d", item.Exchange.Identity.Number, d.Handovers))
			if !slices.ContainsFunc(deadly, func(n int) bool { return numbered(n) == item.Exchange.ID }) {
				w.acknowledge(exchange.Ack{Exchange: item.Exchange.ID, Accepted: true})
			}
		}
		after(time.Second)
	}
	return got
}

// A receiver that dies on one delivery, express and the oldest, gets it so often
// and then all others first, also those that come later.
func TestReceiverDies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 2, true, "window-vn")
		w.accept(2, 4, false, "window-vn")
		same(t, "the others get through", w.consume(6, 1), "1:1", "1:2", "1:3", "2:1", "3:1", "1:4")
		w.accept(4, 5, false, "window-vn")
		same(t, "so does what came since", w.consume(2, 1), "4:1", "1:5")
		same(t, "with all others, it is last", w.fetch(exchange.Fetch{Limit: 1, Lease: 30 * time.Second}), "1")
		same(t, "until its lease is over", w.fetch(exchange.Fetch{}))
		began := time.Now()
		same(t, "a poll waits for that", w.fetch(exchange.Fetch{Lease: time.Second, Wait: time.Minute}), "1")
		if waited := time.Since(began); waited != 30*time.Second {
			t.Errorf("waited %s", waited)
		}
		w.accept(5, 6, false, "window-vn")
		after(time.Second)
		same(t, "behind what is ordinary", w.fetch(exchange.Fetch{}), "5", "1")
		after(time.Minute)
		w.acknowledge(accepted(1), accepted(5))
		same(t, "acknowledged at last", w.fetch(exchange.Fetch{}))
	})
}

// Failing deliveries are handed over in turn: one that always fails delays no other.
func TestFailingTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 4, false, "window-vn")
		w.consume(3*patience, 1, 2, 3)
		same(t, "each in its turn", w.consume(5, 1, 3), "1:4", "2:4", "3:4", "1:5", "3:5")
	})
}

// What is failing is so by the record: for another node, and after a restart.
func TestFailingElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 3, false, "window-vn")
		w.consume(patience, 1)
		same(t, "the order elsewhere", w.fetchFrom(w.another(), exchange.Fetch{}), "2", "1")
		same(t, "under lease here", w.fetch(exchange.Fetch{}))
		after(time.Minute)
		same(t, "the order here", w.fetch(exchange.Fetch{}), "2", "1")
	})
}

// What is free and failing hides nothing whose lease another node has given.
func TestFailingHidesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 3, false, "window-vn")
		same(t, "the other's", w.fetchFrom(w.another(), exchange.Fetch{Limit: 1, Lease: time.Minute}), "1")
		w.consume(patience, 2)
		w.accept(3, 5, false, "window-vn")
		same(t, "what was not fetched yet", w.fetch(exchange.Fetch{Limit: 1, Lease: time.Hour}), "3")
		after(time.Minute)
		same(t, "what comes free", w.fetch(exchange.Fetch{Limit: 1}), "1")
		same(t, "and the rest", w.fetch(exchange.Fetch{}), "4", "2")
	})
}

// A backlog under lease is not read again for one delivery that fails again and
// again in front of it.
func TestFailingBeforeLongBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		const all = 3000
		w.accept(0, all+1, false, "window-vn")
		w.consume(patience, 0)
		for range all / 500 {
			w.fetch(exchange.Fetch{Limit: 500, Lease: time.Hour})
		}
		w.read.Store(0)
		w.consume(20, 0)
		if w.read.Load() > 200 {
			t.Errorf("%d deliveries were read", w.read.Load())
		}
	})
}
