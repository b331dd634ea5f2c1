package httpapi_test

import (
	"net/http"
	"testing"

	"beibu/exchange"
	"beibu/exchange/httpapi"
)

// Operators page through what was done to parties, in the order of the record, as
// soon as they have done it.
func TestAudit(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	shut := "/v1/parties/" + stranger + "/suspension"
	w.do(request{path: shut, as: operator, body: `{"reason":"key lost"}`})
	w.do(request{path: "/v1/parties/" + receiver + "/suspension", as: operator, body: `{"reason":"other"}`})
	w.do(request{method: http.MethodDelete, path: shut + "?reason=found", as: operator})
	first := read[httpapi.AuditPage](t, w.do(request{path: "/v1/audit?limit=1&subject=party:" + stranger, as: operator}), http.StatusOK)
	if len(first.Events) != 1 || first.Next == "" {
		t.Fatalf("first page %+v", first)
	}
	e := first.Events[0]
	if e.Name != exchange.PartySuspended || e.Actor != operator || e.Reason != "key lost" || e.Subject != (httpapi.AuditSubject{Kind: "party", ID: stranger}) {
		t.Errorf("first event %+v", e)
	}
	second := read[httpapi.AuditPage](t, w.do(request{path: "/v1/audit?subject=party:" + stranger + "&after=" + first.Next, as: operator}), http.StatusOK)
	if len(second.Events) != 1 || second.Next != "" || second.Events[0].Name != exchange.PartyResumed || second.Events[0].Reason != "found" {
		t.Errorf("second page %+v", second)
	}
	if all := read[httpapi.AuditPage](t, w.do(request{path: "/v1/audit?subject=party&since=2000-01-01T00:00:00Z", as: operator}), http.StatusOK); len(all.Events) != 3 {
		t.Errorf("all %+v", all)
	}
}
