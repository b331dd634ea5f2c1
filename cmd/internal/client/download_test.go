package client

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// full is a disk with no space.
type full struct{}

var errFull = errors.New("no space")

func (full) Write([]byte) (int, error) { return 0, errFull }

// A file is written as it comes. One that breaks off is an error, and so is one that
// cannot be written, which is not the server's fault.
func TestDownload(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("kind") {
		case "whole":
			_, _ = w.Write([]byte("as " + r.Header.Get("Accept") + " for " + r.Header.Get("Authorization")))
		case "broken":
			_, _ = w.Write([]byte("half"))
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		default:
			w.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = w.Write([]byte(`{"code":"unknown-kind","title":"no"}`))
		}
	}))
	defer server.Close()
	c := &Client{Server: server.URL, Key: "k"}
	get := func(kind string) (string, error) {
		var out bytes.Buffer
		err := c.Download(t.Context(), "/v1/exchanges", url.Values{"kind": {kind}}, "text/csv", &out)
		return out.String(), err
	}
	if got, err := get("whole"); err != nil || got != "as text/csv for Bearer k" {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := get("broken"); got != "half" || !isUnanswered(err) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := get("other"); got != "" || ProblemOf(err) == nil || ProblemOf(err).Code != "unknown-kind" {
		t.Errorf("%q, %v", got, err)
	}
	if err := c.Download(t.Context(), "/", url.Values{"kind": {"whole"}}, "text/csv", full{}); !errors.Is(err, errFull) || isUnanswered(err) || !strings.Contains(err.Error(), "write file") {
		t.Errorf("a full disk: %v", err)
	}
}

func isUnanswered(err error) bool {
	_, is := errors.AsType[*Unanswered](err)
	return is
}
