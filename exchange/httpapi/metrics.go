package httpapi

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange"
)

// metrics are what the door counts. Labels are bounded by construction: routes
// by their patterns, methods and codes by lists, kinds by the catalogue.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	received *prometheus.CounterVec
	sent     *prometheus.CounterVec
	accepted *prometheus.CounterVec
	refused  *prometheus.CounterVec
	sizes    prometheus.Histogram
}

func newMetrics(to prometheus.Registerer, r *room, g *Guests) (*metrics, error) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &metrics{
		requests: counter("beibu_http_requests_total", "Requests answered.", "route", "method", "status"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "beibu_http_request_duration_seconds", Help: "Time from a request's header to its answer.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"route", "method"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "beibu_http_requests_in_flight", Help: "Requests being answered.",
		}),
		received: counter("beibu_http_received_bytes_total", "Bytes of request bodies, as they came.", "route"),
		sent:     counter("beibu_http_sent_bytes_total", "Bytes of answers' bodies.", "route"),
		accepted: counter("beibu_documents_accepted_total",
			"Documents accepted, by kind and by outcome: new, held for a person, or duplicate of one accepted before.", "kind", "outcome"),
		refused: counter("beibu_documents_refused_total", "Documents refused, by code.", "code"),
		sizes: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "beibu_document_size_bytes", Help: "Size of documents received, unpacked.",
			Buckets: prometheus.ExponentialBuckets(1<<10, 4, 8),
		}),
	}
	var refused []error
	for _, c := range []prometheus.Collector{
		m.requests, m.seconds, m.inFlight, m.received, m.sent, m.accepted, m.refused, m.sizes,
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "beibu_documents_in_flight", Help: "Documents being worked on.",
		}, func() float64 { places, _ := r.inUse(); return float64(places) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "beibu_documents_in_flight_bytes", Help: "Memory held by requests, from their first byte until their answer is written: documents, their sealed forms, answers.",
		}, func() float64 { _, bytes := r.inUse(); return float64(bytes) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "beibu_http_connections", Help: "Connections to the public address.",
		}, func() float64 { here, _ := g.count(); return float64(here) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "beibu_http_connections_closed_total", Help: "Connections that were closed because there were too many.",
		}, func() float64 { _, turned := g.count(); return float64(turned) }),
	} {
		refused = append(refused, to.Register(c))
	}
	return m, errors.Join(refused...)
}

// count counts a call that was answered.
func (m *metrics) count(c *call, took time.Duration) {
	route, method := c.route, methodLabel(c.request.Method)
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(route, method, strconv.Itoa(c.status)).Inc()
	m.seconds.WithLabelValues(route, method).Observe(took.Seconds())
	m.received.WithLabelValues(route).Add(float64(c.received))
	m.sent.WithLabelValues(route).Add(float64(c.sent))
}

// methodLabel keeps the label bounded whatever a stranger calls its method.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// countAccepted counts a document that was accepted.
func (m *metrics) countAccepted(a exchange.Acceptance) {
	outcome := "new"
	switch {
	case a.Duplicate:
		outcome = "duplicate"
	case a.Exchange.State == exchange.SubmissionHeld:
		outcome = "held"
	}
	m.accepted.WithLabelValues(a.Exchange.Identity.Kind, outcome).Inc()
}

// countRefused counts a document that was not.
func (m *metrics) countRefused(code string) { m.refused.WithLabelValues(code).Inc() }
