package telemetry

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/courier"
	"beibu/exchange/topics"
)

// Topics counts what goes over topics of parties: it is the meter of their
// couriers, and decorates the admission of their documents.
type Topics struct {
	carried
	documents *prometheus.CounterVec
	waiting   *prometheus.GaugeVec
}

var _ courier.Meter = (*Topics)(nil)

// CountTopics exports what is counted of topics.
func (m *Metrics) CountTopics() (*Topics, error) {
	t := &Topics{
		carried: m.carried(
			counter("beibu_topic_deliveries_total",
				"Deliveries to the receiver's topic: delivered, or given up since their time was over or the envelope is not kept any more.", "receiver", "outcome"),
			counter("beibu_topic_delivery_failures_total",
				"Rounds of deliveries that failed and are made again: refused by the brokers until somebody acts, or unavailable for now.", "receiver", "reason"),
		),
		documents: counter("beibu_topic_documents_total",
			"Documents from the party's topic, by what it was replied: accepted, duplicate or refused; or again, if nothing was promised and it is retried.",
			"party", "outcome"),
		waiting: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "beibu_topic_documents_waiting",
			Help: "Documents at the head of partitions of the party's topic that wait until its quota lets them through.",
		}, []string{"party"}),
	}
	return t, m.Register(t.deliveries, t.failures, t.documents, t.waiting)
}

// Admission counts what next replies to documents from topics.
func (t *Topics) Admission(next topics.Admission) topics.Admission {
	return &counting{next: next, topics: t}
}

type counting struct {
	next   topics.Admission
	topics *Topics
}

// Wait is topics.Admission's.
func (d *counting) Wait(ctx context.Context, party string) error {
	waiting := d.topics.waiting.WithLabelValues(party)
	waiting.Inc()
	defer waiting.Dec()
	return d.next.Wait(ctx, party)
}

// Submit is topics.Admission's.
func (d *counting) Submit(ctx context.Context, way exchange.Way, party, requestID string, document []byte) answer.Reply {
	reply := d.next.Submit(ctx, way, party, requestID, document)
	d.topics.documents.WithLabelValues(party, replied(reply)).Inc()
	return reply
}

// replied names what became of a document.
func replied(a answer.Reply) string {
	switch {
	case a.RetryAfter > 0:
		return "again"
	case a.Exchange == "":
		return "refused"
	case a.Duplicate:
		return "duplicate"
	}
	return "accepted"
}
