package telemetry_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/telemetry"
)

// behind is a queue with a lag. Its brokers answer or not.
type behind struct {
	lag  telemetry.Lag
	away atomic.Bool
}

func (b *behind) Lag(ctx context.Context) (telemetry.Lag, error) {
	if b.away.Load() {
		<-ctx.Done()
		return telemetry.Lag{}, ctx.Err()
	}
	return b.lag, nil
}

func (*behind) Restarts() int64 { return 4 }

func TestLagAsItWasReadLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMetrics(t)
		q := &behind{lag: telemetry.Lag{Dispatch: []int64{3, 0}, Log: []int64{0, 2}, Events: 7}}
		if err := m.WatchLag(q); err != nil {
			t.Fatal(err)
		}
		running(t, m, zap.NewNop())
		q.away.Store(true)
		<-time.After(time.Minute)
		synctest.Wait()
		expect(t, m, `
# HELP beibu_metrics_source_age_seconds How long ago the values of a source that is read in the background were read. It grows while the source cannot be read.
# TYPE beibu_metrics_source_age_seconds gauge
beibu_metrics_source_age_seconds{source="brokers"} 60
# HELP beibu_queue_dispatch_lag_records Records of the log that no daemon has dispatched yet.
# TYPE beibu_queue_dispatch_lag_records gauge
beibu_queue_dispatch_lag_records{partition="0"} 3
beibu_queue_dispatch_lag_records{partition="1"} 0
# HELP beibu_queue_consumer_lag_records Records that this daemon has not consumed yet.
# TYPE beibu_queue_consumer_lag_records gauge
beibu_queue_consumer_lag_records{partition="0",topic="events"} 7
beibu_queue_consumer_lag_records{partition="0",topic="log"} 0
beibu_queue_consumer_lag_records{partition="1",topic="log"} 2
# HELP beibu_queue_restarts_total Fetches without an answer and dispatches without progress that were restarted.
# TYPE beibu_queue_restarts_total counter
beibu_queue_restarts_total 4
`, "beibu_queue_dispatch_lag_records", "beibu_queue_consumer_lag_records", "beibu_queue_restarts_total", "beibu_metrics_source_age_seconds")
	})
}

func TestIndexLag(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMetrics(t)
		var records atomic.Int64
		records.Store(12)
		if err := m.WatchIndex(func(context.Context) (int64, error) { return records.Load(), nil }); err != nil {
			t.Fatal(err)
		}
		expect(t, m, "", "beibu_index_lag_records") // unknown, and not zero
		running(t, m, zap.NewNop())
		synctest.Wait()
		const text = `
# HELP beibu_index_lag_records Changes of the record that the index of this daemon does not show yet.
# TYPE beibu_index_lag_records gauge
beibu_index_lag_records `
		expect(t, m, text+"12\n", "beibu_index_lag_records")
		records.Store(0)
		<-time.After(time.Minute)
		synctest.Wait()
		expect(t, m, text+"0\n", "beibu_index_lag_records")
	})
}

func TestVerdictsPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMetrics(t)
		if err := m.WatchVerdicts(func(context.Context) (int64, error) { return 3, nil }); err != nil {
			t.Fatal(err)
		}
		running(t, m, zap.NewNop())
		synctest.Wait()
		expect(t, m, `
# HELP beibu_verdicts_pending Accepted documents that await a verdict and go to nobody before.
# TYPE beibu_verdicts_pending gauge
beibu_verdicts_pending 3
`, "beibu_verdicts_pending")
	})
}
