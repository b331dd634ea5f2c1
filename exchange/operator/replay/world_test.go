package replay_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/operator/replay"
	"beibu/exchange/proof"
	"beibu/exchange/rules/rulestest"
	"beibu/queue"
)

// began is when the deliveries of a world failed.
var began = rulestest.Received

// A bounded record takes no more in one piece than half of what a topic of Kafka does.
type bounded struct{ *exchangetest.Record }

const onePiece = 4 << 20

func (b bounded) Append(ctx context.Context, events ...queue.Event) (int64, error) {
	size := 0
	for _, e := range events {
		if err := e.Check(); err != nil {
			return 0, err
		}
		size += 64 + len(e.Detail) + len(e.Name) + len(e.Receiver)
	}
	if size > onePiece {
		return 0, fmt.Errorf("append %d bytes: %w", size, queue.ErrInvalid)
	}
	return b.Record.Append(ctx, events...)
}

// A world is a record with failed deliveries, and what replays them.
type world struct {
	t       *testing.T
	record  bounded
	parties *exchange.Parties
	policy  replay.Policy
	leader  *replay.Leader
	runs    *replay.Runs
	now     time.Time
	routes  *routes // those in force
}

// A document is one of a world, which its receiver has refused.
type document struct {
	number   string
	version  string
	sender   string // qinzhou, if it is empty
	receiver string // promotion, if it is empty: in the same country as the sender
	kind     string // ata-carnet, if it is empty
	cause    string // HS-UNKNOWN, if it is empty
	express  bool
	state    exchange.State // ConsignmentRejection, if it is empty; or that of a held one
}

// newWorld returns a world in which n documents have failed as doc says.
func newWorld(t *testing.T, n int, doc func(i int) document) *world {
	t.Helper()
	w := &world{t: t, record: bounded{exchangetest.NewRecord(t)}, now: began.Add(time.Hour)}
	w.routes = &routes{world: w}
	var err error
	w.parties, err = exchange.NewParties([]exchange.Party{
		{ID: "qinzhou", Country: "CN"}, {ID: "promotion", Country: "CN"}, {ID: "window-vn", Country: "VN"}, {ID: "window-th", Country: "TH"},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.policy = replay.Policy{ApproveAbove: 100_000, ApproveIn: 24 * time.Hour, Rate: replay.MaxRate, Patience: time.Hour}
	w.restart()
	var changes []queue.Change
	for i := range n {
		changes = append(changes, w.failed(doc(i))...)
		if len(changes) >= 6_000 || i == n-1 {
			w.must(w.record.Publish(t.Context(), changes...))
			changes = nil
		}
	}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// failed returns the changes of a document that was refused.
func (w *world) failed(d document) []queue.Change {
	fill := func(s *string, value string) {
		if *s == "" {
			*s = value
		}
	}
	fill(&d.sender, "qinzhou")
	fill(&d.receiver, "promotion")
	fill(&d.kind, "ata-carnet")
	fill(&d.cause, "HS-UNKNOWN")
	fill((*string)(&d.state), string(exchange.ConsignmentRejection))
	id := proof.Identity{Sender: d.sender, Kind: d.kind, Number: d.number, Version: d.version}
	digest := sha256.Sum256([]byte(d.number + d.version))
	head, err := json.Marshal(map[string]any{
		"sender": d.sender, "kind": d.kind, "number": d.number, "version": d.version, "size": 10, "receivers": []string{d.receiver}, "express": d.express,
		"held": d.state == exchange.SubmissionHeld,
	})
	w.must(err)
	var detail []byte
	if d.state.Failed() {
		detail, err = json.Marshal(exchange.Cause{Code: d.cause})
		w.must(err)
	}
	e := queue.Entry{ID: id.ExchangeID(digest), Key: d.number + d.version, Digest: digest, At: began, Head: head}
	event := func(name exchange.State, detail []byte) queue.Change {
		return queue.Change{Event: &queue.Event{Subject: queue.ExchangeSubject(e.ID), Receiver: d.receiver, Name: string(name), Attempt: 1, At: began, Detail: detail}}
	}
	if d.state == exchange.SubmissionHeld {
		return []queue.Change{{Entry: &e}}
	}
	return []queue.Change{{Entry: &e}, event(exchange.ContentConsignment, nil), event(d.state, detail)}
}

// restart replaces what the process knew of runs by what another process reads from the
// record.
func (w *world) restart() {
	recorder := w.recorder(w.record)
	w.leader = w.newLeader(w.record)
	w.runs = &replay.Runs{
		Planner: &replay.Planner{Journal: w.record, Index: w.record, Policy: w.policy}, Recorder: recorder, Register: w.record,
	}
}

func (w *world) recorder(a queue.Appender) *exchange.Recorder {
	return &exchange.Recorder{Appender: a, Feed: w.record, Fold: w.record}
}

func (w *world) newLeader(a queue.Appender) *replay.Leader {
	return &replay.Leader{Index: w.record, Recorder: w.recorder(a), Exchanges: w.record, Router: func() replay.Readdresser { return w.routes }}
}

// scope is that of an operator.
func (w *world) scope() replay.Scope {
	return replay.Scope{Parties: w.parties, Suspended: func(string) bool { return false }, Router: w.routes}
}

// plan plans as an operator.
func (w *world) plan(q replay.Query) replay.Plan {
	w.t.Helper()
	plan, err := w.runs.Planner.Plan(w.t.Context(), q, w.scope())
	w.must(err)
	return plan
}

// to is the query for all deliveries to receivers.
func to(receivers ...string) replay.Query { return replay.Query{Receivers: receivers} }

// request requests a run of all that a query finds.
func (w *world) request(q replay.Query) replay.Run {
	w.t.Helper()
	run, err := w.runs.Request(w.t.Context(), w.order(q), w.scope())
	w.must(err)
	return run
}

func (w *world) order(q replay.Query) replay.Order {
	w.t.Helper()
	return replay.Order{Query: q, Digest: w.plan(q).Digest, Actor: "anna", Reason: "tariff updated", At: w.now}
}

// decision is what a person decides about a run.
func (w *world) decision(run replay.Run, actor string) replay.Decision {
	return replay.Decision{Run: run.ID, Digest: run.Request.Digest, Actor: actor, Reason: "looked at it", At: w.now}
}

// pass lets the leader do what is due, a second later.
func (w *world) pass() {
	w.t.Helper()
	w.now = w.now.Add(time.Second)
	_, err := w.leader.Pass(w.t.Context(), w.now)
	w.must(err)
}

// run returns a run as it is now.
func (w *world) run(id string) replay.Run {
	w.t.Helper()
	run, err := w.record.FindRun(w.t.Context(), id)
	w.must(err)
	return run
}

// items returns the items of a run in a state.
func (w *world) items(id string, states ...replay.ItemState) []replay.Item {
	w.t.Helper()
	var all []replay.Item
	q := replay.ItemQuery{Run: id, States: states, Limit: replay.MaxItemPage}
	for {
		page, err := w.record.RunItems(w.t.Context(), q)
		w.must(err)
		if all = append(all, page...); len(page) < q.Limit {
			return all
		}
		q.After = page[len(page)-1].Number
	}
}

// say records what receivers say of items that were started.
func (w *world) say(name exchange.State, cause string, items ...replay.Item) {
	w.t.Helper()
	var events []exchange.Event
	for _, i := range items {
		events = append(events, exchange.Event{
			Exchange: i.Exchange, Receiver: i.Receiver, Name: name, Attempt: i.Attempt + 1, At: w.now, Cause: exchange.Cause{Code: cause},
		})
	}
	w.must(w.recorder(w.record).Record(w.t.Context(), events...))
}

// finish lets the leader work, and the receivers take what comes, until a run is over.
func (w *world) finish(id string) replay.Run {
	w.t.Helper()
	for range 2_000 {
		run := w.run(id)
		if !run.Status.Active() {
			return run
		}
		w.pass()
		if open := w.items(id, replay.Started); len(open) > 0 {
			w.say(exchange.ConsignmentAcceptance, "", open...)
		}
	}
	w.t.Fatalf("run is not over: %+v", w.run(id))
	return replay.Run{}
}

// delivery returns the delivery of an item.
func (w *world) delivery(i replay.Item) exchange.Delivery {
	w.t.Helper()
	found, err := w.record.DeliveriesOf(w.t.Context(), i.Receiver, []uuid.UUID{i.Exchange})
	if err != nil || len(found) != 1 {
		w.t.Fatalf("%d deliveries, %v", len(found), err)
	}
	return found[0]
}
