package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is kept is a new regular file. Whatever else has its name is neither
// written nor read: a link may lead out of the folder, a pipe blocks without end.
func TestKeepWritesNewFilesAlone(t *testing.T) {
	const content = "<a/>"
	outside := filepath.Join(t.TempDir(), "outside")
	if err := os.WriteFile(outside, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		before func(path string) error
		want   string // what the error says; "" if there is none
	}{
		"nothing":        {func(string) error { return nil }, ""},
		"the same":       {func(path string) error { return os.WriteFile(path, []byte(content), 0o600) }, ""},
		"other content":  {func(path string) error { return os.WriteFile(path, []byte("<b/>"), 0o600) }, "other content"},
		"empty":          {func(path string) error { return os.WriteFile(path, nil, 0o600) }, "other content"},
		"link":           {func(path string) error { return os.Symlink(outside, path) }, "no regular file"},
		"dangling link":  {func(path string) error { return os.Symlink(outside+"-not-there", path) }, "no regular file"},
		"pipe":           {makePipe, "no regular file"},
		"folder":         {func(path string) error { return os.Mkdir(path, 0o700) }, "no regular file"},
		"character file": {func(path string) error { return os.Symlink("/dev/zero", path) }, "no regular file"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "x.xml")
			if err := c.before(path); err != nil {
				t.Fatal(err)
			}
			err := keep(dir, "x.xml", []byte(content))
			if c.want == "" {
				if got, _ := os.ReadFile(path); err != nil || string(got) != content {
					t.Errorf("got %q, %v", got, err)
				}
			} else if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), path) {
				t.Errorf("got %v; want %q", err, c.want)
			}
			if left, _ := filepath.Glob(filepath.Join(dir, ".*.new-*")); len(left) > 0 {
				t.Errorf("left %v", left)
			}
		})
	}
	if got, _ := os.ReadFile(outside); string(got) != "mine" {
		t.Errorf("wrote %q through a link", got)
	}
	if _, err := os.Lstat(outside + "-not-there"); err == nil {
		t.Error("wrote through a dangling link")
	}
}

// A signal ends mailbox get while it waits for something to come.
func TestGetEndsAtASignal(t *testing.T) {
	ours := newSealing(t)
	ctx, signal := context.WithCancel(t.Context())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /v1/mailbox", func(_ http.ResponseWriter, r *http.Request) {
		signal()
		<-r.Context().Done()
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	trust := filepath.Join(t.TempDir(), "trust.pem")
	if err := os.WriteFile(trust, ours.keys.SealPEM, 0o600); err != nil {
		t.Fatal(err)
	}
	var out, err strings.Builder
	code := run(ctx, []string{"--server", server.URL, "mailbox", "get", "--wait", "60s", "--trust", trust, "--dir", t.TempDir()}, streams{out: &out, err: &err})
	if code != exitUnable || out.String() != "" || !strings.Contains(err.String(), "context canceled") {
		t.Errorf("exit code %d\n%s%s", code, out.String(), err.String())
	}
}
