package replay

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"beibu/exchange"
)

// A Query says which failed deliveries to send again.
type Query struct {
	Receivers []string  `json:"receivers,omitempty"` // at least one
	Since     time.Time `json:"since,omitzero"`      // failed at or after
	Until     time.Time `json:"until,omitzero"`      // failed before
	Kind      string    `json:"kind,omitempty"`      // of the document
	Sender    string    `json:"sender,omitempty"`
	Number    string    `json:"number,omitempty"` // of the document
	Cause     string    `json:"cause,omitempty"`  // code of the cause
	// Routing says to whom. If it is Now, the query also finds exchanges that were accepted
	// in the time, and that the routes in force lead to one of the receivers that they did
	// not go to; with a cause, those with a delivery that failed for it.
	Routing Routing `json:"routing,omitempty"`
}

// MaxReceivers bounds the receivers of one query.
const MaxReceivers = 100

// Parties returns the parties that the query names.
func (q Query) Parties() []string {
	if q.Sender == "" {
		return q.Receivers
	}
	return append(slices.Clone(q.Receivers), q.Sender)
}

// Routed returns the routing, which a query need not name.
func (q Query) Routed() Routing {
	if q.Routing == "" {
		return Then
	}
	return q.Routing
}

// check returns the query with its receivers in order, each once, or why it cannot be
// planned.
func (q Query) check(s Scope) (Query, error) {
	if len(q.Receivers) == 0 || slices.Contains(q.Receivers, "") {
		return q, invalid("receiver-missing", exchange.Because("a replay names its receivers", "重放须指明接收方"))
	}
	q.Receivers = slices.Compact(slices.Sorted(slices.Values(q.Receivers)))
	if len(q.Receivers) > MaxReceivers {
		return q, invalid("outside-limits", exchange.Because("%d receivers, and %d are the limit", "接收方有 %d 个，最多 %d 个", len(q.Receivers), MaxReceivers))
	}
	return q.checkRouting(s)
}

func invalid(code string, why exchange.Reason) error {
	return &exchange.Error{Op: "plan replay", Kind: exchange.Invalid, Code: code, Err: why}
}

// of returns the query for the failed deliveries to one receiver that fit, by pages.
func (q Query) of(receiver string) exchange.DeliveryQuery {
	return exchange.DeliveryQuery{
		Receiver: receiver, States: []exchange.State{exchange.ConsignmentRejection, exchange.ContentHandoverFailure},
		Since: q.Since, Until: q.Until, Kind: q.Kind, Sender: q.Sender, Number: q.Number, Cause: q.Cause, Limit: pageSize,
	}
}

// each calls visit with the deliveries that fit, a page at a time.
func (p *Planner) each(ctx context.Context, q Query, visit func(exchange.Exchange) error) error {
	for _, receiver := range q.Receivers {
		if err := p.eachOf(ctx, q.of(receiver), visit); err != nil {
			return err
		}
	}
	return nil
}

func (p *Planner) eachOf(ctx context.Context, q exchange.DeliveryQuery, visit func(exchange.Exchange) error) error {
	for {
		page, err := p.Journal.Deliveries(ctx, q)
		if err != nil {
			return err
		}
		for _, x := range page {
			if err := visit(x); err != nil {
				return err
			}
		}
		if len(page) < q.Limit {
			return nil
		}
		last := page[len(page)-1]
		q.After, q.Backlog = last.Sequence, !last.Express
	}
}

// known fails unless a cause is one of the exchange's own, or a failed delivery to the
// receivers that the caller may replay has it, so that a misspelt cause does not look like
// an empty plan.
func (p *Planner) known(ctx context.Context, q Query, s Scope) error {
	if q.Cause == exchange.CodeExpired || q.Cause == exchange.CodeNotKept {
		return nil
	}
	if q.Routing == Now {
		return p.everSeen(ctx, q.Cause)
	}
	causes := make(map[string]int)
	all := Query{Receivers: q.Receivers}
	count := func(x exchange.Exchange) error {
		if s.includes(x) {
			causes[x.Deliveries[0].Cause.Code]++
		}
		return nil
	}
	if err := p.each(ctx, all, count); err != nil {
		return err
	}
	if causes[q.Cause] > 0 {
		return nil
	}
	return invalid("unknown-cause", noSuchCause(q, causes))
}

// everSeen fails unless a delivery to anybody ever had a cause.
func (p *Planner) everSeen(ctx context.Context, cause string) error {
	causes, err := p.Journal.Causes(ctx)
	if err != nil || slices.Contains(causes, cause) {
		return err
	}
	return invalid("unknown-cause", exchange.Because("no delivery has the cause %q", "没有交付的原因是 %q", cause))
}

// noSuchCause returns the reason with the causes that exist.
func noSuchCause(q Query, causes map[string]int) exchange.Reason {
	receivers := strings.Join(q.Receivers, ", ")
	if len(causes) == 0 {
		return exchange.Because("no failed delivery to %s has the cause %q; nothing has failed", "发往 %s 的失败交付中没有原因 %q；没有失败的交付", receivers, q.Cause)
	}
	return exchange.Because("no failed delivery to %s has the cause %q; the causes are %s", "发往 %s 的失败交付中没有原因 %q；现有原因：%s",
		receivers, q.Cause, listed(causes))
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
