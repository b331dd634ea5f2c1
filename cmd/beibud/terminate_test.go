package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// SIGTERM while the daemon waits for Kafka is a planned stop: it ends with 0.
func TestTerminatedDuringStartup(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "beibud.yaml")
	text := "listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: " + dir + "/data\nkafka: {brokers: [\"127.0.0.1:1\"]}\n" // nobody listens there
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	daemon := exec.CommandContext(t.Context(), os.Args[0], "run", "--config", file)
	daemon.Env = append(os.Environ(), asDaemon+"=1")
	out, err := daemon.StderrPipe()
	if err == nil {
		err = daemon.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		said.WriteString(lines.Text() + "\n")
		if strings.Contains(lines.Text(), `"connecting to Kafka"`) {
			if err := daemon.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := daemon.Wait(); err != nil || !strings.Contains(said.String(), `"stopped during startup"`) {
		t.Errorf("ended with %v:\n%s", err, &said)
	}
}
