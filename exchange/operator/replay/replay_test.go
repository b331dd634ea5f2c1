package replay_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/operator/replay"
	"beibu/exchange/rules/rulestest"
)

// say records what the receiver says of a delivery.
func (b bounded) say(t *testing.T, id uuid.UUID, name exchange.State, attempt int) {
	t.Helper()
	err := b.recorder().Record(t.Context(), exchange.Event{
		Exchange: id, Receiver: "window-vn", Name: name, Attempt: attempt, At: rulestest.Received.Add(time.Hour),
		Cause: exchange.Cause{Code: "HS-UNKNOWN"},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// delivery returns a delivery as the index shows it.
func (b bounded) delivery(t *testing.T, id uuid.UUID) exchange.Delivery {
	t.Helper()
	found, err := b.DeliveriesOf(t.Context(), "window-vn", []uuid.UUID{id})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d deliveries, %v", len(found), err)
	}
	return found[0].Deliveries[0]
}

func TestReplay(t *testing.T) {
	b := refusedRecord(t, 2)
	planner := &replay.Planner{Journal: b, Recorder: b.recorder()}
	query := replay.Query{Receiver: "window-vn"}
	all, err := planner.Plan(t.Context(), query)
	if err != nil || len(all.Items) != 2 {
		t.Fatalf("%+v, %v", all, err)
	}
	refused, done := all.Items[0].ID, all.Items[1].ID
	b.say(t, done, exchange.ConsignmentAcceptance, 1)
	plan, err := planner.Plan(t.Context(), query)
	if err != nil || len(plan.Items) != 1 || plan.Items[0].ID != refused || plan.Items[0].Deliveries[0].Cause.Code != "HS-UNKNOWN" {
		t.Fatalf("plan %+v, %v", plan, err)
	}
	if d := b.delivery(t, refused); d.Attempt != 1 {
		t.Error("planning did something")
	}
	order := replay.Order{Query: query, Digest: plan.Digest, Actor: "operator", Reason: "tariff updated", At: rulestest.Received.Add(2 * time.Hour)}
	if _, err := planner.Do(t.Context(), order); err != nil {
		t.Fatal(err)
	}
	if d := b.delivery(t, refused); d.State != exchange.ContentConsignment || d.Attempt != 2 || d.Cause.Actor != "operator" {
		t.Errorf("after the replay: %+v", d)
	}
	if d := b.delivery(t, done); d.Attempt != 1 {
		t.Errorf("sent again without need: %+v", d)
	}
	// The same order again finds another plan, so nothing is done twice.
	if _, err := planner.Do(t.Context(), order); exchange.KindOf(err) != exchange.Stale {
		t.Errorf("the same order again: %v", err)
	}
	if d := b.delivery(t, refused); d.Attempt != 2 {
		t.Errorf("done twice: %+v", d)
	}
}

// An acknowledgement that comes between the plan and its doing makes the plan
// stale; and one that even comes after that check is not undone.
func TestReplayNeverRepeatsWhatWasAcknowledged(t *testing.T) {
	b := refusedRecord(t, 1)
	planner := &replay.Planner{Journal: b, Recorder: b.recorder()}
	query := replay.Query{Receiver: "window-vn"}
	plan, err := planner.Plan(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	id := plan.Items[0].ID
	b.say(t, id, exchange.ConsignmentAcceptance, 1)
	if _, err := planner.Do(t.Context(), replay.Order{Query: query, Digest: plan.Digest}); exchange.KindOf(err) != exchange.Stale {
		t.Errorf("got %v", err)
	}
	b.say(t, id, exchange.ContentConsignment, 2)
	if d := b.delivery(t, id); d.State != exchange.ConsignmentAcceptance || d.Attempt != 1 {
		t.Errorf("an acknowledged delivery was sent again: %+v", d)
	}
}

func TestReplayNarrows(t *testing.T) {
	b := refusedRecord(t, 3)
	planner := &replay.Planner{Journal: b, Recorder: b.recorder()}
	failed := rulestest.Received
	for name, test := range map[string]struct {
		query replay.Query
		items int
	}{
		"all":           {replay.Query{}, 3},
		"since then":    {replay.Query{Since: failed}, 3},
		"since later":   {replay.Query{Since: failed.Add(time.Second)}, 0},
		"until then":    {replay.Query{Until: failed}, 0},
		"kind":          {replay.Query{Kind: "ata-carnet"}, 2},
		"another kind":  {replay.Query{Kind: "response"}, 0},
		"cause":         {replay.Query{Cause: "HS-UNKNOWN"}, 3},
		"another cause": {replay.Query{Cause: "expired"}, 0},
	} {
		test.query.Receiver = "window-vn"
		plan, err := planner.Plan(t.Context(), test.query)
		if err != nil || len(plan.Items) != test.items {
			t.Errorf("%s: %d items, %v; want %d", name, len(plan.Items), err, test.items)
		}
	}
	if _, err := planner.Plan(t.Context(), replay.Query{}); exchange.KindOf(err) != exchange.Invalid {
		t.Errorf("without a receiver: %v", err)
	}
}
