package daemon

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// ask sends a request of a browser, with a cookie, and returns the answer.
func ask(t *testing.T, d *Daemon, method, path, cookie string, form url.Values) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+d.Public().String()+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer
}

// The console is beside the API. Any daemon with the keys of the log reads a session, and a
// daemon that stops ends the pages that follow the record.
func TestConsole(t *testing.T) {
	dir := t.TempDir()
	d := start(t, dir, "")
	if a := ask(t, d, http.MethodGet, "/", "", nil); a.StatusCode != http.StatusSeeOther || a.Header.Get("Location") != "/console/" {
		t.Errorf("/: %d %v", a.StatusCode, a.Header)
	}
	key, err := os.ReadFile(filepath.Join(dir, accessFolder, OperatorKey))
	if err != nil {
		t.Fatal(err)
	}
	a := ask(t, d, http.MethodPost, "/console/sign-in", "", url.Values{"key": {strings.TrimSpace(string(key))}})
	cookie, _, _ := strings.Cut(a.Header.Get("Set-Cookie"), ";")
	if a.StatusCode != http.StatusSeeOther || cookie == "" {
		t.Fatalf("sign in: %d %v", a.StatusCode, a.Header)
	}
	if a := ask(t, d, http.MethodGet, "/console/exchanges/live", cookie, nil); a.Header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("a page that follows the record: %d", a.StatusCode)
	}
	if err := d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a := ask(t, start(t, dir, ""), http.MethodGet, "/console/", cookie, nil); a.StatusCode != http.StatusOK {
		t.Errorf("after a restart: %d", a.StatusCode)
	}
}

func TestConsoleThatIsSwitchedOff(t *testing.T) {
	d := start(t, t.TempDir(), "console: {enabled: false}\n")
	for _, path := range []string{"/", "/console/"} {
		if a := ask(t, d, http.MethodGet, path, "", nil); a.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
}
