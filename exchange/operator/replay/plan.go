package replay

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/proof"
)

// The bounds of a plan, and of the pages in which it is made and done.
const (
	MaxPlanned = 100_000 // items
	MaxShown   = 1_000   // of them, in Plan.Items
	pageSize   = 1_000
)

// A Planner makes plans. It changes nothing.
type Planner struct {
	Journal exchange.Journal
	Index   Index
	Policy  Policy
}

// A Policy bounds runs and says which of them another person has to approve.
type Policy struct {
	ApproveAbove int           // items above which another person approves
	ApproveIn    time.Duration // after which a request that nobody has approved ends
	Rate         int           // deliveries a second, if the request gives no other
	Patience     time.Duration // how long a step waits for its receivers before the run stops
}

// MaxRate is the highest rate of a run, in deliveries a second.
const MaxRate = pageSize

// A Scope is what a plan is made by in addition to its query: who asks, and the
// configuration in force.
type Scope struct {
	Parties   *exchange.Parties
	Suspended func(party string) bool
	Within    func(exchange.Exchange) bool // reports whether the caller may replay the one delivery; nil if any
	Party     string                       // the caller's, if it is no operator: it replays to itself
	Router    Router                       // by that configuration, for plans as routed now
}

// A LeftOut is a class of failed deliveries that fit the query and are not in the plan.
type LeftOut struct {
	Reason     string
	Deliveries int
}

// The reasons for which a delivery is left out of a plan, in the order in which they
// are checked and listed.
const (
	OutOfScope      = "out-of-scope"     // the caller may not replay it
	UnknownReceiver = "unknown-receiver" // no party has this id any more
	Suspended       = "suspended"        // the receiver is suspended: what is addressed to it waits
	NotKept         = "not-kept"         // its envelope is no longer kept
	InAnotherRun    = "in-another-run"   // a run that is not finished has it
	NotReleased     = "not-released"     // the exchange waits for a person, or was refused by one
	Unreadable      = "unreadable-now"   // the schemas in force do not let the document be read
	Unroutable      = "unroutable-now"   // no route in force takes the document
	NotApproved     = "not-approved"     // its joint approval is not complete, or the routes in force ask for one
	NoLongerRouted  = "no-longer-routed" // the routes in force do not lead to the receiver
	BeyondLimit     = "beyond-limit"     // beyond MaxPlanned or MaxRouted: for the next plan
)

var leftOutReasons = []string{
	OutOfScope, UnknownReceiver, Suspended, NotKept, InAnotherRun, NotReleased, Unreadable, Unroutable, NotApproved, NoLongerRouted, BeyondLimit,
}

// LeftOutReasons returns every reason for which a delivery is left out.
func LeftOutReasons() []string { return slices.Clone(leftOutReasons) }

// A Share is one receiver's part of a plan.
type Share struct {
	Receiver   string   `json:"receiver"`
	Deliveries int      `json:"deliveries"`
	Bytes      int64    `json:"bytes"`           // of the documents
	Kinds      []string `json:"kinds,omitempty"` // of the documents, in order; absent in older requests
}

// The reasons for which another person has to approve a run.
const (
	NeedsCount  = "count"  // it has more items than one person may start
	NeedsBorder = "border" // a receiver is in another country than the sender
	NeedsRoutes = "routes" // it goes by the routes in force
)

// A Plan is the list of deliveries that a run would start again, to the receivers that
// they were routed to, or, as routed now, would start by the routes in force. Its
// digest is of exactly these deliveries at exactly these attempts, and of how it is routed:
// a plan whose digest has changed is refused.
type Plan struct {
	Query     Query
	Matched   int       // deliveries that fit the query
	Eligible  int       // of those: the items of the plan
	LeftOut   []LeftOut // the others, by reason
	Bytes     int64     // of the documents of the items
	Receivers []Share
	Approval  []string            // why another person has to approve it; empty if nobody has to
	Shown     []exchange.Exchange // the first MaxShown items, each with the one delivery, whose attempt is 0 if the receiver is new
	Digest    string              // lower-case hexadecimal SHA-256

	// Of a plan as routed now:
	Routed   [][]string // of each of Shown: the receivers by the routes in force
	Examined int        // exchanges whose documents were read again
	Added    []Moved    // receivers that are new, with the exchanges of the plan
	Dropped  []Moved    // receivers of exchanges that fit, to which the routes in force do not lead

	items []planned // in the order of the run
}

// Takes returns how long a run of the plan takes at a rate, in addition to the time for
// which its first steps wait for the receivers.
func (p Plan) Takes(rate int) time.Duration {
	return time.Duration((p.Eligible+rate-1)/rate) * time.Second
}

// planned is an item of a plan.
type planned struct {
	exchange uuid.UUID
	sequence int64 // of its entry
	receiver string
	attempt  int // the one that failed, or 0 if the receiver is new
	key      documentKey
	express  bool
	after    int // the number of the item that must have its outcome before, or 0
}

// A documentKey is what the versions of a document have in common.
type documentKey struct{ sender, kind, number string }

func keyOf(id proof.Identity) documentKey { return documentKey{id.Sender, id.Kind, id.Number} }

// Plan finds the deliveries that fit. It fails with an [*exchange.Error] of kind Invalid
// and code "unknown-cause" if no failed delivery to the receivers has the cause.
func (p *Planner) Plan(ctx context.Context, q Query, s Scope) (Plan, error) {
	q, err := q.check(s)
	if err != nil {
		return Plan{}, err
	}
	d := draft{scope: s, leftOut: make(map[string]int)}
	if d.taken, err = p.taken(ctx); err != nil {
		return Plan{}, err
	}
	if q.Routing == Now {
		d.rerouted = newRerouting(s.Router)
		err = p.reroute(ctx, q, &d)
	} else {
		err = p.each(ctx, q, d.add)
	}
	if err != nil {
		return Plan{}, err
	}
	if d.matched == 0 && q.Cause != "" {
		if err := p.known(ctx, q, s); err != nil {
			return Plan{}, err
		}
	}
	plan := d.plan(q)
	if len(plan.items) > p.Policy.ApproveAbove {
		plan.Approval = append(plan.Approval, NeedsCount)
	}
	if q.Routing == Now {
		plan.Approval = append(plan.Approval, NeedsRoutes)
	}
	if d.crosses {
		plan.Approval = append(plan.Approval, NeedsBorder)
	}
	if s.Party != "" { // a receiver that asks for its own deliveries again needs nobody
		plan.Approval = nil
	}
	return plan, nil
}

// A delivery names one exchange on its way to one receiver.
type delivery struct {
	exchange uuid.UUID
	receiver string
}

// taken returns the deliveries that wait in a run that is not finished.
func (p *Planner) taken(ctx context.Context) (map[delivery]bool, error) {
	runs, err := p.Index.ActiveRuns(ctx)
	if err != nil {
		return nil, err
	}
	all := make(map[delivery]bool)
	for _, r := range runs {
		q := ItemQuery{Run: r.ID, States: []ItemState{Waiting}, Limit: MaxItemPage}
		for {
			page, err := p.Index.RunItems(ctx, q)
			if err != nil {
				return nil, err
			}
			for _, i := range page {
				all[delivery{i.Exchange, i.Receiver}] = true
			}
			if len(page) < q.Limit {
				break
			}
			q.After = page[len(page)-1].Number
		}
	}
	return all, nil
}

// A draft is a plan in the making.
type draft struct {
	scope   Scope
	taken   map[delivery]bool
	matched int
	crosses bool // an item crosses a border
	bytes   int64
	shares  []Share
	leftOut map[string]int
	items   []planned
	shown   []exchange.Exchange
	routed  [][]string // of each of shown

	rerouted *rerouting // of a plan as routed now
}

// add adds a failed delivery that fits.
func (d *draft) add(x exchange.Exchange) error {
	d.matched++
	if why := d.ineligible(x); why != "" {
		d.leftOut[why]++
		return nil
	}
	d.item(x, nil)
	return nil
}

// item adds the one delivery of an exchange to the plan, with the receivers by the
// routes in force, if the plan asks for that.
func (d *draft) item(x exchange.Exchange, routed []string) {
	one := x.Deliveries[0]
	d.items = append(d.items, planned{
		exchange: x.ID, sequence: x.Sequence, receiver: one.Receiver, attempt: one.Attempt, key: keyOf(x.Identity), express: x.Express,
	})
	if len(d.shown) < MaxShown {
		d.shown, d.routed = append(d.shown, x), append(d.routed, routed)
	}
	d.bytes += int64(x.Size)
	share := slices.IndexFunc(d.shares, func(s Share) bool { return s.Receiver == one.Receiver })
	if share < 0 {
		d.shares, share = append(d.shares, Share{Receiver: one.Receiver}), len(d.shares)
	}
	d.shares[share].Deliveries++
	d.shares[share].Bytes += int64(x.Size)
	if at, listed := slices.BinarySearch(d.shares[share].Kinds, x.Identity.Kind); !listed {
		d.shares[share].Kinds = slices.Insert(d.shares[share].Kinds, at, x.Identity.Kind)
	}
	d.crosses = d.crosses || d.scope.crosses(x.Identity.Sender, one.Receiver)
}

// ineligible returns why a delivery is left out, or "".
func (d *draft) ineligible(x exchange.Exchange) string {
	one := x.Deliveries[0]
	_, known := d.scope.Parties.Get(one.Receiver)
	switch {
	case !d.scope.includes(x):
		return OutOfScope
	case !known:
		return UnknownReceiver
	case d.scope.Suspended(one.Receiver):
		return Suspended
	case one.Cause.Code == exchange.CodeNotKept:
		return NotKept
	case d.taken[delivery{x.ID, one.Receiver}]:
		return InAnotherRun
	case len(d.items) == MaxPlanned:
		return BeyondLimit
	}
	return ""
}

// includes reports whether the caller may replay a delivery.
func (s Scope) includes(x exchange.Exchange) bool { return s.Within == nil || s.Within(x) }

// crosses reports whether a sender and a receiver are in two countries, or the country
// of one is not known any more.
func (s Scope) crosses(sender, receiver string) bool {
	from, known := s.Parties.Get(sender)
	to, there := s.Parties.Get(receiver)
	return !known || !there || from.Country != to.Country
}

// plan returns the plan, with its items in the order of the run.
func (d *draft) plan(q Query) Plan {
	d.order()
	slices.SortFunc(d.shares, func(a, b Share) int { return strings.Compare(a.Receiver, b.Receiver) })
	plan := Plan{
		Query: q, Matched: d.matched, Eligible: len(d.items), Bytes: d.bytes, Receivers: d.shares, Shown: d.shown, items: d.items,
	}
	for _, why := range leftOutReasons {
		if n := d.leftOut[why]; n > 0 {
			plan.LeftOut = append(plan.LeftOut, LeftOut{why, n})
		}
	}
	sum, routing := sha256.New(), Then
	if r := d.rerouted; r != nil {
		routing = Now
		plan.Routed, plan.Examined, plan.Added, plan.Dropped = d.routed, len(r.read), movedOf(r.added), movedOf(r.dropped)
	}
	_, _ = fmt.Fprintln(sum, "as routed", routing)
	for _, i := range d.items {
		_, _ = fmt.Fprintf(sum, "%s %s %d\n", i.exchange, i.receiver, i.attempt)
	}
	plan.Digest = hex.EncodeToString(sum.Sum(nil))
	return plan
}

// order puts perishables first and otherwise follows the record. All versions of a
// document number are perishable if one is, so that they stay in their order, and each
// item names the one of the version before it.
func (d *draft) order() {
	express := make(map[documentKey]bool)
	for _, i := range d.items {
		if i.express {
			express[i.key] = true
		}
	}
	slices.SortFunc(d.items, func(a, b planned) int {
		return cmp.Or(rank(express[a.key])-rank(express[b.key]), cmp.Compare(a.sequence, b.sequence), strings.Compare(a.receiver, b.receiver))
	})
	type version struct {
		key      documentKey
		receiver string
	}
	before := make(map[version]int)
	for n := range d.items {
		v := version{d.items[n].key, d.items[n].receiver}
		d.items[n].after, before[v] = before[v], n+1
	}
}

func rank(express bool) int {
	if express {
		return 0
	}
	return 1
}
