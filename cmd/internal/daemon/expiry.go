package daemon

import (
	"context"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/telemetry"
)

// warnBefore is how long before its end a key is warned of: a certificate may
// take weeks to renew.
const warnBefore = 30 * 24 * time.Hour

// keyExpiries returns until when each party, and the exchange itself, has keys
// that count. A party without keys is not there.
func (d *Daemon) keyExpiries(now time.Time) []telemetry.KeyExpiry {
	watched := d.watched.Load()
	var all []telemetry.KeyExpiry
	for _, e := range watched.signers.Expiries(now) {
		all = append(all, telemetry.KeyExpiry{Use: "signature", Owner: e.Party, Until: e.Until})
	}
	until := watched.sealing[0].Certificate.NotAfter
	for _, k := range watched.sealing {
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
