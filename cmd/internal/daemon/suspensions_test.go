package daemon

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
)

// A suspension counts for the very next request, over reloads, over one that is
// rejected too, and over a restart, until it is lifted; no file is edited.
func TestSuspension(t *testing.T) {
	s := newNode(t)
	const shut = "/v1/parties/qinzhou-customs/suspension"
	operator := func() *client.Client { return as(t, s.Daemon, filepath.Join(s.dir, "data"), "operator") }
	suspended := func(when string) {
		t.Helper()
		if _, err := s.qinzhou().Submit(t.Context(), carnet(t)); codeOf(err) != exchange.CodeSuspended {
			t.Errorf("%s: %v", when, err)
		}
	}
	if _, err := client.Post[httpapi.Party](t.Context(), operator(), shut, httpapi.Judgement{Reason: "key lost"}); err != nil {
		t.Fatal(err)
	}
	suspended("the next request")
	s.reload("")
	suspended("after a reload")
	if _, err := s.load("    country: nowhere\n"); err == nil {
		t.Error("a mistake in the parties file was not reported")
	}
	suspended("after a mistake in the map")
	if err := s.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	s.restart()
	suspended("after a restart")
	if _, err := operator().Call(t.Context(), http.MethodDelete, shut+"?reason=found", "", nil); err != nil {
		t.Fatal(err)
	}
	if _, err := s.qinzhou().Submit(t.Context(), carnet(t)); err != nil {
		t.Errorf("lifted: %v", err)
	}
}

// restart starts another daemon on the same data.
func (s *node) restart() {
	s.t.Helper()
	l, err := s.load("")
	if err != nil {
		s.t.Fatal(err)
	}
	next, err := New(s.t.Context(), l, s.Daemon.log)
	if err == nil {
		err = next.Start(s.t.Context())
	}
	if err != nil {
		s.t.Fatal(err)
	}
	s.Daemon = next
}

// A suspended party is not let in because a file cannot be read.
func TestBrokenSuspensions(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "suspensions.json"), []byte("[{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := readSuspensions(dir); err == nil {
		t.Error("a broken file was read")
	}
}
