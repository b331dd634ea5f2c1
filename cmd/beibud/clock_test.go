package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"beibu/cmd/internal/crashtest"
)

// clockPhase is where in their round the jumps of a daemon's clock begin.
const clockPhase = "BEIBUD_TEST_CLOCK_PHASE"

// jump is added to the standard library's time: the wall clock is set forward by
// more than an hour, right, and back by as much, for a second and a half each.
// What runs by the monotonic clock, such as timers, is not touched, as with a
// clock that an operator or NTP sets.
const jump = `
func jump(mono int64) int64 {
	phase, _ := syscall.Getenv("` + clockPhase + `")
	return [...]int64{0, 3660, 0, -3660}[(mono/1_500_000_000+int64(len(phase)))%4]
}
`

// Two daemons whose wall clocks differ and jump by an hour and a minute, forward
// and back, all the time, are killed under load. It proves that no promise hangs
// on a clock: whatever a daemon takes the time to be, leases on deliveries,
// receipts, the state of every exchange, the resends and the replay of what was
// refused, and what each daemon makes of the record when it starts, lose nothing,
// alter nothing, accept nothing twice, give no resend another receipt, and hand
// nothing over again once it is acknowledged. A lease may end early by the clock
// of the other daemon, and its delivery then comes again with the same bytes.
//
// The clock is that of the whole program: the daemon is built with another
// time.Now, and is otherwise the one that is deployed.
func TestClockJumps(t *testing.T) {
	long(t, "builds the daemon and the standard library again")
	daemon := jumping(t)
	var starts atomic.Int64
	r := crashtest.Run(t, crashtest.Options{
		Command: func(ctx context.Context, config string) *exec.Cmd {
			cmd := exec.CommandContext(ctx, daemon, "run", "--config", config)
			phase := strings.Repeat("x", int(starts.Add(1)%4))
			cmd.Env = append(os.Environ(), clockPhase+"="+phase)
			return cmd
		},
		Nodes: 2, Clients: 16, Servers: crashtest.StartServers(t, 1, 2), For: crashTime(t, 20*time.Second),
	})
	kept(t, r)
}

// jumping builds the daemon with a clock that jumps.
func jumping(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	library := filepath.Join(strings.TrimSpace(string(root)), "src", "time", "time.go")
	code, err := os.ReadFile(library)
	if err != nil {
		t.Fatal(err)
	}
	text := string(code) + jump
	for _, change := range [][2]string{
		{"	\"math/bits\"\n", "	\"math/bits\"\n	\"syscall\"\n"},
		{"func Now() Time {\n	sec, nsec, mono := runtimeNow()\n", "func Now() Time {\n	sec, nsec, mono := runtimeNow()\n	sec += jump(mono)\n"},
	} {
		if strings.Count(text, change[0]) != 1 {
			t.Fatalf("%s has no longer what is changed: %q", library, change[0])
		}
		text = strings.Replace(text, change[0], change[1], 1)
	}
	changed, overlay, daemon := filepath.Join(dir, "time.go"), filepath.Join(dir, "overlay.json"), filepath.Join(dir, "beibud")
	replace, err := json.Marshal(map[string]map[string]string{"Replace": {library: changed}})
	if err == nil {
		err = os.WriteFile(changed, []byte(text), 0o600)
	}
	if err == nil {
		err = os.WriteFile(overlay, replace, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", daemon, ".")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return daemon
}
