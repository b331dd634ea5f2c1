package httpapi_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

// Every code of the table has a page that anybody can read, in the form that they
// ask for.
func TestProblemPages(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	for _, row := range answer.Entries() {
		code := strings.Replace(row.Code, "*", "some", 1)
		path := "/v1/problems/" + code
		_, explanation, _ := answer.Explain(code)
		for accept, want := range map[string]string{
			"": "text/html; charset=utf-8", "text/html,application/xhtml+xml,*/*;q=0.8": "text/html; charset=utf-8",
			"text/markdown, text/html;q=0.5": "text/markdown; charset=utf-8", "application/json": "application/json", "image/png": "text/html; charset=utf-8",
		} {
			a := w.do(request{path: path, header: map[string]string{"Accept": accept}})
			if a.status != http.StatusOK || a.header.Get("Content-Type") != want {
				t.Errorf("%s as %q: %d %s", path, accept, a.status, a.header.Get("Content-Type"))
			}
			for _, text := range []string{code, row.Title.ZH, explanation.Cause.ZH, explanation.Remedy.ZH} {
				plain, _, _ := strings.Cut(text, "`") // it becomes code on the page
				if !bytes.Contains(a.body, []byte(plain)) {
					t.Errorf("%s as %q: %q is not in it", path, accept, text)
				}
			}
		}
	}
	var p struct {
		Cause exchange.Text
	}
	a := w.do(request{path: "/v1/problems/number-taken", header: map[string]string{"Accept": "application/json"}})
	if err := json.Unmarshal(a.body, &p); err != nil || p.Cause.EN == "" || p.Cause.ZH == "" {
		t.Errorf("%v: %s", err, a.body)
	}
	page := w.do(request{path: "/v1/problems/number-taken"})
	_, rest, _ := strings.Cut(string(page.body), "<style>")
	style, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(style))
	if policy, want := page.header.Get("Content-Security-Policy"), "default-src 'none'; style-src 'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"';"; !strings.HasPrefix(policy, want) {
		t.Errorf("policy %q, want %q", policy, want)
	}
	if a := w.do(request{path: "/v1/problems/none"}); a.status != http.StatusNotFound {
		t.Errorf("a code that does not exist: %d", a.status)
	}
}
