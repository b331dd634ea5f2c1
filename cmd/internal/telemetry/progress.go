package telemetry

import (
	"context"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// Progress is how far a queue is behind what its brokers hold: records that are
// not there yet, by partition.
type Progress struct {
	Undispatched  []int64 // of log, by any daemon
	Unheard       []int64 // of log, by this one
	UnheardEvents int64   // by this one
	Restarts      int64   // of what stood still in this daemon; known without the brokers
}

// A Progressor is a queue that is heard from brokers and can be behind.
type Progressor interface {
	// Progress asks the brokers how far they are ahead.
	Progress(ctx context.Context) (Progress, error)
}

// progress turns progress into metrics when they are asked for.
type progress struct {
	queue                         Progressor
	dispatching, hearing, restart *prometheus.Desc
}

// WatchProgress exports how far a queue is behind, by partition, and how often
// something in it had to be begun anew. It asks at every scrape.
func (m *Metrics) WatchProgress(q Progressor) error {
	return m.Register(&progress{
		queue: q,
		dispatching: prometheus.NewDesc("beibu_queue_dispatch_lag_records",
			"Records of the log that no daemon has dispatched yet.", []string{"partition"}, nil),
		hearing: prometheus.NewDesc("beibu_queue_hearing_lag_records",
			"Records that this daemon has not heard yet.", []string{"topic", "partition"}, nil),
		restart: prometheus.NewDesc("beibu_queue_restarts_total",
			"Fetches left without an answer and dispatches without progress that were begun anew.", nil, nil),
	})
}

// Describe tells which metrics there may be.
func (p *progress) Describe(to chan<- *prometheus.Desc) {
	to <- p.dispatching
	to <- p.hearing
	to <- p.restart
}

// Collect asks the queue. Where the brokers do not answer, the lag is missing
// rather than zero.
func (p *progress) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	now, err := p.queue.Progress(ctx)
	to <- prometheus.MustNewConstMetric(p.restart, prometheus.CounterValue, float64(now.Restarts))
	if err != nil {
		to <- prometheus.NewInvalidMetric(p.dispatching, err)
		return
	}
	gauge := func(desc *prometheus.Desc, records int64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(records), labels...)
	}
	for partition, records := range now.Undispatched {
		gauge(p.dispatching, records, strconv.Itoa(partition))
	}
	for partition, records := range now.Unheard {
		gauge(p.hearing, records, "log", strconv.Itoa(partition))
	}
	gauge(p.hearing, now.UnheardEvents, "events", "0")
}
