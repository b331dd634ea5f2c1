package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"beibu/signing/signingtest"
)

// systemd knows every key of the unit, and finds it hardened: at most 2.0 of 10.
func TestService(t *testing.T) {
	analyze := signingtest.Tool(t, "systemd-analyze")
	text, err := os.ReadFile("beibud.service")
	if err != nil {
		t.Fatal(err)
	}
	here := strings.ReplaceAll(string(text), "/usr/local/bin/beibud", "/bin/true") // the program is not installed
	file := filepath.Join(t.TempDir(), "beibud.service")
	if err := os.WriteFile(file, []byte(here), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"verify", "--man=no", file}, {"security", "--offline=true", "--threshold=20", file}} {
		out, err := exec.CommandContext(t.Context(), analyze, args...).CombinedOutput()
		if said := string(out); err != nil || strings.Contains(said, "Unknown") || strings.Contains(said, "Failed to parse") {
			t.Errorf("systemd-analyze %s: %v\n%s", args[0], err, said)
		}
	}
	for _, line := range []string{"Type=notify", "WatchdogSec=60", "DynamicUser=yes", "TimeoutStopSec=30"} {
		if !strings.Contains(here, "\n"+line+"\n") {
			t.Errorf("no %s", line)
		}
	}
}
