package client

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestSubmit(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Method != http.MethodPost || r.URL.Path != "/v1/documents" || string(body) != "<a/>" ||
			r.Header.Get("Authorization") != "Bearer k" || r.Header.Get("Content-Type") != "application/xml" {
			t.Errorf("got %s %s %q %v", r.Method, r.URL, body, r.Header)
		}
		w.WriteHeader(http.StatusAccepted)
		_, _ = io.WriteString(w, `{"exchangeId":"x","receipt":"r"}`)
	}))
	defer server.Close()
	c := &Client{Server: server.URL + "/", Key: "k"}
	got, err := c.Submit(t.Context(), []byte("<a/>"))
	if err != nil || got.ExchangeID != "x" || got.Receipt != "r" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestProblems(t *testing.T) {
	tests := map[string]struct {
		status     int
		body, code string
	}{
		"of the daemon": {http.StatusConflict, `{"code":"number-taken","title":"Taken","status":409}`, "number-taken"},
		"of a proxy":    {http.StatusBadGateway, `<html>bad gateway</html>`, "not-a-problem-document"},
		"other JSON":    {http.StatusTeapot, `{"error":"x"}`, "not-a-problem-document"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", "3")
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			}))
			defer server.Close()
			_, err := (&Client{Server: server.URL}).Submit(t.Context(), []byte("<a/>"))
			p := ProblemOf(err)
			if p == nil || p.Code != test.code || p.Status != test.status || p.RetryAfter != "3" {
				t.Errorf("got %+v, %v", p, err)
			}
		})
	}
}

// A problem is shown in the language that is asked for, if the daemon says it.
func TestProblemsByLanguage(t *testing.T) {
	for _, test := range []struct{ lang, body, want string }{
		{"", `{"code":"stale","title":"Changed","detail":"again","zh":{"title":"已有变化","detail":"请重试"}}`, "Changed: again (stale)"},
		{"zh", `{"code":"stale","title":"Changed","detail":"again","zh":{"title":"已有变化","detail":"请重试"}}`, "已有变化: 请重试 (stale)"},
		{"zh", `{"code":"stale","title":"Changed","zh":{"title":"已有变化"}}`, "已有变化 (stale)"},
		{"zh", `{"code":"stale","title":"Changed"}`, "Changed (stale)"},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusConflict)
			_, _ = io.WriteString(w, test.body)
		}))
		_, err := (&Client{Server: server.URL, Lang: test.lang}).Submit(t.Context(), []byte("<a/>"))
		if p := ProblemOf(err); p == nil || p.Error() != test.want {
			t.Errorf("%q of %s: %v", test.lang, test.body, err)
		}
		server.Close()
	}
}

// An answer that is too large for the client is an error, and never a part of it.
func TestLargeAnswerIsNotCut(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "0123456789") }))
	t.Cleanup(server.Close)
	for most, cut := range map[int64]bool{9: true, 10: false, 0: false} {
		answer, err := (&Client{Server: server.URL, most: most}).Call(t.Context(), http.MethodGet, "/", "", nil)
		if (err != nil) != cut || cut == (string(answer.Body) == "0123456789") {
			t.Errorf("at most %d bytes: %q, %v", most, answer.Body, err)
		}
	}
}
