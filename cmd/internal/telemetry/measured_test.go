package telemetry_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"beibu/cmd/internal/telemetry"
	"beibu/exchange"
	"beibu/queue"
)

// store is a double of a queue: it answers what the test says.
type store struct {
	owner   queue.Entry
	err     error
	batches [][]queue.Entry
	took    time.Duration
}

func (s *store) Admit(context.Context, queue.Submission) (queue.Entry, error) {
	<-time.After(s.took)
	return s.owner, s.err
}

func (s *store) Owned(context.Context, string) (queue.Entry, error) { return s.owner, s.err }

func (s *store) Append(context.Context, ...queue.Event) (int64, error) { return 0, s.err }

func (s *store) Dispatch(ctx context.Context, handle func(context.Context, []queue.Entry) ([]queue.Event, error)) error {
	for _, batch := range s.batches {
		if _, err := handle(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

func newMetrics(t *testing.T) *telemetry.Metrics {
	t.Helper()
	m, err := telemetry.NewMetrics()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// expect compares the named metrics with the text in full.
func expect(t *testing.T, m *telemetry.Metrics, text string, names ...string) {
	t.Helper()
	gatherer := m.Gatherer()
	if err := testutil.GatherAndCompare(gatherer, strings.NewReader(text), names...); err != nil {
		t.Error(err)
	}
}

func TestAdmitsAreTimedByWhatWasDecided(t *testing.T) {
	mine := queue.Submission{Token: [16]byte{1}, Digest: [32]byte{1}}
	cases := []struct {
		outcome string
		store   store
	}{
		{"owned", store{owner: queue.Entry{Token: mine.Token, Digest: mine.Digest}}},
		{"duplicate", store{owner: queue.Entry{Token: [16]byte{2}, Digest: mine.Digest}}},
		{"conflict", store{owner: queue.Entry{Token: [16]byte{2}, Digest: [32]byte{2}}}},
		{"unavailable", store{err: fmt.Errorf("commit: %w", queue.ErrUnavailable)}},
		{"unavailable", store{err: context.DeadlineExceeded}},
		{"error", store{err: errors.New("disk image is malformed")}},
	}
	for _, c := range cases {
		t.Run(c.outcome, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := newMetrics(t)
				c.store.took = 3 * time.Millisecond
				owner, err := m.Admitter(&c.store).Admit(t.Context(), mine)
				if !errors.Is(err, c.store.err) || owner.Token != c.store.owner.Token {
					t.Errorf("the answer was changed: %v, %v", owner, err)
				}
				expect(t, m, admitText(c.outcome, 0.003), "beibu_queue_admit_duration_seconds")
			})
		})
	}
}

// admitText is the histogram after one admit that took so many seconds.
func admitText(outcome string, took float64) string {
	var text strings.Builder
	text.WriteString("# HELP beibu_queue_admit_duration_seconds Time until the log had decided who owns a document number, by what it decided.\n")
	text.WriteString("# TYPE beibu_queue_admit_duration_seconds histogram\n")
	for bound, n := 0.00025, 0; n < 15; bound, n = bound*2, n+1 {
		count := 0
		if took <= bound {
			count = 1
		}
		fmt.Fprintf(&text, "beibu_queue_admit_duration_seconds_bucket{outcome=%q,le=\"%v\"} %d\n", outcome, bound, count)
	}
	fmt.Fprintf(&text, "beibu_queue_admit_duration_seconds_bucket{outcome=%q,le=\"+Inf\"} 1\n", outcome)
	fmt.Fprintf(&text, "beibu_queue_admit_duration_seconds_sum{outcome=%q} %v\n", outcome, took)
	fmt.Fprintf(&text, "beibu_queue_admit_duration_seconds_count{outcome=%q} 1\n", outcome)
	return text.String()
}

func TestAppendedStepsAreCountedAndLogged(t *testing.T) {
	core, lines := observer.New(zap.InfoLevel)
	m := newMetrics(t)
	steps := recorder(m, &store{}, telemetry.NewDeliveries(zap.New(core), index{}))
	cause := exchange.Cause{Code: "seal-broken", Reason: "the secret words of a receiver", Actor: "night shift"}
	err := steps.Record(t.Context(),
		exchange.Event{Exchange: uuid.UUID{7}, Receiver: "vn-nsw", Name: exchange.ContentHandover, Attempt: 1},
		exchange.Event{Exchange: uuid.UUID{7}, Receiver: "vn-nsw", Name: exchange.ConsignmentRejection, Attempt: 1, Cause: cause},
		exchange.Event{Exchange: uuid.UUID{7}, Name: exchange.SubmissionRejection},
		exchange.Event{Exchange: uuid.UUID{7}, Receiver: "vn-nsw", Name: "FromAnotherWorld"},
	)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, m, `
# HELP beibu_delivery_events_total Steps of deliveries that became durable, by the state they lead to (ETSI EN 319 522-3).
# TYPE beibu_delivery_events_total counter
beibu_delivery_events_total{state="ConsignmentRejection"} 1
beibu_delivery_events_total{state="ContentHandover"} 1
beibu_delivery_events_total{state="other"} 1
`, "beibu_delivery_events_total")
	if lines.Len() != 4 {
		t.Fatalf("%d lines, want one a step", lines.Len())
	}
	refused := lines.All()[1]
	if refused.Level != zap.WarnLevel || refused.ContextMap()["cause"] != "seal-broken" {
		t.Errorf("refusal logged as %s %v", refused.Level, refused.ContextMap())
	}
	for _, line := range lines.All() {
		if strings.Contains(fmt.Sprint(line.ContextMap()), "secret words") {
			t.Errorf("the receiver's words are in the log: %v", line.ContextMap())
		}
	}
}

func TestFailedAppendCountsNoStep(t *testing.T) {
	core, lines := observer.New(zap.DebugLevel)
	m := newMetrics(t)
	failing := recorder(m, &store{err: queue.ErrUnavailable}, telemetry.NewDeliveries(zap.New(core), index{}))
	err := failing.Record(t.Context(), exchange.Event{Receiver: "vn-nsw", Name: exchange.ContentHandover})
	if !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("the error was lost: %v", err)
	}
	steps, err := testutil.GatherAndCount(m.Gatherer(), "beibu_delivery_events_total")
	if err != nil || steps != 0 || lines.Len() != 0 {
		t.Errorf("%d steps counted and %d logged of an append that failed (%v)", steps, lines.Len(), err)
	}
}

func TestDispatchedExchangesAreCounted(t *testing.T) {
	m := newMetrics(t)
	good := queue.Entry{Head: []byte(`{"receivers":["vn-nsw"]}`)}
	from := &store{batches: [][]queue.Entry{{good, good, good}, {{Head: []byte("broken")}, good}}}
	dispatch := exchange.Dispatch{Log: m.Dispatcher(from), Observer: m.Observer(telemetry.NewDeliveries(zap.NewNop(), index{}))}
	if err := dispatch.Run(t.Context()); err == nil {
		t.Error("the handler's error was lost")
	}
	expect(t, m, `
# HELP beibu_delivery_events_total Steps of deliveries that became durable, by the state they lead to (ETSI EN 319 522-3).
# TYPE beibu_delivery_events_total counter
beibu_delivery_events_total{state="ContentConsignment"} 3
# HELP beibu_exchanges_dispatched_total Accepted exchanges handed on; one handed on again after a crash counts again.
# TYPE beibu_exchanges_dispatched_total counter
beibu_exchanges_dispatched_total 3
`, "beibu_delivery_events_total", "beibu_exchanges_dispatched_total")
}
