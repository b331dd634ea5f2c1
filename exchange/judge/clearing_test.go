package judge_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/exchangetest"
	"beibu/exchange/judge"
	"beibu/exchange/judge/ledger"
)

// stranger receives declarations and may not clear them.
const stranger = "gx-industry"

// customs returns a world in which a receiver may clear declarations, and another not.
func customs(tb testing.TB) *exchangetest.World {
	tb.Helper()
	kinds := []string{"import-licence", "import-declaration", "certificate-of-origin"}
	every := append([]string{"response"}, kinds...)
	return exchangetest.NewWorld(tb, []exchange.Party{
		{ID: commerce, Sends: kinds},
		{ID: port, Sends: every, Receives: []string{"response"}},
		{ID: receiver, Sends: every, Receives: every, Clears: []string{"import-declaration"}},
		{ID: stranger, Sends: every, Receives: every},
	}, []exchange.Route{
		{Kinds: kinds, To: []string{receiver, stranger}},
		{Kinds: []string{"response"}, To: []string{exchange.SenderAnswered, receiver}, Unknown: exchange.UnknownHold},
	})
}

// answer returns an answer of a number about a declaration, with a code of WCO.
func answer(tb testing.TB, own, to, code string) []byte {
	tb.Helper()
	return sample(tb, "response", "released-qinzhou", "QZC-R-20261116-00417", own, "721220261000013342", to, ">08<", ">"+code+"<")
}

// positions returns who draws how on an account, in the order of the first draws.
func positions(tb testing.TB, l *judge.Ledger, of effects.Account) (all []string) {
	tb.Helper()
	found, _, err := l.Positions(tb.Context(), ledger.Query{Of: of, Limit: 100})
	if err != nil {
		tb.Fatal(err)
	}
	for _, p := range found {
		if strings.HasPrefix(p.By, "import-declaration ") && p.Sender != "" {
			all = append(all, p.Number()+" "+string(p.State))
		}
	}
	return all
}

// TestClearance uses up and gives back what declarations draw, as customs answer.
func TestClearance(t *testing.T) {
	w := customs(t)
	for _, number := range []string{"26-45-Z00317", "26-45-Z00318"} {
		w.Await(t, accept(t, w, commerce, sample(t, "import-licence", "natural-rubber-automatic", "26-45-Z00317", number)), exchangetest.Consigned)
	}
	for _, n := range []string{"A", "B"} {
		w.Await(t, accept(t, w, port, declaration(t, n, 50_000)), exchangetest.Consigned)
	}
	for i, step := range []struct {
		from, to, code string
		faults         []string
		positions      []string
		left           string
	}{
		{receiver, "A", "01", nil, []string{"A reserved", "B reserved"}, "5000 126000"},
		{stranger, "A", "08", []string{judge.CodeMayNotClear}, []string{"A reserved", "B reserved"}, "5000 126000"},
		{receiver, "A", "08", nil, []string{"A consumed", "B reserved"}, "5000 126000"},
		{receiver, "A", "09", nil, []string{"A consumed", "B reserved"}, "5000 126000"},
		{receiver, "A", "10", []string{judge.CodeIsCleared}, []string{"A consumed", "B reserved"}, "5000 126000"},
		{receiver, "B", "10", nil, []string{"A consumed", "B released"}, "55000 126000"},
		{receiver, "B", "10", nil, []string{"A consumed", "B released"}, "55000 126000"},
		{receiver, "B", "08", []string{judge.CodeGivenBack}, []string{"A consumed", "B released"}, "55000 126000"},
	} {
		x := w.Await(t, accept(t, w, step.from, answer(t, "R-"+string(rune('a'+i)), step.to, step.code)), done)
		if diff := cmp.Diff(step.faults, codes(x)); diff != "" || refused(x) != (step.from == stranger) {
			t.Errorf("step %d: %s %s", i, x.State, diff)
		}
		if diff := cmp.Diff(step.positions, positions(t, w.Ledger, rubber)); diff != "" {
			t.Errorf("step %d: %s", i, diff)
		}
		if got := left(t, w.Ledger, rubber); got != step.left {
			t.Errorf("step %d: %s left, want %s", i, got, step.left)
		}
	}
}

// TestClearanceOfVersions clears the version that was answered, and no other.
func TestClearanceOfVersions(t *testing.T) {
	w := customs(t)
	w.Await(t, accept(t, w, commerce, sample(t, "import-licence", "natural-rubber-automatic")), exchangetest.Consigned)
	w.Await(t, accept(t, w, port, version(t, 1, 84_000)), exchangetest.Consigned)
	w.Await(t, accept(t, w, port, version(t, 2, 80_000)), exchangetest.Consigned)
	early := strings.Replace(string(answer(t, "R-1", "A", "08")), `929</cbc:DocumentTypeCode>`, `929</cbc:DocumentTypeCode><cbc:VersionID>1</cbc:VersionID>`, 1)
	if !strings.Contains(early, "VersionID>1<") {
		t.Fatal(early)
	}
	x := w.Await(t, accept(t, w, receiver, []byte(early)), done)
	if diff := cmp.Diff([]string{judge.CodeReplaced}, codes(x)); diff != "" || refused(x) {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"A reserved"}, positions(t, w.Ledger, rubber)); diff != "" {
		t.Error(diff)
	}
	w.Await(t, accept(t, w, receiver, answer(t, "R-2", "A", "08")), exchangetest.Consigned)
	if diff := cmp.Diff([]string{"A consumed"}, positions(t, w.Ledger, rubber)); diff != "" {
		t.Error(diff)
	}
	x = w.Await(t, accept(t, w, port, version(t, 3, 70_000)), done)
	if diff := cmp.Diff([]string{"ledger.cleared"}, codes(x)); diff != "" || left(t, w.Ledger, rubber) != "25000 126000" {
		t.Errorf("%s, %s left", diff, left(t, w.Ledger, rubber))
	}
}

// TestClearanceOfUnknown records that an answer clears what nobody has seen here.
func TestClearanceOfUnknown(t *testing.T) {
	w := customs(t)
	x := w.Await(t, accept(t, w, receiver, answer(t, "R-1", "none", "08")), func(x exchange.Exchange) bool { return x.State == exchange.SubmissionHeld })
	hold := exchange.Hold{Journal: w.Journal, Recorder: w.Recorder}
	if err := hold.Decide(t.Context(), exchange.Verdict{Exchange: x.ID, Release: true, Actor: "li", Reason: "looked", At: x.AcceptedAt}); err != nil {
		t.Fatal(err)
	}
	unknown, err := judge.Reader{Ledger: w.Ledger, Feed: w.Store}.Uncounted(t.Context(), x.ID)
	for err == nil && unknown == nil {
		<-w.Ledger.Changed("")
		unknown, err = judge.Reader{Ledger: w.Ledger, Feed: w.Store}.Uncounted(t.Context(), x.ID)
	}
	if diff := cmp.Diff([]effects.Account{effects.AccountOf("import-declaration", "none")}, unknown); diff != "" || err != nil {
		t.Error(diff, err)
	}
}
