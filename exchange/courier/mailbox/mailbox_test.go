package mailbox_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange"
)

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func TestFetchOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 4, false, "window-vn", "promotion")
		w.accept(4, 6, true, "window-vn")
		w.accept(6, 7, false, "promotion")
		same(t, "express first, then the oldest", w.fetch(exchange.Fetch{Limit: 3}), "4", "5", "1")
		same(t, "the rest", w.fetch(exchange.Fetch{Limit: 3}), "2", "3")
		same(t, "no more", w.fetch(exchange.Fetch{Limit: 3}))
		w.accept(7, 8, false, "window-vn")
		w.accept(8, 9, true, "window-vn")
		same(t, "what came since", w.fetch(exchange.Fetch{}), "8", "7")
	})
}

// A hand-over is in the record, and shown, before the receiver has it.
func TestFetchRecords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 2, false, "window-vn")
		items, err := w.mailbox.Fetch(t.Context(), "window-vn", exchange.Fetch{Lease: time.Hour})
		if err != nil || len(items) != 1 {
			t.Fatal(items, err)
		}
		if until := items[0].LeasedUntil; !until.Equal(time.Now().Add(time.Hour)) {
			t.Errorf("leased until %s", until)
		}
		x, err := w.Exchange(t.Context(), numbered(1))
		if err != nil {
			t.Fatal(err)
		}
		if d := x.Deliveries[0]; d.State != exchange.ContentHandover || items[0].Exchange.Deliveries[0].State != d.State {
			t.Errorf("the index shows %s", d.State)
		}
	})
}

func TestLeaseLapses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 3, false, "window-vn")
		same(t, "first", w.fetch(exchange.Fetch{Limit: 1}), "1") // for a minute
		same(t, "next", w.fetch(exchange.Fetch{Lease: 2 * time.Minute}), "2")
		after(time.Minute - 1)
		same(t, "before it lapses", w.fetch(exchange.Fetch{}))
		after(1)
		same(t, "when it lapses", w.fetch(exchange.Fetch{}), "1")
		after(time.Minute)
		same(t, "both", w.fetch(exchange.Fetch{}), "1", "2")
	})
}

func TestOptionsAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(0, 600, false, "window-vn")
		for _, test := range []struct {
			o     exchange.Fetch
			limit int
			lease time.Duration
		}{
			{exchange.Fetch{}, 50, time.Minute},
			{exchange.Fetch{Limit: -1, Lease: -1, Wait: -1}, 1, time.Second},
			{exchange.Fetch{Limit: 501, Lease: 2 * time.Hour, Wait: time.Hour}, 500, time.Hour},
		} {
			items, err := w.mailbox.Fetch(t.Context(), "window-vn", test.o)
			if err != nil || len(items) != test.limit || !items[0].LeasedUntil.Equal(time.Now().Add(test.lease)) {
				t.Errorf("%+v: %d items, %v", test.o, len(items), err)
			}
		}
		started := time.Now()
		if items, err := w.mailbox.Fetch(t.Context(), "promotion", exchange.Fetch{Wait: time.Hour}); err != nil || items != nil {
			t.Error(items, err)
		}
		if waited := time.Since(started); waited != time.Minute {
			t.Errorf("waited %s for nothing", waited)
		}
	})
}

func TestLongPoll(t *testing.T) {
	tests := map[string]struct {
		wake func(w *world)
		want string
	}{
		"a delivery opens": {func(w *world) { w.accept(2, 3, false, "window-vn") }, "[2]"},
		"a replay begins": {func(w *world) {
			w.publish(1, exchange.ConsignmentRejection, 1)
			w.publish(1, exchange.ContentConsignment, 2)
		}, "[1]"},
		"a lease lapses":         {func(*world) {}, "[1]"},
		"another's opens":        {func(w *world) { w.accept(2, 3, false, "promotion") }, "[]"},
		"the delivery is closed": {func(w *world) { w.acknowledge(accepted(1)) }, "[]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.accept(1, 2, false, "window-vn")
				lease := time.Minute
				if name == "a lease lapses" {
					lease = 10 * time.Second
				}
				w.fetch(exchange.Fetch{Lease: lease})
				got := make(chan []string)
				began := time.Now()
				go func() { got <- w.fetch(exchange.Fetch{Wait: 15 * time.Second}) }()
				synctest.Wait()
				test.wake(w)
				if found := fmt.Sprint(<-got); found != test.want {
					t.Errorf("got %s, want %s", found, test.want)
				}
				if waited := time.Since(began); (test.want == "[]") != (waited == 15*time.Second) {
					t.Errorf("answered after %s", waited)
				}
			})
		})
	}
}

// A poll whose caller goes away, or is sent away, ends without an error.
func TestPollEndsWithContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ctx, end := context.WithCancel(t.Context())
		done := make(chan error)
		go func() {
			_, err := w.mailbox.Fetch(ctx, "window-vn", exchange.Fetch{Wait: time.Minute})
			done <- err
		}()
		synctest.Wait()
		end()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// If the record cannot be written, nothing is handed over or under lease.
func TestFetchFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 3, false, "window-vn")
		w.Break(errors.New("disk full"))
		_, err := w.mailbox.Fetch(t.Context(), "window-vn", exchange.Fetch{})
		if exchange.KindOf(err) != exchange.Unavailable {
			t.Errorf("got %v, want Unavailable", err)
		}
		if _, err := w.mailbox.Acknowledge(t.Context(), "window-vn", []exchange.Ack{accepted(1)}); exchange.KindOf(err) != exchange.Unavailable {
			t.Errorf("got %v, want Unavailable", err)
		}
		w.Break(nil)
		same(t, "afterwards", w.fetch(exchange.Fetch{}), "1", "2")
	})
}

// Pollers at once never get the same delivery, and together get all.
func TestPollersShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		const all = 400
		w.accept(0, all/2, false, "window-vn")
		got := make(chan string, 2*all)
		for range 8 {
			go func() {
				for {
					numbers := w.fetch(exchange.Fetch{Limit: 7, Lease: time.Hour, Wait: time.Minute})
					for _, n := range numbers {
						got <- n
					}
					if len(numbers) == 0 {
						return
					}
				}
			}()
		}
		w.accept(all/2, all, true, "window-vn")
		seen := make(map[string]bool)
		for range all {
			n := <-got
			if seen[n] {
				t.Fatalf("%s was given twice", n)
			}
			seen[n] = true
		}
		after(2 * time.Minute) // the pollers go home
	})
}

// Leases are in the record: another node, or the same one after a crash, keeps them,
// and hands over again what comes free.
func TestLeaseHoldsElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 4, false, "window-vn")
		w.fetch(exchange.Fetch{Limit: 2, Lease: 40 * time.Second})
		w.acknowledge(accepted(1))
		other := w.another()
		same(t, "what is under no lease", w.fetchFrom(other, exchange.Fetch{Lease: time.Hour}), "3")
		same(t, "a poll wakes when the lease lapses", w.fetchFrom(other, exchange.Fetch{Wait: time.Minute}), "2")
		same(t, "and not again here", w.fetch(exchange.Fetch{}))
	})
}

// A delivery that another node hands over while we look, and whose lease is over
// by our clock, is handed over once, as the later look shows it.
func TestHandedOverMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 3, false, "window-vn")
		w.between = func() { w.publish(1, exchange.ContentHandover, 1) } // under no lease
		items, err := w.mailbox.Fetch(context.Background(), "window-vn", exchange.Fetch{})
		if err != nil || len(items) != 2 || items[0].Exchange.Identity.Number != "1" || items[1].Exchange.Identity.Number != "2" {
			t.Fatalf("got %+v, %v", items, err)
		}
	})
}

// Two nodes that hand over at once do not hand over the same: the record says
// whose it is, and the slower one continues with the next.
func TestNodesHandOverAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 3, false, "window-vn")
		other := w.another()
		w.Before(func() {
			same(t, "the faster", w.fetchFrom(other, exchange.Fetch{Limit: 1, Lease: time.Hour}), "1")
		})
		same(t, "the slower", w.fetch(exchange.Fetch{Lease: time.Hour}), "2")
		w.accept(3, 4, false, "window-vn")
		w.Before(func() {
			same(t, "the faster", w.fetchFrom(other, exchange.Fetch{Lease: time.Hour}), "3")
			if _, err := other.Acknowledge(t.Context(), "window-vn", []exchange.Ack{accepted(3)}); err != nil {
				t.Error(err)
			}
		})
		same(t, "acknowledged meanwhile", w.fetch(exchange.Fetch{}))
	})
}

// What another daemon handed over before it died is found when its lease ends,
// also by a poll that waits.
func TestHandedOverElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 2, false, "window-vn")
		same(t, "nothing is left", append(w.fetch(exchange.Fetch{Lease: time.Hour}), w.fetch(exchange.Fetch{})...), "1")
		w.accept(2, 3, false, "window-vn")
		same(t, "the other's", w.fetchFrom(w.another(), exchange.Fetch{Lease: 40 * time.Second}), "2")
		began := time.Now()
		same(t, "its lease is over", w.fetch(exchange.Fetch{Wait: time.Minute}), "2")
		if waited := time.Since(began); waited != 40*time.Second {
			t.Errorf("waited %s", waited)
		}
	})
}

// A replay is a new attempt: the lease of the one before does not cover it.
func TestReplayUnderLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 2, false, "window-vn")
		same(t, "first", w.fetch(exchange.Fetch{Lease: time.Hour}), "1")
		w.publish(1, exchange.ContentHandoverFailure, 1)
		same(t, "given up", w.fetch(exchange.Fetch{}))
		w.publish(1, exchange.ContentConsignment, 2)
		items, err := w.mailbox.Fetch(t.Context(), "window-vn", exchange.Fetch{})
		if err != nil || len(items) != 1 || items[0].Exchange.Deliveries[0].Attempt != 2 {
			t.Errorf("got %+v, %v", items, err)
		}
	})
}

// A backlog that is all under lease is not read again and again: to drain it
// costs no more than a few reads of each delivery.
func TestLongBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		const all = 5000
		w.accept(0, all, false, "window-vn")
		same(t, "the first", w.fetch(exchange.Fetch{Limit: 1, Lease: 30 * time.Second}), "0")
		for range all/100 - 1 {
			if got := w.fetch(exchange.Fetch{Limit: 100, Lease: time.Hour}); len(got) != 100 {
				t.Fatalf("got %d", len(got))
			}
		}
		w.fetch(exchange.Fetch{Limit: 100, Lease: time.Hour}) // the rest
		for range 50 {
			w.fetch(exchange.Fetch{})
		}
		if w.read.Load() > 4*all {
			t.Errorf("%d deliveries were read for %d handed over", w.read.Load(), all)
		}
		w.read.Store(0)
		after(30 * time.Second)
		same(t, "lapsed", w.fetch(exchange.Fetch{}), "0")
		if w.read.Load() > 500 {
			t.Errorf("%d deliveries were read for the one that came back", w.read.Load())
		}
	})
}
