package telemetry

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"beibu/exchange/operator/alert"
)

// firing turns the alerts that are firing into a metric.
type firing struct {
	read *reading[[]alert.Alert]
	desc *prometheus.Desc
}

// WatchAlerts exports which alerts are firing. It calls read in the background.
func (m *Metrics) WatchAlerts(read func(context.Context) ([]alert.Alert, error)) error {
	return m.Register(&firing{
		read: watch(m, "alerts", read),
		desc: prometheus.NewDesc("beibu_alert_firing", "1 for each alert that is firing, by its code and what it is about.", []string{"code", "about"}, nil),
	})
}

// Describe is prometheus.Collector's.
func (f *firing) Describe(to chan<- *prometheus.Desc) { to <- f.desc }

// Collect sends the alerts that were firing when they were read last.
func (f *firing) Collect(to chan<- prometheus.Metric) {
	all, _ := f.read.get()
	for _, a := range all {
		to <- prometheus.MustNewConstMetric(f.desc, prometheus.GaugeValue, 1, string(a.Code), a.About)
	}
}

// notices counts and logs what comes of sending notices.
type notices struct {
	log             *zap.Logger
	taken, failures *prometheus.CounterVec
}

// CountNotices exports what is counted of notices to addresses, and returns the meter of
// their notifiers.
func (m *Metrics) CountNotices(log *zap.Logger) (alert.Meter, error) {
	n := &notices{
		log:      log,
		taken:    counter("beibu_alert_notices_total", "Notices of alerts that the address has taken.", "address"),
		failures: counter("beibu_alert_notice_failures_total", "Tries to send notices of alerts that failed and are made again.", "address"),
	}
	return n, m.Register(n.taken, n.failures)
}

// Sent is alert.Meter's.
func (n *notices) Sent(to string, count int) { n.taken.WithLabelValues(to).Add(float64(count)) }

// Failed is alert.Meter's.
func (n *notices) Failed(to string, err error) {
	n.failures.WithLabelValues(to).Inc()
	n.log.Warn("notices of alerts not sent, retrying", zap.String("address", to), zap.Error(err))
}
