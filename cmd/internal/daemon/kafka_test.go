package daemon

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/twmb/franz-go/pkg/kfake"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

// A daemon on Kafka continues from its snapshot after a restart. A damaged snapshot is
// reported in the log and not used, and requests have the same answers.
func TestRestartOnKafka(t *testing.T) {
	brokers, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(brokers.Close)
	dir := t.TempDir()
	more := fmt.Sprintf("kafka: {brokers: [%q], partitions: 2, replication: 1}\n", brokers.ListenAddrs()[0])
	snapshot := filepath.Join(dir, snapshotFile)
	receipt := ""
	for i, step := range []struct {
		before func() error
		warned int
	}{
		{func() error { return nil }, 0},
		{func() error { _, err := os.Stat(snapshot); return err }, 0},
		{func() error { return os.WriteFile(snapshot, []byte("not a snapshot"), 0o600) }, 1},
		{func() error { return nil }, 0},
	} {
		if err := step.before(); err != nil {
			t.Fatal(err)
		}
		core, lines := observer.New(zap.WarnLevel)
		d := openLogged(t, dir, more, zap.New(core))
		if err := d.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		answer, err := as(t, d, dir, "qinzhou-customs").Submit(t.Context(), carnet(t))
		if err != nil || receipt != "" && answer.Receipt != receipt {
			t.Errorf("start %d: %+v, %v", i, answer, err)
		}
		receipt = answer.Receipt
		if got := lines.FilterMessage("queue met a problem, continuing").Len(); got != step.warned {
			t.Errorf("start %d: warned %d times, want %d: %v", i, got, step.warned, lines.All())
		}
		for !strings.Contains(private(t, d, "/metrics"), `beibu_queue_consumer_lag_records{partition="1",topic="log"}`) {
			continue // it is read in the background
		}
		if err := d.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// openLogged wires a daemon over a folder that logs to a test.
func openLogged(t *testing.T, dir, more string, log *zap.Logger) *Daemon {
	t.Helper()
	d, err := New(t.Context(), parsed(t, dir, more), log)
	if err != nil {
		t.Fatal(err)
	}
	return d
}
