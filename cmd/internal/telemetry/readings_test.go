package telemetry_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"beibu/cmd/internal/telemetry"
)

// running has metrics read their sources once, and then in the background until
// the test ends. It is called in a bubble of fake time.
func running(t *testing.T, m *telemetry.Metrics, log *zap.Logger) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- m.Run(ctx, log) }()
	synctest.Wait()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func scraped(m *telemetry.Metrics, log *zap.Logger) string {
	answer := httptest.NewRecorder()
	m.Handler(log).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return answer.Body.String()
}

// A scrape takes no time and reads no source, be a source stuck or not read yet,
// and shows everything else.
func TestScrapeReadsNoSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMetrics(t)
		away := &behind{}
		away.away.Store(true)
		reads := 0
		stuck := func(ctx context.Context) error {
			reads++
			<-ctx.Done()
			return ctx.Err()
		}
		_, err := m.WatchStamps(func(ctx context.Context) (int, time.Time, error) { return 0, time.Time{}, stuck(ctx) })
		err = errors.Join(err,
			m.WatchBacklog(func(ctx context.Context) ([]telemetry.Backlog, error) { return nil, stuck(ctx) }),
			m.WatchLag(away))
		if err != nil {
			t.Fatal(err)
		}
		started := time.Now()
		for range 3 {
			text := scraped(m, zap.NewNop())
			for _, missing := range []string{"lag_records{", "beibu_deliveries_open{", "beibu_timestamps_waiting ", "source_age_seconds{"} {
				if strings.Contains(text, missing) {
					t.Errorf("%s is shown, and nobody knows it", missing)
				}
			}
			if !strings.Contains(text, "beibu_queue_restarts_total 4") || !strings.Contains(text, "go_goroutines") {
				t.Errorf("metrics are missing:\n%s", text)
			}
		}
		if reads != 0 || time.Since(started) != 0 {
			t.Errorf("a scrape read %d sources and took %s", reads, time.Since(started))
		}
	})
}

// A source that cannot be read is logged once, and once when it is read again.
func TestSourceThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMetrics(t)
		var down atomic.Bool
		down.Store(true)
		err := m.WatchBacklog(func(context.Context) ([]telemetry.Backlog, error) {
			if down.Load() {
				return nil, errors.New("index closed")
			}
			return []telemetry.Backlog{{Receiver: "vn-nsw", Open: 2}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		core, lines := observer.New(zap.InfoLevel)
		running(t, m, zap.New(core))
		<-time.After(time.Hour)
		down.Store(false)
		<-time.After(time.Minute)
		synctest.Wait()
		if text := scraped(m, zap.New(core)); !strings.Contains(text, `beibu_deliveries_open{receiver="vn-nsw"} 2`) {
			t.Errorf("metrics:\n%s", text)
		}
		if lines.Len() != 2 || lines.All()[0].ContextMap()["source"] != "index" || lines.All()[1].Level != zapcore.InfoLevel {
			t.Errorf("logged %v", lines.All())
		}
	})
}

// A reading that takes long is made less often.
func TestSourceThatIsSlow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMetrics(t)
		var reads atomic.Int64
		err := m.WatchBacklog(func(context.Context) ([]telemetry.Backlog, error) {
			reads.Add(1)
			<-time.After(2 * time.Second)
			return nil, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		running(t, m, zap.NewNop())
		<-time.After(400 * time.Second)
		if n := reads.Load(); n != 10 { // one in 42 s
			t.Errorf("%d readings in 400 s, want 10", n)
		}
	})
}

// gone takes the place of a scraper that went away.
type gone struct{ http.ResponseWriter }

func (gone) Write([]byte) (int, error) { return 0, errors.New("broken pipe") }

func TestScraperThatGoesAwayIsNotLogged(t *testing.T) {
	core, lines := observer.New(zap.DebugLevel)
	m := newMetrics(t)
	m.Handler(zap.New(core)).ServeHTTP(gone{httptest.NewRecorder()}, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if lines.Len() != 0 {
		t.Errorf("%d lines logged: %v", lines.Len(), lines.All()[0])
	}
}
