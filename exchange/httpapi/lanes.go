package httpapi

import (
	"context"
	"net/http"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/operator"
)

// Lane answers GET /v1/lanes/{key}.
type Lane struct {
	Key       string     `json:"key"`            // in the form in which it is compared
	Exchanges []Exchange `json:"exchanges"`      // the newest, oldest first
	Next      string     `json:"next,omitempty"` // the cursor of the page with older ones; absent if there is none
	// Cited are documents that those exchanges cite: each is here, was refused, or is
	// missing. What the kind of trade requires besides is not known, and so not listed.
	Cited        []Cited `json:"cited"`
	CitedOmitted int     `json:"citedOmitted,omitempty"` // how many citations are not listed
	// Refused are documents that name the key, were refused and not accepted since, and are
	// not among Cited: the newest refusal of each, oldest first. Pages with older exchanges
	// do not repeat them.
	Refused     []Refusal `json:"refused"`
	RefusedMore bool      `json:"refusedMore,omitempty"` // there may be older ones, in the list of refusals
}

// Cited is a document that documents of a lane cite.
type Cited struct {
	Kind           string         `json:"kind"`
	DocumentNumber string         `json:"documentNumber"` // as it is cited
	CitedBy        []string       `json:"citedBy"`        // numbers of the documents that cite it
	ExchangeID     string         `json:"exchangeId,omitempty"`
	State          exchange.State `json:"state,omitempty"` // absent, as is exchangeId, if the caller can see no exchange with it
	Answered       []LatestAnswer `json:"answered,omitempty"`
	Refusal        *CitedRefusal  `json:"refusal,omitempty"`
}

// CitedRefusal says why there is no exchange with a document that is cited.
type CitedRefusal struct {
	ID         string      `json:"id"`
	Sender     string      `json:"sender"`
	At         answer.Time `json:"at"`
	Code       string      `json:"code"`
	FaultCodes []string    `json:"faultCodes,omitempty"`
}

// showLane answers GET /v1/lanes/{key}.
func (s *Server) showLane(c *call) error {
	p := parametersOf(c.request)
	q := exchange.Query{Party: p.text("party"), Since: p.time("since"), Until: p.time("until"), Before: p.cursor("cursor"), Limit: p.limit()}
	if err := p.err(); err != nil {
		return err
	}
	if err := c.caller.ScopeList(&q); err != nil {
		return err
	}
	if err := c.ticket.ReserveList(q.Limit); err != nil {
		return err
	}
	lane, err := operator.Lanes{Journal: visibleTo{s, c}, Refusals: visibleTo{s, c}}.Show(c.request.Context(), operator.LaneQuery{
		Key: c.request.PathValue("key"), Party: q.Party, Since: q.Since, Until: q.Until, Before: q.Before, Limit: q.Limit,
	})
	if err == nil && len(lane.Exchanges) == 0 {
		err = s.filters(c).Check(c.request.Context(), "", q.Party)
	}
	if err != nil {
		return err
	}
	out := Lane{Key: lane.Key, Exchanges: make([]Exchange, 0, len(lane.Exchanges)), Next: writeCursor(lane.Next), Cited: make([]Cited, 0, len(lane.Cited)), CitedOmitted: lane.Omitted}
	out.Refused, out.RefusedMore = make([]Refusal, 0, len(lane.Refused)), lane.RefusedMore
	for _, r := range lane.Refused {
		out.Refused = append(out.Refused, wireRefusal(r))
	}
	for _, x := range lane.Exchanges {
		shown := s.listed(c, q, x)
		shown.FoundBy = answer.FoundByOf(x.Keys)
		out.Exchanges = append(out.Exchanges, shown)
	}
	for _, cited := range lane.Cited {
		out.Cited = append(out.Cited, wireCited(cited))
	}
	return c.json(http.StatusOK, out)
}

// visibleTo lists what the caller of a call may see.
type visibleTo struct {
	server *Server
	call   *call
}

// Exchanges is operator.Lister's.
func (v visibleTo) Exchanges(ctx context.Context, q exchange.Query) ([]exchange.Exchange, int64, error) {
	return v.call.caller.Exchanges(ctx, v.server.journal, q)
}

// Refusals is operator.RefusalLister's.
func (v visibleTo) Refusals(ctx context.Context, q exchange.RefusalQuery) (page []exchange.Refusal, next int64, err error) {
	if q.Sender, err = v.call.caller.ScopeSender(access.ReadRefusals, q.Sender); err != nil {
		return nil, 0, err
	}
	return v.call.caller.Refusals(ctx, access.ReadRefusals, v.server.refusals, q)
}

// wireCited returns a document that is cited, with its exchange if there is one.
func wireCited(cited operator.Cited) Cited {
	out := Cited{Kind: cited.Kind, DocumentNumber: cited.Number, CitedBy: cited.By}
	if cited.Exchange != nil {
		out.ExchangeID, out.State, out.Answered = cited.Exchange.ID.String(), cited.Exchange.State, answer.LatestAnswersOf(*cited.Exchange)
	}
	if r := cited.Refusal; r != nil {
		out.Refusal = &CitedRefusal{r.ID.String(), r.Identity.Sender, answer.TimeOf(r.At), r.Code, r.Codes}
	}
	return out
}
