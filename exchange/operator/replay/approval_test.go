package replay_test

import (
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/operator/replay"
	"beibu/queue"
)

// bordered returns a world whose runs cross a border, and one of them.
func bordered(t *testing.T) (*world, replay.Run) {
	t.Helper()
	w := newWorld(t, 2, func(i int) document { return document{number: string(rune('a' + i)), receiver: "window-vn"} })
	run := w.request(to("window-vn"))
	if run.Status != replay.AwaitingApproval || !run.Request.Expires.Equal(w.now.Add(24*time.Hour)) {
		t.Fatalf("%+v", run)
	}
	return w, run
}

func TestApproval(t *testing.T) {
	w, run := bordered(t)
	for range 3 {
		w.pass()
	}
	if r := w.run(run.ID); r.Counts.Waiting != 2 {
		t.Fatalf("started without an approval: %+v", r.Counts)
	}
	approved, err := w.runs.Approve(t.Context(), w.decision(run, "bao"))
	if err != nil || approved.Status != replay.Running || approved.Approved.Actor != "bao" || approved.Approved.Reason != "looked at it" {
		t.Fatalf("%+v, %v", approved, err)
	}
	if _, err := w.runs.Approve(t.Context(), w.decision(run, "chen")); codeOf(err) != "run-status" {
		t.Errorf("approved twice: %v", err)
	}
	if r := w.finish(run.ID); r.Status != replay.Finished {
		t.Errorf("%+v", r)
	}
}

// Whoever requested a run cannot approve it, however the request comes.
func TestApprovalOfOnesOwn(t *testing.T) {
	w, run := bordered(t)
	if _, err := w.runs.Approve(t.Context(), w.decision(run, "anna")); codeOf(err) != "own-run" || exchange.KindOf(err) != exchange.Forbidden {
		t.Errorf("got %v", err)
	}
	// The record itself does not take it.
	detail := []byte(`{"actor":"anna","reason":"x","digest":"` + run.Request.Digest + `"}`)
	_, err := w.record.Append(t.Context(), queue.Event{
		Subject: queue.Subject{Kind: queue.SubjectApproval, ID: run.ID}, Name: string(replay.RunApproved), At: w.now, Detail: detail,
	})
	w.must(err)
	if r := w.run(run.ID); r.Status != replay.AwaitingApproval {
		t.Errorf("%+v", r)
	}
}

// Whoever requested a run cannot approve it under another name at the issuer of identities.
func TestApprovalOfOnesOwnByAnotherName(t *testing.T) {
	w := newWorld(t, 2, func(i int) document { return document{number: string(rune('a' + i)), receiver: "window-vn"} })
	order := w.order(to("window-vn"))
	order.Person = "7c1f"
	run, err := w.runs.Request(t.Context(), order, w.scope())
	w.must(err)
	renamed := w.decision(run, "anna.li")
	renamed.Person = "7c1f"
	if _, err := w.runs.Approve(t.Context(), renamed); codeOf(err) != "own-run" {
		t.Errorf("got %v", err)
	}
	detail := []byte(`{"actor":"anna.li","person":"7c1f","reason":"x","digest":"` + run.Request.Digest + `"}`)
	_, err = w.record.Append(t.Context(), queue.Event{
		Subject: queue.Subject{Kind: queue.SubjectApproval, ID: run.ID}, Name: string(replay.RunApproved), At: w.now, Detail: detail,
	})
	w.must(err)
	if r := w.run(run.ID); r.Status != replay.AwaitingApproval || r.Requested.Person != "7c1f" {
		t.Errorf("%+v", r)
	}
	if r, err := w.runs.Approve(t.Context(), w.decision(run, "bao")); err != nil || r.Status != replay.Running {
		t.Errorf("%+v, %v", r, err)
	}
}

// An approval is bound to the plan.
func TestApprovalOfAnotherPlan(t *testing.T) {
	w, run := bordered(t)
	d := w.decision(run, "bao")
	d.Digest = "00"
	if _, err := w.runs.Approve(t.Context(), d); codeOf(err) != "plan-changed" {
		t.Errorf("got %v", err)
	}
	if r := w.run(run.ID); r.Status != replay.AwaitingApproval {
		t.Errorf("%+v", r)
	}
}

// Nobody can approve a run that has waited too long, and its items are free for others.
func TestApprovalExpires(t *testing.T) {
	w, run := bordered(t)
	w.now = run.Request.Expires.Add(-time.Second)
	if w.pass(); w.run(run.ID).Status != replay.Lapsed {
		t.Error("it does not lapse")
	}
	w, run = bordered(t)
	w.now = run.Request.Expires
	if _, err := w.runs.Approve(t.Context(), w.decision(run, "bao")); codeOf(err) != "approval-expired" {
		t.Errorf("got %v", err)
	}
	if plan := w.plan(to("window-vn")); plan.Eligible != 0 {
		t.Error("two runs have the same item")
	}
	w.pass()
	if plan := w.plan(to("window-vn")); plan.Eligible != 2 {
		t.Error("a run that lapsed keeps its items")
	}
	if _, err := w.runs.Approve(t.Context(), w.decision(run, "bao")); codeOf(err) != "run-status" {
		t.Errorf("afterwards: %v", err)
	}
}

// Of two decisions at once, the first in the record counts, and the other one fails.
func TestDecisionsAtOnce(t *testing.T) {
	w, run := bordered(t)
	w.record.Before(func() {
		if _, err := w.runs.Cancel(t.Context(), w.decision(run, "chen")); err != nil {
			t.Error(err)
		}
	})
	if r, err := w.runs.Approve(t.Context(), w.decision(run, "bao")); codeOf(err) != "run-status" || r.Status != replay.Cancelled {
		t.Errorf("%+v, %v", r, err)
	}
}

// Nothing is known of a run that does not exist.
func TestNoSuchRun(t *testing.T) {
	w, run := bordered(t)
	run.ID = "x"
	if _, err := w.runs.Approve(t.Context(), w.decision(run, "bao")); exchange.KindOf(err) != exchange.NotFound {
		t.Errorf("got %v", err)
	}
}
