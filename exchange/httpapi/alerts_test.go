package httpapi_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/alert"
	"beibu/queue"
)

// fires records that an alert fired.
func (w *world) fires(id, detail string) {
	w.t.Helper()
	err := w.recorder.Append(w.t.Context(), queue.Event{
		Subject: queue.Subject{Kind: queue.SubjectAlert, ID: id}, Name: string(alert.AlertFired), At: time.Now(), Detail: []byte(detail),
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// Staff see every alert, and a party those that are about itself alone.
func TestAlertsAreScoped(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.fires("receiver-failing/"+receiver, `{"code":"receiver-failing","about":"`+receiver+`","parties":["`+receiver+`"],"since":"2026-11-30T08:00:00Z","failed":"http-500"}`)
	w.fires("run-stopped/r1", `{"code":"run-stopped","about":"r1","parties":["`+receiver+`","`+stranger+`"],"since":"2026-11-30T08:00:00Z"}`)
	w.fires("break-glass-used/emergency", `{"code":"break-glass-used","about":"emergency","since":"2026-11-30T08:00:00Z"}`)
	for _, test := range []struct {
		as, query string
		want      []alert.Code
	}{
		{operator, "", []alert.Code{"receiver-failing", "run-stopped", "break-glass-used"}},
		{operator, "?party=" + stranger, []alert.Code{"run-stopped"}},
		{receiver, "", []alert.Code{"receiver-failing"}},
		{port, "", nil},
	} {
		var got []alert.Code
		for _, a := range read[httpapi.AlertList](t, w.do(request{path: "/v1/alerts" + test.query, as: test.as}), http.StatusOK).Alerts {
			got = append(got, a.Code)
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s sees %q of %q, want %q", test.as, got, test.query, test.want)
		}
	}
}

// The status of a party has its circuit breaker and its last failure, and is for those
// that may see it.
func TestStatus(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.changeParties(func(p *exchange.Party) {
		if p.ID == receiver {
			p.Push = exchange.Push{URL: "https://push.example/"}
		}
	})
	accepted := w.submit(carnet(t, "ONE"))
	w.consigned(accepted.ExchangeID)
	opened := exchange.PartyEvent(receiver, exchange.BreakerOpened, time.Now())
	opened.Cause, opened.Next = exchange.Cause{Code: "http-500", Reason: "answered 500"}, time.Now().Add(time.Hour)
	if err := w.recorder.Record(t.Context(), opened); err != nil {
		t.Fatal(err)
	}
	all := read[httpapi.StatusList](t, w.do(request{path: "/v1/status", as: receiver}), http.StatusOK).Parties
	if len(all) != 1 {
		t.Fatalf("a party sees %d", len(all))
	}
	is := all[0]
	if is.Party != receiver || is.Way != "push" || !is.Breaker.Open || is.Breaker.Cause.Code != "http-500" || is.Backlog.Open != 1 ||
		is.Receiving.NextTryAt == nil || is.Receiving.LastFailureAt == nil || is.Receiving.LastSuccessAt != nil {
		t.Errorf("its status is %+v", is)
	}
	sender := read[httpapi.StatusList](t, w.do(request{path: "/v1/status?party=" + port, as: operator}), http.StatusOK).Parties[0]
	if sender.Sending.LastSuccessAt == nil || sender.Way != "mailbox" || sender.Breaker.Open {
		t.Errorf("the status of the sender is %+v", sender)
	}
	if all := read[httpapi.StatusList](t, w.do(request{path: "/v1/status", as: operator}), http.StatusOK).Parties; len(all) < 30 {
		t.Errorf("staff sees %d", len(all))
	}
}
