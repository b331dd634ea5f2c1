package replay_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/operator/replay"
	"beibu/exchange/proof"
	"beibu/exchange/rules/rulestest"
	"beibu/queue"
)

// A bounded record takes no more in one piece than half of what a topic of Kafka
// does.
type bounded struct{ *exchangetest.Record }

const onePiece = 4 << 20

func (b bounded) Append(ctx context.Context, events ...queue.Event) (int64, error) {
	size := 0
	for _, e := range events {
		size += 64 + len(e.Detail) + len(e.Name) + len(e.Receiver)
	}
	if size > onePiece {
		return 0, fmt.Errorf("append %d bytes: %w", size, queue.ErrInvalid)
	}
	return b.Record.Append(ctx, events...)
}

// recorder returns a recorder of the record.
func (b bounded) recorder() *exchange.Recorder {
	return &exchange.Recorder{Appender: b, Feed: b, Fold: b}
}

// refusedRecord returns a record of n documents that window-vn has refused, all of
// one kind but the last.
func refusedRecord(t *testing.T, n int) bounded {
	t.Helper()
	b := bounded{exchangetest.NewRecord(t)}
	detail, err := json.Marshal(exchange.Cause{Code: "HS-UNKNOWN"})
	if err != nil {
		t.Fatal(err)
	}
	var changes []queue.Change
	for i := range n {
		id := proof.Identity{Sender: "qinzhou", Kind: "ata-carnet", Number: fmt.Sprint(i)}
		if i == n-1 {
			id.Kind = "health-certificate"
		}
		digest := sha256.Sum256([]byte(id.Number))
		head := fmt.Sprintf(`{"sender":"qinzhou","kind":%q,"number":%q,"receivers":["window-vn"],"express":%t}`, id.Kind, id.Number, i%3 == 0)
		e := queue.Entry{ID: id.ExchangeID(digest), Key: id.Number, Digest: digest, At: rulestest.Received, Head: []byte(head)}
		event := func(name exchange.State, detail []byte) queue.Change {
			return queue.Change{Event: &queue.Event{Subject: queue.ExchangeSubject(e.ID), Receiver: "window-vn", Name: string(name), Attempt: 1, At: rulestest.Received, Detail: detail}}
		}
		changes = append(changes, queue.Change{Entry: &e}, event(exchange.ContentConsignment, nil), event(exchange.ConsignmentRejection, detail))
		if len(changes) >= 6_000 || i == n-1 {
			if err := b.Publish(t.Context(), changes...); err != nil {
				t.Fatal(err)
			}
			changes = nil
		}
	}
	return b
}

// A plan of 25,000 deliveries with the longest reason is counted in full and is
// done in full, and what fits is found however many do not.
func TestReplayLarge(t *testing.T) {
	const n = 25_000
	b := refusedRecord(t, n)
	planner := &replay.Planner{Journal: b, Recorder: b.recorder()}
	query := replay.Query{Receiver: "window-vn", Kind: "health-certificate"}
	plan, err := planner.Plan(t.Context(), query)
	if err != nil || plan.Matched != 1 || plan.Eligible != 1 || len(plan.Items) != 1 {
		t.Errorf("the one that fits, refused last: %d matched, %d eligible, %v", plan.Matched, plan.Eligible, err)
	}
	query.Kind = ""
	plan, err = planner.Plan(t.Context(), query)
	if err != nil || plan.Matched != n || plan.Eligible != n || plan.LeftOut != 0 || len(plan.Items) != replay.MaxItems {
		t.Fatalf("all: %d matched, %d eligible, %d left out, %d shown, %v", plan.Matched, plan.Eligible, plan.LeftOut, len(plan.Items), err)
	}
	reason := strings.Repeat("x", 1000)
	order := replay.Order{Query: query, Digest: plan.Digest, Actor: "operator", Reason: reason, At: rulestest.Received.Add(time.Hour)}
	done, err := planner.Do(t.Context(), order)
	if err != nil || done.Started != n {
		t.Fatalf("started %d of %d, %v", done.Started, n, err)
	}
	if plan, err = planner.Plan(t.Context(), query); err != nil || plan.Matched != 0 {
		t.Errorf("afterwards %d fail, %v", plan.Matched, err)
	}
	replayed, err := b.Deliveries(t.Context(), exchange.DeliveryQuery{Receiver: "window-vn", Limit: 1})
	if err != nil || replayed[0].Deliveries[0].Cause.Reason != reason {
		t.Errorf("the reason is not on record: %v", err)
	}
}

// JSON writes each byte of a reason with up to six.
func TestReplayLongestReason(t *testing.T) {
	const n = 1_500
	b := refusedRecord(t, n)
	planner := &replay.Planner{Journal: b, Recorder: b.recorder()}
	query := replay.Query{Receiver: "window-vn"}
	plan, err := planner.Plan(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	order := replay.Order{Query: query, Digest: plan.Digest, Reason: strings.Repeat("\x01", 1000), At: rulestest.Received.Add(time.Hour)}
	if done, err := planner.Do(t.Context(), order); err != nil || done.Started != n {
		t.Errorf("started %d of %d, %v", done.Started, n, err)
	}
}

// A misspelt cause is an error that names those that there are.
func TestReplayUnknownCause(t *testing.T) {
	b := refusedRecord(t, 3)
	planner := &replay.Planner{Journal: b, Recorder: b.recorder()}
	for cause, want := range map[string]string{"HS-UNKNOWN": "", "expired": "", "HS-UNHEARD": "HS-UNKNOWN (3)"} {
		_, err := planner.Plan(t.Context(), replay.Query{Receiver: "window-vn", Cause: cause, Since: rulestest.Received.Add(time.Hour)})
		if want == "" && err != nil || want != "" && (exchange.KindOf(err) != exchange.Invalid || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", cause, err)
		}
	}
}

// Of two who do one plan at once, the record counts each delivery for one.
func TestReplayTwiceAtOnce(t *testing.T) {
	b := refusedRecord(t, 5)
	planner := &replay.Planner{Journal: b, Recorder: b.recorder()}
	query := replay.Query{Receiver: "window-vn"}
	plan, err := planner.Plan(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	order := func(actor string, after time.Duration) replay.Order {
		return replay.Order{Query: query, Digest: plan.Digest, Actor: actor, Reason: "x", At: rulestest.Received.Add(after)}
	}
	b.Before(func() { // between the plan of the other and its doing
		if done, err := planner.Do(t.Context(), order("anna", time.Hour)); err != nil || done.Started != 5 {
			t.Errorf("the first: %d started, %v", done.Started, err)
		}
	})
	done, err := planner.Do(t.Context(), order("bao", 2*time.Hour))
	if exchange.KindOf(err) != exchange.Stale || done.Started != 0 {
		t.Errorf("the second: %d started, %v", done.Started, err)
	}
}
