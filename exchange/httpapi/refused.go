package httpapi

import (
	"encoding/base64"
	"maps"
	"net/http"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/operator"
	"beibu/exchange/operator/reading"
	"beibu/exchange/operator/refused"
)

// ExaminedRefusal answers POST /v1/refusals/{id}/examine: what the kept bytes of a refused
// document would come to now. It has no value of the document.
type ExaminedRefusal struct {
	Refusal     Refusal               `json:"refusal"`
	Outcome     operator.Outcome      `json:"outcome"`              // accepted, held, duplicate, refused or not-kept
	Code        string                `json:"code,omitempty"`       // of the problem, if it would be refused
	FaultCodes  []string              `json:"faultCodes,omitempty"` // of the faults that would refuse it
	Faults      []exchange.FaultPlace `json:"faults,omitempty"`     // the first of them
	FaultsFound int                   `json:"faultsFound,omitempty"`
	ExchangeID  string                `json:"exchangeId,omitempty"` // that it was accepted as before, or that has its number
	Receivers   []string              `json:"receivers"`            // to whom it would go
	Why         *exchange.Text        `json:"why,omitempty"`        // its bytes are not kept
}

// ExaminedPage answers POST /v1/refusals/examine-kept.
type ExaminedPage struct {
	Examined []ExaminedRefusal        `json:"examined"`
	Counts   map[operator.Outcome]int `json:"counts"`         // documents of this page, by outcome
	Next     string                   `json:"next,omitempty"` // the cursor of the next page; absent at the end
}

// keptRefusal returns the refusal that the path names, with its bytes, for which there is
// memory.
func (s *Server) keptRefusal(c *call) (exchange.Refusal, []byte, error) {
	r, err := s.visibleRefusal(c)
	if err == nil && r.IsKept(time.Now()) {
		err = c.ticket.Reserve(r.Size)
	}
	if err != nil {
		return r, nil, err
	}
	document, err := s.refused.Bytes(c.request.Context(), r)
	return r, document, err
}

// readRefused answers GET /v1/refusals/{id}/reading with a refused document as people read
// it, and with what would be found in it now.
func (s *Server) readRefused(c *call) error {
	p := parametersOf(c.request)
	wanted := reading.Request{Reason: p.text("reason"), Field: p.text("field")}
	if err := p.err(); err != nil {
		return err
	}
	r, document, err := s.keptRefusal(c)
	if err == nil {
		err = c.ticket.TakeSlot()
	}
	if err != nil {
		return err
	}
	d, err := reading.ExamineRefused(c.request.Context(), c.now.InForce, r, document, time.Now())
	if err != nil {
		return err
	}
	d.Faults, d.More = answer.Shown(d.Faults, d.More)
	shown, err := s.disclosures.ReadRefused(c.request.Context(), c.caller, r, d, wanted)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, shown)
}

// refusedDocument answers GET /v1/refusals/{id}/document with the bytes that were refused:
// to its sender, or once the reason of the caller is in the record.
func (s *Server) refusedDocument(c *call) error {
	p := parametersOf(c.request)
	reason := p.text("reason")
	if err := p.err(); err != nil {
		return err
	}
	r, document, err := s.keptRefusal(c)
	if err == nil {
		err = s.disclosures.UnmaskRefused(c.request.Context(), c.caller, r, reason)
	}
	if err != nil {
		return err
	}
	c.ticket.Keep(len(document))
	c.Header().Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(r.Digest[:])+":") // RFC 9530
	c.bytes(http.StatusOK, mediaXML, document)
	return nil
}

// examineAgain answers POST /v1/refusals/{id}/examine.
func (s *Server) examineAgain(c *call) error {
	if err := parametersOf(c.request).err(); err != nil {
		return err
	}
	r, err := s.visibleRefusal(c)
	if err != nil {
		return err
	}
	if !c.caller.Covers(access.ExamineRefusal, r.Identity.Sender, r.Identity.Kind) {
		return access.Outside("examine refused document")
	}
	if err := c.ticket.TakeSlot(); err != nil {
		return err
	}
	found, err := s.refused.Examine(c.request.Context(), s.examination(c), r)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, wireExamined(found))
}

// examination is a call by which refused documents are examined.
func (s *Server) examination(c *call) refused.Call {
	return refused.Call{Who: c.caller, Now: c.now.InForce, Memory: c.ticket.Reserve}
}

// examineKept answers POST /v1/refusals/examine-kept with a page of the list of refusals,
// each of them examined.
func (s *Server) examineKept(c *call) error {
	p := parametersOf(c.request)
	filter, searched := maps.Clone(p.values), make(map[string]string)
	q := s.refusalQuery(p, searched)
	for name, shown := range searched { // who holds a carnet is not for the audit
		filter.Set(name, shown)
	}
	q.Limit = p.limitUpTo(refused.MaxExamined)
	err := p.err()
	if err == nil {
		q.Sender, err = c.caller.ScopeSender(access.ExamineRefusal, q.Sender)
	}
	if err == nil {
		err = c.ticket.ReserveList(refused.MaxExamined)
	}
	if err == nil {
		err = c.ticket.TakeSlot()
	}
	if err != nil {
		return err
	}
	found, err := s.refused.ExaminePage(c.request.Context(), s.examination(c), q, filter.Encode())
	if err == nil && len(found.Examined) == 0 {
		err = s.checkRefusalFilters(c, q)
	}
	if err != nil {
		return err
	}
	page := ExaminedPage{Examined: make([]ExaminedRefusal, 0, len(found.Examined)), Counts: found.Counts, Next: writeCursor(found.Next)}
	for _, one := range found.Examined {
		page.Examined = append(page.Examined, wireExamined(one))
	}
	return c.json(http.StatusOK, page)
}

func wireExamined(e refused.Examined) ExaminedRefusal {
	out := ExaminedRefusal{
		Refusal: wireRefusal(e.Refusal), Outcome: e.Outcome, Code: e.Now.Code, FaultCodes: e.Now.Codes, Faults: e.Now.Faults,
		FaultsFound: e.Now.Found, Receivers: list(e.Receivers), Why: e.Why,
	}
	if id := e.Exchange(); id != nil {
		out.ExchangeID = id.String()
	}
	return out
}
