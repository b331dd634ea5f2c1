package mailbox_test

import (
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange"
)

// A lease that a clock which was ahead has given withholds nothing once the clock
// is right: no lease is longer than the longest that can be asked for.
func TestLeaseOfAClockThatWasAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 3, false, "window-vn")
		ahead := time.Now().Add(90 * 24 * time.Hour)
		e := exchange.Event{
			Exchange: numbered(1), Receiver: "window-vn", Name: exchange.ContentHandover, Attempt: 1, At: ahead,
			Lease: exchange.Lease{Holder: "ahead", Until: ahead.Add(time.Minute)},
		}
		if err := (&exchange.Recorder{Appender: w, Feed: w, Fold: w.Journal}).Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		same(t, "with a clock that is right", w.fetchFrom(w.another(), exchange.Fetch{}), "1", "2")
		same(t, "under the new lease", w.fetchFrom(w.another(), exchange.Fetch{}))
	})
}

// The longest lease holds at a node whose clock is a little behind, too.
func TestLongestLeaseAndAClockThatIsBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.accept(1, 2, false, "window-vn")
		ahead := time.Now().Add(30 * time.Second)
		e := exchange.Event{
			Exchange: numbered(1), Receiver: "window-vn", Name: exchange.ContentHandover, Attempt: 1, At: ahead,
			Lease: exchange.Lease{Holder: "ahead", Until: ahead.Add(exchange.MaxLease)},
		}
		if err := (&exchange.Recorder{Appender: w, Feed: w, Fold: w.Journal}).Record(t.Context(), e); err != nil {
			t.Fatal(err)
		}
		same(t, "by the clock that is behind", w.fetch(exchange.Fetch{}))
	})
}

// What was acknowledged and never fetched was handed over with that.
func TestAcknowledgementIsAHandOver(t *testing.T) {
	w := newWorld(t)
	w.accept(1, 2, false, "window-vn")
	if _, err := w.mailbox.Acknowledge(t.Context(), "window-vn", []exchange.Ack{accepted(1)}); err != nil {
		t.Fatal(err)
	}
	x, err := w.Exchange(t.Context(), numbered(1))
	if err != nil {
		t.Fatal(err)
	}
	var names []exchange.State
	for _, e := range x.Events {
		if e.Receiver != "" {
			names = append(names, e.Name)
		}
	}
	want := []exchange.State{exchange.ContentConsignment, exchange.ContentHandover, exchange.ConsignmentAcceptance}
	if len(names) != 3 || names[0] != want[0] || names[1] != want[1] || names[2] != want[2] {
		t.Errorf("steps %v, want %v", names, want)
	}
}
