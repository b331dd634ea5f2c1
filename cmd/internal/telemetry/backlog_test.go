package telemetry_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"beibu/cmd/internal/telemetry"
)

func TestBacklogIsReadAtTheScrape(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMetrics(t)
		backlog := []telemetry.Backlog{
			{Receiver: "vn-nsw", Open: 2, Oldest: time.Now().Add(-time.Minute), Waiting: time.Now()},
			{Receiver: "gx-commerce"},
		}
		err := m.WatchBacklog(func(context.Context) ([]telemetry.Backlog, error) { return backlog, nil })
		if err != nil {
			t.Fatal(err)
		}
		<-time.After(90 * time.Second)
		expect(t, m, `
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
`, "beibu_deliveries_open", "beibu_delivery_oldest_open_age_seconds", "beibu_delivery_oldest_waiting_age_seconds")
	})
}

func TestFailedBacklogLeavesTheOtherMetrics(t *testing.T) {
	m := newMetrics(t)
	err := m.WatchBacklog(func(context.Context) ([]telemetry.Backlog, error) { return nil, errors.New("index closed") })
	if err != nil {
		t.Fatal(err)
	}
	leavesOut(t, m, "beibu_deliveries_open{", "go_goroutines")
}

// leavesOut wants metrics that cannot all be read to be served without some,
// with others, and with one line in the log.
func leavesOut(t *testing.T, m *telemetry.Metrics, missing, there string) {
	t.Helper()
	core, lines := observer.New(zap.WarnLevel)
	answer := httptest.NewRecorder()
	m.Handler(zap.New(core)).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	text := answer.Body.String()
	if answer.Code != http.StatusOK || !strings.Contains(text, there) || strings.Contains(text, missing) {
		t.Errorf("status %d, metrics:\n%s", answer.Code, text)
	}
	if lines.Len() != 1 {
		t.Errorf("%d lines logged, want 1", lines.Len())
	}
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
