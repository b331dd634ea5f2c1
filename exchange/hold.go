package exchange

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Hold settles exchanges that a rule held for a person to look at.
type Hold struct {
	Journal  Journal
	Recorder *Recorder
}

// A Verdict is what the person decided.
type Verdict struct {
	Exchange uuid.UUID
	Release  bool // or refuse
	Actor    string
	Reason   string
	At       time.Time
}

// Settle releases a held exchange to its receivers, or refuses it. It fails
// with an *Error of kind NotFound, or Stale where the exchange is not held.
func (h *Hold) Settle(ctx context.Context, v Verdict) error {
	x, err := h.Journal.Exchange(ctx, v.Exchange)
	if err != nil {
		return err
	}
	if x.State != SubmissionHeld {
		return &Error{Op: "settle held exchange", Kind: Stale, Code: "not-held", Earlier: &x}
	}
	cause := Cause{Reason: v.Reason, Actor: v.Actor}
	if !v.Release {
		return h.Recorder.Record(ctx, Event{Exchange: x.ID, Name: SubmissionRejection, At: v.At, Cause: cause})
	}
	events := consignments(x.ID, x.Receivers, v.At)
	for i := range events {
		events[i].Cause = cause
	}
	return h.Recorder.Record(ctx, events...)
}
