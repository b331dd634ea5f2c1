package judge_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/exchangetest"
	"beibu/exchange/judge"
	"beibu/exchange/rules/rulestest"
)

// window sends for the issuer of licences, and reaches a receiver more.
const (
	window = "window-cn"
	other  = "gx-ocean"
)

// owners is a world in which commerce issues licences, and window sends for it. What is done
// with another content is the policy.
func owners(tb testing.TB, another string) *exchangetest.World {
	tb.Helper()
	kinds := []string{"import-licence", "import-declaration", "ata-carnet", "ata-reexportation-request"}
	return exchangetest.NewWorld(tb, []exchange.Party{
		{ID: commerce, Sends: kinds, Issues: []exchange.Issue{{Kinds: kinds[:1], Countries: []string{"CN"}, Another: another}}},
		{ID: window, Sends: kinds, OnBehalfOf: []string{commerce}},
		{ID: port, Sends: kinds, OnBehalfOf: []string{commerce}},
		{ID: receiver, Receives: kinds},
		{ID: other, Receives: kinds},
	}, []exchange.Route{
		{Kinds: kinds, To: []string{receiver}},
		{Kinds: kinds, When: exchange.Condition{Senders: []string{window}}, To: []string{other}},
	})
}

// rubberLicence returns a licence of rubber.
func rubberLicence(tb testing.TB, replace ...string) []byte {
	tb.Helper()
	return sample(tb, "import-licence", "natural-rubber-automatic", replace...)
}

func held(x exchange.Exchange) bool { return x.State == exchange.SubmissionHeld }

// The issuer may send a later version of what another party has sent for it. Another party
// that may send for it may not, nor may the issuer change what is known as the same version.
func TestNumberIsOfItsIssuer(t *testing.T) {
	w := owners(t, "")
	w.Await(t, accept(t, w, window, rubberLicence(t)), exchangetest.Consigned)
	x := w.Await(t, accept(t, w, commerce, rubberLicence(t, ">2026-11-10<", ">2026-11-09<")), refused)
	if diff := cmp.Diff([]string{judge.CodeAnother}, codes(x)); diff != "" {
		t.Error(diff)
	}
	second := w.Await(t, accept(t, w, commerce, edition(t, "2")), exchangetest.Consigned)
	w.Await(t, accept(t, w, port, edition(t, "3")), refused)
	l, found, err := w.Ledger.Life(t.Context(), rubber)
	if err != nil || !found || l.First.Sender != window || l.Latest.Exchange != second.ID {
		t.Errorf("%+v, %v, %v", l, found, err)
	}
}

// Whatever has an issuer has a number of its own: a carnet, and a claim on it.
func TestNumberOfEveryIssuer(t *testing.T) {
	for _, c := range []struct{ kind, name string }{
		{"ata-carnet", "expo-machinery-qinzhou-haiphong"},
		{"ata-reexportation-request", "vietnam-claims-harvester"},
	} {
		w := owners(t, "")
		first := sample(t, c.kind, c.name)
		w.Await(t, accept(t, w, commerce, first), exchangetest.Consigned)
		x := w.Await(t, accept(t, w, port, append(slices.Clone(first), '\n')), refused)
		if diff := cmp.Diff([]string{judge.CodeAnother}, codes(x)); diff != "" {
			t.Errorf("%s: %s", c.kind, diff)
		}
		if f := x.Events[len(x.Events)-1].Verdict.Faults[0]; f.Path == "" || f.Message.ZH == "" {
			t.Errorf("%s: %+v", c.kind, f)
		}
	}
}

// By policy, another content waits for a person. Released, it is consigned and is the content
// of the number from then on; refused, it is as if it had never been.
func TestAnotherIsHeld(t *testing.T) {
	for _, release := range []bool{true, false} {
		w := owners(t, exchange.AnotherHold)
		first := w.Await(t, accept(t, w, commerce, rubberLicence(t)), exchangetest.Consigned)
		x := w.Await(t, accept(t, w, window, rubberLicence(t, ">2026-11-10<", ">2026-11-09<")), held)
		if len(x.Held.Faults) != 1 || x.Held.Faults[0].Code != judge.CodeAnother || x.Held.Faults[0].Severity != "hold" || len(x.Deliveries) != 0 {
			t.Fatalf("held: %+v", x.Held)
		}
		before := left(t, w.Ledger, rubber)
		hold := exchange.Hold{Journal: w.Journal, Recorder: w.Recorder}
		decision := exchange.Verdict{Exchange: x.ID, Release: release, Actor: "night shift", Reason: "asked the issuer", At: time.Now()}
		if err := hold.Decide(t.Context(), decision); err != nil {
			t.Fatal(err)
		}
		if err := hold.Decide(t.Context(), decision); exchange.KindOf(err) != exchange.Stale {
			t.Errorf("decided twice: %v", err)
		}
		if !release {
			x = w.Await(t, x, refused)
			if d, ok := x.Decision(); !ok || d.Cause.Actor != "night shift" || left(t, w.Ledger, rubber) != before {
				t.Errorf("refused: %+v", x)
			}
			continue
		}
		w.Await(t, x, exchangetest.Consigned)
		awaitVerdict(t, w, x, judge.Consign)
		l, _, err := w.Ledger.Life(t.Context(), rubber)
		if err != nil || l.First.Exchange != first.ID || l.Latest.Exchange != x.ID || until(t, w) != "2026-11-09" {
			t.Errorf("released: %+v, %v", l, err)
		}
		sameAfterRebuild(t, w)
	}
}

// awaitVerdict waits until the ledger has a verdict of an outcome.
func awaitVerdict(tb testing.TB, w *exchangetest.World, x exchange.Exchange, want judge.Outcome) judge.Verdict {
	tb.Helper()
	for {
		next := w.Ledger.Changed("changed")
		v, found, err := w.Ledger.Verdict(tb.Context(), x.ID)
		if err != nil {
			tb.Fatal(err)
		}
		if found && v.Outcome == want {
			return v
		}
		select {
		case <-next:
		case <-tb.Context().Done():
			tb.Fatalf("no verdict: %+v", v)
		}
	}
}

// sameAfterRebuild folds the record again, and compares the life and what is left.
func sameAfterRebuild(tb testing.TB, w *exchangetest.World) {
	tb.Helper()
	again, err := judge.Open(tb.Context(), filepath.Join(tb.TempDir(), "again.db"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = again.Close() })
	w.Run(tb, func(ctx context.Context) error { return again.Run(ctx, w.Store) })
	head, err := w.Store.Head(tb.Context())
	if err == nil {
		err = errors.Join(again.Wait(tb.Context(), head), w.Ledger.Wait(tb.Context(), head))
	}
	if err != nil {
		tb.Fatal(err)
	}
	one, _, err := w.Ledger.Life(tb.Context(), rubber)
	two, _, other := again.Life(tb.Context(), rubber)
	if err != nil || other != nil || !cmp.Equal(one, two) || left(tb, again, rubber) != left(tb, w.Ledger, rubber) {
		tb.Errorf("%+v\n%+v, %v, %v", one, two, err, other)
	}
}

// The same content by another sender is linked to the first exchange. Who has the bytes does
// not get them again, whoever sends them, and nothing is opened or drawn twice.
func TestSameContent(t *testing.T) {
	w := owners(t, exchange.AnotherHold)
	first := w.Await(t, accept(t, w, commerce, rubberLicence(t)), exchangetest.Consigned)
	w.Await(t, accept(t, w, port, declaration(t, "1", 84000)), exchangetest.Consigned)
	before := left(t, w.Ledger, rubber)
	x := w.Await(t, accept(t, w, window, rubberLicence(t)), func(x exchange.Exchange) bool { return len(x.Deliveries) == 1 })
	if x.SameAs != first.ID || x.Deliveries[0].Receiver != other || x.State == exchange.SubmissionHeld {
		t.Errorf("linked: %+v", x)
	}
	if got := left(t, w.Ledger, rubber); got != before {
		t.Errorf("%s left, and not %s", got, before)
	}
	sameAfterRebuild(t, w)
}

// If nobody is left that has not got the bytes, the exchange ends with the link.
func TestSameContentForNobodyElse(t *testing.T) {
	w := owners(t, "")
	first := w.Await(t, accept(t, w, window, rubberLicence(t)), func(x exchange.Exchange) bool { return len(x.Deliveries) == 2 })
	a, err := w.Accept(t.Context(), exchange.Document{Bytes: rubberLicence(t), Sender: commerce, Received: rulestest.Received})
	if err != nil {
		t.Fatal(err)
	}
	x := w.Await(t, a.Exchange, func(x exchange.Exchange) bool { return x.SameAs == first.ID })
	if x.State != exchange.SubmissionAcceptance || len(x.Deliveries) != 0 {
		t.Errorf("%+v", x)
	}
	v := awaitVerdict(t, w, x, judge.Consign)
	if len(v.Postings) != 0 || !slices.Equal(v.Had, []string{receiver}) {
		t.Errorf("%+v", v)
	}
	if _, found, err := w.Ledger.Account(t.Context(), effects.AccountOf("import-licence", "26-45-Z00317")); err != nil || !found {
		t.Error(found, err)
	}
}

// until returns the last day of the licence of rubber.
func until(tb testing.TB, w *exchangetest.World) string {
	tb.Helper()
	a, _, err := w.Ledger.Account(tb.Context(), rubber)
	if err != nil {
		tb.Fatal(err)
	}
	return a.Until
}
