package httpapi

import (
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/operator/replay"
)

// Plan answers POST /v1/replays/plans.
type Plan struct {
	Query     replay.Query   `json:"query"`
	Digest    string         `json:"digest"`    // names exactly the eligible deliveries at these attempts
	Routed    replay.Routing `json:"routed"`    // "then": to the receivers of their acceptance; "now": by the routes in force
	Matched   int            `json:"matched"`   // deliveries that fit the query
	Eligible  int            `json:"eligible"`  // of those: what a run starts again
	LeftOut   []LeftOut      `json:"leftOut"`   // the others, by reason
	Bytes     int64          `json:"bytes"`     // of the eligible documents
	Receivers []replay.Share `json:"receivers"` // of what is eligible
	Rate      int            `json:"rate"`      // deliveries a second, if the run gives no other
	Seconds   int            `json:"seconds"`   // that a run takes at this rate, and its first steps wait for answers in addition
	Approval  []string       `json:"approval"`  // why another person has to approve the run; empty if nobody has to
	Items     []PlanItem     `json:"items"`     // the first of what is eligible; at most 1,000

	// Of a plan as routed now:
	Examined int            `json:"examined,omitempty"` // exchanges whose documents were read again
	Added    []replay.Moved `json:"added,omitempty"`    // receivers that are new
	Dropped  []replay.Moved `json:"dropped,omitempty"`  // receivers to which the routes in force do not lead
}

// LeftOut is a class of deliveries that match and are not in the plan.
type LeftOut struct {
	Reason     string `json:"reason"`
	Deliveries int    `json:"deliveries"`
}

// PlanItem is one delivery that a run would start again.
type PlanItem struct {
	ExchangeID     string          `json:"exchangeId"`
	Sender         string          `json:"sender"`
	Kind           string          `json:"kind"`
	DocumentNumber string          `json:"documentNumber"`
	Receiver       string          `json:"receiver"`
	State          exchange.State  `json:"state,omitempty"` // absent if the receiver is new
	Attempt        int             `json:"attempt"`         // the one that failed, or 0 if the receiver is new
	FailedAt       *answer.Time    `json:"failedAt,omitempty"`
	Cause          *exchange.Cause `json:"cause,omitempty"`
	RoutedThen     []string        `json:"routedThen,omitempty"` // receivers on acceptance, of a plan as routed now
	RoutedNow      []string        `json:"routedNow,omitempty"`  // by the routes in force, of a plan as routed now
}

// RunOrder is the body of POST /v1/runs.
type RunOrder struct {
	Query  replay.Query `json:"query"`
	Digest string       `json:"digest"`         // of the plan that the person saw
	Reason string       `json:"reason"`         // for the record; required
	Rate   int          `json:"rate,omitempty"` // deliveries a second; that of the plan if it is left out
}

// Approval is the body of POST /v1/runs/{id}/approve.
type Approval struct {
	Digest string `json:"digest"` // of the plan that the person saw
	Reason string `json:"reason"` // for the record; required
}

// Run is one execution of a plan.
type Run struct {
	ID          string          `json:"id"`
	Status      replay.Status   `json:"status"`
	Query       replay.Query    `json:"query"`
	Digest      string          `json:"digest"`
	Items       int             `json:"items"`
	Bytes       int64           `json:"bytes"`
	Receivers   []replay.Share  `json:"receivers"`
	Rate        int             `json:"rate"`
	Routed      replay.Routing  `json:"routed"`            // as in a plan
	Added       []replay.Moved  `json:"added,omitempty"`   // as in a plan
	Dropped     []replay.Moved  `json:"dropped,omitempty"` // as in a plan
	Steps       []int           `json:"steps"`             // the number of the last item of each
	Step        int             `json:"step"`              // from 1; 0 before the first
	Counts      RunCounts       `json:"counts"`
	Requested   RunBy           `json:"requested"`
	Approval    []string        `json:"approval,omitempty"` // why another person has to approve it
	ApproveTill *answer.Time    `json:"approveUntil,omitempty"`
	Approved    *RunBy          `json:"approved,omitempty"`
	Cause       *exchange.Cause `json:"cause,omitempty"` // why it is paused, stopped or cancelled
	ChangedAt   answer.Time     `json:"changedAt"`
}

// RunBy says who did something to a run.
type RunBy struct {
	Actor  string      `json:"actor"`
	Reason string      `json:"reason,omitempty"`
	At     answer.Time `json:"at"`
}

// RunCounts are the items of a run by their state.
type RunCounts struct {
	Waiting      int `json:"waiting"`
	Started      int `json:"started"`
	Acknowledged int `json:"acknowledged"`
	Refused      int `json:"refused"`
	Expired      int `json:"expired"`
	Superseded   int `json:"superseded"`
	FailedAgain  int `json:"failedAgain"` // of those that were refused or expired: for the same cause as before, or at a receiver that is new
}

// RunPage answers GET /v1/runs, newest first.
type RunPage struct {
	Runs []Run  `json:"runs"`
	Next string `json:"next,omitempty"` // the cursor of the next page; absent at the end
}

// RunItem is one delivery of a run.
type RunItem struct {
	Item           int         `json:"item"` // its number, from 1
	ExchangeID     string      `json:"exchangeId"`
	Sender         string      `json:"sender"`
	Kind           string      `json:"kind"`
	DocumentNumber string      `json:"documentNumber"`
	Receiver       string      `json:"receiver"`
	Attempt        int         `json:"attempt"` // that the run starts
	State          string      `json:"state"`
	ChangedAt      answer.Time `json:"changedAt"`
	FailedBefore   string      `json:"failedBefore,omitempty"` // code of the cause of the attempt before
	FailedAgain    string      `json:"failedAgain,omitempty"`  // code of the cause of this attempt
}

// RunItemPage answers GET /v1/runs/{id}/items, in the order of the run.
type RunItemPage struct {
	Items []RunItem `json:"items"`
	Next  string    `json:"next,omitempty"` // the cursor of the next page; absent at the end
}

// defaultItems is how many items a page has if the caller names no limit.
const defaultItems = 100

// wirePlan returns a plan as the API shows it.
func wirePlan(p replay.Plan, rate int) Plan {
	out := Plan{
		Query: p.Query, Digest: p.Digest, Routed: p.Query.Routed(), Matched: p.Matched, Eligible: p.Eligible, LeftOut: []LeftOut{},
		Bytes: p.Bytes, Receivers: present(p.Receivers), Rate: rate, Seconds: int(p.Takes(rate) / time.Second), Approval: present(p.Approval),
		Items: make([]PlanItem, 0, len(p.Shown)), Examined: p.Examined, Added: p.Added, Dropped: p.Dropped,
	}
	for _, l := range p.LeftOut {
		out.LeftOut = append(out.LeftOut, LeftOut(l))
	}
	for n, x := range p.Shown {
		d := x.Deliveries[0]
		item := PlanItem{
			ExchangeID: x.ID.String(), Sender: x.Identity.Sender, Kind: x.Identity.Kind,
			DocumentNumber: x.Identity.Number, Receiver: d.Receiver, State: d.State,
			Attempt: d.Attempt, FailedAt: answer.OrNil(answer.TimeOf(d.ChangedAt)), Cause: answer.OrNil(d.Cause),
		}
		if p.Routed != nil {
			item.RoutedThen, item.RoutedNow = x.Receivers, p.Routed[n]
		}
		out.Items = append(out.Items, item)
	}
	return out
}

// present returns a list that is never null in JSON.
func present[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// wireRun returns a run as the API shows it.
func wireRun(r replay.Run) Run {
	q, c := r.Request, r.Counts
	out := Run{
		ID: r.ID, Status: r.Status, Query: q.Query, Digest: q.Digest, Items: q.Items, Bytes: q.Bytes, Receivers: present(q.Receivers),
		Rate: q.Rate, Routed: q.Query.Routed(), Added: q.Added, Dropped: q.Dropped, Steps: q.Steps, Step: r.Step, Requested: wireBy(r.Requested), Approval: q.Approval,
		Counts: RunCounts{c.Waiting, c.Started, c.Acknowledged, c.Refused, c.Expired, c.Superseded, c.Again},
		Cause:  answer.OrNil(r.Cause), ChangedAt: answer.TimeOf(r.ChangedAt),
	}
	if !q.Expires.IsZero() {
		until := answer.TimeOf(q.Expires)
		out.ApproveTill = &until
	}
	if r.Approved.Actor != "" {
		by := wireBy(r.Approved)
		out.Approved = &by
	}
	return out
}

func wireBy(b replay.By) RunBy { return RunBy{b.Actor, b.Reason, answer.TimeOf(b.At)} }

func wireRunItem(i replay.Item) RunItem {
	return RunItem{
		Item: i.Number, ExchangeID: i.Exchange.String(), Sender: i.Sender, Kind: i.Kind, DocumentNumber: i.Document, Receiver: i.Receiver,
		Attempt: i.Attempt + 1, State: i.State.String(), ChangedAt: answer.TimeOf(i.ChangedAt), FailedBefore: i.Before, FailedAgain: i.Cause,
	}
}
