// Package replay sends failed deliveries again: an operator, or the receiver itself,
// makes a plan, and then has it done.
package replay

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
)

// A Planner sends failed deliveries again, under the same exchange id and with the same
// bytes. It makes a plan first. It never repeats a delivery that was acknowledged.
type Planner struct {
	Journal  exchange.DeliveryJournal
	Recorder *exchange.Recorder
}

// A Query says which failed deliveries to send again.
type Query struct {
	Receiver string    `json:"receiver"`        // required
	Since    time.Time `json:"since,omitzero"`  // failed at or after
	Until    time.Time `json:"until,omitzero"`  // failed before
	Kind     string    `json:"kind,omitempty"`  // of the document
	Cause    string    `json:"cause,omitempty"` // code of the cause
}

// deliveries returns the query for the failed deliveries that fit, by pages.
func (q Query) deliveries() exchange.DeliveryQuery {
	return exchange.DeliveryQuery{
		Receiver: q.Receiver, States: []exchange.State{exchange.ConsignmentRejection, exchange.ContentHandoverFailure},
		Since: q.Since, Until: q.Until, Kind: q.Kind, Cause: q.Cause, Limit: pageSize,
	}
}

// A Plan is the list of deliveries that a replay would start again. Its digest stands
// for exactly these deliveries at exactly these attempts: a plan whose digest has
// changed meanwhile is refused.
type Plan struct {
	Query    Query
	Matched  int                 // failed deliveries that fit the query
	Eligible int                 // of those: the deliveries that the plan starts again, and its digest covers
	LeftOut  int                 // of those: the ones beyond MaxPlanned, which are for the next plan
	Items    []exchange.Exchange // the first MaxItems of the plan, each with the one failed delivery
	Digest   string              // lower-case hexadecimal SHA-256
	Started  int                 // once it is done: the deliveries that this replay started again; the others were acknowledged, or replayed by another, meanwhile

	attempts []attempt // of the eligible deliveries, in the order of the plan
}

// An attempt is a failed attempt of a delivery in a plan.
type attempt struct {
	exchange uuid.UUID
	number   int
}

// The bounds of a plan, and of the pages in which it is made and done.
const (
	MaxPlanned = 100_000
	MaxItems   = 1_000
	pageSize   = 1_000
)

// Plan finds the failed deliveries that fit. It fails with an *exchange.Error of kind
// Invalid and code "unknown-cause" if no failed delivery of the receiver has the
// cause.
func (r *Planner) Plan(ctx context.Context, q Query) (Plan, error) {
	if q.Receiver == "" {
		return Plan{}, &exchange.Error{Op: "plan replay", Kind: exchange.Invalid, Code: "receiver-missing", Err: exchange.Because("a replay names its receiver", "重放须指明接收方")}
	}
	plan := Plan{Query: q}
	sum := sha256.New()
	err := eachDelivery(ctx, r.Journal, q.deliveries(), func(x exchange.Exchange) {
		plan.Matched++
		if plan.Eligible == MaxPlanned {
			plan.LeftOut++
			return
		}
		plan.Eligible++
		d := x.Deliveries[0]
		if len(plan.Items) < MaxItems {
			plan.Items = append(plan.Items, x)
		}
		plan.attempts = append(plan.attempts, attempt{x.ID, d.Attempt})
		_, _ = fmt.Fprintf(sum, "%s %s %d\n", x.ID, d.Receiver, d.Attempt)
	})
	if err == nil && plan.Matched == 0 && q.Cause != "" {
		err = r.known(ctx, q)
	}
	if err != nil {
		return Plan{}, err
	}
	plan.Digest = hex.EncodeToString(sum.Sum(nil))
	return plan, nil
}

// eachDelivery calls visit with the deliveries that fit, a page at a time.
func eachDelivery(ctx context.Context, j exchange.DeliveryJournal, q exchange.DeliveryQuery, visit func(exchange.Exchange)) error {
	for {
		page, err := j.Deliveries(ctx, q)
		if err != nil {
			return err
		}
		for _, x := range page {
			visit(x)
		}
		if len(page) < q.Limit {
			return nil
		}
		last := page[len(page)-1]
		q.After, q.Backlog = last.Sequence, !last.Express
	}
}

// known fails unless a cause is one of the exchange's own, or a failed delivery of the
// receiver has it, so that a misspelt cause does not look like an empty plan.
func (r *Planner) known(ctx context.Context, q Query) error {
	if q.Cause == exchange.CodeExpired {
		return nil
	}
	causes := make(map[string]int)
	all := Query{Receiver: q.Receiver}.deliveries()
	if err := eachDelivery(ctx, r.Journal, all, func(x exchange.Exchange) { causes[x.Deliveries[0].Cause.Code]++ }); err != nil {
		return err
	}
	if causes[q.Cause] > 0 {
		return nil
	}
	return &exchange.Error{
		Op: "plan replay", Kind: exchange.Invalid, Code: "unknown-cause",
		Err: noSuchCause(q, causes),
	}
}

// noSuchCause returns the reason with the causes that exist.
func noSuchCause(q Query, causes map[string]int) exchange.Reason {
	if len(causes) == 0 {
		return exchange.Because("no failed delivery to %s has the cause %q; nothing has failed", "发往 %s 的失败交付中没有原因 %q；没有失败的交付", q.Receiver, q.Cause)
	}
	return exchange.Because("no failed delivery to %s has the cause %q; the causes are %s", "发往 %s 的失败交付中没有原因 %q；现有原因：%s",
		q.Receiver, q.Cause, listed(causes))
}

// listed returns the causes that exist, the most frequent first.
func listed(causes map[string]int) string {
	const most = 10
	codes := slices.SortedFunc(maps.Keys(causes), func(a, b string) int {
		return cmp.Or(causes[b]-causes[a], strings.Compare(a, b))
	})
	var text strings.Builder
	for i, code := range codes[:min(most, len(codes))] {
		if i > 0 {
			text.WriteString(", ")
		}
		_, _ = fmt.Fprintf(&text, "%s (%d)", code, causes[code])
	}
	if more := len(codes) - most; more > 0 {
		_, _ = fmt.Fprintf(&text, " and %d more", more)
	}
	return text.String()
}

// An Order asks for a plan to be done.
type Order struct {
	Query  Query
	Digest string // of the plan that the person saw
	Actor  string
	Reason string
	At     time.Time
}

// Do makes the plan again. If it is still the one that the person saw, Do starts the
// next attempt of every delivery in it. It omits deliveries that are acknowledged, or
// replayed by another, meanwhile: see Plan.Started.
//
// It fails with an [*exchange.Error] of kind Stale and code "plan-changed" if the plan has
// changed; then nothing was done. If the kind is Unavailable, a part may be done, and
// the next plan has the rest.
func (r *Planner) Do(ctx context.Context, o Order) (Plan, error) {
	plan, err := r.Plan(ctx, o.Query)
	if err != nil {
		return Plan{}, err
	}
	if plan.Digest != o.Digest {
		return plan, &exchange.Error{
			Op: "do replay", Kind: exchange.Stale, Code: "plan-changed",
			Err: exchange.Because("the plan is now %d deliveries with digest %s", "计划现为 %d 个交付，摘要 %s", plan.Eligible, plan.Digest),
		}
	}
	o.At = queue.Stored(o.At)
	cause := exchange.Cause{Code: exchange.CodeReplay, Reason: o.Reason, Actor: o.Actor}
	for page := range slices.Chunk(plan.attempts, pageSize) {
		events := make([]exchange.Event, 0, len(page))
		for _, a := range page {
			events = append(events, exchange.Event{
				Exchange: a.exchange, Receiver: o.Query.Receiver, Name: exchange.ContentConsignment, Attempt: a.number + 1, At: o.At, Cause: cause,
			})
		}
		started, err := r.start(ctx, o, page, events)
		plan.Started += started
		if err != nil {
			return plan, err
		}
	}
	if plan.Started == 0 && plan.Eligible > 0 {
		return plan, &exchange.Error{
			Op: "do replay", Kind: exchange.Stale, Code: "plan-changed",
			Err: exchange.Because("every delivery of the plan was acknowledged, or replayed by another, a moment before", "计划中的交付刚才均已确认或已由他人重放"),
		}
	}
	return plan, nil
}

// start records a page of a replay and returns how many of its attempts the record
// permits it to start.
func (r *Planner) start(ctx context.Context, o Order, page []attempt, events []exchange.Event) (started int, err error) {
	for part := range exchange.Parts(events) {
		if err := r.Recorder.Record(ctx, part...); err != nil {
			return 0, err
		}
	}
	ids := make([]uuid.UUID, 0, len(page))
	failed := make(map[uuid.UUID]int, len(page))
	for _, a := range page {
		ids = append(ids, a.exchange)
		failed[a.exchange] = a.number
	}
	found, err := r.Journal.DeliveriesOf(ctx, o.Query.Receiver, ids)
	if err != nil {
		return 0, err
	}
	for _, d := range found {
		// The receiver may have fetched it by now, and so its cause is gone.
		if d.Attempt > failed[d.Exchange] && d.ConsignedAt.Equal(o.At) {
			started++
		}
	}
	return started, nil
}
