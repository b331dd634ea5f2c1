package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// RevocationsUntil is until when what is known of a party's revoked
// certificates is current, by one kind of source.
type RevocationsUntil struct {
	Party string
	Kind  string    // "list" or "ocsp"
	Until time.Time // zero where something is not known at all
}

// revocationsUntil turns validities into metrics when they are asked for.
type revocationsUntil struct {
	read  func(now time.Time) []RevocationsUntil
	until *prometheus.Desc
}

// WatchRevocations exports until when what is known of revoked certificates is
// current. It calls read at every scrape.
func (m *Metrics) WatchRevocations(read func(now time.Time) []RevocationsUntil) error {
	return m.Register(&revocationsUntil{
		read: read,
		until: prometheus.NewDesc("beibu_revocations_current_until_timestamp_seconds",
			"Until when the lists (CRL) or answers (OCSP) on the party's certificates are current, as a Unix time; 0 where one is not there.",
			[]string{"party", "kind"}, nil),
	})
}

// Describe tells which metric there may be.
func (r *revocationsUntil) Describe(to chan<- *prometheus.Desc) { to <- r.until }

// Collect reads the validities.
func (r *revocationsUntil) Collect(to chan<- prometheus.Metric) {
	for _, v := range r.read(time.Now()) {
		until := 0.0
		if !v.Until.IsZero() {
			until = float64(v.Until.Unix())
		}
		to <- prometheus.MustNewConstMetric(r.until, prometheus.GaugeValue, until, v.Party, v.Kind)
	}
}
