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

func TestReplay(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	replay := &exchange.Replay{Journal: w.Journal, Recorder: w.Recorder}
	refused, done, open := consign(t, w, "A-1"), consign(t, w, "A-2"), consign(t, w, "A-3")
	say(t, w, refused, "window-vn", exchange.ConsignmentRejection, 1)
	say(t, w, refused, "promotion", exchange.ConsignmentRejection, 1)
	say(t, w, done, "window-vn", exchange.ConsignmentAcceptance, 1)
	query := exchange.ReplayQuery{Receiver: "window-vn"}

	plan, err := replay.Plan(t.Context(), query)
	if err != nil || len(plan.Items) != 1 || plan.Items[0].ID != refused.ID || plan.Items[0].Deliveries[0].Cause.Code != "HS-UNKNOWN" {
		t.Fatalf("plan %+v, %v", plan, err)
	}
	if d := delivery(t, w, refused.ID, "window-vn"); d.Attempt != 1 {
		t.Error("planning did something")
	}
	order := exchange.Order{Query: query, Digest: plan.Digest, Actor: "operator", Reason: "tariff updated", At: rulestest.Received.Add(2 * time.Hour)}
	if _, err := replay.Do(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	d := delivery(t, w, refused.ID, "window-vn")
	if d.State != exchange.ContentConsignment || d.Attempt != 2 || d.Cause.Actor != "operator" {
		t.Errorf("after the replay: %+v", d)
	}
	if d := delivery(t, w, refused.ID, "promotion"); d.State != exchange.ConsignmentRejection {
		t.Errorf("a replay to one receiver moved another: %+v", d)
	}
	for _, untouched := range []exchange.Exchange{done, open} {
		if d := delivery(t, w, untouched.ID, "window-vn"); d.Attempt != 1 {
			t.Errorf("sent again without need: %+v", d)
		}
	}
	// The same order again finds another plan, so nothing is done twice.
	if _, err := replay.Do(t.Context(), order); exchange.KindOf(err) != exchange.Stale {
		t.Errorf("the same order again: %v", err)
	}
	if d := delivery(t, w, refused.ID, "window-vn"); d.Attempt != 2 {
		t.Errorf("done twice: %+v", d)
	}
}

// An acknowledgement that comes between the plan and its doing makes the plan
// stale; and one that even comes after that check is not undone.
func TestReplayNeverRepeatsWhatWasAcknowledged(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	replay := &exchange.Replay{Journal: w.Journal, Recorder: w.Recorder}
	x := consign(t, w, "A-1")
	say(t, w, x, "window-vn", exchange.ConsignmentRejection, 1)
	query := exchange.ReplayQuery{Receiver: "window-vn"}
	plan, err := replay.Plan(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	say(t, w, x, "window-vn", exchange.ConsignmentAcceptance, 1)
	if _, err := replay.Do(t.Context(), exchange.Order{Query: query, Digest: plan.Digest}); exchange.KindOf(err) != exchange.Stale {
		t.Errorf("got %v", err)
	}
	say(t, w, x, "window-vn", exchange.ContentConsignment, 2)
	if d := delivery(t, w, x.ID, "window-vn"); d.State != exchange.ConsignmentAcceptance || d.Attempt != 1 {
		t.Errorf("an acknowledged delivery was sent again: %+v", d)
	}
}

func TestReplayNarrows(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	replay := &exchange.Replay{Journal: w.Journal, Recorder: w.Recorder}
	x := consign(t, w, "A-1")
	say(t, w, x, "window-vn", exchange.ConsignmentRejection, 1)
	failed := rulestest.Received.Add(time.Hour)
	for name, test := range map[string]struct {
		query exchange.ReplayQuery
		items int
	}{
		"all":           {exchange.ReplayQuery{}, 1},
		"since then":    {exchange.ReplayQuery{Since: failed}, 1},
		"since later":   {exchange.ReplayQuery{Since: failed.Add(time.Second)}, 0},
		"until then":    {exchange.ReplayQuery{Until: failed}, 0},
		"kind":          {exchange.ReplayQuery{Kind: "ata-carnet"}, 1},
		"another kind":  {exchange.ReplayQuery{Kind: "response"}, 0},
		"cause":         {exchange.ReplayQuery{Cause: "HS-UNKNOWN"}, 1},
		"another cause": {exchange.ReplayQuery{Cause: "expired"}, 0},
	} {
		test.query.Receiver = "window-vn"
		plan, err := replay.Plan(t.Context(), test.query)
		if err != nil || len(plan.Items) != test.items {
			t.Errorf("%s: %d items, %v; want %d", name, len(plan.Items), err, test.items)
		}
	}
	if _, err := replay.Plan(t.Context(), exchange.ReplayQuery{}); exchange.KindOf(err) != exchange.Invalid {
		t.Errorf("without a receiver: %v", err)
	}
}

func TestExpiry(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	expiry := &exchange.Expiry{Journal: w.Journal, Recorder: w.Recorder, After: time.Hour}
	x := consign(t, w, "A-1")
	say(t, w, x, "promotion", exchange.ConsignmentAcceptance, 1)
	if n, err := expiry.Sweep(t.Context(), rulestest.Received.Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("in time: %d given up, %v", n, err)
	}
	if n, err := expiry.Sweep(t.Context(), rulestest.Received.Add(time.Hour+time.Second)); n != 2 || err != nil {
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
