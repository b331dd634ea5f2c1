package replay

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/signing"
)

// A Routing says where a plan sends documents.
type Routing string

// The routings. A query that names none is routed as then.
const (
	Then Routing = "then" // to the receivers that they were routed to
	Now  Routing = "now"  // by the routes in force
)

// MaxRouted is how many documents one plan reads again to find to whom the routes in force
// lead. What is beyond is left out, and counted.
const MaxRouted = 10_000

// A Router finds to whom the routes in force lead: an [exchange.Rerouting].
type Router interface {
	// Receivers returns the receivers of the document of an exchange by the routes in
	// force. It fails with an [*exchange.Error] of kind NotFound, Invalid or Unroutable
	// if they lead nowhere, and of kind Stale if the document is not approved.
	Receivers(ctx context.Context, x exchange.Exchange) ([]string, error)
}

// A Readdresser is a [Router] that seals documents for receivers that are new.
type Readdresser interface {
	Router
	// Readdress keeps a further envelope of an exchange, for one receiver, and returns its
	// position.
	Readdress(ctx context.Context, x exchange.Exchange, to string, by signing.Readdressed) (int64, error)
}

// A Moved is a receiver to which the routes in force lead for some exchanges of a plan, and
// did not lead then; or the other way round.
type Moved struct {
	Receiver  string `json:"receiver"`
	Exchanges int    `json:"exchanges"`
}

// nowhere returns why the routes in force do not lead a document to a receiver that they
// led to before, or "" for an error that says nothing about that.
func nowhere(err error) string {
	switch exchange.KindOf(err) { //nolint:exhaustive // the others do not concern the document
	case exchange.NotFound:
		return NotKept
	case exchange.Invalid:
		return Unreadable
	case exchange.Unroutable:
		return Unroutable
	case exchange.Stale:
		return NotApproved
	}
	return ""
}

// A rerouting is what a draft learns about the routes in force.
type rerouting struct {
	router  Router
	read    map[uuid.UUID]destination // by exchange: one may have several deliveries
	added   map[string]int            // exchanges, by receiver
	dropped map[string]int
}

// A destination is the receivers by the routes in force, or why there are none.
type destination struct {
	receivers []string
	why       string
}

func newRerouting(r Router) *rerouting {
	return &rerouting{router: r, read: make(map[uuid.UUID]destination), added: make(map[string]int), dropped: make(map[string]int)}
}

// of returns the destination of an exchange.
func (r *rerouting) of(ctx context.Context, x exchange.Exchange) (destination, error) {
	if known, ok := r.read[x.ID]; ok {
		return known, nil
	}
	if len(r.read) == MaxRouted {
		return destination{why: BeyondLimit}, nil
	}
	receivers, err := r.router.Receivers(ctx, x)
	to := destination{receivers: receivers}
	if err != nil {
		if to.why = nowhere(err); to.why == "" {
			return to, err
		}
	}
	r.read[x.ID] = to
	return to, nil
}

// drops counts the receivers of an exchange to which the routes in force do not lead.
func (r *rerouting) drops(x exchange.Exchange, to destination) {
	for _, receiver := range routedThen(x) {
		if !slices.Contains(to.receivers, receiver) {
			r.dropped[receiver]++
		}
	}
}

// routedThen returns the receivers that an exchange has.
func routedThen(x exchange.Exchange) []string {
	all := slices.Clone(x.Receivers)
	for _, d := range x.Deliveries {
		if !slices.Contains(all, d.Receiver) {
			all = append(all, d.Receiver)
		}
	}
	return all
}

// movedOf returns counts by receiver, in order.
func movedOf(counts map[string]int) []Moved {
	var all []Moved
	for receiver, n := range counts {
		all = append(all, Moved{receiver, n})
	}
	slices.SortFunc(all, func(a, b Moved) int { return strings.Compare(a.Receiver, b.Receiver) })
	return all
}

// addAgain adds a failed delivery that fits, if the routes in force lead to its receiver.
func (d *draft) addAgain(ctx context.Context, x exchange.Exchange) error {
	d.matched++
	if why := d.ineligible(x); why != "" {
		d.leftOut[why]++
		return nil
	}
	_, seen := d.rerouted.read[x.ID]
	to, err := d.rerouted.of(ctx, x)
	if err != nil {
		return err
	}
	if to.why == "" && !seen {
		d.rerouted.drops(x, to)
	}
	switch {
	case to.why != "":
		d.leftOut[to.why]++
	case !slices.Contains(to.receivers, x.Deliveries[0].Receiver):
		d.leftOut[NoLongerRouted]++
	default:
		d.item(x, to.receivers)
	}
	return nil
}

// addNew adds an exchange for those of some receivers to which the routes in force lead and
// did not lead before.
func (d *draft) addNew(ctx context.Context, x exchange.Exchange, wanted []string) error {
	then := routedThen(x)
	wanted = slices.DeleteFunc(slices.Clone(wanted), func(receiver string) bool { return slices.Contains(then, receiver) })
	if len(wanted) == 0 {
		return nil
	}
	if x.State == exchange.SubmissionHeld || x.State == exchange.SubmissionRejection {
		d.leave(NotReleased)
		return nil
	}
	_, seen := d.rerouted.read[x.ID]
	to, err := d.rerouted.of(ctx, x)
	if err != nil {
		return err
	}
	if to.why != "" {
		d.leave(to.why)
		return nil
	}
	wanted = slices.DeleteFunc(wanted, func(receiver string) bool { return !slices.Contains(to.receivers, receiver) })
	if len(wanted) > 0 && !seen {
		d.rerouted.drops(x, to)
	}
	for _, receiver := range wanted {
		one := x
		one.Deliveries = []exchange.Delivery{{Exchange: x.ID, Receiver: receiver}}
		if why := d.ineligible(one); why != "" {
			d.leave(why)
			continue
		}
		d.matched++
		d.rerouted.added[receiver]++
		d.item(one, to.receivers)
	}
	return nil
}

// leave counts one that fits and is not in the plan.
func (d *draft) leave(why string) {
	d.matched++
	d.leftOut[why]++
}

// reroute fills the draft of a plan as routed now: first the deliveries that failed, then
// the exchanges to which receivers are added.
func (p *Planner) reroute(ctx context.Context, q Query, d *draft) error {
	if err := p.each(ctx, q, func(x exchange.Exchange) error { return d.addAgain(ctx, x) }); err != nil {
		return err
	}
	list := exchange.Query{
		Sender: q.Sender, Kind: q.Kind, Number: q.Number, Since: q.Since, Until: q.Until, Cause: q.Cause, Limit: exchange.MaxPage,
	}
	for {
		page, next, err := p.Journal.Exchanges(ctx, list)
		if err != nil {
			return err
		}
		for _, x := range page {
			if err := d.addNew(ctx, x, q.Receivers); err != nil {
				return err
			}
		}
		if list.Before = next; next == 0 {
			return nil
		}
	}
}

// checkRouting returns the query with its routing, or why it cannot be planned.
func (q Query) checkRouting(s Scope) (Query, error) {
	switch q.Routing {
	case "", Then:
		q.Routing = "" // as runs of earlier versions have it
		return q, nil
	case Now:
	default:
		return q, invalid("field-routing", exchange.Because("routing is then or now, and not %q", "routing 应为 then 或 now，而不是 %q", string(q.Routing)))
	}
	if s.Party != "" {
		return q, &exchange.Error{
			Op: "plan replay", Kind: exchange.Forbidden, Code: "routing-staff",
			Err: exchange.Because("only the staff of the exchange may plan by the routes in force", "只有平台工作人员可按现行路由制定计划"),
		}
	}
	if q.Since.IsZero() && q.Number == "" && q.Cause == "" {
		return q, invalid("since-missing", exchange.Because("a plan by the routes in force names a time since which, a document number or a cause",
			"按现行路由制定计划须指明起始时间、单证编号或原因"))
	}
	return q, nil
}
