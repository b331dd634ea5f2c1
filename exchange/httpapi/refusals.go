package httpapi

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/lookup"
	"beibu/exchange/operator"
)

// RefusalPage answers GET /v1/refusals, newest first.
type RefusalPage struct {
	Refusals []Refusal `json:"refusals"`
	Next     string    `json:"next,omitempty"` // the cursor of the next page; absent at the end
	// SearchedFor is as in [Page].
	SearchedFor map[string]string `json:"searchedFor,omitempty"`
}

// Refusal is a document that was not accepted, or a count of several.
type Refusal struct {
	ID              string                `json:"id"`
	Sequence        int64                 `json:"sequence"` // place in the record, which orders lists
	Sender          string                `json:"sender"`
	Credential      string                `json:"credential,omitempty"` // by which the sender was known
	Way             exchange.Way          `json:"way,omitempty"`
	At              answer.Time           `json:"at"`
	Kind            string                `json:"kind,omitempty"`
	DocumentNumber  string                `json:"documentNumber,omitempty"`
	DocumentVersion string                `json:"documentVersion,omitempty"`
	DigestSHA256    string                `json:"digestSHA256,omitempty"` // absent if the bytes were not read to the end
	Size            int                   `json:"size,omitempty"`         // bytes received
	Code            string                `json:"code,omitempty"`         // of the problem that the sender received
	FaultCodes      []string              `json:"faultCodes,omitempty"`
	Faults          []exchange.FaultPlace `json:"faults,omitempty"`      // the first of them
	FaultsFound     int                   `json:"faultsFound,omitempty"` // how many there are in all
	Earlier         string                `json:"earlier,omitempty"`     // the exchange that has the number, in a conflict
	Repeats         int                   `json:"repeats,omitempty"`     // how often the same was refused again within the minute
	LastAt          answer.Time           `json:"lastAt"`                // when it was last refused
	AcceptedAs      string                `json:"acceptedAs,omitempty"`  // the exchange as which its number or its bytes were accepted later
	FoundBy         *FoundBy              `json:"foundBy,omitempty"`     // in no list
	Kept            *Kept                 `json:"kept,omitempty"`        // what became of the bytes, if the policy of the sender keeps any
	Count           *RefusalCount         `json:"count,omitempty"`       // if this is a count of several, which has a sender and no document
}

// Kept says until when the bytes of a refused document are kept, or why they are not.
type Kept struct {
	Until   *answer.Time     `json:"until,omitempty"` // absent if they are not kept
	NotKept exchange.NotKept `json:"notKept,omitempty"`
}

// RefusalCount counts refusals of one sender within a minute, beyond those that are
// recorded one by one.
type RefusalCount struct {
	Documents int            `json:"documents"`
	Codes     map[string]int `json:"codes"` // how many of them had each code
	Ways      []exchange.Way `json:"ways"`
	FirstAt   answer.Time    `json:"firstAt"`
	LastAt    answer.Time    `json:"lastAt"`
}

// Examination answers POST /v1/refusals/examine.
type Examination struct {
	Sender          string           `json:"sender"`
	Kind            string           `json:"kind"` // "" if it was not recognised
	DocumentNumber  string           `json:"documentNumber,omitempty"`
	DocumentVersion string           `json:"documentVersion,omitempty"`
	DigestSHA256    string           `json:"digestSHA256"`
	Outcome         operator.Outcome `json:"outcome"`              // accepted, held, duplicate or refused
	Code            string           `json:"code,omitempty"`       // of the problem, if it would be refused
	Detail          *exchange.Text   `json:"detail,omitempty"`     // of the problem
	ExchangeID      string           `json:"exchangeId,omitempty"` // that it was accepted as before, or that has its number
	Receivers       []string         `json:"receivers"`            // to whom it would go
	Faults          []exchange.Fault `json:"faults"`
	Omitted         int              `json:"faultsOmitted,omitempty"` // how many more there are
	Refusal         *Refusal         `json:"refusal,omitempty"`       // the newest of these bytes
}

// listRefusals answers GET /v1/refusals.
func (s *Server) listRefusals(c *call) error {
	p := parametersOf(c.request)
	searched := make(map[string]string)
	q := s.refusalQuery(p, searched)
	q.Limit = p.limit()
	err := p.err()
	if err == nil {
		q.Sender, err = c.caller.ScopeSender(access.ReadRefusals, q.Sender)
	}
	if err == nil {
		err = c.ticket.ReserveList(q.Limit)
	}
	if err != nil {
		return err
	}
	found, next, err := c.caller.Refusals(c.request.Context(), access.ReadRefusals, s.refusals, q)
	if err == nil && len(found) == 0 {
		err = s.checkRefusalFilters(c, q)
	}
	if err != nil {
		return err
	}
	page := RefusalPage{Refusals: make([]Refusal, 0, len(found)), Next: writeCursor(next), SearchedFor: searched}
	for _, r := range found {
		page.Refusals = append(page.Refusals, wireRefusal(r))
	}
	return c.json(http.StatusOK, page)
}

// refusalQuery reads the filters of refusals, and notes what is searched for.
func (s *Server) refusalQuery(p *parameters, searched map[string]string) exchange.RefusalQuery {
	q := exchange.RefusalQuery{
		Sender: p.text("sender"), Kind: p.text("kind"), Code: p.text("code"), Number: p.documentNumber("number"), Digest: p.digest("digest"),
		Way: p.way("way"), Since: p.time("since"), Until: p.time("until"), Before: p.cursor("cursor"),
	}
	for _, role := range exchange.RefusalRoles() {
		if term := s.term(p, role, searched); term.Value != "" {
			q.Terms = append(q.Terms, []lookup.Term{term})
		}
	}
	return q
}

// checkRefusalFilters refuses a filter whose value does not exist.
func (s *Server) checkRefusalFilters(c *call, q exchange.RefusalQuery) error {
	if err := s.filters(c).Check(c.request.Context(), q.Kind, q.Sender); err != nil || q.Code == "" {
		return err
	}
	codes, err := s.refusals.RefusalCodes(c.request.Context())
	if err != nil || slices.Contains(codes, q.Code) {
		return err
	}
	why := exchange.Because("no refusal has the code %q", "没有代码为 %q 的退单记录", q.Code)
	if c.caller.CoversAll(access.ReadRefusals) { // others learn nothing of what they do not see
		why = exchange.Because("no refusal has the code %q; the codes are %s", "没有代码为 %q 的退单记录；现有代码：%s", q.Code, strings.Join(codes, ", "))
	}
	return &exchange.Error{Op: "read filter", Kind: exchange.Invalid, Code: "unknown-code", Err: why}
}

// showRefusal answers GET /v1/refusals/{id}. A sender finds its refusal as soon as it was
// answered.
func (s *Server) showRefusal(c *call) error {
	r, err := s.visibleRefusal(c)
	if err != nil {
		return err
	}
	shown := wireRefusal(r)
	shown.FoundBy = answer.FoundByOf(r.Keys)
	return c.json(http.StatusOK, shown)
}

// visibleRefusal returns the refusal that the path names as {id}. One that the caller may
// not see does not exist for it.
func (s *Server) visibleRefusal(c *call) (exchange.Refusal, error) {
	none := &exchange.Error{
		Op: "find refusal", Kind: exchange.NotFound,
		Err: exchange.Because("there is no such refusal, or none that you may see", "没有该退单记录，或您无权查看"),
	}
	id, err := readID(c.request.PathValue("id"))
	if err != nil {
		return exchange.Refusal{}, none
	}
	r, err := s.refusal(c.request.Context(), id)
	if isNotFound(err) {
		return r, none
	}
	if err == nil && !c.caller.Covers(access.ReadRefusals, r.Identity.Sender, r.Identity.Kind) {
		return exchange.Refusal{}, none
	}
	return r, err
}

// refusal returns a refusal once the index has all that was recorded before.
func (s *Server) refusal(ctx context.Context, id uuid.UUID) (exchange.Refusal, error) {
	r, err := s.refusals.Refusal(ctx, id)
	if !isNotFound(err) {
		return r, err
	}
	if err := s.finder.Recorder.Wait(ctx); err != nil {
		return r, err
	}
	return s.refusals.Refusal(ctx, id)
}

// examineRefusal answers POST /v1/refusals/examine: what would become of a document if
// its sender submitted it now, with nothing kept.
func (s *Server) examineRefusal(c *call) error {
	p := parametersOf(c.request)
	sender := p.text("sender")
	if err := p.err(); err != nil {
		return err
	}
	sender, err := c.caller.ScopeSender(access.ExamineRefusal, sender)
	if err != nil {
		return err
	}
	if err := s.filters(c).Check(c.request.Context(), "", sender); err != nil {
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
	found, err := s.examiner.Examine(c.request.Context(), c.now.InForce, sender, *body)
	if err != nil {
		return err
	}
	if !c.caller.Covers(access.ExamineRefusal, found.Identity.Sender, found.Identity.Kind) {
		return access.Outside("examine refused document")
	}
	return c.json(http.StatusOK, wireExamination(found))
}

func wireExamination(e operator.Examination) Examination {
	out := Examination{
		Sender: e.Identity.Sender, Kind: e.Identity.Kind, DocumentNumber: e.Identity.Number, DocumentVersion: e.Identity.Version,
		DigestSHA256: hex.EncodeToString(e.Digest[:]), Outcome: operator.OutcomeOf(e.Prospect), Receivers: list(e.Receivers),
	}
	out.Faults, out.Omitted = answer.Shown(e.Faults, e.More)
	switch {
	case e.Prospect.Refusal != nil:
		p, _ := answer.ProblemOf(e.Prospect.Refusal, "")
		out.Code = p.Code
		out.Faults, out.Omitted = answer.Shown(e.Prospect.Refusal.Faults, e.Prospect.Refusal.More)
		if p.Detail != "" {
			out.Detail = &exchange.Text{EN: p.Detail, ZH: p.ZH.Detail}
		}
		if p.Earlier != nil {
			out.ExchangeID = p.Earlier.ExchangeID
		}
	case e.Before != nil:
		out.ExchangeID = e.Before.ID.String()
	}
	if e.Refusal != nil {
		shown := wireRefusal(*e.Refusal)
		out.Refusal = &shown
	}
	return out
}

func wireRefusal(r exchange.Refusal) Refusal {
	out := Refusal{
		ID: r.ID.String(), Sequence: r.Sequence, Sender: r.Identity.Sender, Credential: r.Credential, Way: r.Way, At: answer.TimeOf(r.At),
		Kind: r.Identity.Kind, DocumentNumber: r.Identity.Number, DocumentVersion: r.Identity.Version, Size: r.Size,
		Code: r.Code, FaultCodes: r.Codes, Faults: r.Faults, FaultsFound: r.Found, Repeats: r.Repeats, LastAt: answer.TimeOf(r.Last),
	}
	if r.Digest != [32]byte{} {
		out.DigestSHA256 = hex.EncodeToString(r.Digest[:])
	}
	if r.Earlier != uuid.Nil {
		out.Earlier = r.Earlier.String()
	}
	if r.AcceptedAs != uuid.Nil {
		out.AcceptedAs = r.AcceptedAs.String()
	}
	if r.Kept != nil {
		out.Kept = &Kept{NotKept: r.Kept.Not}
		if !r.Kept.Until.IsZero() {
			until := answer.TimeOf(r.Kept.Until)
			out.Kept.Until = &until
		}
	}
	if r.Count != nil {
		out.Count = &RefusalCount{
			Documents: r.Count.Documents, Codes: r.Count.Codes, Ways: r.Count.Ways,
			FirstAt: answer.TimeOf(r.Count.First), LastAt: answer.TimeOf(r.Count.Last),
		}
	}
	return out
}

// digest returns a SHA-256 in hexadecimal, or zero.
func (p *parameters) digest(name string) (digest [32]byte) {
	text := p.text(name)
	if text == "" {
		return digest
	}
	digest, err := exchange.ReadDigest(text)
	if err != nil {
		p.refuse(name, "a SHA-256 in hexadecimal, 64 digits", "应为十六进制的 SHA-256，共 64 位")
	}
	return digest
}

// way returns a way in, or "".
func (p *parameters) way(name string) exchange.Way {
	way := exchange.Way(p.text(name))
	if way != "" && !slices.Contains(exchange.Ways(), way) {
		p.refuse(name, fmt.Sprintf("one of %v", exchange.Ways()), fmt.Sprintf("应为以下之一：%v", exchange.Ways()))
	}
	return way
}
