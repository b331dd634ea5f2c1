package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A Backlog is what one receiver has not acknowledged yet.
type Backlog struct {
	Receiver string
	Open     int       // deliveries
	Oldest   time.Time // when the oldest of them was consigned; zero if none is open
	Waiting  time.Time // the same, of those that were not handed over
	Failing  int       // open deliveries that were handed over too often
}

// backlogs turns the backlog as it was read last into metrics, so that nothing is
// counted twice and nothing drifts.
type backlogs struct {
	read                           *reading[[]Backlog]
	open, oldest, waiting, failing *prometheus.Desc
}

// WatchBacklog exports how many deliveries are open for each receiver, how long
// the oldest has waited, how long the oldest that was not handed over, by
// whichever courier, and how many are failing. It calls read in the background.
func (m *Metrics) WatchBacklog(read func(context.Context) ([]Backlog, error)) error {
	return m.Register(&backlogs{
		read: watch(m, "index", read),
		open: prometheus.NewDesc("beibu_deliveries_open",
			"Deliveries that the receiver has not acknowledged.", []string{"receiver"}, nil),
		oldest: prometheus.NewDesc("beibu_delivery_oldest_open_age_seconds",
			"How long the oldest open delivery to the receiver has waited.", []string{"receiver"}, nil),
		waiting: prometheus.NewDesc("beibu_delivery_oldest_waiting_age_seconds",
			"How long the oldest delivery that was not handed over to the receiver has waited.", []string{"receiver"}, nil),
		failing: prometheus.NewDesc("beibu_deliveries_failing",
			"Open deliveries that were handed over delivery.handovers times or more.", []string{"receiver"}, nil),
	})
}

// Describe is prometheus.Collector's.
func (b *backlogs) Describe(to chan<- *prometheus.Desc) {
	to <- b.open
	to <- b.oldest
	to <- b.waiting
	to <- b.failing
}

// Collect sends the backlog. Before it was read once, the metrics are missing
// rather than zero.
func (b *backlogs) Collect(to chan<- prometheus.Metric) {
	now := time.Now()
	all, _ := b.read.get()
	for _, one := range all {
		to <- prometheus.MustNewConstMetric(b.open, prometheus.GaugeValue, float64(one.Open), one.Receiver)
		to <- prometheus.MustNewConstMetric(b.oldest, prometheus.GaugeValue, age(now, one.Oldest), one.Receiver)
		to <- prometheus.MustNewConstMetric(b.waiting, prometheus.GaugeValue, age(now, one.Waiting), one.Receiver)
		to <- prometheus.MustNewConstMetric(b.failing, prometheus.GaugeValue, float64(one.Failing), one.Receiver)
	}
}

// age is how long something has waited, in seconds, and 0 if nothing has.
func age(now, since time.Time) float64 {
	if since.IsZero() {
		return 0
	}
	return max(0, now.Sub(since).Seconds())
}
