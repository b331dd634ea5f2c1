package courier

import (
	"context"
	"errors"
	"time"

	"beibu/exchange"
	"beibu/queue"
)

// The codes of why a circuit breaker opened, if no attempt of a delivery says more.
const (
	codeRefused     = "receiver-refuses"     // somebody must change something there
	codeUnavailable = "receiver-unavailable" // for now
)

// resume continues with the circuit breaker as the record has it, once: another node, or
// an earlier start of this one, may have opened it.
func (r *round) resume(ctx context.Context) error {
	if r.resumed {
		return nil
	}
	if err := r.Recorder.Wait(ctx); err != nil {
		return err
	}
	b, err := r.Breakers.CircuitBreaker(ctx, r.to.Party)
	if err != nil {
		return err
	}
	r.resumed, r.broken = true, b.IsOpen()
	if r.broken {
		r.refusals = r.BreakAfter
		r.Meter.Breaker(r.to.Party, true)
	}
	return nil
}

// moved returns the event of the circuit breaker if it is another one than in the record,
// or nil.
func (r *round) moved(outcomes []Outcome, failure error, now time.Time) *exchange.Event {
	if r.open() == r.broken {
		return nil
	}
	e := exchange.PartyEvent(r.to.Party, exchange.BreakerClosed, queue.Stored(now))
	if r.open() {
		e.Name, e.Next, e.Cause = exchange.BreakerOpened, queue.Stored(r.notBefore), whyOpen(outcomes, failure)
	}
	return &e
}

// whyOpen returns the cause of the last failure.
func whyOpen(outcomes []Outcome, failure error) exchange.Cause {
	for _, o := range outcomes {
		if o.State != exchange.ContentHandover && o.Attempt != (exchange.Cause{}) {
			return o.Attempt
		}
	}
	if said, ok := errors.AsType[*Error](failure); ok && said.Refused {
		return exchange.Cause{Code: codeRefused, Reason: "the receiver refuses until somebody changes something there"}
	}
	return exchange.Cause{Code: codeUnavailable, Reason: "the receiver is not available"}
}
