package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Every command that the README shows at a prompt is run, in its order, in a
// copy of the project, as a newcomer would. What it shows without a prompt, the
// two commands, is run by CI.
func TestReadme(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the programs anew")
	}
	for _, tool := range []string{"bash", "curl"} {
		if _, err := exec.LookPath(tool); err != nil && os.Getenv("BEIBU_REQUIRE_TOOLS") == "" {
			t.Skipf("SKIPPED: %s is not installed, so the README's commands were not run", tool)
		}
	}
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := copyModule(t)
	if err := os.WriteFile(filepath.Join(dir, "ports.yaml"), []byte(anyPorts), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", script(string(readme)))
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, tail(out))
	}
}

// copyModule copies the project, as far as it is built from it, to a folder of
// the test's own.
func copyModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"cmd", "exchange", "schemas", "signing", "queue", "testdata", "deploy"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join("../..", part))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join("../..", file))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, file), b, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// The addresses that the README's daemon has. The test's has others, since these
// may be taken.
const (
	readmePublic = "http://127.0.0.1:8420"
	anyPorts     = "listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\n"
)

// awaitServing waits until the daemon serves, and reads from its log where.
const awaitServing = `until grep -q '"serving"' beibud.log; do kill -0 %1; sleep 0.1; done
export BEIBU_SERVER=http://$(sed -n 's/.*"serving".*"public":"\([^"]*\)".*/\1/p' beibud.log)`

// script joins the commands at a prompt. A reader waits for the daemon to
// serve before going on, and ends it at the end. The daemon listens on ports that
// the system chooses.
func script(readme string) string {
	lines := []string{"set -euo pipefail", "trap 'kill %1 2>/dev/null && wait %1' EXIT"}
	for line := range strings.Lines(readme) {
		command, prompted := strings.CutPrefix(strings.TrimSpace(line), "$ ")
		if !prompted || withoutTool(command) {
			continue
		}
		command = strings.ReplaceAll(command, readmePublic, "$BEIBU_SERVER")
		lines = append(lines, "echo '$' "+quoted(command)+" >&2", strings.Replace(command, "beibud run", "beibud run --config ports.yaml", 1))
		if strings.HasSuffix(command, "&") {
			lines = append(lines, awaitServing)
		}
	}
	return strings.Join(lines, "\n")
}

// withoutTool reports whether a command is of an outside program that is not
// installed. In CI it is run all the same.
func withoutTool(command string) bool {
	_, err := exec.LookPath("xmlsec1")
	return strings.HasPrefix(command, "xmlsec1 ") && err != nil && os.Getenv("BEIBU_REQUIRE_TOOLS") == ""
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// tail returns the end of what was printed.
func tail(b []byte) []byte {
	lines := bytes.Split(b, []byte("\n"))
	return bytes.Join(lines[max(0, len(lines)-60):], []byte("\n"))
}
