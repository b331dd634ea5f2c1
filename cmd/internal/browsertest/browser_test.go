package browsertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"beibu/cmd/internal/browsertest"
)

// served are pages: one that everybody can use, and one with all that a tab has to
// notice.
var served = map[string]string{
	"/good": `<!doctype html><html lang="en"><title>Good</title><main><h1>Good</h1><form method="get"><label>Name <input id="name" name="name"></label><button id="go">Go</button></form></main></html>`,
	"/bad":  `<!doctype html><html><title></title><main><img src="http://elsewhere.invalid/x.png"><div style="width:3000px">wide</div><script>throw new Error("thrown")</script></main></html>`,
}

func pages(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		html, ok := served[r.URL.Path]
		if !ok {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		if r.URL.Path == "/good" {
			w.Header().Set("Content-Security-Policy", "default-src 'none'; form-action 'self'")
		}
		_, _ = fmt.Fprint(w, html)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func TestTab(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	at := pages(t)
	b := browsertest.Start(t)
	good := b.Tab(t, browsertest.View{Width: 360, Height: 800})
	good.OnlyFrom(at)
	good.Open(at + "/good")
	good.Fill("#name", "北部湾")
	good.Follow("#go")
	if got := good.Address(); !strings.Contains(got, "name=%E5%8C%97") {
		t.Errorf("the form leads to %s", got)
	}
	if got := good.Text("h1"); got != "Good" {
		t.Errorf("heading %q", got)
	}
	if got := good.Complaints(); len(got) > 0 {
		t.Errorf("a good page: %q", got)
	}
	if got := good.Barriers(at + "/good"); len(got) > 0 || good.Overflows() {
		t.Errorf("a good page has barriers: %q", got)
	}
	bad := b.Tab(t, browsertest.View{})
	bad.OnlyFrom(at)
	bad.Open(at + "/bad")
	got := strings.Join(bad.Complaints(), "\n")
	for _, want := range []string{"elsewhere.invalid", "thrown"} {
		if !strings.Contains(got, want) {
			t.Errorf("no complaint about %q: %s", want, got)
		}
	}
	if !bad.Overflows() {
		t.Error("a page that is too wide is not noticed")
	}
	barriers := strings.Join(bad.Barriers(at+"/bad"), "\n")
	for _, want := range []string{"image-alt", "html-has-lang"} {
		if !strings.Contains(barriers, want) {
			t.Errorf("no barrier %q: %s", want, barriers)
		}
	}
}
