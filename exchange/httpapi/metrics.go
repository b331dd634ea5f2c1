package httpapi

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange/operator"
)

// metrics are what is counted of requests to the public address. Labels are bounded by
// construction: surfaces, methods and codes by lists, routes by their patterns, kinds by
// the catalogue.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	received *prometheus.CounterVec
	sent     *prometheus.CounterVec
}

func newMetrics(to prometheus.Registerer, open *Connections, glass *operator.BreakGlass) (*metrics, error) {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	m := &metrics{
		requests: counter("beibu_http_requests_total", "Requests answered.", "surface", "route", "method", "status"),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "beibu_http_request_duration_seconds", Help: "Time from a request's header to its answer. Pages that follow the record are not in it: they last until their reader leaves.",
			Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"surface", "route", "method"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "beibu_http_requests_in_flight", Help: "Requests being answered.",
		}),
		received: counter("beibu_http_received_bytes_total", "Bytes of request bodies, as they came.", "surface", "route"),
		sent:     counter("beibu_http_sent_bytes_total", "Bytes of answers' bodies.", "surface", "route"),
	}
	var refused []error
	for _, c := range []prometheus.Collector{
		m.requests, m.seconds, m.inFlight, m.received, m.sent,
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "beibu_http_break_glass_requests_total", Help: "Requests by break-glass accounts.",
		}, func() float64 { return float64(glass.Uses()) }),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{
			Name: "beibu_http_connections", Help: "Connections to the public address.",
		}, func() float64 { n, _ := open.count(); return float64(n) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{
			Name: "beibu_http_connections_closed_total", Help: "Connections that were closed because there were too many.",
		}, func() float64 { _, closed := open.count(); return float64(closed) }),
	} {
		refused = append(refused, to.Register(c))
	}
	return m, errors.Join(refused...)
}

// The surfaces: what the routes of the public address are for.
const (
	surfaceAPI     = "api"     // programs
	surfaceConsole = "console" // people
)

// An answered is what is counted of a request that was answered.
type answered struct {
	surface, route, method string // the route is "" if there was none
	status, received, sent int
	took                   time.Duration
	followed               bool // it lasted until its caller left
}

func (m *metrics) count(a answered) {
	route, method := a.route, methodLabel(a.method)
	if route == "" {
		route = "none"
	}
	m.requests.WithLabelValues(a.surface, route, method, strconv.Itoa(a.status)).Inc()
	if !a.followed {
		m.seconds.WithLabelValues(a.surface, route, method).Observe(a.took.Seconds())
	}
	m.received.WithLabelValues(a.surface, route).Add(float64(a.received))
	m.sent.WithLabelValues(a.surface, route).Add(float64(a.sent))
}

// methodLabel keeps the label bounded whatever a stranger calls its method.
func methodLabel(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}
