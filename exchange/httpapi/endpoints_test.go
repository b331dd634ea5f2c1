package httpapi_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

// An endpoints is a double that pushes nothing.
type endpoints struct{ tested []string }

func (e *endpoints) Test(_ context.Context, party string) (exchange.EndpointTest, error) {
	e.tested = append(e.tested, party)
	return exchange.EndpointTest{Message: "test-1", Outcome: "http-503", Took: 2 * time.Second, TLS: "TLS 1.3", Certificate: time.Unix(1, 0)}, nil
}

// A party tests its own address and nobody else's, an operator any; who did is in the
// record before it is done.
func TestEndpointTest(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	path := "/v1/parties/" + receiver + "/test"
	if p := read[answer.Problem](t, w.do(request{method: http.MethodPost, path: path, as: receiver}), http.StatusConflict); p.Code != "not-pushed" {
		t.Errorf("without an address: %+v", p)
	}
	w.changeParties(func(p *exchange.Party) { p.Push = exchange.Push{URL: "https://push.example/"} })
	for _, as := range []string{receiver, operator} {
		got := read[httpapi.EndpointTest](t, w.do(request{method: http.MethodPost, path: path, as: as}), http.StatusOK)
		if got.OK || got.Outcome != "http-503" || got.Milliseconds != 2000 || got.TLS != "TLS 1.3" || got.CertificateUntil == nil || got.Keys == nil {
			t.Errorf("to %s: %+v", as, got)
		}
	}
	w.changeParties(func(p *exchange.Party) {
		p.Push, p.Folder = exchange.Push{}, exchange.Folder{Place: "/srv/a", Sends: true}
	})
	read[httpapi.EndpointTest](t, w.do(request{method: http.MethodPost, path: path, as: operator}), http.StatusOK)
	read[answer.Problem](t, w.do(request{method: http.MethodPost, path: path, as: port}), http.StatusNotFound)
	read[answer.Problem](t, w.do(request{method: http.MethodPost, path: "/v1/parties/nobody/test", as: operator}), http.StatusNotFound)
	if strings.Join(w.endpoints.tested, " ") != receiver+" "+receiver+" "+receiver {
		t.Errorf("tested %v", w.endpoints.tested)
	}
	actors := []string{}
	page, _, err := w.options.Audit.Audit(t.Context(), exchange.AuditQuery{})
	if err != nil {
		t.Fatal(err)
	}
	for _, event := range page {
		if event.Name == exchange.PartyTested && event.Subject.ID == receiver {
			actors = append(actors, event.Cause.Actor)
		}
	}
	if strings.Join(actors, " ") != receiver+" "+operator+" "+operator {
		t.Errorf("the record names %v", actors)
	}
}
