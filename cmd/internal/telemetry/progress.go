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
}

// A Progressor is a queue that is heard from brokers and can be behind.
type Progressor interface {
	// Progress asks the brokers how far they are ahead.
	Progress(ctx context.Context) (Progress, error)
	// Restarts returns how often something in this daemon that made no progress
	// was restarted. It asks nobody.
	Restarts() int64
}

// progress turns progress as it was read last into metrics.
type progress struct {
	queue                         Progressor
	read                          *reading[Progress]
	dispatching, hearing, restart *prometheus.Desc
}

// WatchProgress exports how far a queue is behind, by partition, and how often
// something in it had to be restarted. It asks the brokers in the background.
func (m *Metrics) WatchProgress(q Progressor) error {
	return m.Register(&progress{
		queue: q,
		read:  watch(m, "brokers", q.Progress),
		dispatching: prometheus.NewDesc("beibu_queue_dispatch_lag_records",
			"Records of the log that no daemon has dispatched yet.", []string{"partition"}, nil),
		hearing: prometheus.NewDesc("beibu_queue_hearing_lag_records",
			"Records that this daemon has not heard yet.", []string{"topic", "partition"}, nil),
		restart: prometheus.NewDesc("beibu_queue_restarts_total",
			"Fetches without an answer and dispatches without progress that were restarted.", nil, nil),
	})
}

// Describe tells which metrics there may be.
func (p *progress) Describe(to chan<- *prometheus.Desc) {
	to <- p.dispatching
	to <- p.hearing
	to <- p.restart
}

// Collect sends the progress. Before the brokers have answered once, the lag is
// missing rather than zero.
func (p *progress) Collect(to chan<- prometheus.Metric) {
	to <- prometheus.MustNewConstMetric(p.restart, prometheus.CounterValue, float64(p.queue.Restarts()))
	now, read := p.read.get()
	if !read {
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
