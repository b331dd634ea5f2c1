package httpapi

import (
	"context"
	"encoding/hex"
	"net/http"

	"beibu/exchange"
	"beibu/exchange/answer"
)

// A Mailbox is the courier of receivers that fetch (see mailbox.Mailbox).
type Mailbox interface {
	// Fetch leases open deliveries to a receiver, and waits for one if
	// there is none. It returns none, without an error, when the wait is over
	// or ctx ends.
	Fetch(ctx context.Context, receiver string, o exchange.Fetch) ([]exchange.Leased, error)
	// Acknowledge records what a receiver says of deliveries, all or none, and
	// returns the state of each, in the order of the acks. It fails with an
	// *exchange.Error of kind Invalid, NotFound, Stale or Unavailable.
	Acknowledge(ctx context.Context, receiver string, acks []exchange.Ack) ([]exchange.AckResult, error)
}

// MailboxPage answers GET /v1/mailbox: express deliveries first, then the
// oldest, and what is failing last.
type MailboxPage struct {
	Deliveries []MailboxItem `json:"deliveries"`
}

// MailboxItem is one delivery that is the caller's until its lease ends. The
// content is fetched by its path.
type MailboxItem struct {
	ExchangeID      string      `json:"exchangeId"` // the same for every hand-over of the same bytes
	Attempt         int         `json:"attempt"`
	Handovers       int         `json:"handovers"` // of this attempt, with this one
	Sender          string      `json:"sender"`
	Kind            string      `json:"kind"`
	DocumentNumber  string      `json:"documentNumber"`
	DocumentVersion string      `json:"documentVersion,omitempty"`
	DigestSHA256    string      `json:"digestSHA256"`
	Size            int         `json:"size"` // bytes of the document
	AcceptedAt      answer.Time `json:"acceptedAt"`
	Express         bool        `json:"express"` // perishable goods
	LeasedUntil     answer.Time `json:"leasedUntil,omitzero"`
	AnswerTo        []string    `json:"answerTo,omitempty"` // ids of the exchanges that the document answers
	Document        string      `json:"document"`           // path of the bytes that the sender sent
	Envelope        string      `json:"envelope"`           // path of the sealed envelope
}

// fetch answers GET /v1/mailbox. HEAD is refused: it would lease deliveries
// that nobody reads. So is a party with a topic, an address to push to, or a folder:
// by two ways it would get everything twice.
func (s *Server) fetch(c *call) error {
	if c.request.Method == http.MethodHead {
		c.Header().Set("Allow", http.MethodGet)
		return badRequest(codeMethod, "allowed is GET", "允许的方法：GET")
	}
	if party, ok := c.now.Parties.Get(c.caller.Party); ok {
		switch {
		case party.Deliver.Topic != "":
			return errByTopic
		case party.Push.URL != "":
			return errByPush
		case party.Folder.Receives:
			return errByFolder
		}
	}
	p := parametersOf(c.request)
	options := exchange.Fetch{
		Limit: p.limit(),
		Lease: p.duration("lease", exchange.MinLease, exchange.MaxLease, 0),
		Wait:  p.duration("wait", 0, exchange.MaxFetchWait, 0),
	}
	if err := p.err(); err != nil {
		return err
	}
	if err := c.ticket.ReserveList(options.Limit); err != nil {
		return err
	}
	// There must be time left to answer in.
	options.Wait = min(options.Wait, s.admission.Limits().Request/2)
	ctx, cancel := context.WithCancel(c.request.Context())
	defer cancel()
	defer context.AfterFunc(s.draining, cancel)()
	go func() { // a suspension ends the poll, so that nothing is handed over after it
		s.shut.Await(ctx, c.caller.Party)
		cancel()
	}()
	items, err := s.mailbox.Fetch(ctx, c.caller.Party, options)
	cut := ctx.Err() != nil && c.request.Context().Err() == nil
	if err != nil && !cut { // what was cut short comes again
		return err
	}
	if err := s.admission.CheckParty(s.current.Load().InForce, c.caller.Party); err != nil { // since the poll began, perhaps by a reload
		return err
	}
	page := MailboxPage{Deliveries: make([]MailboxItem, 0, len(items))}
	for _, item := range items {
		page.Deliveries = append(page.Deliveries, wireItem(item))
	}
	return c.json(http.StatusOK, page)
}

func wireItem(item exchange.Leased) MailboxItem {
	x := item.Exchange
	path := "/v1/exchanges/" + x.ID.String()
	return MailboxItem{
		ExchangeID: x.ID.String(), Attempt: x.Deliveries[0].Attempt, Handovers: x.Deliveries[0].Handovers, Sender: x.Identity.Sender, Kind: x.Identity.Kind,
		DocumentNumber: x.Identity.Number, DocumentVersion: x.Identity.Version,
		DigestSHA256: hex.EncodeToString(x.Digest[:]), Size: x.Size, AcceptedAt: answer.TimeOf(x.AcceptedAt),
		Express: x.Express, LeasedUntil: answer.TimeOf(item.LeasedUntil), AnswerTo: x.AnswerTo(), Document: path + "/document", Envelope: path + "/envelope",
	}
}

// AckResults answers POST /v1/mailbox/acks, in the order of the acks.
type AckResults struct {
	Deliveries []AckResult `json:"deliveries"`
}

// AckResult is the state of a delivery after its ack.
type AckResult struct {
	ExchangeID string         `json:"exchangeId"`
	State      exchange.State `json:"state"`
}

// acknowledge answers POST /v1/mailbox/acks.
func (s *Server) acknowledge(c *call) error {
	var body Acks
	if err := s.readJSON(c, &body); err != nil {
		return err
	}
	acks, err := body.read()
	if err != nil {
		return err
	}
	results, err := s.mailbox.Acknowledge(c.request.Context(), c.caller.Party, acks)
	if isNotFound(err) {
		return errNoExchange()
	}
	if err != nil {
		return err
	}
	out := AckResults{Deliveries: make([]AckResult, 0, len(results))}
	for _, r := range results {
		out.Deliveries = append(out.Deliveries, AckResult{ExchangeID: r.Exchange.String(), State: r.State})
	}
	return c.json(http.StatusOK, out)
}
