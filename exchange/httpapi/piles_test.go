package httpapi_test

import (
	"net/http"
	"testing"

	"beibu/exchange"
	"beibu/exchange/httpapi"
	operators "beibu/exchange/operator"
)

// A cause is one line however many documents it has: for operators, for the sender of the
// documents and for their receiver. A stranger sees none of it.
func TestFailuresAreGrouped(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	var refused []string
	for _, number := range []string{"P-1", "P-2", "P-3"} {
		refused = append(refused, w.refused(number))
	}
	for _, who := range []string{operator, port, receiver} {
		list := read[httpapi.FailuresList](t, w.do(request{path: "/v1/failures", as: who}), http.StatusOK)
		if len(list.Failures) != 1 {
			t.Fatalf("%s sees %+v", who, list)
		}
		f := list.Failures[0]
		if f.Code != "unreadable" || f.Receiver != receiver || f.Count != 3 || f.Side != operators.Sender || f.State != exchange.ConsignmentRejection ||
			f.Example != refused[0] || f.Hours[exchange.TrendHours-1] != 3 || f.NextStep.ZH == "" {
			t.Errorf("%s sees %+v", who, f)
		}
	}
	if list := read[httpapi.FailuresList](t, w.do(request{path: "/v1/failures", as: stranger}), http.StatusOK); len(list.Failures) != 0 {
		t.Errorf("a stranger sees %+v", list)
	}
}
