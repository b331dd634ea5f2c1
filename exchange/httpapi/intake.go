package httpapi

import (
	"context"
	"errors"
	"net/http"
	"time"

	"beibu/exchange"
	"beibu/exchange/answer"
)

// submit answers POST /v1/documents.
func (s *Server) submit(c *call) error {
	err := s.takeIn(c)
	if err != nil {
		s.metrics.countRefused(codeOf(err))
	}
	return err
}

// takeIn reads a document, where the party's quota allows it, hands it to the
// intake, where there is room for it, and answers.
func (s *Server) takeIn(c *call) error {
	if err := s.spend(c); err != nil {
		return err
	}
	body, err := s.readXML(c)
	if err != nil {
		return err
	}
	defer s.buffers.put(body)
	doc := exchange.Document{Bytes: *body, Sender: c.caller.Party, Received: time.Now()}
	accepted, err := s.accept(c.request.Context(), c.now, c.visit, doc)
	if err != nil {
		return err
	}
	s.metrics.countAccepted(accepted)
	x := accepted.Exchange
	c.exchange, c.kind, c.duplicate = x.ID.String(), x.Identity.Kind, accepted.Duplicate
	c.Header().Set("Location", "/v1/exchanges/"+c.exchange)
	said := answer.AcceptanceOf(accepted)
	return c.json(said.Status(), said)
}

// accept hands a document to the intake where there is room for it.
func (s *Server) accept(ctx context.Context, now *exchange.InForce, v *visit, doc exchange.Document) (exchange.Acceptance, error) {
	if err := v.work(); err != nil {
		return exchange.Acceptance{}, err
	}
	return s.intake.Accept(ctx, now, doc)
}

// check answers POST /v1/checks: what submit would find, with nothing kept, and to
// whom the document would go if the caller sent it.
func (s *Server) check(c *call) error {
	body, err := s.readXML(c)
	if err != nil {
		return err
	}
	defer s.buffers.put(body)
	if err := c.visit.work(); err != nil {
		return err
	}
	doc := exchange.Document{Bytes: *body, Sender: c.caller.Party, Received: time.Now()}
	checked, err := c.now.Checks.Find(c.request.Context(), doc)
	if err != nil {
		return &exchange.Error{Op: "check document", Kind: exchange.Internal, Err: err}
	}
	out := Check{Kind: checked.Kind(), Valid: checked.Valid()}
	out.Faults, out.Omitted = answer.Shown(checked.Faults(), checked.More())
	if checked.Valid() {
		trusted, err := c.now.Verify(checked)
		if failure, ok := errors.AsType[*exchange.Error](err); ok && failure.Kind == exchange.Untrusted {
			out.Valid = false
			out.Faults, out.Omitted = answer.Shown(failure.Faults, failure.More)
		} else if err != nil {
			return err
		}
		out.Signature = wireSignature(trusted.Signature())
	}
	out.Receivers, out.Obstacles = []string{}, []exchange.Fault{}
	if checked.Valid() {
		receivers, obstacles := c.now.Preview(checked)
		out.Receivers = list(receivers)
		out.Obstacles, _ = answer.Shown(obstacles, 0)
	}
	return c.json(http.StatusOK, out)
}

// codeOf returns the code that a caller is told of a failure.
func codeOf(err error) string {
	p, _ := answer.ProblemOf(err, "")
	return p.Code
}
