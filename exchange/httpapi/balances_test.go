package httpapi_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/facts/values"
	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
	"beibu/testdata"
)

// TestBalance shows what is left of a licence, to those who may see it, and why a
// declaration that draws more is refused.
func TestBalance(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.changeParties(func(p *exchange.Party) { p.OnBehalfOf = []string{"gx-commerce"} })
	const path = "/v1/balances/import-licence/26-45-z00317"
	early := w.submit(bytes.ReplaceAll(document(t, "import-declaration", "natural-rubber-qinzhou"), []byte("721220261000071188"), []byte("721220261000071180")))
	w.consigned(early.ExchangeID)
	x := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + early.ExchangeID, as: port}), http.StatusOK)
	if len(x.NotCounted) != 1 || x.NotCounted[0].String() != "import-licence 26-45-Z00317" {
		t.Errorf("not counted: %+v", x.NotCounted)
	}
	licence := w.submit(document(t, "import-licence", "natural-rubber-automatic"))
	w.consigned(licence.ExchangeID)
	drawn := w.submit(document(t, "import-declaration", "natural-rubber-qinzhou"))
	w.consigned(drawn.ExchangeID)

	b := read[httpapi.Balance](t, w.do(request{path: path, as: operator}), http.StatusOK)
	if b.ExchangeID != licence.ExchangeID || b.Uses != 4 || b.UsesPermitted != 6 || len(b.Draws) != 4 || len(b.Lines) != 2 {
		t.Fatalf("the balance is %+v", b)
	}
	got := []string{b.Lines[0].Quantity.String(), b.Lines[0].Reserved.String(), b.Lines[0].Consumed.String(), b.Lines[0].Left.String(), b.Lines[0].Unit}
	if diff := cmp.Diff([]string{"420000", "84000", "315000", "21000", "KGM"}, got); diff != "" {
		t.Error(diff)
	}
	if last := b.Draws[3]; last.ExchangeID != drawn.ExchangeID || last.State != "reserved" || last.Sender != port {
		t.Errorf("the last draw is %+v", last)
	}
	page := read[httpapi.Balance](t, w.do(request{path: path + "?limit=3", as: operator}), http.StatusOK)
	rest := read[httpapi.Balance](t, w.do(request{path: path + "?limit=1&cursor=" + page.Next, as: operator}), http.StatusOK)
	if len(page.Draws) != 3 || rest.Next != "" || page.Uses != 4 || !cmp.Equal(append(page.Draws, rest.Draws...), b.Draws, cmp.Comparer(func(x, y values.Figure) bool { return x.Cmp(y) == 0 })) {
		t.Errorf("page by page the draws are %+v and %+v", page, rest)
	}
	stated(t, w, path)
	if p := read[answer.Problem](t, w.do(request{path: path, as: stranger}), http.StatusNotFound); p.Code != "no-balance" {
		t.Errorf("a stranger gets %s", p.Code)
	}

	second := bytes.ReplaceAll(document(t, "import-declaration", "natural-rubber-qinzhou"), []byte("721220261000071188"), []byte("721220261000071189"))
	refused := w.submit(second)
	w.consigned(refused.ExchangeID) // or not: the first event about it
	x = read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + refused.ExchangeID, as: port}), http.StatusOK)
	last := x.Timeline[len(x.Timeline)-1]
	if last.Name != exchange.SubmissionRejection || len(last.Faults) != 1 || last.Faults[0].Code != "ledger.exceeded" || last.Cause.Code != "ledger.exceeded" {
		t.Errorf("the timeline ends with %+v", last)
	}
}

// stated checks the statement of a balance: by the published keys, and changed, and by
// another key.
func stated(t *testing.T, w *world, path string) {
	t.Helper()
	s := read[httpapi.BalanceStatement](t, w.do(request{path: path + "/statement", as: operator}), http.StatusOK).Statement
	published := w.do(request{path: "/v1/keys"})
	file := filepath.Join(t.TempDir(), "keys.json")
	if err := os.WriteFile(file, published.body, 0o600); err != nil {
		t.Fatal(err)
	}
	trust, err := proof.Read([]string{file})
	if err != nil {
		t.Fatal(err)
	}
	v := proof.Verification{Trust: trust}
	found, err := v.Verify("balance.jws", []byte(s))
	if err != nil || !found.Holds || found.What != proof.SignedBalance || found.Balance.Lines[0].Left != "21000" || found.Balance.Uses != 4 || found.Balance.Sequence == 0 {
		t.Errorf("the statement says %+v, %v", found, err)
	}
	parts := strings.Split(s, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	parts[1] = base64.RawURLEncoding.EncodeToString(bytes.Replace(payload, []byte("21000"), []byte("91000"), 1))
	if found, err := v.Verify("balance.jws", []byte(strings.Join(parts, "."))); err == nil || found.Holds {
		t.Errorf("a changed statement holds: %+v", found)
	}
	public, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	other := proof.Verification{Trust: proof.Trust{Receipts: []proof.ReceiptKey{{Public: public}}}}
	if found, err := other.Verify("balance.jws", []byte(s)); err == nil || found.Holds {
		t.Errorf("it holds by another key: %+v", found)
	}
	if _, err := trust.OpenReceipt(s); err == nil {
		t.Error("it passes for a receipt")
	}
}

// document returns a good sample.
func document(tb testing.TB, kind, name string) []byte {
	tb.Helper()
	s, err := testdata.Find(kind, name)
	if err != nil {
		tb.Fatal(err)
	}
	return s.Bytes
}
