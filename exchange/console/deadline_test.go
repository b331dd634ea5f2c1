package console_test

import (
	"net/http"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/rules/rulestest"
	"beibu/testdata"
)

// TestDeadlines shows what a licence sets due, on its page and in the list.
func TestDeadlines(t *testing.T) {
	w := newWorld(t)
	s, err := testdata.Find("import-licence", "toluene-dual-use")
	must(t, err)
	const end = "2027-02-04"
	a, err := w.Accept(t.Context(), exchange.Document{Bytes: s.Bytes, Sender: "gx-commerce", Received: rulestest.Received})
	must(t, err)
	x := w.Await(t, a.Exchange, exchangetest.Consigned)
	b := w.visit(duty)
	if p := b.get("/console/exchanges/" + x.ID.String()); p.status != http.StatusOK || !strings.Contains(p.text, end+" last day of validity") {
		t.Errorf("exchange: %d\n%s", p.status, p.text)
	}
	if p := b.get("/console/deadlines?state=ahead&kind=import-licence"); p.status != http.StatusOK || !strings.Contains(p.text, end) || !strings.Contains(p.html, x.ID.String()) {
		t.Errorf("list: %d\n%s", p.status, p.text)
	}
	if p := b.get("/console/deadlines?state=passed"); p.status != http.StatusOK || !strings.Contains(p.text, "No deadline matches.") {
		t.Errorf("none passed: %d\n%s", p.status, p.text)
	}
	for query, field := range map[string]string{"state=late": "state", "kind=letter": "kind", "sender=nobody": "sender"} {
		if p := b.get("/console/deadlines?" + query); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-`+field+`"`) {
			t.Errorf("%s: %d\n%s", query, p.status, p.text)
		}
	}
}
