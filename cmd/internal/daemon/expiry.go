package daemon

import (
	"context"
	"slices"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/telemetry"
	"beibu/signing"
)

// warnBefore is how long before its end a key is warned of: a certificate may
// take weeks to renew.
const warnBefore = 30 * 24 * time.Hour

// keyExpiries returns until when each party that has keys, and the exchange itself,
// has one that is valid: the soonest first, and the exchange last.
func (d *Daemon) keyExpiries(now time.Time) []telemetry.KeyExpiry {
	var all []telemetry.KeyExpiry
	for _, p := range d.current.Load().Parties.All() {
		if len(p.Signers) > 0 {
			all = append(all, telemetry.KeyExpiry{Use: "signature", Owner: p.ID, Until: signing.CoveredUntil(p.Signers, now)})
		}
	}
	slices.SortStableFunc(all, func(a, b telemetry.KeyExpiry) int { return a.Until.Compare(b.Until) })
	sealing := d.watched.Load().sealing
	until := sealing[0].Certificate.NotAfter
	for _, k := range sealing {
		if k.Certificate.NotAfter.Before(until) {
			until = k.Certificate.NotAfter
		}
	}
	return append(all, telemetry.KeyExpiry{Use: "seal", Owner: "beibu", Until: until})
}

// warn logs every key that ends soon, or has ended.
func (d *Daemon) warn(now time.Time) {
	for _, e := range d.keyExpiries(now) {
		if e.Until.Before(now.Add(warnBefore)) {
			d.log.Warn("key expires soon", zap.String("use", e.Use), zap.String("owner", e.Owner), zap.Time("until", e.Until))
		}
	}
}

// warnDaily warns at once and then every day.
func (d *Daemon) warnDaily(ctx context.Context) error {
	return every(ctx, 24*time.Hour, func(context.Context) error {
		d.warn(time.Now())
		return nil
	})
}
