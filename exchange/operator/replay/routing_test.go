package replay_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/operator/replay"
	"beibu/signing"
)

// routes are those in force in a world. Documents go to their first receiver and, if their
// number ends in 5 to 9, to window-th in addition, unless a test says something else.
type routes struct {
	world *world
	lead  func(x exchange.Exchange) ([]string, error) // or nil
	asked int
}

// Receivers is replay.Router's.
func (r *routes) Receivers(_ context.Context, x exchange.Exchange) ([]string, error) {
	r.asked++
	if r.lead != nil {
		return r.lead(x)
	}
	to := slices.Clone(x.Receivers)
	if strings.ContainsAny(x.Identity.Number[len(x.Identity.Number)-1:], "56789") {
		to = append(to, "window-th")
	}
	return to, nil
}

// Readdress is replay.Readdresser's: it keeps what says for whom it is.
func (r *routes) Readdress(ctx context.Context, x exchange.Exchange, to string, by signing.Readdressed) (int64, error) {
	return r.world.record.AddBody(ctx, x.Identity.Key(), fmt.Appendf(nil, "%s to %s by %s, %s", x.ID, to, by.Run, by.Plan))
}

// routedNow is the query of these tests.
var routedNow = replay.Query{Receivers: []string{"promotion", "window-th"}, Since: began, Routing: replay.Now}

// routedWorld returns a world of n documents, of which promotion has refused each, and half
// of which are routed to window-th now.
func routedWorld(t *testing.T, n int) *world {
	t.Helper()
	return newWorld(t, n, numbered)
}

// approved requests a run, and another person approves it.
func (w *world) approved(q replay.Query) replay.Run {
	w.t.Helper()
	run := w.request(q)
	if run.Status != replay.AwaitingApproval || !slices.Contains(run.Request.Approval, replay.NeedsRoutes) {
		w.t.Fatalf("%+v", run)
	}
	run, err := w.runs.Approve(w.t.Context(), w.decision(run, "bao"))
	w.must(err)
	return run
}

// readdressedOnce fails the test unless each item of a run at a new receiver has an
// envelope of its own, by this run and plan, and no other has one.
func (w *world) readdressedOnce(run replay.Run) {
	w.t.Helper()
	for _, i := range w.items(run.ID) {
		d := w.delivery(i)
		if i.Attempt > 0 {
			if d.Envelope != 0 {
				w.t.Errorf("item %d has another envelope: %+v", i.Number, d)
			}
			continue
		}
		body, err := w.record.Body(w.t.Context(), d.Envelope)
		if want := fmt.Sprintf("%s to %s by %s, %s", i.Exchange, i.Receiver, run.ID, run.Request.Digest); err != nil || string(body) != want || d.Attempt != 1 {
			w.t.Errorf("item %d: %q, %v, attempt %d", i.Number, body, err, d.Attempt)
		}
	}
}

// A plan as routed now has the failed deliveries whose receivers are still routed, and the
// exchanges that the routes lead to a receiver that is new. It says what is added and
// dropped, and why the rest is left out; it changes nothing.
func TestPlanAsRoutedNow(t *testing.T) {
	w := newWorld(t, 12, func(i int) document {
		d := document{number: fmt.Sprint(i), state: exchange.ConsignmentAcceptance}
		switch i {
		case 0, 1, 2, 3:
			d.state = exchange.ConsignmentRejection
		case 4:
			d.state = exchange.SubmissionHeld
		}
		return d
	})
	broken := func(kind exchange.Kind) error { return &exchange.Error{Kind: kind} }
	w.routes.lead = func(x exchange.Exchange) ([]string, error) {
		switch x.Identity.Number {
		case "1": // moved
			return []string{"window-th"}, nil
		case "2":
			return nil, broken(exchange.Unroutable)
		case "3", "5", "6":
			return []string{"promotion"}, nil
		case "7":
			return nil, broken(exchange.Invalid)
		case "8":
			return nil, broken(exchange.NotFound)
		}
		return []string{"promotion", "window-th"}, nil
	}
	head, err := w.record.Head(t.Context())
	w.must(err)
	plan := w.plan(routedNow)
	// Again: 0 and 3 to promotion. New: 0, 1, 9, 10 and 11 to window-th.
	if plan.Matched != 13 || plan.Eligible != 7 || plan.Examined != 11 || plan.Bytes != 70 {
		t.Errorf("%d matched, %d eligible, %d examined, %d bytes", plan.Matched, plan.Eligible, plan.Examined, plan.Bytes)
	}
	if want := []replay.LeftOut{
		{Reason: replay.NotKept, Deliveries: 1},
		{Reason: replay.NotReleased, Deliveries: 1},
		{Reason: replay.Unreadable, Deliveries: 1},
		{Reason: replay.Unroutable, Deliveries: 2}, // the failed delivery, and the exchange
		{Reason: replay.NoLongerRouted, Deliveries: 1},
	}; !slices.Equal(plan.LeftOut, want) {
		t.Errorf("left out %+v", plan.LeftOut)
	}
	kinds := []string{"ata-carnet"}
	shares := []replay.Share{{Receiver: "promotion", Kinds: kinds, Deliveries: 2, Bytes: 20}, {Receiver: "window-th", Kinds: kinds, Deliveries: 5, Bytes: 50}}
	if diff := cmp.Diff(shares, plan.Receivers); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	added, dropped := []replay.Moved{{Receiver: "window-th", Exchanges: 5}}, []replay.Moved{{Receiver: "promotion", Exchanges: 1}}
	if !slices.Equal(plan.Added, added) || !slices.Equal(plan.Dropped, dropped) {
		t.Errorf("added %+v, dropped %+v", plan.Added, plan.Dropped)
	}
	if !slices.Equal(plan.Approval, []string{replay.NeedsRoutes, replay.NeedsBorder}) {
		t.Errorf("%v", plan.Approval)
	}
	for i, x := range plan.Shown {
		d := x.Deliveries[0]
		if !slices.Contains(plan.Routed[i], d.Receiver) || (d.Attempt == 0) != (d.Receiver == "window-th") {
			t.Errorf("%s goes to %+v, and the routes lead to %v", x.Identity.Number, d, plan.Routed[i])
		}
	}
	if after, err := w.record.Head(t.Context()); err != nil || after != head {
		t.Error("a plan is in the record")
	}
	again := w.plan(routedNow)
	w.routes.lead = nil
	if again.Digest != plan.Digest || w.plan(routedNow).Digest == plan.Digest {
		t.Error("the digest is not of the receivers that are added")
	}
}

// The digest is of the routing, even if the deliveries are the same.
func TestPlanDigestOfRouting(t *testing.T) {
	w := newWorld(t, 3, numbered) // all go to the receivers that they had
	now, then := w.plan(routedNow), w.plan(replay.Query{Receivers: routedNow.Receivers, Since: began, Routing: replay.Then})
	if now.Eligible != 3 || then.Eligible != 3 || now.Digest == then.Digest {
		t.Errorf("%d and %d deliveries", now.Eligible, then.Eligible)
	}
	if w.routes.asked != 3 || then.Approval != nil || then.Routed != nil {
		t.Errorf("routes asked %d times, %+v", w.routes.asked, then)
	}
}

func TestPlanAsRoutedNowRefused(t *testing.T) {
	w := newWorld(t, 6, numbered)
	for name, test := range map[string]struct {
		alter func(*replay.Query, *replay.Scope)
		code  string
		kind  exchange.Kind
	}{
		"unknown routing": {func(q *replay.Query, _ *replay.Scope) { q.Routing = "later" }, "field-routing", exchange.Invalid},
		"by a receiver":   {func(_ *replay.Query, s *replay.Scope) { s.Party = "promotion" }, "routing-staff", exchange.Forbidden},
		"of all times": {func(q *replay.Query, _ *replay.Scope) {
			*q = replay.Query{Receivers: q.Receivers, Routing: replay.Now}
		}, "since-missing", exchange.Invalid},
		"misspelt cause": {func(q *replay.Query, _ *replay.Scope) { q.Cause = "HS-UNHEARD" }, "unknown-cause", exchange.Invalid},
		"queue is away": {func(_ *replay.Query, s *replay.Scope) {
			s.Router = &routes{lead: func(exchange.Exchange) ([]string, error) {
				return nil, &exchange.Error{Kind: exchange.Unavailable, Code: "unavailable"}
			}}
		}, "unavailable", exchange.Unavailable},
	} {
		q, s := routedNow, w.scope()
		test.alter(&q, &s)
		if _, err := w.runs.Planner.Plan(t.Context(), q, s); codeOf(err) != test.code || exchange.KindOf(err) != test.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
	q := routedNow
	if q.Cause = "HS-UNKNOWN"; w.plan(q).Eligible != 7 { // six again, one new
		t.Errorf("of a cause: %+v", w.plan(q))
	}
	if q.Since, q.Receivers = q.Since.AddDate(0, 0, 1), []string{"window-th"}; w.plan(q).Matched != 0 {
		t.Error("what was accepted before fits")
	}
}

// A plan reads a bounded number of documents, and counts what is beyond.
func TestPlanAsRoutedNowIsBounded(t *testing.T) {
	const beyond = 20
	w := newWorld(t, replay.MaxRouted+beyond, func(i int) document {
		return document{number: fmt.Sprint(i), state: exchange.ConsignmentAcceptance}
	})
	plan := w.plan(routedNow)
	if plan.Examined != replay.MaxRouted || plan.Eligible != replay.MaxRouted/2 || plan.Matched != plan.Eligible+beyond ||
		!slices.Equal(plan.LeftOut, []replay.LeftOut{{Reason: replay.BeyondLimit, Deliveries: beyond}}) {
		t.Errorf("%d examined, %d eligible, %d matched, left out %+v", plan.Examined, plan.Eligible, plan.Matched, plan.LeftOut)
	}
}

// A run as routed now waits for another person, goes in steps, and readdresses each
// exchange once. Nothing is left for a second run.
func TestRunAsRoutedNow(t *testing.T) {
	w := routedWorld(t, 100)
	run := w.request(routedNow)
	if _, err := w.runs.Approve(t.Context(), w.decision(run, "anna")); codeOf(err) != "own-run" {
		t.Errorf("approved one's own: %v", err)
	}
	for range 3 {
		w.pass()
	}
	if r := w.run(run.ID); r.Counts.Waiting != 150 || r.Request.Query.Routing != replay.Now {
		t.Errorf("%+v", r)
	}
	_, err := w.runs.Approve(t.Context(), w.decision(run, "bao"))
	w.must(err)
	for _, step := range []int{1, 5, 50, 94} {
		for range 5 {
			w.pass()
		}
		started := w.items(run.ID, replay.Started)
		if len(started) != step {
			t.Fatalf("%d started in the step of %d", len(started), step)
		}
		w.say(exchange.ConsignmentAcceptance, "", started...)
	}
	w.pass()
	if r := w.run(run.ID); r.Status != replay.Finished || r.Counts.Acknowledged != 150 {
		t.Errorf("%s: %+v", r.Status, r.Counts)
	}
	w.startedOnce(run)
	w.readdressedOnce(run)
	all := w.items(run.ID)
	fresh := slices.IndexFunc(all, func(i replay.Item) bool { return i.Attempt == 0 })
	x, err := w.record.Exchange(t.Context(), all[fresh].Exchange)
	w.must(err)
	if !slices.ContainsFunc(x.Events, func(e exchange.Event) bool {
		return e.Receiver == "window-th" && e.Attempt == 1 && e.Cause == exchange.Cause{Code: exchange.CodeReaddressed, Reason: "tariff updated", Actor: "anna"}
	}) {
		t.Errorf("the timeline does not say it: %+v", x.Events)
	}
	if plan := w.plan(routedNow); plan.Matched != 0 {
		t.Errorf("%d match afterwards", plan.Matched)
	}
	for _, size := range []int{1, 7, 10_000} {
		other := w.record.Again(t, size)
		again, err := other.FindRun(t.Context(), run.ID)
		w.must(err)
		if fmt.Sprintf("%+v", again) != fmt.Sprintf("%+v", w.run(run.ID)) {
			t.Errorf("in batches of %d: %+v", size, again)
		}
	}
}

// A delivery with an envelope of its own that fails can be replayed as routed then, and
// keeps its envelope.
func TestReplayOfWhatWasReaddressed(t *testing.T) {
	w := newWorld(t, 1, func(int) document { return document{number: "5", state: exchange.ConsignmentAcceptance} })
	run := w.approved(routedNow)
	for range 3 {
		w.pass()
	}
	item := w.items(run.ID, replay.Started)[0]
	before := w.delivery(item).Envelope
	w.say(exchange.ConsignmentRejection, "NOT-OURS", item)
	w.pass()
	if r := w.run(run.ID); r.Status != replay.Finished || r.Counts.Refused != 1 {
		t.Fatalf("%+v", r)
	}
	second := w.request(to("window-th"))
	_, err := w.runs.Approve(t.Context(), w.decision(second, "bao"))
	w.must(err)
	if r := w.finish(second.ID); r.Counts.Acknowledged != 1 {
		t.Errorf("%+v", r)
	}
	if d := w.delivery(item); d.Attempt != 2 || d.Envelope != before {
		t.Errorf("%+v, and the envelope was %d", d, before)
	}
}

// A run stops if a receiver that is new refuses.
func TestRunStopsIfNewReceiverRefuses(t *testing.T) {
	w := newWorld(t, 20, func(i int) document { return document{number: fmt.Sprint(i), state: exchange.ConsignmentAcceptance} })
	run := w.approved(routedNow)
	for range 3 {
		w.pass()
	}
	w.say(exchange.ConsignmentRejection, "NOT-OURS", w.items(run.ID, replay.Started)...)
	w.pass()
	if r := w.run(run.ID); r.Status != replay.Stopped || r.Cause.Code != replay.CodeFailedAgain || r.Counts.Waiting != 9 {
		t.Errorf("%+v", r)
	}
}

// If the routes have changed since the plan, the run stops and says where, and sends
// nothing elsewhere; once they lead there again, it can be resumed.
func TestRoutesChangedSinceThePlan(t *testing.T) {
	for name, lead := range map[string]func(exchange.Exchange) ([]string, error){
		"elsewhere": func(exchange.Exchange) ([]string, error) { return []string{"promotion", "window-vn"}, nil },
		"nowhere": func(exchange.Exchange) ([]string, error) {
			return nil, &exchange.Error{Kind: exchange.Unroutable, Code: exchange.CodeUnroutable}
		},
		"unreadable": func(exchange.Exchange) ([]string, error) { return nil, &exchange.Error{Kind: exchange.Invalid} },
		"not kept":   func(exchange.Exchange) ([]string, error) { return nil, &exchange.Error{Kind: exchange.NotFound} },
	} {
		w := newWorld(t, 20, func(i int) document { return document{number: fmt.Sprint(i), state: exchange.ConsignmentAcceptance} })
		run := w.approved(routedNow)
		for range 3 {
			w.pass()
		}
		started := w.items(run.ID, replay.Started)
		w.say(exchange.ConsignmentAcceptance, "", started...)
		w.routes.lead = lead
		for range 4 {
			w.pass()
		}
		r := w.run(run.ID)
		if r.Status != replay.Stopped || r.Cause.Code != replay.CodeRoutesChanged || r.Counts.Waiting != 9 ||
			!strings.Contains(r.Cause.Reason, w.items(run.ID, replay.Waiting)[0].Exchange.String()) || !strings.Contains(r.Cause.Reason, "window-th") {
			t.Errorf("%s: %+v", name, r)
		}
		page, _, err := w.record.Exchanges(t.Context(), exchange.Query{Party: "window-vn"})
		if err != nil || len(page) > 0 {
			t.Errorf("%s: %d exchanges went elsewhere, %v", name, len(page), err)
		}
		w.routes.lead = nil
		_, err = w.runs.Resume(t.Context(), w.decision(run, "bao"))
		w.must(err)
		if r := w.finish(run.ID); r.Status != replay.Finished || r.Counts.Acknowledged != 10 {
			t.Errorf("%s, resumed: %+v", name, r)
		}
	}
}

// What comes before an item that cannot be started is started; a queue that is away for a
// while stops nothing.
func TestRunAsRoutedNowWaitsForTheQueue(t *testing.T) {
	w := newWorld(t, 20, func(i int) document { return document{number: fmt.Sprint(i), state: exchange.ConsignmentAcceptance} })
	run := w.approved(routedNow)
	left, away := 3, &exchange.Error{Kind: exchange.Unavailable}
	w.routes.lead = func(exchange.Exchange) ([]string, error) {
		if left--; left < 0 {
			return nil, away
		}
		return []string{"promotion", "window-th"}, nil
	}
	failed := 0
	for range 10 {
		w.now = w.now.Add(time.Second)
		if _, err := w.leader.Pass(t.Context(), w.now); errors.Is(err, away) {
			failed++
		} else {
			w.must(err)
		}
		if open := w.items(run.ID, replay.Started); len(open) > 0 {
			w.say(exchange.ConsignmentAcceptance, "", open...)
		}
	}
	if r := w.run(run.ID); failed == 0 || r.Status != replay.Running || r.Counts.Acknowledged != 3 {
		t.Errorf("failed %d times: %+v", failed, r)
	}
	w.routes.lead = nil
	if r := w.finish(run.ID); r.Counts.Acknowledged != 10 {
		t.Errorf("%+v", r)
	}
}

// Two leaders that act at once, and two runs of one plan, readdress each exchange once.
func TestTwoLeadersReaddress(t *testing.T) {
	w := routedWorld(t, 40)
	other := w.newLeader(w.record)
	run := w.approved(routedNow)
	for range 60 {
		w.now = w.now.Add(time.Second)
		w.record.Before(func() { // between what the first reads and what it records
			if _, err := other.Pass(t.Context(), w.now.Add(time.Millisecond)); err != nil {
				t.Error(err)
			}
		})
		if _, err := w.leader.Pass(t.Context(), w.now); err != nil {
			t.Fatal(err)
		}
		if open := w.items(run.ID, replay.Started); len(open) > 0 {
			w.say(exchange.ConsignmentAcceptance, "", open...)
		}
	}
	if r := w.run(run.ID); r.Status != replay.Finished || r.Counts.Acknowledged != 60 {
		t.Errorf("%s, %+v", r.Status, r.Counts)
	}
	w.startedOnce(run)
	w.readdressedOnce(run)
}

// Of two runs of one plan, requested at once, one readdresses and the other finds it done.
func TestTwoRunsAsRoutedNow(t *testing.T) {
	w := newWorld(t, 6, numbered)
	order := w.order(routedNow)
	w.record.Before(func() {
		if _, err := w.runs.Request(t.Context(), order, w.scope()); err != nil {
			t.Error(err)
		}
	})
	_, err := w.runs.Request(t.Context(), order, w.scope())
	w.must(err)
	runs, _, err := w.record.Runs(t.Context(), replay.RunQuery{})
	if err != nil || len(runs) != 2 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	total := replay.Counts{}
	for _, r := range runs {
		_, err := w.runs.Approve(t.Context(), w.decision(r, "bao"))
		w.must(err)
		c := w.finish(r.ID).Counts
		total.Acknowledged += c.Acknowledged
		total.Superseded += c.Superseded
		w.startedOnce(r)
	}
	if total.Acknowledged != 7 || total.Superseded != 7 {
		t.Errorf("%+v", total)
	}
}
