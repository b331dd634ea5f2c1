package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange/courier"
)

// carried counts what couriers carry by one way.
type carried struct {
	deliveries *prometheus.CounterVec
	failures   *prometheus.CounterVec
	breakers   *prometheus.GaugeVec
}

func (m *Metrics) carried(deliveries, failures *prometheus.CounterVec) carried {
	return carried{deliveries, failures, m.breakers}
}

func counter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
}

// CountPushes exports what is counted of deliveries that are pushed, and returns the
// meter of their couriers.
func (m *Metrics) CountPushes() (courier.Meter, error) {
	c := m.carried(
		counter("beibu_push_deliveries_total",
			"Deliveries pushed to the receiver's address: delivered, also if the receiver then refused the document, or given up.", "receiver", "outcome"),
		counter("beibu_push_delivery_failures_total",
			"Tries that failed and are made again: refused by an answer that somebody must mend, or unavailable for now.", "receiver", "reason"),
	)
	return &c, m.Register(c.deliveries, c.failures)
}

// Carried is courier.Meter's.
func (c *carried) Carried(receiver string, delivered, givenUp int) {
	c.deliveries.WithLabelValues(receiver, "delivered").Add(float64(delivered))
	c.deliveries.WithLabelValues(receiver, "given-up").Add(float64(givenUp))
}

// Failed is courier.Meter's.
func (c *carried) Failed(receiver string, refused bool) {
	reason := "unavailable"
	if refused {
		reason = "refused"
	}
	c.failures.WithLabelValues(receiver, reason).Inc()
}

// Breaker is courier.Meter's.
func (c *carried) Breaker(receiver string, open bool) {
	is := 0.0
	if open {
		is = 1
	}
	c.breakers.WithLabelValues(receiver).Set(is)
}
