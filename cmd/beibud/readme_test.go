package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/signing/signingtest"
	"beibu/testdata"
)

// A block is the text between fences in a page.
type block struct {
	language string
	settings []string // the words after the language
	text     string
	line     int
}

func (b block) has(setting string) bool { return slices.Contains(b.settings, setting) }

// value returns what a setting such as file=NAME says, or "".
func (b block) value(name string) string {
	for _, s := range b.settings {
		if v, ok := strings.CutPrefix(s, name+"="); ok {
			return v
		}
	}
	return ""
}

// blocksOf returns the fenced blocks of a page.
func blocksOf(page string) []block {
	var all []block
	var open *block
	n := 0
	for line := range strings.Lines(page) {
		n++
		info, fence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case fence && open == nil:
			words := append(strings.Fields(info), "")
			open = &block{language: words[0], settings: words[1:], line: n + 1}
		case fence:
			all = append(all, *open)
			open = nil
		case open != nil:
			open.text += line
		}
	}
	return all
}

// settings are what a block of commands may need, and what the test does about it:
//
//	daemon     a daemon runs, as `beibud run` without a configuration starts it
//	source     the commands run in a copy of the source code
//	ci         CI runs the commands: each must be in .ci/run
//	release    the archive for Linux on amd64 is in the folder; only with BEIBU_LONG=1
//	systemd    systemctl is a program of the test that does nothing
//	engine     the commands need an engine of containers or a cluster, and are not run
//	PROGRAM    the program must be installed
//	file=NAME  the text is not run but written to a file, whatever its language
var settings = []string{"daemon", "source", "ci", "release", "systemd", "engine", "xmlsec1", "openssl", "curl", "sha256sum"}

// Every command in the README and in every page of the documentation is run, in
// its order, each page in a folder of its own.
func TestDocumentedCommands(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the programs")
	}
	if !hasTool(t, "bash") {
		t.Skip("SKIPPED: bash is not installed, so the commands of the documentation were not run")
	}
	bin := buildPrograms(t)
	stamps := stampingAuthority(t)
	for name, page := range pages(t) {
		if strings.HasPrefix(name, docs+"/zh/") {
			continue // TestChinesePage: it has the commands of the README
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			runPage(t, page, bin, stamps)
		})
	}
}

// hasTool reports whether a program is installed. In CI it must be.
func hasTool(t *testing.T, name string) bool {
	t.Helper()
	_, err := exec.LookPath(name)
	if err != nil && os.Getenv("BEIBU_REQUIRE_TOOLS") == "1" {
		t.Errorf("%s is not installed, and BEIBU_REQUIRE_TOOLS=1", name)
	}
	return err == nil
}

// buildPrograms builds the programs and returns their folder.
func buildPrograms(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", bin+"/", "./cmd/...")
	build.Dir = "../.."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	stub := "#!/bin/sh\nexit 0\n"
	if err := os.WriteFile(filepath.Join(bin, "systemctl"), []byte(stub), 0o700); err != nil {
		t.Fatal(err)
	}
	return bin
}

// stampingAuthority serves time stamps and returns the settings of a daemon that
// asks for them, and writes the authority's root to tsa-root.pem of the folder.
func stampingAuthority(t *testing.T) func(dir string) string {
	t.Helper()
	tsa := signingtest.NewTSA(t)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/timestamp-reply")
		_, _ = w.Write(tsa.Answer(query))
	}))
	t.Cleanup(server.Close)
	return func(dir string) string {
		root := filepath.Join(dir, "tsa-root.pem")
		if err := os.WriteFile(root, tsa.RootPEM(), 0o600); err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("seal: {tsa: {url: %q, authorities: [%q]}}\n", server.URL, root)
	}
}

// The addresses of the daemon in the pages. The test's daemon has others, since
// these may be in use.
const (
	pagePublic  = "http://127.0.0.1:8420"
	pagePrivate = "http://127.0.0.1:8421"
	anyPorts    = "listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\n"
)

// awaitServing waits until the daemon serves, and reads its addresses from its log.
const awaitServing = `until grep -q '"serving"' beibud.log; do kill -0 %1 || { cat beibud.log; exit 1; }; sleep 0.1; done
export BEIBU_SERVER=http://$(sed -n 's/.*"serving".*"public":"\([^"]*\)".*/\1/p' beibud.log)
export BEIBU_PRIVATE=http://$(sed -n 's/.*"serving".*"private":"\([^"]*\)".*/\1/p' beibud.log)`

// startDaemon starts the daemon that a block with the setting daemon needs.
const startDaemon = "beibud run --config ports.yaml 2> beibud.log &\n" + awaitServing

// runPage runs the commands of a page.
func runPage(t *testing.T, page, bin string, stamps func(string) string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "ports.yaml"), []byte(anyPorts+stamps(dir)), 0o600); err != nil {
		t.Fatal(err)
	}
	text := pageScript(t, page, dir)
	if text == "" {
		return
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", text)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "WORK="+dir, "GOFLAGS=-trimpath", "LANG=C", "LC_ALL=C")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, tail(out))
	}
}

// pageScript returns the commands of a page as one script, or "" if it has none.
func pageScript(t *testing.T, page, dir string) string {
	t.Helper()
	var lines []string
	serving := false
	source := ""
	for _, b := range blocksOf(page) {
		name := b.value("file")
		if name != "" {
			lines = append(lines, written(filepath.Join(dir, name), strings.ReplaceAll(b.text, "/etc/beibu", dir+"/etc/beibu")))
			continue
		}
		if b.language != "sh" || !runnable(t, b) {
			continue
		}
		if b.has("daemon") && !serving {
			lines, serving = append(lines, startDaemon), true
		}
		if b.has("release") {
			lines = append(lines, "(cd "+quoted(projectFolder(t))+" && go run ./deploy/release -out "+quoted(dir)+" linux/amd64)")
		}
		if b.has("source") {
			source = cmp.Or(source, copyModule(t))
			lines = append(lines, "cd "+quoted(source))
		}
		for line := range strings.Lines(b.text) {
			command := installed(strings.TrimSuffix(line, "\n"), dir)
			lines = append(lines, "echo '$' "+quoted(command)+" >&2", command)
			if strings.HasSuffix(command, "&") {
				lines, serving = append(lines, awaitServing), true
			}
		}
		lines = append(lines, `cd "$WORK"`)
	}
	if len(lines) == 0 {
		return ""
	}
	return "set -euo pipefail\ntrap 'kill %1 2>/dev/null && wait %1 || true' EXIT\n" + strings.Join(lines, "\n")
}

// installed returns a command with the addresses and the folders of the test.
func installed(command, dir string) string {
	return strings.NewReplacer(pagePublic, "$BEIBU_SERVER", pagePrivate, "$BEIBU_PRIVATE", "beibud run 2>", `beibud run --config "$WORK/ports.yaml" 2>`,
		"/etc/", dir+"/etc/", "/usr/local/bin", dir+"/usr/local/bin").Replace(command)
}

// runnable reports whether the test runs a block of commands itself. It fails if a
// setting is not known, or if a command of CI is not in .ci/run.
func runnable(t *testing.T, b block) bool {
	t.Helper()
	for _, s := range b.settings {
		switch {
		case s == "":
		case !slices.Contains(settings, s):
			t.Errorf("line %d: unknown setting %q; known are %q", b.line, s, settings)
		case s == "ci":
			for line := range strings.Lines(b.text) {
				if command, _, _ := strings.Cut(line, "#"); !runByCI(t, strings.Fields(command)) {
					t.Errorf("line %d: .ci/run does not run %q", b.line, command)
				}
			}
			return false
		case slices.Contains([]string{"daemon", "source", "systemd"}, s):
		case s == "engine":
			t.Logf("SKIPPED: the commands at line %d need an engine of containers or a cluster", b.line)
			return false
		case s == "release":
			if !testdata.Long() || runtime.GOOS+"/"+runtime.GOARCH != "linux/amd64" {
				t.Logf("SKIPPED: the commands at line %d need an archive for Linux on amd64; set BEIBU_LONG=1", b.line)
				return false
			}
		case !hasTool(t, s):
			t.Logf("SKIPPED: %s is not installed, so the commands at line %d were not run", s, b.line)
			return false
		}
	}
	return true
}

// runByCI reports whether a line of .ci/run has all words of a command, in order.
// It may have more, such as the options of a long run.
func runByCI(t *testing.T, words []string) bool {
	t.Helper()
	script, err := os.ReadFile("../../.ci/run")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(script)) {
		rest := words
		for word := range strings.FieldsSeq(line) {
			if len(rest) > 0 && word == rest[0] {
				rest = rest[1:]
			}
		}
		if len(rest) == 0 {
			return true
		}
	}
	return false
}

// projectFolder returns the top of the project.
func projectFolder(t *testing.T) string {
	t.Helper()
	top, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	return top
}

// written is the command that writes a file.
func written(name, text string) string {
	return "mkdir -p " + quoted(filepath.Dir(name)) + "\ncat > " + quoted(name) + " <<'END OF FILE'\n" + text + "END OF FILE\nchmod 600 " + quoted(name)
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// tail returns the end of what was printed.
func tail(b []byte) []byte {
	lines := bytes.Split(b, []byte("\n"))
	return bytes.Join(lines[max(0, len(lines)-60):], []byte("\n"))
}

// copyModule copies the files that the programs are built from to a temporary
// folder, which it returns.
func copyModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, part := range []string{"cmd", "exchange", "schemas", "signing", "queue", "testdata", "deploy"} {
		if err := os.CopyFS(filepath.Join(dir, part), os.DirFS(filepath.Join("../..", part))); err != nil {
			t.Fatal(err)
		}
	}
	for _, file := range []string{"go.mod", "go.sum", "Makefile", "README.md", "LICENSE", "CHANGELOG.md"} {
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
