package browsertest_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"beibu/cmd/internal/browsertest"
)

// served are pages: one that everybody can use, and one with all that a tab has to
// notice.
var served = map[string]string{
	"/good": `<!doctype html><html lang="en"><title>Good</title><main><h1>Good</h1><form method="get"><label>Name <input id="name" name="name"></label><button id="go">Go</button></form><details><summary>More</summary><p>More of it</p></details></main></html>`,
	"/bad":  `<!doctype html><html><title></title><main><img src="http://elsewhere.invalid/x.png"><div style="width:3000px">wide</div><script>throw new Error("thrown")</script></main></html>`,
	"/folded": `<!doctype html><html lang="en"><meta name="viewport" content="width=device-width"><title>Folded</title><main><h1>Folded</h1>
<details><summary style="padding:20px">More</summary><input style="height:40px"></details>
<p><button popovertarget="m.1" style="height:40px">Menu</button></p><nav id="m.1" popover style="left:300px;width:200px;margin:0"><a href="/good"></a></nav>
<button popovertarget="hidden" hidden>Menu</button><nav id="hidden" popover><select></select></nav></main></html>`,
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

// What a page folds up is judged open, too, each thing by itself, if a person can open it.
func TestFolded(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a browser")
	}
	tab := browsertest.Start(t).Tab(t, browsertest.View{Width: 360, Height: 800})
	var found []string
	for _, barrier := range tab.Barriers(pages(t) + "/folded") {
		place, rule, _ := strings.Cut(strings.TrimPrefix(barrier, "http://"), ": ")
		_, place, _ = strings.Cut(place, "/folded")
		rule, _, _ = strings.Cut(rule, " ")
		found = append(found, strings.TrimSpace(place+": "+rule))
	}
	want := []string{"with details open: label", `with #m\.1 open: label`, `with #m\.1 open: link-name`, `with #m\.1 open: reflow`}
	if !slices.Equal(found, want) {
		t.Errorf("barriers %q, want %q", found, want)
	}
}
