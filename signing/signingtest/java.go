package signingtest

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Java has a stock JDK sign and verify by Sign.java, which says what a job is,
// and returns its answer to each job: "ok", or what failed. Without a JDK the
// test is skipped, as [Tool] says.
func Java(t testing.TB, jobs ...[]string) []string {
	t.Helper()
	Tool(t, "javac") // a runtime alone cannot start a source file
	java := Tool(t, "java")
	var in strings.Builder
	for _, job := range jobs {
		in.WriteString(strings.Join(job, "\t") + "\n")
	}
	command := exec.CommandContext(t.Context(), java, filepath.Join(Root(t), "signing/signingtest/Sign.java"))
	command.Stdin, command.Stderr = strings.NewReader(in.String()), t.Output()
	out, err := command.Output()
	answers := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil || len(answers) != len(jobs) {
		t.Fatalf("java: %v, %d answers to %d jobs: %s", err, len(answers), len(jobs), out)
	}
	return answers
}
