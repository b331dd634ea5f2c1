package exchange

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"
)

// Replay sends failed deliveries again, under the same exchange id and with
// the same bytes. It shows its plan first. It never repeats a delivery that
// was acknowledged.
type Replay struct {
	Journal  Journal
	Recorder *Recorder
}

// A ReplayQuery says which failed deliveries to send again.
type ReplayQuery struct {
	Receiver string    `json:"receiver"`        // required
	Since    time.Time `json:"since,omitzero"`  // failed at or after
	Until    time.Time `json:"until,omitzero"`  // failed before
	Kind     string    `json:"kind,omitempty"`  // of the document
	Cause    string    `json:"cause,omitempty"` // code of the cause
}

// A Plan is what a replay would do. Its digest stands for exactly these
// deliveries at exactly these attempts: doing a plan whose digest no longer
// fits is refused.
type Plan struct {
	Query  ReplayQuery
	Items  []Exchange // each with the one failed delivery
	Digest string     // lower-case hexadecimal SHA-256
}

// MaxReplay bounds the deliveries of one plan.
const MaxReplay = 10_000

// Plan finds the failed deliveries that fit.
func (r *Replay) Plan(ctx context.Context, q ReplayQuery) (Plan, error) {
	if q.Receiver == "" {
		return Plan{}, &Error{Op: "plan replay", Kind: Invalid, Code: "receiver-missing", Err: fmt.Errorf("a replay names its receiver")}
	}
	failed, err := r.Journal.Deliveries(ctx, DeliveryQuery{
		Receiver: q.Receiver, States: []State{ConsignmentRejection, ContentHandoverFailure},
		Since: q.Since, Until: q.Until, Limit: MaxReplay,
	})
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Query: q}
	sum := sha256.New()
	for _, x := range failed {
		d := x.Deliveries[0]
		if q.Kind != "" && x.Identity.Kind != q.Kind || q.Cause != "" && d.Cause.Code != q.Cause {
			continue
		}
		plan.Items = append(plan.Items, x)
		sum.Write(fmt.Appendf(nil, "%s %s %d\n", x.ID, d.Receiver, d.Attempt))
	}
	plan.Digest = hex.EncodeToString(sum.Sum(nil))
	return plan, nil
}

// An Order asks for a plan to be done.
type Order struct {
	Query  ReplayQuery
	Digest string // of the plan that the person saw
	Actor  string
	Reason string
	At     time.Time
}

// Do plans again and, where the plan is still the one that the person saw,
// begins the next attempt of every delivery in it. It fails with an *Error of
// kind Stale where the plan changed meanwhile; then nothing was done.
func (r *Replay) Do(ctx context.Context, o Order) (Plan, error) {
	plan, err := r.Plan(ctx, o.Query)
	if err != nil {
		return Plan{}, err
	}
	if plan.Digest != o.Digest {
		return plan, &Error{
			Op: "do replay", Kind: Stale, Code: "plan-changed",
			Err: fmt.Errorf("the plan is now %d deliveries with digest %s", len(plan.Items), plan.Digest),
		}
	}
	events := make([]Event, 0, len(plan.Items))
	for _, x := range plan.Items {
		d := x.Deliveries[0]
		events = append(events, Event{
			Exchange: x.ID, Receiver: d.Receiver, Name: ContentConsignment, Attempt: d.Attempt + 1, At: o.At,
			Cause: Cause{Code: "replay", Reason: o.Reason, Actor: o.Actor},
		})
	}
	return plan, r.Recorder.Record(ctx, events...)
}
