package exchange_test

import (
	"errors"
	"testing"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules/rulestest"
	"beibu/testdata"
)

// An examination says what a submission of the same document comes to, of every sample,
// by senders that may send its kind and by others, before and after it was accepted.
func TestExamineSaysWhatAcceptDoes(t *testing.T) {
	shipped, table := exchangetest.Shipped(t)
	w := exchangetest.NewWorld(t, shipped.All(), table.Table())
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	outcomes := map[string]int{}
	for _, s := range samples {
		for _, sender := range []string{"qinzhou-customs", "gx-commerce", "qinzhou-customs"} {
			doc := exchange.Document{Bytes: s.Bytes, Sender: sender, Received: rulestest.Received}
			p, err := w.Intake.Examine(t.Context(), w.InForce, doc)
			if err != nil {
				t.Fatal(err)
			}
			accepted, err := w.Accept(t.Context(), doc)
			outcomes[same(t, s.Name, p, accepted, err)]++
		}
	}
	for _, one := range []string{"accepted", "held", "duplicate", "refused"} {
		if outcomes[one] == 0 {
			t.Errorf("no sample was %s", one)
		}
	}
}

// same returns the outcome of a submission, which an examination must have said.
func same(t *testing.T, name string, p exchange.Prospect, a exchange.Acceptance, err error) string {
	t.Helper()
	failure, refused := errors.AsType[*exchange.Error](err)
	switch {
	case err != nil && !refused:
		t.Fatal(err)
	case refused:
		if p.Refusal == nil || p.Refusal.Kind != failure.Kind || p.Refusal.Code != failure.Code || len(p.Refusal.Faults) != len(failure.Faults) || p.Identity != failure.Identity {
			t.Errorf("%s: refused with %v, examined as %+v", name, err, p)
		}
		return "refused"
	case a.Duplicate:
		if p.Before == nil || p.Before.ID != a.Exchange.ID {
			t.Errorf("%s: a duplicate of %s, examined as %+v", name, a.Exchange.ID, p)
		}
		return "duplicate"
	}
	held := a.Exchange.State == exchange.SubmissionHeld
	if p.Refusal != nil || p.Before != nil || p.Held != held || len(p.Receivers) != len(a.Exchange.Receivers) || len(p.Faults) != len(a.Faults) || p.Identity != a.Exchange.Identity {
		t.Errorf("%s: accepted as %+v, examined as %+v", name, a.Exchange, p)
	}
	if held {
		return "held"
	}
	return "accepted"
}
