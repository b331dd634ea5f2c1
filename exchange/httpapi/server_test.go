package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange/httpapi"
)

// Configuration holds the defaults of limits, and this package none.
func TestEveryLimitIsRequired(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for name, drop := range map[string]func(*httpapi.Limits){
		"":            func(*httpapi.Limits) {},
		"Body":        func(l *httpapi.Limits) { l.Body = 0 },
		"Connections": func(l *httpapi.Limits) { l.Connections = 0 },
		"PerAddress":  func(l *httpapi.Limits) { l.PerAddress = 0 },
		"Silence":     func(l *httpapi.Limits) { l.Silence = 0 },
		"Slowest":     func(l *httpapi.Limits) { l.Slowest = 0 },
	} {
		o := w.options
		o.Metrics = prometheus.NewRegistry()
		drop(&o.Limits)
		_, err := httpapi.New(o)
		if name == "" && err != nil || name != "" && (err == nil || !strings.Contains(err.Error(), "Limits."+name)) {
			t.Errorf("without the limit %q: %v", name, err)
		}
	}
}

func TestMethods(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	cases := []struct {
		method, path string
		status       int
		allow        string
	}{
		{http.MethodGet, "/v1/documents", 405, "POST"},
		{http.MethodDelete, "/v1/exchanges", 405, "GET, HEAD"},
		{http.MethodPut, "/v1/exchanges/" + noSuch, 405, "GET, HEAD"},
		{"BREW", "/v1/keys", 405, "GET, HEAD"},
		{http.MethodOptions, "/v1/documents", 204, "POST, OPTIONS"},
		{http.MethodOptions, "/v1/mailbox", 204, "GET, HEAD, OPTIONS"},
		{http.MethodOptions, "/nowhere", 404, ""},
		{http.MethodHead, "/v1/keys", 200, ""},
		{http.MethodHead, "/v1/mailbox", 405, "GET"}, // it would lease what nobody reads
	}
	for _, c := range cases {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			a := w.do(request{method: c.method, path: c.path, as: receiver})
			if a.status != c.status || a.header.Get("Allow") != c.allow {
				t.Errorf("%d, Allow %q; want %d, %q", a.status, a.header.Get("Allow"), c.status, c.allow)
			}
			if c.status >= 400 && a.header.Get("Content-Type") != "application/problem+json" {
				t.Errorf("type %q", a.header.Get("Content-Type"))
			}
			if c.method == http.MethodHead && (len(a.body) > 0 || a.header.Get("Content-Length") == "") {
				t.Errorf("HEAD: %d bytes, %v", len(a.body), a.header)
			}
		})
	}
}
