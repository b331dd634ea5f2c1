package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
	"beibu/testdata"
)

// An example is a client of the documentation.
type example struct {
	language string
	build    []string // runs once, before the command; it may be empty
	command  []string
	optional bool // it is skipped if its toolchain is missing, in CI too

	dir, server, access string
}

// Each example submits a document, and receives and acknowledges it.
func TestExamples(t *testing.T) {
	if testing.Short() {
		t.Skip("starts compilers")
	}
	document, err := testdata.Find("ata-carnet", "expo-machinery-qinzhou-haiphong")
	if err != nil {
		t.Fatal(err)
	}
	server, access := serveExamples(t)
	for _, e := range []example{
		{language: "java", build: []string{"javac", "Client.java"}, command: []string{"java", "-cp", ".", "Client"}},
		{language: "python", command: []string{"python3", "client.py"}},
		{language: "go", command: []string{"go", "run", "client.go"}},
		{language: "csharp", command: []string{"dotnet", "run", "Client.cs"}, optional: true},
	} {
		t.Run(e.language, func(t *testing.T) {
			e.dir, e.server, e.access = t.TempDir(), server, access
			e.prepare(t)
			sent := testdata.Numbered(document.Bytes, "CN/4501/26/00183", "EXAMPLE-"+e.language)
			if err := os.WriteFile(filepath.Join(e.dir, "document.xml"), sent, 0o600); err != nil {
				t.Fatal(err)
			}
			id := e.run(t, "qinzhou-customs", "submit", "document.xml")
			if !regexp.MustCompile(`^[0-9a-f-]{36}$`).MatchString(id) {
				t.Fatalf("submit printed %q, not an exchange id", id)
			}
			if again := e.run(t, "qinzhou-customs", "submit", "document.xml"); again != id {
				t.Errorf("sent again: exchange %s, first %s", again, id)
			}
			if got := e.run(t, "window-vn", "receive", "inbox"); got != id {
				t.Errorf("received %q, want %s", got, id)
			}
			if kept, err := os.ReadFile(filepath.Join(e.dir, "inbox", id+".xml")); err != nil || !bytes.Equal(kept, sent) {
				t.Errorf("the document that was kept is not the one that was sent: %v", err)
			}
			if out, err := e.call(t, "gx-press", "submit", "document.xml"); err == nil || !bytes.Contains(out, []byte("sender-may-not-send")) {
				t.Errorf("a party that may not send carnets: %v\n%s", err, out)
			}
		})
	}
}

// serveExamples runs a daemon and returns its address and its folder of API keys.
func serveExamples(t *testing.T) (server, access string) {
	t.Helper()
	loaded, err := config.Parse("examples", []byte(anyPorts))
	if err != nil {
		t.Fatal(err)
	}
	loaded.Data = t.TempDir()
	d, err := daemon.New(t.Context(), loaded, zap.NewNop())
	if err == nil {
		err = d.Start(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return "http://" + d.Public().String(), filepath.Join(loaded.Data, "access")
}

// prepare copies the example to its folder and builds it. C# is for Mono if .NET is
// not installed. It skips the test without a toolchain.
func (e *example) prepare(t *testing.T) {
	t.Helper()
	if err := os.CopyFS(e.dir, os.DirFS(filepath.Join("../..", docs, "examples", e.language))); err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("dotnet"); err != nil && e.language == "csharp" {
		e.build, e.command = []string{"mcs", "-r:System.Net.Http", "Client.cs"}, []string{"mono", "Client.exe"}
	}
	tool := append(e.build, e.command...)[0]
	if _, err := exec.LookPath(tool); err != nil {
		if !e.optional {
			hasTool(t, tool)
		}
		t.Skipf("SKIPPED: %s is not installed, so the example in %s was not run", tool, e.language)
	}
	if len(e.build) == 0 {
		return
	}
	build := exec.CommandContext(t.Context(), e.build[0], e.build[1:]...)
	build.Dir = e.dir
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

// run runs the example for a party and returns what it prints.
func (e *example) run(t *testing.T, party string, args ...string) string {
	t.Helper()
	out, err := e.call(t, party, args...)
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", party, args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (e *example) call(t *testing.T, party string, args ...string) ([]byte, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, e.command[0], append(e.command[1:], args...)...)
	cmd.Dir = e.dir
	cmd.Env = append(os.Environ(), "BEIBU_SERVER="+e.server, "BEIBU_KEY_FILE="+filepath.Join(e.access, party+".key"))
	return cmd.CombinedOutput()
}
