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

// TestCarnet shows where the goods of a carnet are, in all countries and in one.
func TestCarnet(t *testing.T) {
	w := newWorld(t)
	for _, one := range []struct{ kind, name string }{{"ata-carnet", "expo-machinery-qinzhou-haiphong"}, {"ata-transaction", "machinery-reexported-hai-phong"}} {
		s, err := testdata.Find(one.kind, one.name)
		must(t, err)
		a, err := w.Accept(t.Context(), exchange.Document{Bytes: s.Bytes, Sender: port, Received: rulestest.Received})
		must(t, err)
		w.Await(t, a.Exchange, exchangetest.Consigned)
	}
	b := w.visit(duty)
	const path = "/console/balances?kind=ata-carnet&number=cn/4501/26/00183"
	for _, text := range []string{"VN: 0 (1, 1, 0)", "VN: 3 (3, 0, 0)", "T-00183-04", "re-exportation", "committed", "4: 3 H87", "2026-10-22", "noted in the carnet itself"} {
		if p := b.get(path); p.status != http.StatusOK || !strings.Contains(strings.Join(strings.Fields(p.text), " "), text) {
			t.Fatalf("%d, no %q\n%s", p.status, text, p.text)
		}
	}
	if p := b.get(path + "&country=vn"); p.status != http.StatusOK || strings.Contains(p.text, "CNQZH") {
		t.Errorf("in Viet Nam: %d\n%s", p.status, p.text)
	}
	if p := b.get(path + "&country=MY"); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.html, `id="mistake-country"`) {
		t.Errorf("in Malaysia: %d\n%s", p.status, p.text)
	}
	if p := b.get("/console/balances?kind=ata-carnet&number=none"); p.status != http.StatusNotFound || !strings.Contains(p.html, `id="mistake-number"`) {
		t.Errorf("no such carnet: %d\n%s", p.status, p.text)
	}
}
