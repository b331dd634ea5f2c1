package telemetry_test

import (
	"context"
	"errors"
	"testing"

	"beibu/cmd/internal/telemetry"
)

// behind stands in for a queue that is behind.
type behind struct {
	progress telemetry.Progress
	err      error
}

func (b behind) Progress(context.Context) (telemetry.Progress, error) { return b.progress, b.err }

func TestProgressIsAskedForAtTheScrape(t *testing.T) {
	m := newMetrics(t)
	err := m.WatchProgress(behind{progress: telemetry.Progress{
		Undispatched: []int64{3, 0}, Unheard: []int64{0, 2}, UnheardEvents: 7, Restarts: 4,
	}})
	if err != nil {
		t.Fatal(err)
	}
	expect(t, m, `
# HELP beibu_queue_dispatch_lag_records Records of the log that no daemon has dispatched yet.
# TYPE beibu_queue_dispatch_lag_records gauge
beibu_queue_dispatch_lag_records{partition="0"} 3
beibu_queue_dispatch_lag_records{partition="1"} 0
# HELP beibu_queue_hearing_lag_records Records that this daemon has not heard yet.
# TYPE beibu_queue_hearing_lag_records gauge
beibu_queue_hearing_lag_records{partition="0",topic="events"} 7
beibu_queue_hearing_lag_records{partition="0",topic="log"} 0
beibu_queue_hearing_lag_records{partition="1",topic="log"} 2
# HELP beibu_queue_restarts_total Fetches left without an answer and dispatches without progress that were begun anew.
# TYPE beibu_queue_restarts_total counter
beibu_queue_restarts_total 4
`, "beibu_queue_dispatch_lag_records", "beibu_queue_hearing_lag_records", "beibu_queue_restarts_total")
}

// Brokers that are away leave the lag out, and nothing else.
func TestProgressWithoutBrokers(t *testing.T) {
	m := newMetrics(t)
	if err := m.WatchProgress(behind{telemetry.Progress{Restarts: 5}, errors.New("brokers away")}); err != nil {
		t.Fatal(err)
	}
	leavesOut(t, m, "lag_records{", "beibu_queue_restarts_total 5")
}
