//go:build !race

// Under the race detector a sync.Pool forgets things at random, so that what a codec
// takes says nothing.

package kafka

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kfake"
)

// The client takes 64 KiB for every batch of records that it decodes, and a log
// that was written document by document has a batch for each. A start on such a
// log takes some megabytes for what it fetches, and not a hundred times its size.
func TestFetchesOfSmallBatchesAreBounded(t *testing.T) {
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	o := Options{
		Brokers: c.ListenAddrs(), Prefix: "t-" + uuid.NewString() + ".", Replication: 1, Partitions: 1, Session: 10 * time.Second,
		MaxBody: 16 << 20, Unanswered: 256 << 20,
	}
	const keys = 2000 // somewhat less than a mebibyte
	fillSingly(t, o, keys)
	runtime.GC()
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // now nothing that was taken is given back
	before := heap()
	reopened(t, o, keys)
	// Fetches of 1 MiB take 126 MiB. Here it is under 48.
	if took := heap() - before; took > 80<<20 {
		t.Errorf("a start on %d small records took %d MiB", keys, took>>20)
	}
}
