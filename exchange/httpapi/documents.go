package httpapi

import (
	"cmp"
	"fmt"
	"net/http"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/operator"
	"beibu/exchange/trace"
)

// submit answers POST /v1/documents.
func (s *Server) submit(c *call) error {
	var body *[]byte
	ctx := trace.Continue(c.request.Context(), c.request.Header.Get("Traceparent"))
	accepted, err := s.admission.Accept(ctx, c.now.InForce, c.ticket, exchange.WayHTTP, func() (document []byte, err error) {
		if body, err = s.readXML(c); err != nil {
			return nil, err
		}
		return *body, nil
	})
	if body != nil {
		defer s.buffers.put(body)
	}
	c.setQuota(c.ticket.Standing())
	if err != nil {
		return err
	}
	x := accepted.Exchange
	c.exchange, c.kind, c.duplicate = x.ID.String(), x.Identity.Kind, accepted.Duplicate
	c.Header().Set("Location", "/v1/exchanges/"+c.exchange)
	said := answer.AcceptanceOf(accepted)
	return c.json(said.Status(), said)
}

// setQuota says what is left of the quota of the caller's party, if it has one
// (draft-ietf-httpapi-ratelimit-headers, sections 3 and 4).
func (c *call) setQuota(s admission.Standing) {
	if s == (admission.Standing{}) {
		return
	}
	c.Header().Set("RateLimit-Policy", fmt.Sprintf(`"documents";q=%d;w=%d`, s.Quota.Documents, int(s.Quota.Window.Seconds())))
	c.Header().Set("RateLimit", fmt.Sprintf(`"documents";r=%d;t=%d`, s.Left, int(s.NextIn.Seconds())))
}

// check answers POST /v1/checks: what submit would find, with nothing kept, and to
// whom the document would go if its sender sent it: the caller's party, or the one that it
// names.
func (s *Server) check(c *call) error {
	p := parametersOf(c.request)
	named := p.text("sender")
	if err := p.err(); err != nil {
		return err
	}
	if _, err := c.caller.ScopeSender(access.CheckDocument, named); err != nil {
		return err
	}
	if err := s.filters(c).Check(c.request.Context(), "", named); err != nil {
		return err
	}
	body, err := s.readXML(c)
	if err != nil {
		return err
	}
	defer s.buffers.put(body)
	if err := s.admission.Work(c.ticket, *body); err != nil {
		return err
	}
	tried, err := operator.Try(c.request.Context(), c.now.InForce, s.answered, exchange.Document{Bytes: *body, Sender: cmp.Or(named, c.caller.Party), Received: time.Now()})
	if err != nil {
		return err
	}
	out := Check{Kind: tried.Kind, Valid: tried.Valid, Signature: answer.OrNil(tried.Signature), Receivers: []string{}, Obstacles: []exchange.Fault{}}
	out.Faults, out.Omitted = answer.Shown(tried.Faults, tried.More)
	if tried.Valid {
		out.Receivers = list(tried.Receivers)
		out.Obstacles, _ = answer.Shown(tried.Obstacles, 0)
	}
	return c.json(http.StatusOK, out)
}
