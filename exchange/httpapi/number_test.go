package httpapi_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

// A list is filtered by the value of a number, and not by its spelling.
func TestFilterByNumber(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	first := w.submit(carnet(t, "QZ  2026 0001"))
	if first.DocumentNumber != "QZ 2026 0001" {
		t.Errorf("filed under %q", first.DocumentNumber)
	}
	w.consigned(first.ExchangeID)
	for _, written := range []string{"QZ 2026 0001", " QZ  2026\t0001 "} {
		page := read[httpapi.Page](t, w.do(request{path: "/v1/exchanges?number=" + url.QueryEscape(written), as: port}), http.StatusOK)
		if len(page.Exchanges) != 1 || page.Exchanges[0].ExchangeID != first.ExchangeID {
			t.Errorf("%q: %d exchanges", written, len(page.Exchanges))
		}
	}
	p := read[answer.Problem](t, w.do(request{path: "/v1/exchanges?number=" + url.QueryEscape("QZ\u00a02026 0001"), as: port}), http.StatusBadRequest)
	if p.Code != "document.number-characters" || !strings.Contains(p.Detail, "character 3 of the number is U+00A0") {
		t.Errorf("answered %+v", p)
	}
}
