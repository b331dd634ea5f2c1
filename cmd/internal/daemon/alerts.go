package daemon

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"

	"beibu/exchange/journal"
	"beibu/exchange/notify"
	"beibu/exchange/operator/alert"
)

// alerts records the alerts that fire and resolve, and sends notices of them, until ctx
// ends.
func (d *Daemon) alerts(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	for name, options := range d.config.AlertTo {
		all.Go(func() {
			to := notify.New(options)
			defer to.Close()
			n := alert.Notifier{Name: name, Sink: to, Index: d.index, Recorder: d.recorder, Changed: d.alertsChanged, Meter: d.notices}
			n.Run(ctx)
		})
	}
	c := d.config.Alerts
	leader := &alert.Leader{
		Index: d.index, Activity: d.index, Runs: d.index, Audit: d.index, Recorder: d.recorder, Changed: d.alertsChanged,
		Parties: d.partyFacts, Keys: d.alertKeys, Handovers: d.config.Delivery.Handovers,
		Limits:  alert.Limits{Backlog: c.Backlog, Failed: c.Failed, Silence: c.Silence},
		Observe: d.logAlert,
	}
	return leader.Lead(ctx, func(err error) { d.log.Warn("alerts failed, retrying", zap.Error(err)) })
}

func (d *Daemon) alertsChanged() <-chan struct{} { return d.index.Changed(journal.AlertsChanged) }

// partyFacts returns the parties in force.
func (d *Daemon) partyFacts() []alert.PartyFacts {
	now := d.current.Load()
	var all []alert.PartyFacts
	for _, p := range now.Parties.All() {
		all = append(all, alert.PartyFacts{Party: p, Suspended: d.shut.Includes(now.InForce, p.ID)})
	}
	return all
}

// alertKeys returns until when the keys in force count.
func (d *Daemon) alertKeys(now time.Time) []alert.Key {
	var all []alert.Key
	for _, e := range d.keyExpiries(now) {
		all = append(all, alert.Key(e))
	}
	return all
}

// logAlert logs a change that this daemon has recorded.
func (d *Daemon) logAlert(n alert.Notice) {
	state, level := "firing", zap.WarnLevel
	if !n.Firing {
		state, level = "resolved", zap.InfoLevel
	}
	d.log.Log(level, "alert", zap.String("code", string(n.Code)), zap.String("about", n.About), zap.String("state", state),
		zap.String("summary", n.Summary(n.Firing).EN))
}
