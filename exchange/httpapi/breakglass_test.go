package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/zap/zapcore"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/queue"
)

// Each use of a break-glass account is a warning; the first is in the audit, with all that
// follow in the hour, before it is answered.
func TestBreakGlass(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	emergency := w.credential("emergency", access.StaffRoles, access.Limits{})
	emergency.BreakGlass = true
	w.swapAccess(append(credentials(), emergency)...)
	for range 3 {
		if a := w.do(request{path: "/v1/routes", as: "emergency"}); a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	page := read[httpapi.AuditPage](t, w.do(request{path: "/v1/audit?subject=action:emergency", as: operator}), http.StatusOK)
	if len(page.Events) != 1 || page.Events[0].Name != exchange.BreakGlassUsed || page.Events[0].Actor != "emergency" || page.Events[0].Reason != "GET /v1/routes" {
		t.Errorf("%+v", page.Events)
	}
	warned := w.log.FilterMessage("break-glass account used").All()
	if len(warned) != 3 || warned[0].Level != zapcore.WarnLevel {
		t.Errorf("%d warnings", len(warned))
	}
	if err := testutil.GatherAndCompare(w.registry, strings.NewReader(`
# HELP beibu_http_break_glass_requests_total Requests by break-glass accounts.
# TYPE beibu_http_break_glass_requests_total counter
beibu_http_break_glass_requests_total 3
`), "beibu_http_break_glass_requests_total"); err != nil {
		t.Error(err)
	}
}

// What cannot be recorded is not done.
func TestBreakGlassThatCannotBeRecorded(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	emergency := w.credential("emergency", access.StaffRoles, access.Limits{})
	emergency.BreakGlass = true
	w.swapAccess(append(credentials(), emergency)...)
	w.recorder.Appender = w
	down := queue.ErrUnavailable
	w.unkept.Store(&down)
	read[answer.Problem](t, w.do(request{path: "/v1/routes", as: "emergency"}), http.StatusServiceUnavailable)
	w.unkept.Store(nil)
	if a := w.do(request{path: "/v1/routes", as: "emergency"}); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
	if page := read[httpapi.AuditPage](t, w.do(request{path: "/v1/audit?subject=action", as: operator}), http.StatusOK); len(page.Events) != 1 {
		t.Errorf("%+v", page.Events)
	}
}
