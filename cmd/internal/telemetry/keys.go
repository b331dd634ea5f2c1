package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A KeyExpiry is until when somebody has keys that count, without a gap.
type KeyExpiry struct {
	Use   string    // "seal" or "signature"
	Owner string    // a party, or "beibu"
	Until time.Time // zero if no key counts even now
}

// WatchKeys exports until when keys count. It calls read at every scrape.
func (m *Metrics) WatchKeys(read func(now time.Time) []KeyExpiry) error {
	return m.Register(&untils{
		desc: prometheus.NewDesc("beibu_keys_valid_until_timestamp_seconds",
			"Until when the owner has keys that count, as a Unix time; 0 if none counts now.", []string{"use", "owner"}, nil),
		read: func(now time.Time, report func(time.Time, ...string)) {
			for _, e := range read(now) {
				report(e.Until, e.Use, e.Owner)
			}
		},
	})
}

// RevocationsUntil is until when what is known of a party's revoked
// certificates is current, by one kind of source.
type RevocationsUntil struct {
	Party string
	Kind  string    // "list" or "ocsp"
	Until time.Time // zero if something is not known at all
}

// WatchRevocations exports until when what is known of revoked certificates is
// current. It calls read at every scrape.
func (m *Metrics) WatchRevocations(read func(now time.Time) []RevocationsUntil) error {
	return m.Register(&untils{
		desc: prometheus.NewDesc("beibu_revocations_current_until_timestamp_seconds",
			"Until when the lists (CRL) or answers (OCSP) on the party's certificates are current, as a Unix time; 0 if one is not there.",
			[]string{"party", "kind"}, nil),
		read: func(now time.Time, report func(time.Time, ...string)) {
			for _, v := range read(now) {
				report(v.Until, v.Party, v.Kind)
			}
		},
	})
}

// untils turn times until which something holds into a metric when they are
// asked for.
type untils struct {
	desc *prometheus.Desc
	read func(now time.Time, report func(until time.Time, labels ...string))
}

// Describe is prometheus.Collector's.
func (u *untils) Describe(to chan<- *prometheus.Desc) { to <- u.desc }

// Collect reads the times. A zero time is 0.
func (u *untils) Collect(to chan<- prometheus.Metric) {
	u.read(time.Now(), func(until time.Time, labels ...string) {
		seconds := 0.0
		if !until.IsZero() {
			seconds = float64(until.Unix())
		}
		to <- prometheus.MustNewConstMetric(u.desc, prometheus.GaugeValue, seconds, labels...)
	})
}
