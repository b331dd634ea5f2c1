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
func ask(t *testing.T, d *Daemon, method, path, cookie string, form url.Values) (status int, header http.Header) {
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
	return answer.StatusCode, answer.Header
}

// The console is beside the API. Any daemon with the keys of the log reads a session, and a
// daemon that stops ends the pages that follow the record.
func TestConsole(t *testing.T) {
	dir := t.TempDir()
	d := start(t, dir, "")
	if status, header := ask(t, d, http.MethodGet, "/", "", nil); status != http.StatusSeeOther || header.Get("Location") != "/console/" {
		t.Errorf("/: %d %v", status, header)
	}
	key, err := os.ReadFile(filepath.Join(dir, accessFolder, OperatorKey))
	if err != nil {
		t.Fatal(err)
	}
	status, header := ask(t, d, http.MethodPost, "/console/sign-in", "", url.Values{"key": {strings.TrimSpace(string(key))}})
	cookie, _, _ := strings.Cut(header.Get("Set-Cookie"), ";")
	if status != http.StatusSeeOther || cookie == "" {
		t.Fatalf("sign in: %d %v", status, header)
	}
	if status, header := ask(t, d, http.MethodGet, "/console/exchanges/live", cookie, nil); header.Get("Content-Type") != "text/event-stream" {
		t.Errorf("a page that follows the record: %d", status)
	}
	counted := private(t, d, "/metrics")
	for _, series := range []string{`route="/console/sign-in",status="303",surface="console"} 1`, `route="none",status="303",surface="console"} 1`} {
		if !strings.Contains(counted, series) {
			t.Errorf("the metrics do not count %s", series)
		}
	}
	if err := d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if status, _ := ask(t, start(t, dir, ""), http.MethodGet, "/console/", cookie, nil); status != http.StatusOK {
		t.Errorf("after a restart: %d", status)
	}
}

func TestConsoleThatIsSwitchedOff(t *testing.T) {
	d := start(t, t.TempDir(), "console: {enabled: false}\n")
	for _, path := range []string{"/", "/console/"} {
		if status, _ := ask(t, d, http.MethodGet, path, "", nil); status != http.StatusNotFound {
			t.Errorf("%s: %d", path, status)
		}
	}
}
