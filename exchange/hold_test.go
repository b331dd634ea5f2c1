package exchange_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/journal"
	"beibu/exchange/rules"
	"beibu/exchange/rules/rulestest"
)

// heldWorld returns a world whose rules hold every document.
func heldWorld(t *testing.T) *exchangetest.World {
	t.Helper()
	w := exchangetest.NewWorld(t, parties, routes)
	set, err := rules.NewSet([]rules.Rule{{
		Code: "T-1", Severity: rules.Hold, Source: "test", EN: "look", ZH: "看",
		Check: func(d *rules.Document, report rules.Report) { report(d.Root) },
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.InForce.Checks = exchangetest.ChecksWith(t, set)
	return w
}

// holdOne accepts a document that is held.
func holdOne(t *testing.T, w *exchangetest.World, n string) exchange.Exchange {
	t.Helper()
	got, err := w.Accept(t.Context(), from("qinzhou", carnet(t, n)))
	if err != nil || got.Exchange.State != exchange.SubmissionHeld || len(got.Faults) != 1 {
		t.Fatalf("got %+v, %v", got, err)
	}
	return w.Await(t, got.Exchange, func(x exchange.Exchange) bool { return x.State == exchange.SubmissionHeld })
}

// secondNode returns the index and the recorder of another node on the store of
// a world.
func secondNode(t *testing.T, w *exchangetest.World) (*journal.Journal, *exchange.Recorder) {
	t.Helper()
	index, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error)
	go func() { done <- index.Run(ctx, w.Store) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, index.Close()); err != nil {
			t.Error(err)
		}
	})
	return index, &exchange.Recorder{Appender: w.Store, Feed: w.Store, Fold: index}
}

// Of two operators at two nodes who decide one held exchange at once, the record
// lets one decide, and the other receives what was decided and by whom.
func TestTwoVerdicts(t *testing.T) {
	w := heldWorld(t)
	index, recorder := secondNode(t, w)
	holds := [2]exchange.Hold{{Journal: w.Journal, Recorder: w.Recorder}, {Journal: index, Recorder: recorder}}
	for round := range 40 {
		x := holdOne(t, w, fmt.Sprintf("A-%d", round))
		if err := recorder.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		verdicts := [2]exchange.Verdict{
			{Exchange: x.ID, Release: true, Actor: "anna", Reason: "seen", At: rulestest.Received},
			{Exchange: x.ID, Release: round%2 == 0, Actor: "bao", Reason: "too", At: rulestest.Received.Add(time.Duration(round%3) * time.Second)},
		}
		var errs [2]error
		var both sync.WaitGroup
		for i := range holds {
			both.Go(func() { errs[i] = holds[i].Decide(t.Context(), verdicts[i]) })
		}
		both.Wait()
		winner, loser := 0, 1
		if errs[0] != nil {
			winner, loser = 1, 0
		}
		failure, ok := errors.AsType[*exchange.Error](errs[loser])
		if errs[winner] != nil || !ok || failure.Kind != exchange.Stale || failure.Code != "not-held" {
			t.Fatalf("round %d: %v", round, errs)
		}
		if !strings.Contains(failure.Error(), verdicts[winner].Actor) {
			t.Errorf("round %d: %s decided, and the other verdict fails with: %v", round, verdicts[winner].Actor, failure)
		}
		shown, err := holds[loser].Journal.Exchange(t.Context(), x.ID)
		if err != nil {
			t.Fatal(err)
		}
		if d, ok := shown.Decision(); !ok || d.Cause.Actor != verdicts[winner].Actor || (d.Name == exchange.ContentConsignment) != verdicts[winner].Release {
			t.Errorf("round %d: the error names %s, the record has %+v", round, verdicts[winner].Actor, d)
		}
	}
}

// A document that a rule holds goes nowhere until a person has looked at it.
func TestHold(t *testing.T) {
	w := heldWorld(t)
	hold := &exchange.Hold{Journal: w.Journal, Recorder: w.Recorder}
	held := [2]exchange.Exchange{holdOne(t, w, "A-1"), holdOne(t, w, "A-2")}
	release := exchange.Verdict{Exchange: held[0].ID, Release: true, Actor: "operator", Reason: "seen", At: rulestest.Received}
	if err := hold.Decide(t.Context(), release); err != nil {
		t.Fatal(err)
	}
	if d := delivery(t, w, held[0].ID, "window-vn"); d.State != exchange.ContentConsignment || d.Attempt != 1 {
		t.Errorf("released: %+v", d)
	}
	refuse := exchange.Verdict{Exchange: held[1].ID, Actor: "operator", Reason: "forged", At: rulestest.Received}
	if err := hold.Decide(t.Context(), refuse); err != nil {
		t.Fatal(err)
	}
	x, err := w.Journal.Exchange(t.Context(), held[1].ID)
	if err != nil || x.State != exchange.SubmissionRejection || len(x.Deliveries) != 0 {
		t.Errorf("refused: %+v, %v", x, err)
	}
	for _, v := range []exchange.Verdict{release, refuse} {
		err := hold.Decide(t.Context(), v)
		if failure, ok := errors.AsType[*exchange.Error](err); !ok || failure.Kind != exchange.Stale {
			t.Errorf("settled twice: %v", err)
		}
	}
}

// A held exchange shows why, with place and message in both languages; what a
// head has no room for is counted.
func TestHeldSaysWhy(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	quoted := strings.Repeat("<", 400)
	set, err := rules.NewSet([]rules.Rule{{
		Code: "T-1", Severity: rules.Hold, Source: "test", EN: "look at {0}", ZH: "请核对 {0}",
		Check: func(d *rules.Document, report rules.Report) {
			for range 100 {
				report(d.Root, quoted)
			}
		},
	}, {
		Code: "T-2", Severity: rules.Warn, Source: "test", EN: "well", ZH: "注意",
		Check: func(d *rules.Document, report rules.Report) { report(d.Root) },
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.InForce.Checks = exchangetest.ChecksWith(t, set)
	got, err := w.Accept(t.Context(), from("qinzhou", carnet(t, "A-1")))
	if err != nil {
		t.Fatal(err)
	}
	held := w.Await(t, got.Exchange, func(x exchange.Exchange) bool { return x.State == exchange.SubmissionHeld }).Held
	if len(held.Faults) == 0 || len(held.Faults)+held.Omitted != 100 || held.Omitted == 0 {
		t.Fatalf("%d faults and %d omitted, of 100", len(held.Faults), held.Omitted)
	}
	f := held.Faults[0]
	if f.Code != "T-1" || f.Line == 0 || f.Path == "" || !strings.HasPrefix(f.Message.EN, "look at “<") || !strings.HasPrefix(f.Message.ZH, "请核对 “<") {
		t.Errorf("got %+v", f)
	}
	again, err := w.Accept(t.Context(), from("qinzhou", carnet(t, "A-1")))
	if err != nil || !again.Duplicate || again.Receipt != got.Receipt {
		t.Errorf("sent again: %+v, %v", again, err)
	}
}
