//go:build unix

package systemd_test

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"beibu/cmd/internal/systemd"
)

// listen is systemd's end of the socket.
func listen(t *testing.T) func() string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	t.Setenv("NOTIFY_SOCKET", path)
	return func() string {
		b := make([]byte, 100)
		n, err := l.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
}

func TestNotify(t *testing.T) {
	t.Setenv("NOTIFY_SOCKET", "")
	if err := systemd.Notify(systemd.Ready); err != nil {
		t.Errorf("without systemd: %v", err)
	}
	said := listen(t)
	if err := systemd.Notify(systemd.Ready); err != nil || said() != "READY=1" {
		t.Error(err)
	}
	t.Setenv("NOTIFY_SOCKET", filepath.Join(t.TempDir(), "none"))
	if err := systemd.Notify(systemd.Ready); err == nil {
		t.Error("nobody listened, and nothing failed")
	}
}

func TestInterval(t *testing.T) {
	own := strconv.Itoa(os.Getpid())
	for _, c := range []struct {
		pid, microseconds string
		want              time.Duration
	}{
		{"", "", 0}, {"", "30000000", 30 * time.Second}, {own, "30000000", 30 * time.Second}, {"1", "30000000", 0}, {own, "soon", 0}, {own, "-1", 0},
	} {
		t.Setenv("WATCHDOG_PID", c.pid)
		t.Setenv("WATCHDOG_USEC", c.microseconds)
		if got := systemd.Interval(); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

// A process that does not live gives no sign of life, and goes down by itself.
func TestWatch(t *testing.T) {
	said := listen(t)
	synctest.Test(t, func(t *testing.T) {
		times := 0
		err := systemd.Watch(t.Context(), time.Minute, func(ctx context.Context) error {
			if times++; times < 3 {
				return nil
			}
			<-ctx.Done()
			return errors.New("stuck")
		})
		if err == nil || err.Error() != "stuck" || times != 3 {
			t.Errorf("%d times, %v", times, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := systemd.Watch(ctx, time.Minute, func(ctx context.Context) error { return ctx.Err() }); err != nil {
			t.Errorf("the end of the process: %v", err)
		}
	})
	for range 2 {
		if state := said(); state != "WATCHDOG=1" {
			t.Errorf("said %s", state)
		}
	}
}
