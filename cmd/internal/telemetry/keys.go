package telemetry

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A KeyExpiry is until when somebody has keys that count, without a gap.
type KeyExpiry struct {
	Use   string    // "seal" or "signature"
	Owner string    // a party, or "beibu"
	Until time.Time // zero where no key counts even now
}

// keyExpiries turns expiries into metrics when they are asked for.
type keyExpiries struct {
	read  func(now time.Time) []KeyExpiry
	until *prometheus.Desc
}

// WatchKeys exports until when keys count. It calls read at every scrape.
func (m *Metrics) WatchKeys(read func(now time.Time) []KeyExpiry) error {
	return m.Register(&keyExpiries{
		read: read,
		until: prometheus.NewDesc("beibu_keys_valid_until_timestamp_seconds",
			"Until when the owner has keys that count, as a Unix time; 0 where none counts now.", []string{"use", "owner"}, nil),
	})
}

// Describe tells which metric there may be.
func (k *keyExpiries) Describe(to chan<- *prometheus.Desc) { to <- k.until }

// Collect reads the expiries.
func (k *keyExpiries) Collect(to chan<- prometheus.Metric) {
	for _, e := range k.read(time.Now()) {
		until := 0.0
		if !e.Until.IsZero() {
			until = float64(e.Until.Unix())
		}
		to <- prometheus.MustNewConstMetric(k.until, prometheus.GaugeValue, until, e.Use, e.Owner)
	}
}
