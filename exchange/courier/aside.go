package courier

import (
	"time"

	"github.com/google/uuid"
	"go.uber.org/zap"

	"beibu/exchange"
)

// mostAside bounds how many deliveries to one receiver are set aside, and with them what
// is read of the index at a time. If more fail, it is the receiver that fails.
const mostAside = 256

// aside is a delivery that failed by itself, although the receiver answers.
type aside struct {
	attempt   int // of the delivery: a replay makes the next, and begins again
	failures  int // in a row
	notBefore time.Time
}

// setAside schedules the next try of a delivery and lets others pass. It returns false
// if too many are set aside already.
func (r *round) setAside(x exchange.Exchange, why *Error, now time.Time) bool {
	one, known := r.aside[x.ID]
	if !known && len(r.aside) >= mostAside {
		return false
	}
	if attempt := x.Deliveries[0].Attempt; one.attempt != attempt {
		one = aside{attempt: attempt}
	}
	one.failures++
	one.notBefore = r.Schedule.Next(now, one.failures, r.to.Party+"/"+x.ID.String(), why.After)
	r.aside[x.ID] = one
	r.Meter.Failed(r.to.Party, why.Refused)
	r.Log.Warn("one delivery failed, retrying it later", zap.String("receiver", r.to.Party), zap.Stringer("exchange", x.ID),
		zap.Int("failures", one.failures), zap.Duration("wait", one.notBefore.Sub(now)), zap.Error(why))
	return true
}

// waits reports whether a delivery was set aside and is not due yet. What comes behind it
// of the same document number is not due either: the journal says whose turn it is.
func (r *round) waits(x exchange.Exchange, now time.Time) bool {
	one, known := r.aside[x.ID]
	if !known || one.attempt != x.Deliveries[0].Attempt || !now.Before(one.notBefore) {
		return false
	}
	if r.asideDue.IsZero() || one.notBefore.Before(r.asideDue) {
		r.asideDue = one.notBefore
	}
	return true
}

// forget drops what was set aside and is not among all that is due: it was acknowledged
// or given up.
func (r *round) forget(due []exchange.Exchange) {
	open := make(map[uuid.UUID]bool, len(due))
	for _, x := range due {
		open[x.ID] = true
	}
	for id := range r.aside {
		if !open[id] {
			delete(r.aside, id)
		}
	}
}
