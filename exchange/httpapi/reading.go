package httpapi

import (
	"net/http"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/operator/reading"
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
	if err == nil {
		err = c.ticket.TakeSlot()
	}
	if err != nil {
		return reading.Document{}, err
	}
	d, err := reading.Examine(c.request.Context(), c.now.InForce, x, document)
	d.Faults, d.More = answer.Shown(d.Faults, d.More)
	return d, err
}
