package httpapi_test

import (
	"net/http"
	"testing"

	"beibu/exchange/httpapi"
)

// Callers learn as whom their credentials speak.
func TestSelf(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for as, want := range map[string]httpapi.Self{
		port:     {Name: port, Party: port},
		operator: {Name: operator, Operator: true},
	} {
		if got := read[httpapi.Self](t, w.do(request{path: "/v1/self", as: as}), http.StatusOK); got != want {
			t.Errorf("%s: %+v, want %+v", as, got, want)
		}
	}
}
