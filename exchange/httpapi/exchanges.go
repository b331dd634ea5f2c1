package httpapi

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
)

// showExchange answers GET /v1/exchanges/{id}.
func (s *Server) showExchange(c *call) error {
	x, err := visible(c, s.finder.Exchange)
	if err != nil {
		return err
	}
	shown := wireExchange(x, c.caller, s.handovers)
	shown.FoundBy = answer.FoundByOf(x.Keys)
	shown.WithAnswers(x)
	if shown.NotCounted, err = s.balances.Uncounted(c.request.Context(), x); err != nil {
		return err
	}
	dues, err := s.deadlines.Of(c.request.Context(), x.ID)
	if err != nil {
		return err
	}
	for _, due := range dues {
		shown.Deadlines = append(shown.Deadlines, answer.DeadlineOf(due))
	}
	round, err := s.approvals.Of(c.request.Context(), x)
	if err != nil {
		return err
	}
	if round != nil {
		shown.JointApproval = answer.JointApprovalOf(*round)
	}
	if err := s.withRate(c, x, &shown); err != nil {
		return err
	}
	return c.json(http.StatusOK, shown)
}

// find returns what the caller may see of the exchange that a path names, without
// its timeline. A sender finds it as soon as it is accepted.
func (s *Server) find(c *call) (exchange.Exchange, error) { return visible(c, s.finder.Current) }

// visible returns what the caller may see of the exchange that a path names, as it is
// read.
func visible(c *call, read func(context.Context, uuid.UUID) (exchange.Exchange, error)) (exchange.Exchange, error) {
	id, err := readID(c.request.PathValue("id"))
	if err != nil {
		return exchange.Exchange{}, errNoExchange()
	}
	found, err := read(c.request.Context(), id)
	if err != nil && !isNotFound(err) {
		return exchange.Exchange{}, err
	}
	x, ok := c.caller.View(found)
	if err != nil || !ok {
		return exchange.Exchange{}, errNoExchange()
	}
	c.exchange, c.kind = x.ID.String(), x.Identity.Kind
	return x, nil
}

// readID reads an exchange id, in letters of either case (RFC 9562 section 4).
func readID(text string) (uuid.UUID, error) {
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, err
	}
	if !strings.EqualFold(id.String(), text) {
		return uuid.Nil, errors.New("not the form of an exchange id")
	}
	return id, nil
}

// errNoExchange says that there is no such exchange, or none that the caller
// may see: the answer does not distinguish the two.
func errNoExchange() error {
	return &exchange.Error{
		Op: "find exchange", Kind: exchange.NotFound,
		Err: exchange.Because("there is no such exchange, or none that you may see", "没有该交换，或您无权查看"),
	}
}

func isNotFound(err error) bool { return err != nil && exchange.KindOf(err) == exchange.NotFound }

// sealed returns the envelope of an exchange, if there is memory for it and for
// the document in it.
func (s *Server) sealed(c *call, x exchange.Exchange) ([]byte, error) {
	if err := c.ticket.Reserve(x.Size); err != nil {
		return nil, err
	}
	return s.envelopes.Sealed(c.request.Context(), x, c.caller.Party)
}

// Timestamps keep what a time-stamping authority said of the seals.
type Timestamps interface {
	// Stamp returns the envelope of an exchange with a time stamp in each of
	// its seals. It fails with an *exchange.Error of kind NotFound if there
	// is none yet.
	Stamp(ctx context.Context, id uuid.UUID, envelope []byte) ([]byte, error)
}

// The levels at which an envelope can be had (ETSI EN 319 132-1 §6). The first
// is what is kept and delivered, byte for byte; the other is made of it.
const (
	profileB  = "b-b"
	profileBT = "b-t"
)

// envelope answers GET /v1/exchanges/{id}/envelope.
func (s *Server) envelope(c *call) error {
	p := parametersOf(c.request)
	profile, reason := p.text("profile"), p.text("reason")
	if profile != "" && profile != profileB && profile != profileBT {
		p.refuse("profile", "b-b or b-t", "应为 b-b 或 b-t")
	}
	if err := p.err(); err != nil {
		return err
	}
	x, err := s.find(c)
	if err != nil {
		return err
	}
	body, err := s.sealed(c, x)
	if err == nil && profile == profileBT {
		body, err = s.stamped(c, x, body)
	}
	if err == nil {
		err = s.disclosures.Unmask(c.request.Context(), c.caller, x, exchange.Disclosure{Form: exchange.FormEnvelope}, reason)
	}
	if err != nil {
		return err
	}
	c.ticket.Keep(len(body))
	c.bytes(http.StatusOK, mediaXML, body)
	return nil
}

// stamped returns an envelope with time stamps.
func (s *Server) stamped(c *call, x exchange.Exchange, body []byte) ([]byte, error) {
	if s.stamps == nil || x.EnvelopeFor(c.caller.Party) != x.Body {
		return nil, &exchange.Error{
			Op: "add time stamps", Kind: exchange.NotFound, Code: "no-timestamp",
			Err: exchange.Because("no authority stamps the seals of this envelope", "该信封的封签不加盖时间戳"),
		}
	}
	return s.stamps.Stamp(c.request.Context(), x.ID, body)
}

// document answers GET /v1/exchanges/{id}/document with the bytes that the
// sender sent, once the seal over them was verified, and, if the caller is no party to
// the exchange, once its reason is in the record.
func (s *Server) document(c *call) error {
	p := parametersOf(c.request)
	reason := p.text("reason")
	if err := p.err(); err != nil {
		return err
	}
	x, err := s.find(c)
	if err != nil {
		return err
	}
	document, err := s.unseal(c, x)
	if err == nil {
		err = s.disclosures.Unmask(c.request.Context(), c.caller, x, exchange.Disclosure{Form: exchange.FormDocument}, reason)
	}
	if err != nil {
		return err
	}
	c.ticket.Keep(len(document))
	c.Header().Set("Repr-Digest", "sha-256=:"+base64.StdEncoding.EncodeToString(x.Digest[:])+":") // RFC 9530
	c.bytes(http.StatusOK, mediaXML, document)
	return nil
}

// unseal returns the document of an exchange out of its envelope. An envelope
// whose seal does not hold, or that is another document's, is never shown.
func (s *Server) unseal(c *call, x exchange.Exchange) ([]byte, error) {
	if err := c.ticket.Reserve(x.Size); err != nil {
		return nil, err
	}
	return s.envelopes.Document(c.request.Context(), c.now.Trust, x, c.caller.Party)
}

// receipt answers GET /v1/exchanges/{id}/receipt with the receipt that the
// sender got, byte for byte.
func (s *Server) receipt(c *call) error {
	x, err := s.find(c)
	if err != nil {
		return err
	}
	receipt, err := c.now.Receipt(x)
	if err != nil {
		return err
	}
	c.bytes(http.StatusOK, mediaReceipt, []byte(receipt))
	return nil
}

// release answers POST /v1/exchanges/{id}/release.
func (s *Server) release(c *call) error { return s.decide(c, true) }

// refuse answers POST /v1/exchanges/{id}/refusal.
func (s *Server) refuse(c *call) error { return s.decide(c, false) }

// decide carries out what an operator decided of a held exchange.
func (s *Server) decide(c *call, release bool) error {
	var judgement Judgement
	if err := s.readJSON(c, &judgement); err != nil {
		return err
	}
	if err := goodReason(judgement.Reason); err != nil {
		return err
	}
	x, err := s.find(c)
	if err == nil && !c.caller.Covers(access.DecideHeld, x.Identity.Sender, x.Identity.Kind) {
		err = errNoExchange()
	}
	if err != nil {
		return err
	}
	verdict := exchange.Verdict{
		Exchange: x.ID, Release: release, Actor: c.caller.Name, Reason: judgement.Reason, At: time.Now(),
	}
	if err := s.hold.Decide(c.request.Context(), verdict); isNotFound(err) {
		return &exchange.Error{
			Op: "decide held exchange", Kind: exchange.Unavailable, Code: "unavailable",
			Err: exchange.Because("it is not dispatched yet, and nothing can be recorded of it", "该交换尚未分发，暂不能记录"),
		}
	} else if err != nil {
		return err
	}
	decided, err := s.journal.Exchange(c.request.Context(), x.ID)
	if err != nil {
		return err
	}
	seen, _ := c.caller.View(decided)
	return c.json(http.StatusOK, wireExchange(seen, c.caller, s.handovers))
}

// maxReason is the longest reason, in bytes, as exchange.Cause keeps it.
const maxReason = 1000

// goodReason refuses an order that does not say why, since the record keeps it.
func goodReason(reason string) error {
	if reason == "" || len(reason) > maxReason {
		return invalidField("reason", exchange.Because("a reason of 1 to %d bytes must be given", "必须说明理由，1 至 %d 字节", maxReason))
	}
	return nil
}

// invalidField says that a field of a JSON body breaks a rule.
func invalidField(field string, why exchange.Reason) error {
	return &exchange.Error{Op: "read body", Kind: exchange.Invalid, Code: "field-" + field, Err: why}
}
