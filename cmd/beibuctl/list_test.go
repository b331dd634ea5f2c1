package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/httpapi"
)

// What was handed over again and again is listed with what failed, and comes last
// in the mailbox.
func TestFailingIsListed(t *testing.T) {
	x := func(number string, sequence int64, d httpapi.Delivery) httpapi.Exchange {
		d.Receiver, d.State, d.Attempt = "window-vn", exchange.ContentHandover, 1
		return httpapi.Exchange{
			ExchangeID: number, DocumentNumber: number, Sequence: sequence, State: exchange.ContentHandover, Express: true,
			Deliveries: []httpapi.Delivery{d},
		}
	}
	dies, waits := x("dies", 1, httpapi.Delivery{Handovers: 6, Failing: true}), x("waits", 2, httpapi.Delivery{Handovers: 1})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		page := httpapi.Page{Exchanges: []httpapi.Exchange{}}
		switch q := r.URL.Query(); {
		case q.Get("failing") == "true" && q.Get("state") == "":
			page.Exchanges = append(page.Exchanges, dies)
		case q.Get("state") == string(exchange.ContentHandover):
			page.Exchanges = append(page.Exchanges, waits, dies)
		}
		answers(w, http.StatusOK, page)
	}))
	defer server.Close()
	for language, want := range map[string]string{"en": "6, failing", "zh": "6，多次领取未确认"} {
		code, stdout, stderr := called(t, "--server", server.URL, "--lang", language, "exchanges", "list", "--failed")
		if code != exitFine || !strings.Contains(stdout, want) || strings.Contains(stdout, "waits") {
			t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
		}
	}
	code, stdout, stderr := called(t, "--server", server.URL, "mailbox", "list", "--party", "window-vn")
	if first, last := strings.Index(stdout, "waits"), strings.Index(stdout, "dies"); code != exitFine || first < 0 || last < first {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}
