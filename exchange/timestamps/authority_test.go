package timestamps

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// The authority is the one that the configuration names: it cannot send the
// daemon elsewhere, and its answer is bounded, headers and body alike.
func TestAuthorityIsBounded(t *testing.T) {
	asked := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer elsewhere.Close()
	for name, answer := range map[string]http.Handler{
		"redirect":                 http.RedirectHandler(elsewhere.URL, http.StatusFound),
		"redirect of the question": http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect),
		"large headers": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X", strings.Repeat("x", 2*largestHeaders))
		}),
		"large body": http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, largestAnswer+1)) }),
	} {
		tsa := httptest.NewServer(answer)
		if _, err := NewAuthority(tsa.URL, time.Minute, nil).Ask(t.Context(), []byte("query")); !errors.Is(err, errDown) {
			t.Errorf("%s: %v", name, err)
		}
		tsa.Close()
	}
	if asked != 0 {
		t.Errorf("another host was asked %d times", asked)
	}
}
