package replay_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/operator/replay"
)

// A run starts 1 item, then 5, then 50, then the rest, each step once the one before has
// its outcome, and is finished when all have.
func TestRunSteps(t *testing.T) {
	w := newWorld(t, 100, numbered)
	run := w.request(to("promotion"))
	if run.Status != replay.Running || run.Counts.Waiting != 100 {
		t.Fatalf("%+v", run)
	}
	if d := w.delivery(w.items(run.ID)[0]); d.Attempt != 1 {
		t.Error("a request starts something by itself")
	}
	for _, step := range []int{1, 5, 50, 44} {
		for range 5 {
			w.pass()
		}
		started := w.items(run.ID, replay.Started)
		if len(started) != step {
			t.Fatalf("%d started in the step of %d", len(started), step)
		}
		if d := w.delivery(started[0]); d.State != exchange.ContentConsignment || d.Attempt != 2 || d.Cause.Actor != "anna" || d.Cause.Reason != "tariff updated" {
			t.Errorf("%+v", d)
		}
		if r := w.run(run.ID); r.Status != replay.Running || r.Counts.Started != step {
			t.Errorf("%+v", r)
		}
		w.say(exchange.ConsignmentAcceptance, "", started...)
	}
	w.pass()
	if r := w.run(run.ID); r.Status != replay.Finished || r.Counts.Acknowledged != 100 || r.Counts.Open() != 0 {
		t.Errorf("%s: %+v", r.Status, r.Counts)
	}
}

// A run is done only when every item was acknowledged, refused again or expired, and it
// shows which.
func TestRunOutcomes(t *testing.T) {
	w := newWorld(t, 4, numbered)
	run := w.request(to("promotion"))
	all := w.items(run.ID)
	w.say(exchange.ConsignmentAcceptance, "", replay.Item{Exchange: all[3].Exchange, Receiver: "promotion"}) // late, of the first attempt
	for range 3 {
		w.pass()
	}
	w.say(exchange.ConsignmentAcceptance, "", w.items(run.ID, replay.Started)...)
	for range 3 {
		w.pass()
	}
	started := w.items(run.ID, replay.Started)
	w.say(exchange.ConsignmentRejection, "OTHER", started[0])
	w.pass()
	if r := w.run(run.ID); r.Status != replay.Running {
		t.Errorf("done with an item open: %+v", r)
	}
	w.say(exchange.ContentHandoverFailure, exchange.CodeExpired, started[1])
	w.pass()
	r := w.run(run.ID)
	if want := (replay.Counts{Acknowledged: 2, Refused: 1, Expired: 1}); r.Status != replay.Finished || r.Counts != want {
		t.Errorf("%s: %+v", r.Status, r.Counts)
	}
	refused := w.items(run.ID, replay.Refused)
	if len(refused) != 1 || refused[0].Before != "HS-UNKNOWN" || refused[0].Cause != "OTHER" || refused[0].Kind != "ata-carnet" || refused[0].Sender != "qinzhou" {
		t.Errorf("%+v", refused)
	}
	// A later replay of the same deliveries does not change what the run shows.
	w.finish(w.request(to("promotion")).ID)
	if again := w.run(run.ID); again.Counts != r.Counts {
		t.Errorf("%+v", again.Counts)
	}
}

// An item that was acknowledged at a node which had not yet seen that it was replayed is
// acknowledged: the acknowledgement names the attempt before.
func TestRunAcknowledgedByTheAttemptBefore(t *testing.T) {
	w := newWorld(t, 1, numbered)
	run := w.request(to("promotion"))
	for range 3 {
		w.pass()
	}
	started := w.items(run.ID, replay.Started)
	if len(started) != 1 {
		t.Fatalf("%d items started", len(started))
	}
	started[0].Attempt--
	w.say(exchange.ConsignmentAcceptance, "", started...)
	w.pass()
	if r := w.run(run.ID); r.Status != replay.Finished || r.Counts.Acknowledged != 1 {
		t.Errorf("%s: %+v", r.Status, r.Counts)
	}
}

// A run stops if an item fails again for the same cause, and not if it fails for another.
func TestRunStopsIfItFailsAgain(t *testing.T) {
	w := newWorld(t, 20, numbered)
	run := w.request(to("promotion"))
	for range 3 {
		w.pass()
	}
	w.say(exchange.ConsignmentRejection, "HS-UNKNOWN", w.items(run.ID, replay.Started)...)
	for range 3 {
		w.pass()
	}
	r := w.run(run.ID)
	if r.Status != replay.Stopped || r.Cause.Code != replay.CodeFailedAgain || r.Counts.Waiting != 19 || r.Counts.Again != 1 {
		t.Fatalf("%+v", r)
	}
	_, err := w.runs.Resume(t.Context(), w.decision(run, "bao"))
	w.must(err)
	for range 3 {
		w.pass()
	}
	started := w.items(run.ID, replay.Started)
	if len(started) != 5 {
		t.Fatalf("%d started after it was resumed", len(started))
	}
	w.say(exchange.ConsignmentRejection, "OTHER", started[0])
	w.say(exchange.ConsignmentAcceptance, "", started[1:]...)
	for range 3 {
		w.pass()
	}
	started = w.items(run.ID, replay.Started)
	if r := w.run(run.ID); r.Status != replay.Running || len(started) != 14 {
		t.Errorf("another cause: %+v", r)
	}
}

// A step whose receivers do not answer stops the run, unless it is the last: what is
// open there expires.
func TestRunStopsWithoutAnAnswer(t *testing.T) {
	w := newWorld(t, 3, numbered)
	run := w.request(to("promotion"))
	for range 3 {
		w.pass()
	}
	w.now = w.now.Add(w.policy.Patience - 2*time.Second)
	if w.pass(); w.run(run.ID).Status != replay.Running {
		t.Error("stopped too early")
	}
	w.now = w.now.Add(3 * time.Second)
	w.pass()
	if r := w.run(run.ID); r.Status != replay.Stopped || r.Cause.Code != replay.CodeNoAnswer {
		t.Errorf("%+v", r)
	}
	_, err := w.runs.Resume(t.Context(), w.decision(run, "bao"))
	w.must(err)
	if w.pass(); w.run(run.ID).Status != replay.Running {
		t.Error("a run that was resumed has no time")
	}
	w.say(exchange.ConsignmentAcceptance, "", w.items(run.ID, replay.Started)...)
	w.now = w.now.Add(48 * time.Hour) // no leader was there
	for range 3 {
		w.pass()
	}
	w.now = w.now.Add(48 * time.Hour)
	if w.pass(); w.run(run.ID).Status != replay.Running {
		t.Error("the last step does not wait")
	}
}

// A run that is paused or cancelled starts nothing more.
func TestRunPauseResumeCancel(t *testing.T) {
	w := newWorld(t, 50, numbered)
	run := w.request(to("promotion"))
	for range 3 {
		w.pass()
	}
	paused, err := w.runs.Pause(t.Context(), w.decision(run, "bao"))
	if err != nil || paused.Status != replay.Paused || paused.Cause.Actor != "bao" {
		t.Fatalf("%+v, %v", paused, err)
	}
	w.say(exchange.ConsignmentAcceptance, "", w.items(run.ID, replay.Started)...)
	for range 3 {
		w.pass()
	}
	if r := w.run(run.ID); r.Status != replay.Paused || r.Counts.Waiting != 49 || r.Counts.Acknowledged != 1 {
		t.Errorf("%+v", r)
	}
	if _, err := w.runs.Pause(t.Context(), w.decision(run, "bao")); codeOf(err) != "run-status" {
		t.Errorf("paused twice: %v", err)
	}
	resumed, err := w.runs.Resume(t.Context(), w.decision(run, "anna"))
	if err != nil || resumed.Status != replay.Running {
		t.Fatalf("%+v, %v", resumed, err)
	}
	for range 3 {
		w.pass()
	}
	if r := w.run(run.ID); r.Counts.Started != 5 {
		t.Errorf("%+v", r.Counts)
	}
	cancelled, err := w.runs.Cancel(t.Context(), w.decision(run, "anna"))
	if err != nil || cancelled.Status != replay.Cancelled || cancelled.Cause.Reason != "looked at it" {
		t.Fatalf("%+v, %v", cancelled, err)
	}
	w.say(exchange.ConsignmentAcceptance, "", w.items(run.ID, replay.Started)...)
	for range 3 {
		w.pass()
	}
	if r := w.run(run.ID); r.Status != replay.Cancelled || r.Counts.Waiting != 44 || r.Counts.Acknowledged != 6 {
		t.Errorf("%+v", r)
	}
	for name, decide := range map[string]func() (replay.Run, error){
		"pause":  func() (replay.Run, error) { return w.runs.Pause(t.Context(), w.decision(run, "bao")) },
		"resume": func() (replay.Run, error) { return w.runs.Resume(t.Context(), w.decision(run, "bao")) },
		"cancel": func() (replay.Run, error) { return w.runs.Cancel(t.Context(), w.decision(run, "bao")) },
	} {
		if _, err := decide(); codeOf(err) != "run-status" {
			t.Errorf("%s of a run that is over: %v", name, err)
		}
	}
	if plan := w.plan(to("promotion")); plan.Eligible != 44 {
		t.Errorf("what a cancelled run has not started can be planned: %d", plan.Eligible)
	}
}

// The rate is that of the order.
func TestRunRate(t *testing.T) {
	w := newWorld(t, 100, numbered)
	order := w.order(to("promotion"))
	order.Rate = 7
	run, err := w.runs.Request(t.Context(), order, w.scope())
	w.must(err)
	for w.run(run.ID).Step < 4 {
		w.pass()
		w.say(exchange.ConsignmentAcceptance, "", w.items(run.ID, replay.Started)...)
	}
	before := w.run(run.ID).Counts.Waiting
	w.pass()
	if started := before - w.run(run.ID).Counts.Waiting; started != 7 {
		t.Errorf("%d started in a second", started)
	}
	_, err = w.leader.Pass(t.Context(), w.now.Add(time.Second/2))
	w.must(err)
	if started := before - w.run(run.ID).Counts.Waiting; started != 7 {
		t.Errorf("%d started within the same second", started)
	}
	order = w.order(to("promotion"))
	for _, rate := range []int{-1, replay.MaxRate + 1} {
		order.Rate = rate
		if _, err := w.runs.Request(t.Context(), order, w.scope()); codeOf(err) == "" {
			t.Errorf("rate %d: no error", rate)
		}
	}
}

// Of the versions of one number, each is started when the one before it has its outcome,
// also if only the later one is perishable.
func TestRunKeepsTheOrderOfVersions(t *testing.T) {
	w := newWorld(t, 12, func(i int) document {
		return document{number: fmt.Sprint(i % 4), version: fmt.Sprint(i / 4), express: i == 9}
	})
	run := w.request(to("promotion"))
	all := w.items(run.ID)
	if all[0].Document != "1" || all[1].Document != "1" || all[2].Document != "1" {
		t.Errorf("the perishable number is not first: %+v", all[:3])
	}
	for w.run(run.ID).Status == replay.Running {
		w.pass()
		seen := make(map[string]bool)
		for _, i := range w.items(run.ID, replay.Started) {
			if seen[i.Document] {
				t.Fatalf("two versions of %s are started", i.Document)
			}
			seen[i.Document] = true
		}
		if open := w.items(run.ID, replay.Started); len(open) > 0 {
			w.say(exchange.ConsignmentAcceptance, "", open[0])
		}
	}
	if r := w.run(run.ID); r.Status != replay.Finished {
		t.Errorf("%+v", r)
	}
}

// The plan that a person has seen is the one that is run, or nothing is.
func TestRequestOfAnotherPlan(t *testing.T) {
	w := newWorld(t, 3, numbered)
	order := w.order(to("promotion"))
	run := w.request(replay.Query{Receivers: []string{"promotion"}, Number: "1"})
	if _, err := w.runs.Request(t.Context(), order, w.scope()); codeOf(err) != "plan-changed" || exchange.KindOf(err) != exchange.Stale {
		t.Errorf("got %v", err)
	}
	w.finish(run.ID)
	empty := w.order(replay.Query{Receivers: []string{"promotion"}, Number: "1"})
	if _, err := w.runs.Request(t.Context(), empty, w.scope()); codeOf(err) != "plan-empty" {
		t.Errorf("of nothing: %v", err)
	}
	if runs, _, err := w.record.Runs(t.Context(), replay.RunQuery{}); err != nil || len(runs) != 1 {
		t.Errorf("%d runs, %v", len(runs), err)
	}
}

// JSON writes each byte of a reason with up to six: no page of a run is too large for
// the record.
func TestRunLongestReason(t *testing.T) {
	w := newWorld(t, 1_200, numbered)
	order := w.order(to("promotion"))
	order.Reason = strings.Repeat("\x01", 1000)
	run, err := w.runs.Request(t.Context(), order, w.scope())
	w.must(err)
	if r := w.finish(run.ID); r.Status != replay.Finished || r.Requested.Reason != order.Reason {
		t.Errorf("%s, %+v", r.Status, r.Counts)
	}
}

// A delivery that was acknowledged is never sent again, also if it was acknowledged
// after the run was requested.
func TestReplayNeverRepeatsWhatWasAcknowledged(t *testing.T) {
	w := newWorld(t, 1, numbered)
	run := w.request(to("promotion"))
	item := w.items(run.ID)[0]
	w.pass()
	page, now := w.leader, w.now.Add(time.Second)
	w.record.Before(func() { // between the page and its record
		w.say(exchange.ConsignmentAcceptance, "", replay.Item{Exchange: item.Exchange, Receiver: item.Receiver})
	})
	_, err := page.Pass(t.Context(), now)
	w.must(err)
	w.pass()
	if d := w.delivery(item); d.State != exchange.ConsignmentAcceptance || d.Attempt != 1 {
		t.Errorf("%+v", d)
	}
	if r := w.run(run.ID); r.Status != replay.Finished || r.Counts.Acknowledged != 1 {
		t.Errorf("%+v", r)
	}
}
