package httpapi_test

import (
	"net/http"
	"testing"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

// A suspension counts for the very next request, is shown to operators with its
// reason and to others without, and leaves who did it, and why, in the log.
func TestSuspension(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	shut := "/v1/parties/" + port + "/suspension"
	document := string(carnet(t, "ONE"))
	shown := read[httpapi.Party](t, w.do(request{path: shut, as: operator, body: `{"reason":"key lost"}`}), http.StatusOK)
	if !shown.Suspended || shown.Suspension == nil || shown.Suspension.Reason != "key lost" || shown.Suspension.Actor != operator {
		t.Errorf("shown %+v", shown)
	}
	if p := read[answer.Problem](t, w.do(request{path: "/v1/documents", as: port, body: document}), http.StatusForbidden); p.Code != exchange.CodeSuspended {
		t.Errorf("the next request: %+v", p)
	}
	for as, isShown := range map[string]bool{operator: true, receiver: false} {
		for _, p := range read[httpapi.Parties](t, w.do(request{path: "/v1/parties", as: as}), http.StatusOK).Parties {
			if p.Suspended != (p.ID == port) || (p.Suspension != nil) != (isShown && p.ID == port) {
				t.Errorf("to %s: %+v", as, p)
			}
		}
	}
	lifted := read[httpapi.Party](t, w.do(request{method: http.MethodDelete, path: shut + "?reason=found", as: operator}), http.StatusOK)
	if lifted.Suspended || lifted.Suspension != nil {
		t.Errorf("lifted %+v", lifted)
	}
	w.submit([]byte(document))
	for what, reason := range map[string]string{"party suspended": "key lost", "party resumed": "found"} {
		lines := w.log.FilterMessage(what).All()
		if len(lines) != 1 || lines[0].ContextMap()["actor"] != operator || lines[0].ContextMap()["reason"] != reason || lines[0].ContextMap()["party"] != port {
			t.Errorf("%s: %+v", what, lines)
		}
	}
}

// What the map of parties says, no operator lifts.
func TestSuspensionByTheMap(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.suspend(port)
	shut := "/v1/parties/" + port + "/suspension"
	p := read[answer.Problem](t, w.do(request{method: http.MethodDelete, path: shut + "?reason=found", as: operator}), http.StatusConflict)
	if p.Code != "not-suspended" {
		t.Errorf("%+v", p)
	}
	w.do(request{path: shut, as: operator, body: `{"reason":"too"}`})
	if shown := read[httpapi.Party](t, w.do(request{method: http.MethodDelete, path: shut + "?reason=found", as: operator}), http.StatusOK); !shown.Suspended {
		t.Errorf("%+v", shown)
	}
}
