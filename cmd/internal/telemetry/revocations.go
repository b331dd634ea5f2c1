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
