package httpapi

import (
	"encoding/hex"
	"slices"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/lookup"
	"beibu/exchange/rules"
)

// The media types of the API.
const (
	mediaJSON    = "application/json"
	mediaXML     = "application/xml"
	mediaReceipt = "application/jose" // RFC 7515 section 9.2.1
)

// Check answers POST /v1/checks.
type Check struct {
	Kind      string              `json:"kind"` // "" if it was not recognised
	Valid     bool                `json:"valid"`
	Signature *exchange.Signature `json:"signature,omitempty"` // if there is one and it counts
	Faults    []exchange.Fault    `json:"faults"`
	Omitted   int                 `json:"faultsOmitted,omitempty"` // how many more there are
	// Receivers are those whom a valid document would go to if the caller sent it;
	// if there are none, Obstacles say what keeps it from going anywhere.
	Receivers []string         `json:"receivers"`
	Obstacles []exchange.Fault `json:"obstacles"`
}

// Exchange is one document's journey.
type Exchange struct {
	ExchangeID      string              `json:"exchangeId"`
	Sender          string              `json:"sender"`
	Kind            string              `json:"kind"`
	DocumentNumber  string              `json:"documentNumber"`
	DocumentVersion string              `json:"documentVersion,omitempty"`
	DigestSHA256    string              `json:"digestSHA256"`
	Size            int                 `json:"size"` // bytes received
	AcceptedAt      answer.Time         `json:"acceptedAt"`
	LogPosition     int64               `json:"logPosition"`
	Sequence        int64               `json:"sequence,omitempty"` // place in the record, which orders lists; absent until the record has it
	Schema          string              `json:"schema"`             // the schema set that judged the document
	Receivers       []string            `json:"receivers"`
	Express         bool                `json:"express"`                 // perishable goods
	HeldBy          []exchange.Fault    `json:"heldBy,omitempty"`        // why a person has to release it; for operators and the sender, and in no list
	HeldByOmitted   int                 `json:"heldByOmitted,omitempty"` // how many more faults hold it than heldBy has room for
	FaultCodes      []string            `json:"faultCodes"`              // of what was found and let pass
	Signature       *exchange.Signature `json:"signature,omitempty"`     // the sender's own
	State           exchange.State      `json:"state"`                   // of the exchange as a whole
	FoundBy         *FoundBy            `json:"foundBy,omitempty"`       // what it can be found by; in no list
	Direction       string              `json:"direction,omitempty"`     // seen from the party that asks or is asked for: "sent", "received" or "both"
	Deliveries      []Delivery          `json:"deliveries"`              // a receiver sees its own alone
	Timeline        []Event             `json:"timeline,omitempty"`
}

// Delivery is an exchange on its way to one receiver.
type Delivery struct {
	Receiver    string          `json:"receiver"`
	State       exchange.State  `json:"state"`
	Attempt     int             `json:"attempt"`           // from 1; a replay makes the next
	Handovers   int             `json:"handovers"`         // of this attempt
	Failing     bool            `json:"failing,omitempty"` // handed over too often without an acknowledgement, so behind all others
	ConsignedAt answer.Time     `json:"consignedAt"`
	ChangedAt   answer.Time     `json:"changedAt"`
	Cause       *exchange.Cause `json:"cause,omitempty"`
}

// Event is one step of the timeline.
type Event struct {
	Name     exchange.State  `json:"name"`
	At       answer.Time     `json:"at"`
	Receiver string          `json:"receiver,omitempty"`
	Attempt  int             `json:"attempt,omitempty"`
	Cause    *exchange.Cause `json:"cause,omitempty"`
}

// FoundBy is what an exchange can be found by, beside the number of its document and the
// name of the holder, in the form in which it is compared.
type FoundBy struct {
	HS                 []string          `json:"hs,omitempty"`
	Vehicles           []string          `json:"vehicles,omitempty"`
	Containers         []string          `json:"containers,omitempty"`
	TransportDocuments []string          `json:"transportDocuments,omitempty"`
	Cites              []lookup.Citation `json:"cites,omitempty"`   // other documents, of known kinds
	Omitted            int               `json:"omitted,omitempty"` // how many more there are, by which it is not found
}

// Page answers GET /v1/exchanges, newest first.
type Page struct {
	Exchanges   []Exchange        `json:"exchanges"`
	Next        string            `json:"next,omitempty"`        // the cursor of the next page; absent at the end
	SearchedFor map[string]string `json:"searchedFor,omitempty"` // the values of filters that any value may have, as they are compared
}

// Judgement is the body of POST /v1/exchanges/{id}/release and …/refusal, of POST
// /v1/parties/{id}/suspension, and of POST /v1/runs/{id}/pause, …/resume and …/cancel.
type Judgement struct {
	Reason string `json:"reason"` // for the record; required
}

// Parties answers GET /v1/parties.
type Parties struct {
	Parties []Party `json:"parties"`
}

// Party is a party as a caller may see it. It lists what is public: a field of
// [exchange.Party] that is not listed here is private.
type Party struct {
	ID         string          `json:"id"`
	Name       exchange.Text   `json:"name"`
	Role       exchange.Role   `json:"role"`
	Country    string          `json:"country"`
	Locodes    []string        `json:"locodes"`
	Sends      []string        `json:"sends"`
	Receives   []string        `json:"receives"`
	Signatures SignaturePolicy `json:"signatures,omitzero"`
	// Suspended reports whether it is suspended, for whatever cause; Suspension is
	// the one that an operator gave, for operators.
	Suspended  bool                 `json:"suspended,omitempty"`
	Suspension *exchange.Suspension `json:"suspension,omitempty"`
}

// SignaturePolicy is what is asked of a party's signatures.
type SignaturePolicy struct {
	Required   []string         `json:"required,omitempty"`
	Refused    []string         `json:"refused,omitempty"`
	Algorithms []string         `json:"algorithms,omitempty"`
	ForKinds   []KindAlgorithms `json:"forKinds,omitempty"`
}

// KindAlgorithms are those by which a party may sign some kinds of document.
type KindAlgorithms struct {
	Kinds      []string `json:"kinds"`
	Algorithms []string `json:"algorithms"`
}

// wireParty returns a party as a caller may see it.
func wireParty(now *exchange.InForce, shut *exchange.Suspensions, p exchange.Party, who access.Principal) Party {
	out := Party{
		ID: p.ID, Name: p.Name, Role: p.Role, Country: p.Country,
		Locodes: list(p.Locodes), Sends: list(p.Sends), Receives: list(p.Receives),
		Signatures: SignaturePolicy{Required: p.Signatures.Required, Refused: p.Signatures.Refused, Algorithms: p.Signatures.Algorithms},
		Suspended:  shut.Includes(now, p.ID),
	}
	for _, some := range p.Signatures.ForKinds {
		out.Signatures.ForKinds = append(out.Signatures.ForKinds, KindAlgorithms(some))
	}
	if given, ok := shut.Get(p.ID); ok && who.SeesSuspension(p.ID) {
		out.Suspension = &given
	}
	return out
}

// Routes answers GET /v1/routes.
type Routes struct {
	Routes []exchange.Route `json:"routes"`
}

// Rules answers GET /v1/rules.
type Rules struct {
	Rules []Rule `json:"rules"`
}

// Rule is one business rule as integrators see it.
type Rule struct {
	Code     string        `json:"code"`
	Kinds    []string      `json:"kinds"` // none means every kind
	Severity string        `json:"severity"`
	Source   string        `json:"source"`
	From     string        `json:"from,omitempty"`  // first day in force, YYYY-MM-DD
	Until    string        `json:"until,omitempty"` // last day in force
	Message  exchange.Text `json:"message"`         // with {0}, {1} … for what was found
	Reads    []string      `json:"reads"`           // what it reads beside the facts; see [rules.Rule.Reading]
}

// Self answers GET /v1/self: as whom the caller's credentials speak, and what they
// permit.
type Self struct {
	Name     string        `json:"name"`            // of the credential, as the record has it
	Party    string        `json:"party,omitempty"` // absent for who acts for none
	Operator bool          `json:"operator"`        // whether operator is among the roles
	Roles    []string      `json:"roles"`
	Scope    access.Limits `json:"scope,omitzero"` // to which the roles apply; absent if to everything
	May      []string      `json:"may"`            // what the roles permit
}

// Version answers GET /v1/version.
type Version struct {
	Version string `json:"version"`
	Commit  string `json:"commit,omitempty"`
	Go      string `json:"go"`
}

// RulesOf returns a set of rules as the API and the command line export it.
func RulesOf(set *rules.Set) Rules {
	all := set.All()
	out := Rules{Rules: make([]Rule, 0, len(all))}
	for i := range all {
		r := &all[i]
		out.Rules = append(out.Rules, Rule{
			Code: r.Code, Kinds: list(r.Kinds), Severity: r.Severity.String(), Source: r.Source,
			From: day(r.From), Until: day(r.Until), Message: exchange.Text{EN: r.EN, ZH: r.ZH}, Reads: list(r.Reading()),
		})
	}
	return out
}

// day writes a date, or "" for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// list makes an empty list of none, so that JSON never says null.
func list[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}

// wireExchange translates what [access.Principal.View] shows of an exchange. A
// delivery is failing from so many hand-overs on.
func wireExchange(x exchange.Exchange, who access.Principal, handovers int) Exchange {
	out := Exchange{
		ExchangeID: x.ID.String(), Sender: x.Identity.Sender, Kind: x.Identity.Kind,
		DocumentNumber: x.Identity.Number, DocumentVersion: x.Identity.Version,
		DigestSHA256: hex.EncodeToString(x.Digest[:]), Size: x.Size, AcceptedAt: answer.TimeOf(x.AcceptedAt),
		LogPosition: x.Position, Sequence: x.Sequence, Schema: x.Schema, Receivers: list(x.Receivers), Express: x.Express,
		FaultCodes: list(x.Faults), Signature: wireSignature(x.Signature), State: x.State,
		HeldBy: x.Held.Faults, HeldByOmitted: x.Held.Omitted, Deliveries: make([]Delivery, 0, len(x.Deliveries)),
	}
	if !who.IsStaff() {
		out.Direction = directionOf(x, who.Party)
	}
	for _, d := range x.Deliveries {
		out.Deliveries = append(out.Deliveries, Delivery{
			Receiver: d.Receiver, State: d.State, Attempt: d.Attempt, Handovers: d.Handovers, Failing: d.Failing(handovers),
			ConsignedAt: answer.TimeOf(d.ConsignedAt), ChangedAt: answer.TimeOf(d.ChangedAt), Cause: cause(d.Cause),
		})
	}
	for _, e := range x.Events {
		out.Timeline = append(out.Timeline, Event{
			Name: e.Name, At: answer.TimeOf(e.At), Receiver: e.Receiver, Attempt: e.Attempt, Cause: cause(e.Cause),
		})
	}
	return out
}

// foundBy returns nil for nothing, so that JSON leaves it out.
func foundBy(k lookup.Keys) *FoundBy {
	out := FoundBy{HS: k.HS, Vehicles: k.Vehicles, Containers: k.Containers, TransportDocuments: k.TransportDocuments, Cites: k.Cites, Omitted: k.Omitted}
	if len(out.HS)+len(out.Vehicles)+len(out.Containers)+len(out.TransportDocuments)+len(out.Cites)+out.Omitted == 0 {
		return nil
	}
	return &out
}

// directionOf says which way an exchange went, seen from a party.
func directionOf(x exchange.Exchange, party string) string {
	received := slices.ContainsFunc(x.Deliveries, func(d exchange.Delivery) bool { return d.Receiver == party })
	switch sent := x.Identity.Sender == party; {
	case sent && received:
		return "both"
	case sent:
		return "sent"
	case received:
		return "received"
	}
	return ""
}

// wireSignature returns nil for no signature, so that JSON leaves it out.
func wireSignature(s exchange.Signature) *exchange.Signature {
	if s == (exchange.Signature{}) {
		return nil
	}
	return &s
}

// cause returns nil for no cause, so that JSON leaves it out.
func cause(c exchange.Cause) *exchange.Cause {
	if c == (exchange.Cause{}) {
		return nil
	}
	return &c
}
