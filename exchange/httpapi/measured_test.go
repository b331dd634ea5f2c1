package httpapi_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"beibu/exchange/httpapi"
)

// Requests for the console are counted beside those of the API, by the patterns of its
// routes; one that lasts until its reader leaves is in no histogram of durations.
func TestConsoleIsCounted(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	mux := http.NewServeMux()
	mux.HandleFunc("GET /console/{$}", func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, "now") })
	mux.HandleFunc("POST /console/runs/{id}/pause", func(rw http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		http.Redirect(rw, r, "/console/", http.StatusSeeOther)
	})
	mux.HandleFunc("GET /console/live", func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/event-stream")
		if err := http.NewResponseController(rw).Flush(); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /console/half", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	mux.HandleFunc("/", func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusNotFound) })
	console := w.server.CountConsole(mux)
	for _, one := range [][3]string{
		{http.MethodGet, "/console/", ""},
		{http.MethodPost, "/console/runs/7/pause", "reason=x"},
		{http.MethodPost, "/console/runs/8/pause", "reason=y"},
		{http.MethodGet, "/console/live", ""},
		{http.MethodGet, "/console/half", ""},
		{"BREW", "/console/anything", ""},
	} {
		func() {
			defer func() { _ = recover() }()
			console.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), one[0], one[1], strings.NewReader(one[2])))
		}()
	}
	all := `# HELP beibu_http_requests_total Requests answered.
# TYPE beibu_http_requests_total counter
beibu_http_requests_total{method="GET",route="/console/",status="200",surface="console"} 1
beibu_http_requests_total{method="GET",route="/console/half",status="0",surface="console"} 1
beibu_http_requests_total{method="GET",route="/console/live",status="200",surface="console"} 1
beibu_http_requests_total{method="GET",route="/v1/openapi.json",status="200",surface="api"} 1
beibu_http_requests_total{method="POST",route="/console/runs/{id}/pause",status="303",surface="console"} 2
beibu_http_requests_total{method="other",route="none",status="404",surface="console"} 1
# HELP beibu_http_received_bytes_total Bytes of request bodies, as they came.
# TYPE beibu_http_received_bytes_total counter
beibu_http_received_bytes_total{route="/console/",surface="console"} 0
beibu_http_received_bytes_total{route="/console/half",surface="console"} 0
beibu_http_received_bytes_total{route="/console/live",surface="console"} 0
beibu_http_received_bytes_total{route="/console/runs/{id}/pause",surface="console"} 16
beibu_http_received_bytes_total{route="/v1/openapi.json",surface="api"} 0
beibu_http_received_bytes_total{route="none",surface="console"} 0
# HELP beibu_http_requests_in_flight Requests being answered.
# TYPE beibu_http_requests_in_flight gauge
beibu_http_requests_in_flight 0
`
	if err := testutil.GatherAndCompare(w.registry, strings.NewReader(all), "beibu_http_requests_total", "beibu_http_received_bytes_total", "beibu_http_requests_in_flight"); err != nil {
		t.Error(err)
	}
	families, err := w.registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var timed []string
	sent := make(map[string]float64)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := make(map[string]string)
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			switch route := labels["route"]; {
			case labels["surface"] != "console":
			case f.GetName() == "beibu_http_request_duration_seconds":
				timed = append(timed, route)
			case f.GetName() == "beibu_http_sent_bytes_total":
				sent[route] = m.GetCounter().GetValue()
			}
		}
	}
	slices.Sort(timed)
	if want := []string{"/console/", "/console/half", "/console/runs/{id}/pause", "none"}; !slices.Equal(timed, want) {
		t.Errorf("durations of %q, want %q", timed, want)
	}
	if sent["/console/"] != 3 || len(sent) != 5 {
		t.Errorf("bytes sent: %v", sent)
	}
}
