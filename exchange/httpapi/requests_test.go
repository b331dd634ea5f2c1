package httpapi_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"unicode"

	"beibu/exchange/answer"
)

// A request of a test. Zero fields are what is usual.
type request struct {
	method string // GET, or POST if there is a body
	path   string
	as     string // whose key; "" for none
	body   string
	header map[string]string
}

// An answer that was read to its end.
type result struct {
	status int
	header http.Header
	body   []byte
}

// do sends a request.
func (w *world) do(r request) result {
	w.t.Helper()
	method := r.method
	if method == "" {
		method = http.MethodGet
		if r.body != "" {
			method = http.MethodPost
		}
	}
	out, err := http.NewRequestWithContext(w.t.Context(), method, w.url+r.path, strings.NewReader(r.body))
	if err != nil {
		w.t.Fatal(err)
	}
	if r.as != "" {
		out.Header.Set("Authorization", "Bearer "+r.as)
	}
	if strings.HasPrefix(r.body, "{") {
		out.Header.Set("Content-Type", "application/json")
	} else if r.body != "" {
		out.Header.Set("Content-Type", "application/xml")
	}
	for name, value := range r.header {
		out.Header.Set(name, value)
	}
	in, err := w.client.Do(out)
	if err != nil {
		w.t.Fatal(err)
	}
	defer shut(w.t, in.Body)
	body, err := io.ReadAll(in.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	a := result{in.StatusCode, in.Header, body}
	w.holdAnswer(method, r, a)
	return a
}

// holdAnswer checks an answer against the description of the API and notes it.
func (w *world) holdAnswer(method string, r request, a result) {
	w.t.Helper()
	if err := w.description.hold(method, r, a); err != nil {
		w.t.Error(err)
	}
	if a.header.Get("Content-Type") == "application/problem+json" && method != http.MethodHead {
		bothLanguages(w.t, a.body)
	}
	if o, found := w.description.find(method, r.path); found {
		w.answered.Store(fmt.Sprintf("%s %s %d", o.method, o.path, a.status), true)
	}
}

// bothLanguages fails the test unless a problem says in Chinese what it says in
// English.
func bothLanguages(tb testing.TB, body []byte) {
	tb.Helper()
	var p answer.Problem
	if err := json.Unmarshal(body, &p); err != nil {
		tb.Fatal(err)
	}
	han := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Han, r) })
	}
	if !han(p.ZH.Title) || han(p.ZH.Detail) != (p.Detail != "") {
		tb.Errorf("%s %q: %q; in Chinese %q: %q", p.Code, p.Title, p.Detail, p.ZH.Title, p.ZH.Detail)
	}
}

// read decodes an answer, strictly, and holds its status.
func read[T any](tb testing.TB, a result, status int) T {
	tb.Helper()
	var v T
	d := json.NewDecoder(bytes.NewReader(a.body))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil || a.status != status {
		tb.Fatalf("status %d, want %d: %v: %.500s", a.status, status, err, a.body)
	}
	return v
}

// submit sends a document as the port and expects it to be accepted.
func (w *world) submit(document []byte) answer.Acceptance {
	w.t.Helper()
	return read[answer.Acceptance](w.t, w.do(request{path: "/v1/documents", as: port, body: string(document)}), http.StatusAccepted)
}

// shut closes what a test has read, and fails if that fails.
func shut(tb testing.TB, c io.Closer) {
	tb.Helper()
	if err := c.Close(); err != nil {
		tb.Error(err)
	}
}
