package judge_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/judge/approval"
	"beibu/exchange/rules/rulestest"
	"beibu/signing"
	"beibu/signing/c14n"
)

// The five departments of two countries that decide on a licence, step by step.
var (
	departments = []string{"gx-agriculture", "gx-forestry", "gx-ocean", "gx-customs", "window-vn"}
	steps       = []exchange.ApprovalStep{
		{By: departments[:2], Within: 5}, {By: departments[2:4]}, {By: departments[4:], Within: 10},
	}
)

// types are the codes of UNCL 1001 of what they decide on.
var types = map[string]string{"import-licence": "911", "import-declaration": "929"}

// last is the party that gets the licence once it is approved.
const last = "window-cn"

// A panel is a world in which departments decide on licences of commerce.
type panel struct {
	*exchangetest.World
	keys map[string]signing.Key
}

func newPanel(tb testing.TB) panel {
	tb.Helper()
	kinds := []string{"import-licence", "import-declaration", "response"}
	parties := []exchange.Party{{ID: commerce, Sends: kinds, Receives: kinds}, {ID: last, Receives: kinds}, {ID: port, Sends: kinds}}
	for _, id := range departments {
		parties = append(parties, exchange.Party{ID: id, Sends: kinds, Receives: kinds})
	}
	p := panel{keys: make(map[string]signing.Key)}
	p.World = exchangetest.NewWorld(tb, parties, []exchange.Route{
		{Name: "licence", Kinds: []string{"import-licence"}, To: []string{last}, Approval: steps},
		{Name: "declaration", Kinds: []string{"import-declaration"}, When: exchange.Condition{Senders: []string{port}}, To: []string{last}},
		{Name: "approved declaration", Kinds: []string{"import-declaration"}, When: exchange.Condition{Senders: []string{commerce}}, To: []string{last}, Approval: steps},
		{Name: "answer", Kinds: []string{"response"}, To: []string{"sender:answered"}},
	})
	for _, id := range departments {
		text, err := signing.NewKeyPEM("ecdsa-p256", id, rulestest.Received.Add(-24*time.Hour))
		if err != nil {
			tb.Fatal(err)
		}
		key, err := signing.ParseKey(text)
		if err != nil {
			tb.Fatal(err)
		}
		p.keys[id] = key
		p.Register(tb, id, signing.Signer{Name: id, Certificate: key.Certificate})
	}
	return p
}

// licence is the licence on which they decide.
func licence(tb testing.TB) []byte {
	tb.Helper()
	return sample(tb, "import-licence", "natural-rubber-automatic")
}

// decision is the answer of a department: "+gx-ocean" approves, "-gx-ocean" refuses.
func decision(tb testing.TB, of exchange.Exchange, what, number string, replace ...string) []byte {
	tb.Helper()
	code, text := "AP", "Approved."
	if what[0] == '-' {
		code, text = "RE", "The nursery stock is not free of pests."
	}
	doc := string(sample(tb, "response", "origin-accepted-hanoi", append([]string{
		"VNSW-R-2026-5590187", number, ">window-vn<", ">" + what[1:] + "<", ">gx-trade-promotion<", ">" + commerce + "<", ">861<", ">" + types[of.Identity.Kind] + "<",
		"<cbc:ID>E264507A12340086</cbc:ID>", "<cbc:ID>" + of.Identity.Number + "</cbc:ID><cbc:UUID>" + of.ID.String() + "</cbc:UUID>",
		">AP<", ">" + code + "<", "The certificate of origin was accepted for preferential treatment.", text,
	}, replace...)...))
	return []byte(doc[:strings.LastIndex(doc, "<cac:DocumentResponse>")] + "</ApplicationResponse>")
}

// decide has a department send its signed decision, and waits for the verdict on it.
func (p panel) decide(tb testing.TB, of exchange.Exchange, what string) exchange.Exchange {
	tb.Helper()
	doc, err := signing.SignDocument(decision(tb, of, what, what+" "+of.ID.String()), p.keys[what[1:]], c14n.Exclusive)
	if err != nil {
		tb.Fatal(err)
	}
	p.Await(tb, of, func(x exchange.Exchange) bool { return slices.Contains(asked(x), what[1:]) })
	return p.Await(tb, accept(tb, p.World, what[1:], doc), func(x exchange.Exchange) bool { return x.State != exchange.SubmissionAcceptance })
}

// asked returns who has got an exchange.
func asked(x exchange.Exchange) (all []string) {
	for _, d := range x.Deliveries {
		all = append(all, d.Receiver)
	}
	return all
}

func (p panel) round(tb testing.TB, of exchange.Exchange) approval.Round {
	tb.Helper()
	r, found, err := p.Ledger.Round(tb.Context(), of.ID)
	if err != nil || !found {
		tb.Fatalf("round of %s: %v, %v", of.ID, found, err)
	}
	return r
}

// TestApproval has five departments of two countries approve a licence, step by step: only
// then it goes to its receiver, and only then declarations can draw on it.
func TestApproval(t *testing.T) {
	p := newPanel(t)
	x := accept(t, p.World, commerce, licence(t))
	for i, want := range [][]string{departments[:2], departments[:2], departments[:4], departments[:4], departments} {
		x = p.Await(t, x, func(x exchange.Exchange) bool { return len(x.Deliveries) >= len(want) })
		if diff := cmp.Diff(want, asked(x)); diff != "" {
			t.Fatalf("before decision %d it is at (-want +got):\n%s", i+1, diff)
		}
		if i == 3 {
			d := p.Await(t, accept(t, p.World, port, declaration(t, "early", 84000)), exchangetest.Consigned)
			if v, _, err := p.Ledger.Verdict(t.Context(), d.ID); err != nil || len(v.Unknown) != 1 {
				t.Errorf("a declaration draws on a licence that is not approved: %+v, %v", v, err)
			}
		}
		if answer := p.decide(t, x, "+"+departments[i]); refused(answer) {
			t.Fatalf("decision %d was refused: %v", i+1, codes(answer))
		}
	}
	x = p.Await(t, x, func(x exchange.Exchange) bool { return len(x.Deliveries) == 6 })
	if r := p.round(t, x); r.State != approval.Approved || len(r.Given) != 5 || len(r.Started) != 3 || r.Ended.IsZero() {
		t.Errorf("round is %+v", r)
	}
	if asked(x)[5] != last {
		t.Errorf("it went to %v", asked(x))
	}
	p.Await(t, accept(t, p.World, port, declaration(t, "late", 84000)), exchangetest.Consigned)
	if got := left(t, p.Ledger, rubber); got != "21000 126000" {
		t.Errorf("%s left", got)
	}
}

// TestRefusal ends the round by one refusal: the document is refused, for the reason that
// the department gave, and what else is decided on it does not count.
func TestRefusal(t *testing.T) {
	p := newPanel(t)
	x := accept(t, p.World, commerce, licence(t))
	p.decide(t, x, "+gx-agriculture")
	p.decide(t, x, "-gx-forestry")
	x = p.Await(t, x, refused)
	finding := x.Events[len(x.Events)-1].Verdict
	if finding == nil || finding.Faults[0].Code != "approval.refused" || !strings.Contains(finding.Faults[0].Message.EN, "gx-forestry has not approved it: The nursery stock") {
		t.Errorf("it was refused for %+v", finding)
	}
	if answer := p.decide(t, x, "-gx-agriculture"); !slices.Equal(codes(answer), []string{"approval.closed"}) {
		t.Errorf("a decision after the end: %v", codes(answer))
	}
	if d := x.Deliveries[0]; d.Receiver != "gx-agriculture" {
		t.Fatal(d.Receiver)
	}
	e := x.Deliveries[0].Event(exchange.ConsignmentAcceptance, rulestest.Received)
	if err := p.Recorder.Record(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	x = p.Await(t, x, func(x exchange.Exchange) bool { return x.Deliveries[0].State == exchange.ConsignmentAcceptance })
	if !refused(x) || slices.Contains(asked(x), last) {
		t.Errorf("after an acknowledgement it is %s, at %v", x.State, asked(x))
	}
}

// TestChangedContent voids what was decided on the version before.
func TestChangedContent(t *testing.T) {
	p := newPanel(t)
	first := accept(t, p.World, commerce, version(t, 1, 84_000))
	p.decide(t, first, "+gx-agriculture")
	second := accept(t, p.World, commerce, version(t, 2, 80_000))
	first = p.Await(t, first, refused)
	if diff := cmp.Diff([]string{"approval.void"}, codes(first)); diff != "" {
		t.Error(diff)
	}
	if r := p.round(t, first); r.State != approval.Void || r.Later != second.ID {
		t.Errorf("round of the first version is %+v", r)
	}
	if answer := p.decide(t, first, "+gx-forestry"); !slices.Equal(codes(answer), []string{"approval.void"}) {
		t.Errorf("a decision on the version before: %v", codes(answer))
	}
	p.decide(t, second, "+gx-forestry")
	if r := p.round(t, second); len(r.Given) != 1 || !slices.Equal(r.Awaited(), []string{"gx-agriculture"}) {
		t.Errorf("what was given to the first version counts for the second: %+v", r)
	}
}

// TestOutOfTurn refuses decisions before their turn, and those that say otherwise.
func TestOutOfTurn(t *testing.T) {
	p := newPanel(t)
	x := accept(t, p.World, commerce, licence(t))
	p.decide(t, x, "+gx-agriculture")
	if answer := p.decide(t, x, "-gx-agriculture"); !slices.Equal(codes(answer), []string{"approval.decided"}) {
		t.Errorf("another decision of the same department: %v", codes(answer))
	}
}

// TestNotADecision refuses answers that cannot decide although their senders are asked.
func TestNotADecision(t *testing.T) {
	p := newPanel(t)
	x := p.Await(t, accept(t, p.World, commerce, licence(t)), func(x exchange.Exchange) bool { return len(x.Deliveries) == 2 })
	uuid := "<cbc:UUID>" + x.ID.String() + "</cbc:UUID>"
	reason := "<cbc:Description languageID=\"en\">The nursery stock is not free of pests.</cbc:Description>"
	for name, test := range map[string]struct {
		document []byte
		signs    bool
		want     string
	}{
		"not signed":     {decision(t, x, "+gx-agriculture", "R1"), false, exchange.CodeApprovalUnsigned},
		"by number only": {decision(t, x, "+gx-agriculture", "R2", uuid, ""), true, exchange.CodeApprovalUnnamed},
		"no reason":      {decision(t, x, "-gx-agriculture", "R3", reason, ""), true, exchange.CodeApprovalNoReason},
	} {
		t.Run(name, func(t *testing.T) {
			doc := test.document
			if test.signs {
				var err error
				if doc, err = signing.SignDocument(doc, p.keys["gx-agriculture"], c14n.Exclusive); err != nil {
					t.Fatal(err)
				}
			}
			_, err := p.Accept(t.Context(), exchange.Document{Bytes: doc, Sender: "gx-agriculture", Received: rulestest.Received})
			failure, ok := errors.AsType[*exchange.Error](err)
			if !ok || failure.Kind != exchange.Invalid || failure.Faults[0].Code != test.want || failure.Faults[0].Path == "" || failure.Faults[0].Line == 0 {
				t.Errorf("it failed with %v: %+v", err, failure)
			}
		})
	}
	received, err := p.Accept(t.Context(), exchange.Document{
		Bytes: decision(t, x, "+gx-agriculture", "R4", ">AP<", ">AB<"), Sender: "gx-agriculture", Received: rulestest.Received,
	})
	if err != nil || len(received.Exchange.Effects.Decides) > 0 {
		t.Errorf("an answer that decides nothing: %v, %+v", err, received.Exchange.Effects)
	}
}

// TestApprovalOnACondition counts as an approval, and keeps the condition.
func TestApprovalOnACondition(t *testing.T) {
	p := newPanel(t)
	x := p.Await(t, accept(t, p.World, commerce, licence(t)), func(x exchange.Exchange) bool { return len(x.Deliveries) == 2 })
	doc, err := signing.SignDocument(decision(t, x, "+gx-agriculture", "R1", ">AP<", ">CA<", "Approved.", "Only at Qinzhou."), p.keys["gx-agriculture"], c14n.Exclusive)
	if err != nil {
		t.Fatal(err)
	}
	p.Await(t, accept(t, p.World, "gx-agriculture", doc), exchangetest.Consigned)
	if given, decided := new(p.round(t, x)).By("gx-agriculture"); !decided || !given.Approves || given.Reason != "Only at Qinzhou." {
		t.Errorf("decided %v: %+v", decided, given)
	}
}

// TestApprovalsOfTwoLeaders decides many rounds by two leaders with ledgers of their own:
// both are the same byte for byte, and so is one that is folded again.
func TestApprovalsOfTwoLeaders(t *testing.T) {
	p := newPanel(t)
	other := rival(t, p.World)
	for i := range 4 {
		x := accept(t, p.World, commerce, sample(t, "import-licence", "natural-rubber-automatic", "26-45-Z00317", fmt.Sprintf("26-45-Z0%d", 1000+i)))
		for n, id := range departments {
			sign := "+"
			if n == i+1 {
				sign = "-"
			}
			p.decide(t, x, sign+id)
			if sign == "-" {
				p.Await(t, x, refused)
				break
			}
		}
	}
	same(t, p.World, other)
	again := ledgerAt(t, filepath.Join(t.TempDir(), "again.db"))
	p.Run(t, func(ctx context.Context) error { return again.Run(ctx, p.Store) })
	same(t, p.World, again)
}
