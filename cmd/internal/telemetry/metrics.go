package telemetry

import (
	"bytes"
	"errors"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"go.uber.org/zap"
)

// Metrics are what the daemon counts beside its HTTP requests. Labels are
// bounded: an outcome of a few, or a party.
type Metrics struct {
	registry   *prometheus.Registry
	admits     *prometheus.HistogramVec
	appends    *prometheus.HistogramVec
	batches    *prometheus.HistogramVec
	dispatched prometheus.Counter
	deliveries *prometheus.CounterVec
	breakers   *prometheus.GaugeVec // of couriers, by receiver
	readings   *readings
}

// NewMetrics returns metrics in a registry of their own, together with those
// of the Go runtime and the process.
func NewMetrics() (*Metrics, error) {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		readings: newReadings(),
		admits: histogram("beibu_queue_admit_duration_seconds",
			"Time until the log had decided who owns a document number, by what it decided.", "outcome"),
		appends: histogram("beibu_queue_append_duration_seconds",
			"Time until events were durable.", "outcome"),
		batches: histogram("beibu_queue_dispatch_batch_duration_seconds",
			"Time to put a batch of accepted exchanges before their receivers.", "outcome"),
		dispatched: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "beibu_exchanges_dispatched_total",
			Help: "Accepted exchanges handed on; one handed on again after a crash counts again.",
		}),
		deliveries: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "beibu_delivery_events_total",
			Help: "Steps of deliveries that became durable, by the state they lead to (ETSI EN 319 522-3).",
		}, []string{"state"}),
		breakers: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "beibu_delivery_breaker_open",
			Help: "1 while the circuit breaker of the receiver is open: deliveries failed several times in a row, and one at a time is tried until one arrives.",
		}, []string{"receiver"}),
	}
	return m, m.Register(m.admits, m.appends, m.batches, m.dispatched, m.deliveries, m.breakers, m.readings,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
}

// histogram returns a histogram of durations that should be as long as one
// fsync. Its bounds reach from a quarter of a millisecond to four seconds.
func histogram(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: name, Help: help, Buckets: prometheus.ExponentialBuckets(0.00025, 2, 15),
	}, labels)
}

// Registerer takes the metrics of others, such as those of the HTTP API.
func (m *Metrics) Registerer() prometheus.Registerer { return m.registry }

// Gatherer gives every metric, as the handler does.
func (m *Metrics) Gatherer() prometheus.Gatherer { return m.registry }

// Register adds collectors. Its error names every one that was refused.
func (m *Metrics) Register(all ...prometheus.Collector) error {
	var refused []error
	for _, c := range all {
		if err := m.registry.Register(c); err != nil {
			refused = append(refused, err)
		}
	}
	return errors.Join(refused...)
}

// Handler answers with all metrics in the text format. It asks no server and
// waits for none. A collector that fails is logged and leaves the others;
// a scraper that goes away is not logged.
func (m *Metrics) Handler(log *zap.Logger) http.Handler {
	metrics := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{
		ErrorLog: scrapeLog{log}, ErrorHandling: promhttp.ContinueOnError, Registry: m.registry,
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		whole := &page{header: w.Header(), status: http.StatusOK}
		metrics.ServeHTTP(whole, r)
		w.WriteHeader(whole.status)
		_, _ = w.Write(whole.Bytes()) // the scraper that went away is the only one to inform
	})
}

// A page is an answer as a whole. Written to a scraper that has gone away, the
// parts of it would be an error each, for every metric that there is.
type page struct {
	bytes.Buffer

	header http.Header
	status int
}

// Header is http.ResponseWriter's.
func (p *page) Header() http.Header { return p.header }

// WriteHeader is http.ResponseWriter's.
func (p *page) WriteHeader(status int) { p.status = status }

// scrapeLog is what promhttp wants of a log.
type scrapeLog struct{ log *zap.Logger }

// Println logs a failed scrape. The last of the values is its error.
func (l scrapeLog) Println(values ...any) {
	for _, v := range values {
		if err, ok := v.(error); ok {
			l.log.Warn("metrics incomplete", zap.Error(err))
		}
	}
}
