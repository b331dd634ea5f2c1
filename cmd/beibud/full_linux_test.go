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
	long(t, "takes half a minute")
	queuetest.OnSmallDisk(t, 1<<30, func(folder string) {
		r := onFullDisk(t, folder, crashtest.Options{Nodes: 1})
		if r.Again["unavailable"] == 0 {
			t.Error("no document was to be sent again")
		}
	})
}

// The same if the log is in Kafka, on a disk of its own: those of the daemons
// hold the index and the memory of the log.
func TestCrashesOnKafkaAndAFullDisk(t *testing.T) {
	long(t, "takes a minute")
	queuetest.OnSmallDisk(t, 1<<30, func(folder string) {
		onFullDisk(t, folder, crashtest.Options{Nodes: 2, Servers: crashtest.StartServers(t, 1, 2)})
	})
}

// onFullDisk attacks daemons whose data are on a disk that is filled.
func onFullDisk(t *testing.T, folder string, o crashtest.Options) (r *crashtest.Report) {
	t.Helper()
	t.Run("attack", func(t *testing.T) {
		t.Setenv("TMPDIR", folder) // the parent of its folders, and of no other test's
		o.Command, o.Clients, o.Disk, o.Storm, o.For = played, 16, folder, 2*time.Second, crashTime(t, 15*time.Second)
		r = crashtest.Run(t, o)
		kept(t, r)
		if r.Weather["disk full"] == 0 {
			t.Error("the disk was never full")
		}
	})
	return r
}
