package daemon

import (
	"context"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/journal"
	"beibu/exchange/operator/replay"
)

// replayPolicy returns what bounds replay runs.
func (d *Daemon) replayPolicy() replay.Policy {
	c := d.config.Replay
	return replay.Policy{ApproveAbove: c.ApproveAbove, ApproveIn: c.ApproveWithin, Rate: c.Rate, Patience: c.Patience}
}

// replay executes replay runs until ctx ends.
func (d *Daemon) replay(ctx context.Context) error {
	leader := &replay.Leader{
		Index: d.index, Recorder: d.recorder, Changed: func() <-chan struct{} { return d.index.Changed(journal.RunsChanged) }, Observe: d.logRun,
		Exchanges: d.index, Router: func() replay.Readdresser {
			return exchange.Rerouting{Now: d.current.Load().InForce, Answered: d.answered(), Bodies: d.store, Adder: d.store}
		},
	}
	return leader.Lead(ctx, func(err error) { d.log.Warn("replay runs failed, retrying", zap.Error(err)) })
}

// logRun logs an event of a run that this daemon executes. A run that has stopped or
// lapsed waits for a person.
func (d *Daemon) logRun(e replay.Event) {
	level := zap.InfoLevel
	if e.Name == replay.RunStopped || e.Name == replay.RunLapsed {
		level = zap.WarnLevel
	}
	d.log.Log(level, "replay run", zap.String("run", e.Run), zap.String("event", string(e.Name)), zap.Int("step", e.Step), zap.String("cause", e.Code))
}
