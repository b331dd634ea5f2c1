package alert

import (
	"context"
	"errors"
	"time"

	"beibu/exchange"
	"beibu/exchange/operator/replay"
	"beibu/queue"
)

// A Leader records the alerts that fire and those that resolve. It knows nothing that is
// not in the record or in the configuration in force, so any other continues after it.
type Leader struct {
	Index    Index
	Activity exchange.ActivityLog
	Runs     replay.Index
	Audit    exchange.AuditLog
	Recorder *exchange.Recorder
	Changed  func() <-chan struct{} // returns a channel that is closed when what alerts are about changes in one step
	Parties  func() []PartyFacts    // in force, without their hours
	Keys     func(now time.Time) []Key
	Limits   Limits
	// Handovers is how often a delivery is handed over before it is failing.
	Handovers int
	Observe   func(Notice) // receives what the leader has recorded, for logs; or nil

	glasses map[string]Use
	after   int64 // the events of actions up to it are in glasses
}

// interval is how often the conditions are compared if nothing changes in one step, and
// calm is the least time between two comparisons.
const (
	interval = 30 * time.Second
	calm     = time.Second
)

// Lead records alerts until ctx ends, which is no error. Each failed pass is given to
// failed, and repeated.
func (l *Leader) Lead(ctx context.Context, failed func(error)) error {
	for ctx.Err() == nil {
		changed := l.Changed() // before the pass, so that nothing is missed after it
		if err := l.Pass(ctx, time.Now()); err != nil && ctx.Err() == nil {
			failed(err)
		}
		wait(ctx, nil, calm)
		wait(ctx, changed, interval)
	}
	return nil
}

// wait returns after a time, once a channel is closed, or once ctx ends.
func wait(ctx context.Context, changed <-chan struct{}, most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// Pass compares the conditions of a time with the alerts that are firing, and records what
// has changed. If a fact cannot be read, nothing changes.
func (l *Leader) Pass(ctx context.Context, now time.Time) error {
	if err := l.Recorder.Wait(ctx); err != nil {
		return err
	}
	firing, err := l.Index.FiringAlerts(ctx)
	if err != nil {
		return err
	}
	facts, err := l.facts(ctx, now)
	if err != nil {
		return err
	}
	known, wanted := make(map[string]bool), make(map[string]bool)
	for _, a := range firing {
		known[a.ID()] = true
	}
	var notices []Notice
	for _, a := range Conditions(facts, l.Limits, known) {
		if wanted[a.ID()] = true; !known[a.ID()] {
			notices = append(notices, Notice{Alert: a, Firing: true})
		}
	}
	for _, a := range firing {
		if !wanted[a.ID()] {
			notices = append(notices, Notice{Alert: a})
		}
	}
	return l.record(ctx, notices, now)
}

// record makes changes durable.
func (l *Leader) record(ctx context.Context, notices []Notice, now time.Time) error {
	if len(notices) == 0 {
		return nil
	}
	events := make([]queue.Event, 0, len(notices))
	for _, n := range notices {
		name := AlertResolved
		if n.Firing {
			name = AlertFired
		}
		e, err := n.event(name, now)
		if err != nil {
			return err
		}
		events = append(events, e)
	}
	if err := l.Recorder.Append(ctx, events...); err != nil {
		return err
	}
	if l.Observe != nil {
		for _, n := range notices {
			l.Observe(n)
		}
	}
	return nil
}

// facts reads what the conditions follow from.
func (l *Leader) facts(ctx context.Context, now time.Time) (f Facts, err error) {
	f = Facts{Now: now, Parties: l.Parties(), Keys: l.Keys(now)}
	var failed [3]error
	f.Activities, failed[0] = l.Activity.Activities(ctx)
	f.Backlogs, failed[1] = l.Activity.Counts(ctx, l.Handovers)
	f.Runs, failed[2] = l.Runs.ActiveRuns(ctx)
	if err := errors.Join(failed[:]...); err != nil {
		return Facts{}, err
	}
	for i := range f.Parties {
		p := &f.Parties[i]
		for side, into := range map[exchange.Side]*[]exchange.ActivityHour{exchange.Sending: &p.Sending, exchange.Receiving: &p.Receiving} {
			if *into, err = l.hours(ctx, p.ID, side, now); err != nil {
				return Facts{}, err
			}
		}
	}
	f.Glasses, err = l.uses(ctx)
	return f, err
}

// hours returns the hours of one side of a party: the last two alone if it was active in
// them, since it is not silent then.
func (l *Leader) hours(ctx context.Context, party string, side exchange.Side, now time.Time) ([]exchange.ActivityHour, error) {
	late, err := l.Activity.ActivityHours(ctx, party, side, now.Truncate(time.Hour).Add(-time.Hour))
	if err != nil {
		return nil, err
	}
	for _, h := range late {
		if h.Active {
			return late, nil
		}
	}
	return l.Activity.ActivityHours(ctx, party, side, time.Time{})
}

// uses returns the uses of break-glass accounts. Each event is read once.
func (l *Leader) uses(ctx context.Context) (map[string]Use, error) {
	if l.glasses == nil {
		l.glasses = make(map[string]Use)
	}
	for {
		page, next, err := l.Audit.Audit(ctx, exchange.AuditQuery{Kind: queue.SubjectAction, After: l.after, Limit: exchange.MaxPage})
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if l.after = e.Sequence; e.Name == exchange.BreakGlassUsed {
				l.used(e)
			}
		}
		if next == 0 {
			return l.glasses, nil
		}
	}
}

// used notes a use. One within the time of the use before belongs to it.
func (l *Leader) used(e exchange.Event) {
	use, known := l.glasses[e.Subject.ID]
	if !known || e.At.After(use.Last.Add(glassTime)) {
		use.First = e.At
	}
	use.Last = e.At
	l.glasses[e.Subject.ID] = use
}
