package telemetry_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/telemetry"
)

func TestBacklog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMetrics(t)
		backlog := []telemetry.Backlog{
			{Receiver: "vn-nsw", Open: 2, Oldest: time.Now().Add(-time.Minute), Waiting: time.Now(), Failing: 1},
			{Receiver: "gx-commerce"},
		}
		err := m.WatchBacklog(func(context.Context) ([]telemetry.Backlog, error) { return backlog, nil })
		if err != nil {
			t.Fatal(err)
		}
		running(t, m, zap.NewNop())
		<-time.After(90 * time.Second)
		expect(t, m, `
# HELP beibu_deliveries_failing Open deliveries that were handed over delivery.handovers times or more.
# TYPE beibu_deliveries_failing gauge
beibu_deliveries_failing{receiver="gx-commerce"} 0
beibu_deliveries_failing{receiver="vn-nsw"} 1
# HELP beibu_deliveries_open Deliveries that the receiver has not acknowledged.
# TYPE beibu_deliveries_open gauge
beibu_deliveries_open{receiver="gx-commerce"} 0
beibu_deliveries_open{receiver="vn-nsw"} 2
# HELP beibu_delivery_oldest_open_age_seconds How long the oldest open delivery to the receiver has waited.
# TYPE beibu_delivery_oldest_open_age_seconds gauge
beibu_delivery_oldest_open_age_seconds{receiver="gx-commerce"} 0
beibu_delivery_oldest_open_age_seconds{receiver="vn-nsw"} 150
# HELP beibu_delivery_oldest_waiting_age_seconds How long the oldest delivery that was not handed over to the receiver has waited.
# TYPE beibu_delivery_oldest_waiting_age_seconds gauge
beibu_delivery_oldest_waiting_age_seconds{receiver="gx-commerce"} 0
beibu_delivery_oldest_waiting_age_seconds{receiver="vn-nsw"} 90
`, "beibu_deliveries_failing", "beibu_deliveries_open", "beibu_delivery_oldest_open_age_seconds", "beibu_delivery_oldest_waiting_age_seconds")
	})
}

func TestMetricsTakenTwiceAreRefused(t *testing.T) {
	m := newMetrics(t)
	read := func(context.Context) ([]telemetry.Backlog, error) { return nil, nil }
	if err := m.WatchBacklog(read); err != nil {
		t.Fatal(err)
	}
	if err := m.WatchBacklog(read); err == nil {
		t.Error("the same metrics were registered twice")
	}
}
