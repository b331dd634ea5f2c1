package telemetry

import (
	"context"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// A Lag is how many records the brokers have beyond those that were processed.
type Lag struct {
	Dispatch []int64 // records of the log that no daemon has dispatched, by partition
	Log      []int64 // records of the log that this daemon has not consumed, by partition
	Events   int64   // messages of the record that this daemon has not consumed
}

// A Lagging queue consumes records from brokers.
type Lagging interface {
	// Lag asks the brokers how far they are ahead.
	Lag(ctx context.Context) (Lag, error)
	// Restarts returns how often something in this daemon that made no progress
	// was restarted. It sends no request.
	Restarts() int64
}

// lag exports the lag that was read last.
type lag struct {
	queue                        Lagging
	read                         *reading[Lag]
	dispatch, consumer, restarts *prometheus.Desc
}

// WatchLag exports the lag of a queue, by partition, and how often something in it
// was restarted. It asks the brokers in the background.
func (m *Metrics) WatchLag(q Lagging) error {
	return m.Register(&lag{
		queue: q,
		read:  watch(m, "brokers", q.Lag),
		dispatch: prometheus.NewDesc("beibu_queue_dispatch_lag_records",
			"Records of the log that no daemon has dispatched yet.", []string{"partition"}, nil),
		consumer: prometheus.NewDesc("beibu_queue_consumer_lag_records",
			"Records that this daemon has not consumed yet.", []string{"topic", "partition"}, nil),
		restarts: prometheus.NewDesc("beibu_queue_restarts_total",
			"Fetches without an answer and dispatches without progress that were restarted.", nil, nil),
	})
}

// Describe sends the descriptions of the metrics.
func (l *lag) Describe(to chan<- *prometheus.Desc) {
	to <- l.dispatch
	to <- l.consumer
	to <- l.restarts
}

// Collect sends the number. Until the brokers have answered once, the lag is missing and
// not zero.
func (l *lag) Collect(to chan<- prometheus.Metric) {
	to <- prometheus.MustNewConstMetric(l.restarts, prometheus.CounterValue, float64(l.queue.Restarts()))
	now, read := l.read.get()
	if !read {
		return
	}
	gauge := func(desc *prometheus.Desc, records int64, labels ...string) {
		to <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, float64(records), labels...)
	}
	for partition, records := range now.Dispatch {
		gauge(l.dispatch, records, strconv.Itoa(partition))
	}
	for partition, records := range now.Log {
		gauge(l.consumer, records, "log", strconv.Itoa(partition))
	}
	gauge(l.consumer, now.Events, "events", "0")
}

// A counted number is exported as it was read last.
type counted struct {
	read *reading[int64]
	desc *prometheus.Desc
}

// WatchIndex exports how many changes of the record the index does not show yet. It
// calls read in the background.
func (m *Metrics) WatchIndex(read func(context.Context) (int64, error)) error {
	return m.Register(&counted{
		read: watch(m, "record", read),
		desc: prometheus.NewDesc("beibu_index_lag_records", "Changes of the record that the index of this daemon does not show yet.", nil, nil),
	})
}

// WatchVerdicts exports how many accepted documents await a verdict. It calls read in the
// background.
func (m *Metrics) WatchVerdicts(read func(context.Context) (int64, error)) error {
	return m.Register(&counted{
		read: watch(m, "verdicts", read),
		desc: prometheus.NewDesc("beibu_verdicts_pending", "Accepted documents that await a verdict and go to nobody before.", nil, nil),
	})
}

// Describe sends the description of the metric.
func (l *counted) Describe(to chan<- *prometheus.Desc) { to <- l.desc }

// Collect sends the lag. Until it was read once, it is missing and not zero.
func (l *counted) Collect(to chan<- prometheus.Metric) {
	if records, read := l.read.get(); read {
		to <- prometheus.MustNewConstMetric(l.desc, prometheus.GaugeValue, float64(records))
	}
}
