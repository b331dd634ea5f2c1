package alert

import (
	"context"
	"time"

	"beibu/exchange"
)

// A Sink sends notices to one address.
type Sink interface {
	// Send returns nil once the address has taken all notices.
	Send(ctx context.Context, now time.Time, notices []Notice) error
	// Refreshes reports whether the address forgets alerts that are not sent again.
	Refreshes() bool
}

// A Notifier sends what changes to one address, until the address takes it. What it has
// taken is in the record, so any other continues after it.
type Notifier struct {
	Name     string // of the address; another name is another address
	Sink     Sink
	Index    Index
	Recorder *exchange.Recorder
	Changed  func() <-chan struct{} // as that of [Leader]
	Meter    Meter
}

// A Meter counts what comes of sending.
type Meter interface {
	// Sent counts notices that an address has taken.
	Sent(to string, notices int)
	// Failed counts a try that failed with an error.
	Failed(to string, err error)
}

// pageSize is how many notices are sent at once, refreshed is how often alerts that are
// firing are sent again to an address that forgets them, and Lifetime is for how long it
// is to keep them.
const (
	pageSize  = 50
	refreshed = 5 * time.Minute
	Lifetime  = 24 * time.Hour
)

// The waits after failures: they double from the first to the last.
const (
	firstWait = 5 * time.Second
	mostWait  = 5 * time.Minute
)

// Run sends until ctx ends.
func (n *Notifier) Run(ctx context.Context) {
	failures, last := 0, time.Now()
	for ctx.Err() == nil {
		changed := n.Changed() // before the read, so that nothing is missed after it
		sent, err := n.Pass(ctx)
		if err == nil && sent == 0 && n.Sink.Refreshes() && time.Since(last) >= refreshed {
			err = n.refresh(ctx)
			last = time.Now()
		}
		switch {
		case ctx.Err() != nil:
		case err != nil:
			n.Meter.Failed(n.Name, err)
			wait(ctx, nil, backOff(failures))
			failures++
		default:
			if failures = 0; sent == 0 {
				wait(ctx, changed, refreshed)
			}
		}
	}
}

func backOff(failures int) time.Duration {
	d := firstWait
	for ; failures > 0 && d < mostWait; failures-- {
		d *= 2
	}
	return min(d, mostWait)
}

// Pass sends a page of what the address has not taken, and returns how much that was.
func (n *Notifier) Pass(ctx context.Context) (sent int, err error) {
	if err := n.Recorder.Wait(ctx); err != nil {
		return 0, err
	}
	page, upTo, known, err := n.Index.Notices(ctx, n.Name, pageSize)
	if err != nil || len(page) == 0 && known {
		return 0, err
	}
	if len(page) > 0 {
		if err := n.Sink.Send(ctx, time.Now(), page); err != nil {
			return 0, err
		}
	}
	e, err := record(takenBy+n.Name, AlertsTaken, content{UpTo: upTo}, time.Now())
	if err != nil {
		return 0, err
	}
	if err := n.Recorder.Append(ctx, e); err != nil {
		return 0, err
	}
	n.Meter.Sent(n.Name, len(page))
	return len(page), nil
}

// refresh sends the alerts that are firing again.
func (n *Notifier) refresh(ctx context.Context) error {
	firing, err := n.Index.FiringAlerts(ctx)
	if err != nil || len(firing) == 0 {
		return err
	}
	all := make([]Notice, 0, len(firing))
	for _, a := range firing {
		all = append(all, Notice{Alert: a, Sequence: a.Fired, Firing: true})
	}
	return n.Sink.Send(ctx, time.Now(), all)
}
