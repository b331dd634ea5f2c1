package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"beibu/cmd/internal/demo"
	"beibu/signing/signingtest"
)

// What the demo says to try next, while it keeps its daemon, works as it is
// printed. The test binary plays the program, in the place of go run.
func TestDemoKeepsItsWord(t *testing.T) {
	bash := signingtest.Tool(t, "bash")
	out, in := io.Pipe()
	ctx, end := context.WithCancel(t.Context())
	defer end()
	ended := make(chan error, 1)
	go func() {
		ended <- demo.Run(ctx, demo.Options{Keep: true, Out: in})
		_ = in.Close()
	}()
	program := []string{"set -euo pipefail", "cd ../..", `go() { shift 2; beibuctl "$@"; }`, `curl() { echo "metrics at $1"; }`}
	lines := bufio.NewScanner(out)
	for trying := false; lines.Scan() && !strings.HasPrefix(lines.Text(), "Ctrl-C ends it"); {
		trying = trying || strings.HasSuffix(lines.Text(), "try:")
		if command, indented := strings.CutPrefix(lines.Text(), "  "); trying && indented {
			program = append(program, command)
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	tried, err := exec.CommandContext(t.Context(), bash, "-c", strings.Join(program, "\n")).CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s\n%s", err, strings.Join(program, "\n"), tried)
	}
	for _, text := range []string{
		"SubmissionAcceptance  ata-carnet  CN/4503/26/00011", "ConsignmentRejection",
		"planned: 1 delivery", `run \S+: running`, `approved by approver`, `attempt 2`,
	} {
		if !regexp.MustCompile(text).Match(tried) {
			t.Errorf("missing: %s in\n%s", text, tried)
		}
	}
	scraped(t, string(tried))
	end()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// scraped holds that the metrics are where they are said to be.
func scraped(t *testing.T, tried string) {
	t.Helper()
	_, address, _ := strings.Cut(tried, "metrics at ")
	address, _, _ = strings.Cut(address, "\n")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusOK || answer.Body.Close() != nil {
		t.Errorf("%s: %s", address, answer.Status)
	}
}
