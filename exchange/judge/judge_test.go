package judge_test

import (
	"bytes"
	"fmt"
	"testing"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules/rulestest"
	"beibu/testdata"
)

// The parties of these tests: one issues licences, another declares, a third receives.
const (
	commerce = "gx-commerce"
	port     = "cn-customs-qzh"
	receiver = "gx-customs"
)

func world(tb testing.TB) *exchangetest.World {
	tb.Helper()
	kinds := []string{"import-licence", "import-declaration", "certificate-of-origin"}
	return exchangetest.NewWorld(tb, []exchange.Party{
		{ID: commerce, Sends: kinds}, {ID: port, Sends: kinds}, {ID: receiver, Receives: kinds},
	}, []exchange.Route{{Kinds: kinds, To: []string{receiver}}})
}

// sample returns a good sample, with texts replaced by others.
func sample(tb testing.TB, kind, name string, replace ...string) []byte {
	tb.Helper()
	s, err := testdata.Find(kind, name)
	if err != nil {
		tb.Fatal(err)
	}
	doc := s.Bytes
	for i := 0; i < len(replace); i += 2 {
		if !bytes.Contains(doc, []byte(replace[i])) {
			tb.Fatalf("%s has no %q", name, replace[i])
		}
		doc = bytes.ReplaceAll(doc, []byte(replace[i]), []byte(replace[i+1]))
	}
	return doc
}

func accept(tb testing.TB, w *exchangetest.World, sender string, doc []byte) exchange.Exchange {
	tb.Helper()
	a, err := w.Accept(tb.Context(), exchange.Document{Bytes: doc, Sender: sender, Received: rulestest.Received})
	if err != nil {
		tb.Fatal(err)
	}
	return a.Exchange
}

func decided(x exchange.Exchange) bool { return x.State != exchange.SubmissionAcceptance }

// declaration returns a declaration that draws on the licence of rubber.
func declaration(tb testing.TB, number, quantity string) []byte {
	return sample(tb, "import-declaration", "natural-rubber-qinzhou", "721220261000069154", number, ">84000<", ">"+quantity+"<")
}

// TestLicenceIsUsedUp draws on a licence until nothing is left.
func TestLicenceIsUsedUp(t *testing.T) {
	w := world(t)
	licence := accept(t, w, commerce, sample(t, "import-licence", "natural-rubber-automatic"))
	w.Await(t, licence, exchangetest.Consigned)
	first := accept(t, w, port, sample(t, "import-declaration", "natural-rubber-qinzhou"))
	w.Await(t, first, exchangetest.Consigned)
	account, found, err := w.Ledger.Account(t.Context(), effects.AccountOf("import-licence", "26-45-Z00317"))
	if err != nil || !found {
		t.Fatal(found, err)
	}
	if got := fmt.Sprint(account.Balances()[0].Left); got != "21000" {
		t.Errorf("%s left", got)
	}
	_ = declaration
}
