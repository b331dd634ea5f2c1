package telemetry

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Stamps counts what became of asking the time-stamping authority.
type Stamps struct{ asked *prometheus.CounterVec }

// The outcomes of asking.
const (
	StampTaken   = "taken"
	StampRefused = "refused" // the answer does not hold
	StampDown    = "down"    // no answer was had
)

// Count counts one outcome.
func (s *Stamps) Count(outcome string) { s.asked.WithLabelValues(outcome).Inc() }

// WatchStamps exports how many exchanges wait for a time stamp, how long the
// first of them has, and the outcomes that are counted. It calls read in the
// background.
func (m *Metrics) WatchStamps(read func(context.Context) (n int, since time.Time, err error)) (*Stamps, error) {
	s := &Stamps{asked: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "beibu_timestamps_total",
		Help: "Exchanges for which the time-stamping authority was asked, by what became of it.",
	}, []string{"outcome"})}
	for _, outcome := range []string{StampTaken, StampRefused, StampDown} {
		s.asked.WithLabelValues(outcome)
	}
	return s, m.Register(s.asked, &unstamped{
		read: watch(m, "timestamps", func(ctx context.Context) (w waiting, err error) {
			w.n, w.since, err = read(ctx)
			return w, err
		}),
		waiting: prometheus.NewDesc("beibu_timestamps_waiting",
			"Exchanges whose seals have no time stamp yet.", nil, nil),
		oldest: prometheus.NewDesc("beibu_timestamps_oldest_waiting_age_seconds",
			"How long ago the first of those that wait was accepted.", nil, nil),
	})
}

// waiting is how many exchanges wait for a time stamp.
type waiting struct {
	n     int
	since time.Time // when the first of them was accepted; zero if none waits
}

// unstamped turns what waited at the last reading into metrics.
type unstamped struct {
	read            *reading[waiting]
	waiting, oldest *prometheus.Desc
}

// Describe is prometheus.Collector's.
func (u *unstamped) Describe(to chan<- *prometheus.Desc) {
	to <- u.waiting
	to <- u.oldest
}

// Collect sends what waits. Before it was read once, the metrics are missing
// rather than zero.
func (u *unstamped) Collect(to chan<- prometheus.Metric) {
	w, read := u.read.get()
	if !read {
		return
	}
	to <- prometheus.MustNewConstMetric(u.waiting, prometheus.GaugeValue, float64(w.n))
	to <- prometheus.MustNewConstMetric(u.oldest, prometheus.GaugeValue, age(time.Now(), w.since))
}
