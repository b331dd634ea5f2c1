package exchange_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/exchangetest"
	"beibu/exchange/proof"
	"beibu/exchange/rules/rulestest"
	"beibu/queue"
	"beibu/signing"
)

// latecomer is a party to which no route of these tests led at first.
var latecomer = exchange.Party{ID: "beihai", Role: exchange.Department, Country: "CN", Receives: []string{"ata-carnet"}}

// codeOf returns the code of an error, or "".
func codeOf(err error) string {
	if failure, ok := errors.AsType[*exchange.Error](err); ok {
		return failure.Code
	}
	return ""
}

// rerouting returns what finds to whom the routes of a table lead.
func rerouting(t *testing.T, w *exchangetest.World, table ...exchange.Route) exchange.Rerouting {
	t.Helper()
	now := *w.InForce
	var err error
	if now.Routes, err = exchange.NewRoutes(table, now.Parties); err != nil {
		t.Fatal(err)
	}
	return exchange.Rerouting{Now: &now, Answered: w.Intake.Answered, Bodies: w.Store, Adder: w.Store}
}

// The receivers of a document that was accepted are read again from what is kept of it.
func TestRerouting(t *testing.T) {
	w := exchangetest.NewWorld(t, append(slices.Clone(parties), latecomer), routes)
	got, err := w.Accept(t.Context(), from("qinzhou", carnet(t, "A-1")))
	if err != nil {
		t.Fatal(err)
	}
	x := w.Await(t, got.Exchange, exchangetest.Consigned)
	round := &effects.Round{Steps: []effects.Step{{By: x.Receivers[:1]}}}
	approved := exchange.Route{Name: "approved", Kinds: []string{"ata-carnet"}, To: []string{"beihai"}, Approval: []exchange.ApprovalStep{{By: []string{"window:import"}}}}
	elsewhere := exchange.Route{Name: "new", Kinds: []string{"ata-carnet"}, To: []string{"beihai", "window:import"}}
	for name, test := range map[string]struct {
		table []exchange.Route
		want  []string
		kind  exchange.Kind
		alter func(*exchange.Rerouting, *exchange.Exchange)
		code  string
	}{
		"as then":              {table: routes, want: x.Receivers},
		"other routes":         {table: []exchange.Route{elsewhere}, want: []string{"beihai", "window-vn"}},
		"no route":             {kind: exchange.Unroutable, code: exchange.CodeUnroutable},
		"not kept":             {table: routes, kind: exchange.NotFound, code: "content-gone", alter: func(_ *exchange.Rerouting, x *exchange.Exchange) { x.Body = 1 << 40 }},
		"another seal":         {table: routes, kind: exchange.Invalid, code: exchange.CodeUnreadable, alter: func(r *exchange.Rerouting, _ *exchange.Exchange) { r.Now.Trust = signing.NewTrust() }},
		"other number":         {table: routes, kind: exchange.Invalid, code: exchange.CodeUnreadable, alter: func(_ *exchange.Rerouting, x *exchange.Exchange) { x.Identity.Number = "A-2" }},
		"queue is away":        {table: routes, kind: exchange.Unavailable, alter: func(r *exchange.Rerouting, _ *exchange.Exchange) { r.Bodies = away{} }},
		"now with an approval": {table: []exchange.Route{approved}, kind: exchange.Stale, code: exchange.CodeNotApproved},
		"in its round": {table: routes, kind: exchange.Stale, code: exchange.CodeNotApproved, alter: func(_ *exchange.Rerouting, x *exchange.Exchange) {
			x.Effects.Round, x.Deliveries = round, x.Deliveries[:1]
		}},
		"after its approval": {table: routes, want: x.Receivers, alter: func(_ *exchange.Rerouting, x *exchange.Exchange) { x.Effects.Round = round }},
	} {
		r, asked := rerouting(t, w, test.table...), x
		if test.alter != nil {
			test.alter(&r, &asked)
		}
		got, err := r.Receivers(t.Context(), asked)
		if test.want != nil && (err != nil || !slices.Equal(got, test.want)) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
		if test.want == nil && (exchange.KindOf(err) != test.kind || codeOf(err) != test.code) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

// What an answer is about is looked up again: it goes to the sender by the routes in force,
// also if it was accepted by others, and never to another that used the number since.
func TestReroutingOfAnswers(t *testing.T) {
	parties, table := answering("", "party:addressee")
	w := exchangetest.NewWorld(t, parties, table)
	x := sent(t, w, "qinzhou", carnet(t, number))
	answer := sent(t, w, "window-vn", reply{number: number, addressee: "promotion"}.bytes(t, "R-1"))
	early := sent(t, w, "window-vn", reply{number: "LATE", addressee: "promotion"}.bytes(t, "R-2"))
	_, back := answering("", exchange.SenderAnswered, "party:addressee?")
	_, held := answering(exchange.UnknownHold, exchange.SenderAnswered)
	r := rerouting(t, w, back...)
	want := func(name string, r exchange.Rerouting, x exchange.Exchange, to ...string) {
		t.Helper()
		if got, err := r.Receivers(t.Context(), x); err != nil || !slices.Equal(got, to) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	want("another route", r, answer, "qinzhou", "promotion")
	for name, r := range map[string]exchange.Rerouting{"refused": r, "held": rerouting(t, w, held...)} {
		_, err := r.Receivers(t.Context(), early)
		failure, ok := errors.AsType[*exchange.Error](err)
		if !ok || failure.Kind != exchange.Unroutable || len(failure.Faults) != 1 || failure.Faults[0].Code != exchange.CodeUnknownDocument {
			t.Errorf("an answer to what nobody sent, %s: %v", name, err)
		}
	}
	sent(t, w, "qinzhou", carnet(t, "LATE"))
	want("a document that came after its answer", r, early, "qinzhou", "promotion")
	sent(t, w, "promotion", versioned(t, number, "2"))
	if answer.Answers[0].To != x.ID {
		t.Fatalf("it answers %+v", answer.Answers)
	}
	want("a number that two senders use by now", rerouting(t, w, held...), answer, "qinzhou")
	r.Answered = &exchange.Correspondence{Journal: unread{}}
	if _, err := r.Receivers(t.Context(), answer); exchange.KindOf(err) != exchange.Unavailable {
		t.Errorf("an index that cannot be read: %v", err)
	}
}

// An unread journal cannot be read.
type unread struct{ exchange.Journal }

func (unread) Exchanges(context.Context, exchange.Query) ([]exchange.Exchange, int64, error) {
	return nil, 0, errors.New("the disk is gone")
}

// An away queue has nothing at hand.
type away struct{}

func (away) Body(context.Context, int64) ([]byte, error) { return nil, queue.ErrUnavailable }

// A document goes to one more receiver in a second envelope, of the same exchange and with
// the same bytes. Nothing of the first one changes, and of two events in the record that
// readdress it the first counts.
func TestReaddress(t *testing.T) {
	w := exchangetest.NewWorld(t, append(slices.Clone(parties), latecomer), routes)
	document := carnet(t, "A-1")
	got, err := w.Accept(t.Context(), from("qinzhou", document))
	if err != nil {
		t.Fatal(err)
	}
	x := w.Await(t, got.Exchange, exchangetest.Consigned)
	first, err := w.Store.Body(t.Context(), x.Body)
	if err != nil {
		t.Fatal(err)
	}
	r, again := rerouting(t, w, routes...), signing.Readdressed{Run: "run", Plan: "plan", At: rulestest.Received.AddDate(0, 1, 0)}
	var positions []int64
	for range 2 {
		position, err := r.Readdress(t.Context(), x, "beihai", again)
		if err != nil {
			t.Fatal(err)
		}
		positions = append(positions, position)
		event := exchange.Event{
			Exchange: x.ID, Receiver: "beihai", Name: exchange.ContentConsignment, Attempt: 1, At: again.At, Run: "run", Envelope: position,
			Cause: exchange.Cause{Code: exchange.CodeReaddressed, Actor: "anna", Reason: "route added"},
		}
		if err := w.Recorder.Record(t.Context(), event); err != nil {
			t.Fatal(err)
		}
	}
	now, err := w.Journal.Exchange(t.Context(), x.ID)
	if err != nil {
		t.Fatal(err)
	}
	if now.Body != x.Body || now.EnvelopeFor("window-vn") != x.Body || now.EnvelopeFor("") != x.Body || now.EnvelopeFor("beihai") != positions[0] {
		t.Errorf("the envelopes are at %d and %d, and were kept at %d and %v", now.EnvelopeFor("window-vn"), now.EnvelopeFor("beihai"), x.Body, positions)
	}
	if last := now.Events[len(now.Events)-1]; len(now.Events) != len(x.Events)+1 || last.Receiver != "beihai" || last.Cause.Code != exchange.CodeReaddressed {
		t.Errorf("the timeline ends with %+v", last)
	}
	if kept, err := w.Store.Body(t.Context(), x.Body); err != nil || !bytes.Equal(kept, first) {
		t.Errorf("the first envelope has changed: %v", err)
	}
	trusted := proof.Trust{Signers: []signing.Signer{{Name: "test", Certificate: w.Keys.Seal.Certificate}}}
	sealed, err := exchange.Envelopes{Bodies: w.Store}.Sealed(t.Context(), now, "beihai")
	if err != nil {
		t.Fatal(err)
	}
	before, err := trusted.OpenEnvelope(first)
	if err != nil {
		t.Fatal(err)
	}
	second, err := trusted.OpenEnvelope(sealed)
	if err != nil {
		t.Fatal(err)
	}
	want := before.Header
	want.Receivers, want.Readdressed = []string{"beihai"}, again
	if !slices.Equal(second.Header.Receivers, want.Receivers) || second.Header.Readdressed != want.Readdressed {
		t.Errorf("%+v", second.Header)
	}
	second.Header.Receivers, want.Receivers = nil, nil
	if h := second.Header; h.ExchangeID != want.ExchangeID || h.Sender != want.Sender || h.Kind != want.Kind || h.DocumentNumber != want.DocumentNumber ||
		h.DocumentVersion != want.DocumentVersion || h.DigestSHA256 != want.DigestSHA256 || !h.AcceptedAt.Equal(want.AcceptedAt) || h.SchemaPack != want.SchemaPack {
		t.Errorf("the header has changed: %+v", second.Header)
	}
	if !bytes.Equal(second.Document, document) {
		t.Error("the document has changed")
	}
}
