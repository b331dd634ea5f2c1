package httpapi

import (
	"fmt"
	"net/http"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/facts"
	"beibu/exchange/operator/reading"
	"beibu/schemas"
)

// showReading answers GET /v1/exchanges/{id}/reading with the document as people read it.
func (s *Server) showReading(c *call) error {
	p := parametersOf(c.request)
	wanted := reading.Request{Reason: p.text("reason"), Field: p.text("field")}
	if err := p.err(); err != nil {
		return err
	}
	x, err := s.find(c)
	if err != nil {
		return err
	}
	d, err := s.readable(c, x)
	if err != nil {
		return err
	}
	shown, err := s.disclosures.Read(c.request.Context(), c.caller, x, d, wanted)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, shown)
}

// readable returns the document of an exchange with what is found in it now.
func (s *Server) readable(c *call, x exchange.Exchange) (reading.Document, error) {
	document, err := s.unseal(c, x)
	if err != nil {
		return reading.Document{}, err
	}
	if err := c.ticket.TakeSlot(); err != nil {
		return reading.Document{}, err
	}
	checked, err := c.now.Checks.Find(c.request.Context(), exchange.Document{Bytes: document, Sender: x.Identity.Sender, Received: x.AcceptedAt})
	if err != nil {
		return reading.Document{}, fmt.Errorf("check document of %s: %w", x.ID, err)
	}
	d := reading.Document{Bytes: document, Kind: x.Identity.Kind}
	d.Faults, d.More = answer.Shown(checked.Faults(), checked.More())
	if known, ok := c.now.Checks.Schemas().Describe(schemas.Kind(d.Kind), x.AcceptedAt); ok {
		d.Personal = facts.PersonalIn(known.Facts)
	}
	return d, nil
}
