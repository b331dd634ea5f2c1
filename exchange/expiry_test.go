package exchange_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules/rulestest"
)

// consign accepts a carnet and waits until it is consigned to its receivers.
func consign(t *testing.T, w *exchangetest.World, n string) exchange.Exchange {
	t.Helper()
	got, err := w.Accept(t.Context(), from("qinzhou", carnet(t, n)))
	if err != nil {
		t.Fatal(err)
	}
	return w.Await(t, got.Exchange, exchangetest.Consigned)
}

// say records what a receiver says of a delivery.
func say(t *testing.T, w *exchangetest.World, x exchange.Exchange, receiver string, name exchange.State, attempt int) {
	t.Helper()
	err := w.Recorder.Record(t.Context(), exchange.Event{
		Exchange: x.ID, Receiver: receiver, Name: name, Attempt: attempt, At: rulestest.Received.Add(time.Hour),
		Cause: exchange.Cause{Code: "HS-UNKNOWN"},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// delivery returns the delivery to a receiver as the index shows it.
func delivery(t *testing.T, w *exchangetest.World, id uuid.UUID, receiver string) exchange.Delivery {
	t.Helper()
	x, err := w.Journal.Exchange(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range x.Deliveries {
		if d.Receiver == receiver {
			return d
		}
	}
	t.Fatalf("no delivery to %s", receiver)
	return exchange.Delivery{}
}

func TestExpiry(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	expiry := &exchange.Expiry{Journal: w.Journal, Recorder: w.Recorder, After: time.Hour}
	x := consign(t, w, "A-1")
	say(t, w, x, "promotion", exchange.ConsignmentAcceptance, 1)
	since := delivery(t, w, x.ID, "window-vn").ConsignedAt
	if n, err := expiry.Sweep(t.Context(), since.Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("in time: %d given up, %v", n, err)
	}
	if n, err := expiry.Sweep(t.Context(), since.Add(time.Hour+time.Second)); n != 2 || err != nil {
		t.Errorf("overdue: %d given up, %v; want 2", n, err)
	}
	d := delivery(t, w, x.ID, "window-vn")
	if d.State != exchange.ContentHandoverFailure || d.Cause.Code != "expired" {
		t.Errorf("got %+v", d)
	}
	if d := delivery(t, w, x.ID, "promotion"); d.State != exchange.ConsignmentAcceptance {
		t.Errorf("an acknowledged delivery was given up: %+v", d)
	}
}
