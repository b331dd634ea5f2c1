// Package systemd says to systemd what the state of the process is (sd_notify(3),
// sd_watchdog_enabled(3)). Without systemd it does nothing.
package systemd

import (
	"context"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"
)

// States of the process.
const (
	Ready    = "READY=1"
	Stopping = "STOPPING=1"
	alive    = "WATCHDOG=1"
)

// Notify says a state.
func Notify(state string) error {
	socket := os.Getenv("NOTIFY_SOCKET")
	if socket == "" {
		return nil
	}
	to, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: socket, Net: "unixgram"}) // a name with @ is abstract
	if err != nil {
		return fmt.Errorf("reach systemd: %w", err)
	}
	defer to.Close() //nolint:errcheck // a datagram is sent at once
	if _, err := to.Write([]byte(state)); err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	return nil
}

// Interval returns within which time systemd wants a sign of life, or 0 if it wants none.
func Interval() time.Duration {
	if pid := os.Getenv("WATCHDOG_PID"); pid != "" && pid != strconv.Itoa(os.Getpid()) {
		return 0 // meant for another process
	}
	microseconds, err := strconv.ParseInt(os.Getenv("WATCHDOG_USEC"), 10, 64)
	if err != nil || microseconds <= 0 {
		return 0
	}
	return time.Duration(microseconds) * time.Microsecond
}

// Watch gives signs of life, twice in each interval, for as long as lives returns nil,
// until ctx ends. Without them systemd kills the process and starts it again.
func Watch(ctx context.Context, interval time.Duration, lives func(context.Context) error) error {
	ticker := time.NewTicker(interval / 2)
	defer ticker.Stop()
	for {
		asking, cancel := context.WithTimeout(ctx, interval/2)
		err := lives(asking)
		cancel()
		if err == nil {
			err = Notify(alive)
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
