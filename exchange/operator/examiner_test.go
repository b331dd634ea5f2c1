package operator_test

import (
	"crypto/sha256"
	"testing"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/operator"
	"beibu/exchange/proof"
)

// A document is examined for the sender that is named, and otherwise for the one of the
// newest refusal of its bytes.
func TestForWhom(t *testing.T) {
	w := exchangetest.NewWorld(t, []exchange.Party{{ID: "a"}, {ID: "b"}, {ID: "c"}}, nil)
	document := []byte("<a/>")
	for _, sender := range []string{"a", "b"} {
		one := exchange.Refusal{ID: uuid.New(), Identity: proof.Identity{Sender: sender}, Digest: sha256.Sum256(document), Code: "invalid"}
		e, err := one.Event()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Store.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Recorder.Wait(t.Context()); err != nil {
		t.Fatal(err)
	}
	examiner := operator.Examiner{Refusals: w.Journal, Intake: w.Intake}
	for _, test := range []struct {
		named, document, want string
		refused               bool // the record has the refusal
	}{
		{"", "<a/>", "b", true}, {"a", "<a/>", "a", true}, {"c", "<a/>", "c", false}, {"a", "<b/>", "a", false},
	} {
		got, err := examiner.Examine(t.Context(), w.InForce, test.named, []byte(test.document))
		if err != nil || got.Identity.Sender != test.want || (got.Refusal != nil) != test.refused || got.Prospect.Refusal.Code != "invalid" {
			t.Errorf("%+v: of %s, refused with %q, %v; %v", test, got.Identity.Sender, got.Prospect.Refusal.Code, got.Refusal, err)
		}
	}
	if _, err := examiner.Examine(t.Context(), w.InForce, "", []byte("<b/>")); exchange.KindOf(err) != exchange.NotFound {
		t.Errorf("of nobody: %v", err)
	}
}
