package daemon

import (
	"net"
	"path/filepath"
	"slices"
	"testing"
)

// A daemon says to systemd when it serves, that it lives, and when it stops.
func TestSystemdKnowsTheState(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	t.Setenv("WATCHDOG_USEC", "60000000")
	said := func() string {
		b := make([]byte, 100)
		n, err := l.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	d := start(t, t.TempDir(), "")
	states := []string{said(), said()} // the sign of life is from beside
	slices.Sort(states)
	if !slices.Equal(states, []string{"READY=1", "WATCHDOG=1"}) {
		t.Errorf("said %q", states)
	}
	if err := d.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if state := said(); state != "STOPPING=1" {
		t.Errorf("said %s", state)
	}
}
