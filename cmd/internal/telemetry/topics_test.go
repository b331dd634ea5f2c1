package telemetry_test

import (
	"context"
	"testing"
	"time"

	"beibu/cmd/internal/telemetry"
	"beibu/exchange"
	"beibu/exchange/answer"
)

// door is a double of the door: it gives one answer after the other, and lets
// nobody through before it is asked to.
type door struct {
	answers  []answer.Reply
	entered  chan struct{}
	released chan struct{}
}

func (d *door) Wait(context.Context, string) error {
	d.entered <- struct{}{}
	<-d.released
	return nil
}

func (d *door) Submit(context.Context, exchange.Way, string, string, []byte) answer.Reply {
	a := d.answers[0]
	d.answers = d.answers[1:]
	return a
}

func countTopics(t *testing.T, m *telemetry.Metrics) *telemetry.Topics {
	t.Helper()
	counted, err := m.CountTopics()
	if err != nil {
		t.Fatal(err)
	}
	return counted
}

func TestCarryingIsCounted(t *testing.T) {
	m := newMetrics(t)
	counted := countTopics(t, m)
	counted.Carried("window-vn", 3, 1)
	counted.Carried("window-vn", 2, 0)
	counted.Failed("window-vn", true)
	counted.Failed("window-th", false)
	counted.Failed("window-th", false)
	counted.Breaker("window-vn", false)
	counted.Breaker("window-th", true)
	expect(t, m, `
# HELP beibu_delivery_breaker_open 1 while the circuit breaker of the receiver is open: deliveries failed several times in a row, and one at a time is tried until one arrives.
# TYPE beibu_delivery_breaker_open gauge
beibu_delivery_breaker_open{receiver="window-th"} 1
beibu_delivery_breaker_open{receiver="window-vn"} 0
# HELP beibu_topic_deliveries_total Deliveries to the receiver's topic: delivered, or given up since their time was over or the envelope is not kept any more.
# TYPE beibu_topic_deliveries_total counter
beibu_topic_deliveries_total{outcome="delivered",receiver="window-vn"} 5
beibu_topic_deliveries_total{outcome="given-up",receiver="window-vn"} 1
# HELP beibu_topic_delivery_failures_total Rounds of deliveries that failed and are made again: refused by the brokers until somebody acts, or unavailable for now.
# TYPE beibu_topic_delivery_failures_total counter
beibu_topic_delivery_failures_total{reason="refused",receiver="window-vn"} 1
beibu_topic_delivery_failures_total{reason="unavailable",receiver="window-th"} 2
`, "beibu_delivery_breaker_open", "beibu_topic_deliveries_total", "beibu_topic_delivery_failures_total")
}

func TestDocumentsByTopicAreCountedAsReplied(t *testing.T) {
	m := newMetrics(t)
	behind := &door{
		answers:  []answer.Reply{{Exchange: "x"}, {Exchange: "x", Duplicate: true}, {Code: "malformed"}, {Code: "unavailable", RetryAfter: time.Second}},
		entered:  make(chan struct{}),
		released: make(chan struct{}),
	}
	counted := countTopics(t, m).Admission(behind)
	for range 4 {
		go func() { _ = counted.Wait(t.Context(), "port") }() // of one that never fails
		<-behind.entered
		counted.Submit(t.Context(), exchange.WayTopic, "port", "request", nil)
	}
	expect(t, m, `
# HELP beibu_topic_documents_total Documents from the party's topic, by what it was replied: accepted, duplicate or refused; or again, if nothing was promised and it is retried.
# TYPE beibu_topic_documents_total counter
beibu_topic_documents_total{outcome="accepted",party="port"} 1
beibu_topic_documents_total{outcome="again",party="port"} 1
beibu_topic_documents_total{outcome="duplicate",party="port"} 1
beibu_topic_documents_total{outcome="refused",party="port"} 1
# HELP beibu_topic_documents_waiting Documents at the head of partitions of the party's topic that wait until its quota lets them through.
# TYPE beibu_topic_documents_waiting gauge
beibu_topic_documents_waiting{party="port"} 4
`, "beibu_topic_documents_total", "beibu_topic_documents_waiting")
	close(behind.released)
}
