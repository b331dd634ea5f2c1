package telemetry_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/telemetry"
)

func TestPrivateListener(t *testing.T) {
	well := telemetry.Probe{Name: "queue", Ask: func(context.Context) error { return nil }}
	ill := telemetry.Probe{Name: "index", Ask: func(context.Context) error { return errors.New("9 s behind") }}
	cases := []struct {
		name, method, path string
		ready              []telemetry.Probe
		profile            bool
		status             int
		body               string // "" if it does not matter
	}{
		{"alive", http.MethodGet, "/livez", []telemetry.Probe{ill}, false, 200, "ok\n"},
		{"ready", http.MethodGet, "/readyz", []telemetry.Probe{well}, false, 200, "queue: ok\n"},
		{"ready with nothing to ask", http.MethodGet, "/readyz", nil, false, 200, "ok\n"},
		{"not ready", http.MethodGet, "/readyz", []telemetry.Probe{well, ill}, false, 503, "queue: ok\nindex: 9 s behind\n"},
		{"metrics", http.MethodGet, "/metrics", nil, false, 200, ""},
		{"profiles hidden", http.MethodGet, "/debug/pprof/", nil, false, 404, ""},
		{"profiles shown", http.MethodGet, "/debug/pprof/", nil, true, 200, ""},
		{"nothing to post", http.MethodPost, "/livez", nil, false, 405, ""},
		{"no API here", http.MethodGet, "/v1/exchanges", nil, false, 404, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			h := telemetry.Private{Metrics: newMetrics(t).Handler(zap.NewNop()), Ready: c.ready, Profile: c.profile}.Handler()
			answer := httptest.NewRecorder()
			h.ServeHTTP(answer, httptest.NewRequest(c.method, c.path, nil))
			if answer.Code != c.status || c.body != "" && answer.Body.String() != c.body {
				t.Errorf("%d %q, want %d %q", answer.Code, answer.Body.String(), c.status, c.body)
			}
		})
	}
}

// The log and the stacks are for callers on this machine, even if others reach the address.
func TestSupportIsLocal(t *testing.T) {
	recent := telemetry.NewRecent()
	recent.Watch(zap.NewExample()).Warn("something happened")
	h := telemetry.Private{Metrics: http.NotFoundHandler(), Recent: recent}.Handler()
	for path, part := range map[string]string{telemetry.PathLog: "something happened", telemetry.PathGoroutines: "goroutine profile"} {
		for remote, status := range map[string]int{"127.0.0.1:7": 200, "[::1]:7": 200, "192.0.2.1:7": 403, "[2001:db8::1]:7": 403, "@": 403} {
			r := httptest.NewRequest(http.MethodGet, path, nil)
			r.RemoteAddr = remote
			answer := httptest.NewRecorder()
			h.ServeHTTP(answer, r)
			if answer.Code != status || strings.Contains(answer.Body.String(), part) != (status == 200) {
				t.Errorf("%s to %s: %d %s", path, remote, answer.Code, answer.Body)
			}
		}
	}
}

func TestReadinessDoesNotWaitForAStuckProbe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := telemetry.Probe{Name: "queue", Ask: func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		started := time.Now()
		answer := httptest.NewRecorder()
		telemetry.Private{Metrics: http.NotFoundHandler(), Ready: []telemetry.Probe{stuck}}.Handler().
			ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/readyz", nil))
		if answer.Code != http.StatusServiceUnavailable || time.Since(started) > 5*time.Second {
			t.Errorf("%d after %s", answer.Code, time.Since(started))
		}
	})
}
