package daemon

import (
	"context"
	"path/filepath"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/revocation"
	"beibu/cmd/internal/telemetry"
)

const (
	answerTimeout = 10 * time.Second // of a responder (OCSP)
	staleSoon     = 6 * time.Hour    // before the end of a list or an answer, it is warned of
)

// answers is the folder with what responders answered.
func (d *Daemon) answers() string { return filepath.Join(d.config.Data, "ocsp") }

// keepRevocations reads lists and asks responders, in the background.
func (d *Daemon) keepRevocations() {
	keeper := &revocation.Keeper{
		Current: func() []*revocation.Sources { return d.watched.Load().revocations },
		Dir:     d.answers(), Transport: revocation.NewTransport(), Timeout: answerTimeout, Changed: d.sourcesChanged,
		Report: (&revocationLog{log: d.log, failing: make(map[string]bool)}).report,
	}
	d.work("revocations", keeper.Run)
	d.work("stale revocations", func(ctx context.Context) error {
		return every(ctx, time.Hour, func(context.Context) error {
			d.warnStale(time.Now())
			return nil
		})
	})
}

// ringRevocations has sources looked at that a reload put in force.
func (d *Daemon) ringRevocations() {
	select {
	case d.sourcesChanged <- struct{}{}:
	default: // it rings already
	}
}

// revocationsUntil returns until when what is known of revoked certificates is
// current, for each party that has lists or responders.
func (d *Daemon) revocationsUntil(time.Time) []telemetry.RevocationsUntil {
	var all []telemetry.RevocationsUntil
	for _, s := range d.watched.Load().revocations {
		for _, v := range s.Validities() {
			all = append(all, telemetry.RevocationsUntil(v))
		}
	}
	return all
}

// warnStale logs what is no longer current, or soon will not be.
func (d *Daemon) warnStale(now time.Time) {
	for _, v := range d.revocationsUntil(now) {
		if v.Until.Before(now.Add(staleSoon)) {
			d.log.Warn("revocation data is out of date, or will be soon", zap.String("party", v.Party), zap.String("kind", v.Kind), zap.Time("until", v.Until))
		}
	}
}

// A revocationLog logs the state of each source: once when it starts to fail, and once
// when it works again.
type revocationLog struct {
	log     *zap.Logger
	failing map[string]bool // by party and source
}

func (l *revocationLog) report(r revocation.Report) {
	key := r.Party + " " + r.Source
	fields := []zap.Field{zap.String("party", r.Party), zap.String("source", r.Source)}
	switch {
	case r.Err != nil && !l.failing[key]:
		l.log.Warn("revocation source unavailable, retrying: its last answer counts until it is out of date", append(fields, zap.Error(r.Err))...)
	case r.Err == nil && r.Taken:
		l.log.Info("revocation data loaded", fields...)
	}
	if l.failing[key] = r.Err != nil; !l.failing[key] {
		delete(l.failing, key)
	}
}
