package console_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules/rulestest"
	"beibu/testdata"
)

// TestBalance shows what is left of a licence, and on the page of a declaration that draws
// more why it was refused.
func TestBalance(t *testing.T) {
	w := newWorld(t)
	send := func(sender, kind, name string, replace ...string) exchange.Exchange {
		s, err := testdata.Find(kind, name)
		must(t, err)
		for i := 0; i < len(replace); i += 2 {
			s.Bytes = bytes.ReplaceAll(s.Bytes, []byte(replace[i]), []byte(replace[i+1]))
		}
		a, err := w.Accept(t.Context(), exchange.Document{Bytes: s.Bytes, Sender: sender, Received: rulestest.Received})
		must(t, err)
		return w.Await(t, a.Exchange, func(x exchange.Exchange) bool {
			return exchangetest.Consigned(x) || x.State == exchange.SubmissionRejection
		})
	}
	send("gx-commerce", "import-licence", "natural-rubber-automatic")
	drawn := send(port, "import-declaration", "natural-rubber-qinzhou")
	refused := send(port, "import-declaration", "natural-rubber-qinzhou", drawn.Identity.Number, "1")

	b := w.visit(duty)
	const path = "/console/balances?kind=import-licence&number=26-45-z00317"
	if p := b.get(path); p.status != http.StatusOK || !strings.Contains(p.html, "<b>21000</b>") || !strings.Contains(p.html, drawn.ID.String()) {
		t.Errorf("%d\n%s", p.status, p.text)
	}
	if p := b.get("/console/balances?kind=import-licence&number=none"); p.status != http.StatusNotFound || !strings.Contains(p.html, `id="mistake-number"`) {
		t.Errorf("no such licence: %d\n%s", p.status, p.text)
	}
	if p := b.get("/console/balances?kind=letter&number=1"); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-kind"`) {
		t.Errorf("no such kind: %d\n%s", p.status, p.text)
	}
	p := b.get("/console/exchanges/" + refused.ID.String())
	if p.status != http.StatusOK || !strings.Contains(p.text, "has 21000 KGM left") || !strings.Contains(p.html, `href="/console/balances?kind=import-licence&amp;number=26-45-Z00317"`) {
		t.Errorf("%d\n%s", p.status, p.text)
	}
}
