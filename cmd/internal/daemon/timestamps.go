package daemon

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"

	"go.uber.org/zap"

	"beibu/cmd/internal/telemetry"
	"beibu/exchange/httpapi"
	"beibu/exchange/timestamps"
	"beibu/signing"
)

// openStamps opens the time stamps of seals, if an authority is configured, or was.
func (d *Daemon) openStamps(ctx context.Context) error {
	path, tsa := filepath.Join(d.config.Data, "timestamps.db"), d.config.Seal.TSA
	if _, err := os.Stat(path); tsa.URL == "" && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	logger := &stampLog{log: d.log}
	var err error
	d.stamps, err = timestamps.Open(ctx, timestamps.Options{
		Path: path, Trust: func() signing.Trust { return d.current.Load().Trust },
		Feed: d.store, Bodies: d.store, Authority: timestamps.NewAuthority(tsa.URL, tsa.Timeout, d.config.TSATLS), Report: logger.report,
	})
	if err != nil {
		return err
	}
	d.life.onClose("time stamps", func(context.Context) error { return d.stamps.Close() })
	logger.stamps, err = d.metrics.WatchStamps(d.stamps.Waiting)
	return err
}

// askForStamps starts to ask the authority. Failures are logged and retried; they
// never stop the daemon.
func (d *Daemon) askForStamps() {
	if d.stamps != nil && d.config.Seal.TSA.URL != "" {
		d.work("exchanges to be time-stamped", d.stamps.Follow)
		d.work("time-stamping authority", d.stamps.Run)
	}
}

// served returns the time stamps for the API, or nil if there are none.
func (d *Daemon) served() httpapi.Timestamps {
	if d.stamps == nil {
		return nil
	}
	return d.stamps
}

// A stampLog logs and counts the results of queries to the authority. It logs once
// that the authority is down, and once that it answers again.
type stampLog struct {
	log    *zap.Logger
	stamps *telemetry.Stamps
	down   atomic.Bool
}

func (l *stampLog) report(r timestamps.Report) {
	switch {
	case r.Down:
		l.stamps.Count(telemetry.StampDown)
		if !l.down.Swap(true) {
			l.log.Warn("time-stamping authority unavailable, retrying: documents are accepted, their seals wait", zap.Error(r.Err), zap.Duration("pause", r.Pause))
		}
		return
	case r.Err != nil:
		l.stamps.Count(telemetry.StampRefused)
		l.log.Warn("time stamp refused, retrying", zap.Stringer("exchange", r.Exchange), zap.String("code", r.Code), zap.Error(r.Err))
	default:
		l.stamps.Count(telemetry.StampTaken)
	}
	if l.down.Swap(false) {
		l.log.Info("time-stamping authority answers again")
	}
}
