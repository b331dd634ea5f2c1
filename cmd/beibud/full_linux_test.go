package main

import (
	"testing"
	"time"

	"beibu/cmd/internal/crashtest"
	"beibu/queue/queuetest"
)

// The disk of the embedded store is full again and again while documents come
// and go, and the daemon is killed besides.
func TestCrashesOnAFullDisk(t *testing.T) {
	if testing.Short() {
		t.Skip("takes half a minute")
	}
	queuetest.OnSmallDisk(t, 1<<30, func(folder string) {
		t.Setenv("TMPDIR", folder) // where the daemon's data is
		r := crashtest.Run(t, crashtest.Options{
			Command: played, Nodes: 1, Clients: 16, Disk: folder, Storm: 2 * time.Second, For: crashTime(t, 15*time.Second),
		})
		kept(t, r)
		if r.Weather["disk full"] == 0 || r.Again["unavailable"] == 0 {
			t.Errorf("the disk was full %d times, and %d documents were told to come again", r.Weather["disk full"], r.Again["unavailable"])
		}
	})
}
