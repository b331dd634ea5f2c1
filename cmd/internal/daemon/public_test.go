package daemon

import (
	"net/http"
	"testing"
)

// Everybody reads the ratings if the configuration says so, and nobody otherwise.
func TestPublicPages(t *testing.T) {
	for config, want := range map[string]int{"": http.StatusNotFound, "public: {enabled: true}\n": http.StatusOK} {
		d := start(t, t.TempDir(), config)
		status, header := ask(t, d, http.MethodGet, "/public/", "", nil)
		if status != want || status == http.StatusOK && header.Get("Set-Cookie") != "" {
			t.Errorf("%q: %d %v", config, status, header)
		}
		if err := d.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
