package answer

import (
	"encoding/hex"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/facts/codes"
	"beibu/exchange/lookup"
	"beibu/exchange/proof"
)

// Exchange is one document's journey.
type Exchange struct {
	ExchangeID      string              `json:"exchangeId"`
	Sender          string              `json:"sender"`
	Kind            string              `json:"kind"`
	DocumentNumber  string              `json:"documentNumber"`
	DocumentVersion string              `json:"documentVersion,omitempty"`
	DigestSHA256    string              `json:"digestSHA256"`
	Size            int                 `json:"size"` // bytes received
	AcceptedAt      Time                `json:"acceptedAt"`
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
	Answered        []LatestAnswer      `json:"answered,omitempty"`       // the newest answer of each party to it, oldest first; a receiver sees its own alone
	AnswerTo        []Answer            `json:"answerTo,omitempty"`       // the exchanges that it answers; in no list
	Answers         []Answer            `json:"answers,omitempty"`        // to it, the newest, and the newest of each party, oldest first; in no list
	SameAs          string              `json:"sameAs,omitempty"`         // the exchange by which the same content was accepted first, from another sender; in no list
	NotCounted      []effects.Account   `json:"notCounted,omitempty"`     // the documents that it draws on and that are not known here; in no list
	JointApproval   *JointApproval      `json:"jointApproval,omitempty"`  // its joint approval, once that has started; in no list
	Deadlines       []DocumentDeadline  `json:"deadlines,omitempty"`      // that it sets, the earliest first; in no list
	AnswersOmitted  int                 `json:"answersOmitted,omitempty"` // how many more documents answer it
	Rate            *Rate               `json:"rate,omitempty"`           // how its sender rates it, once it is finished; in no list
}

// Rate is how the sender of a finished exchange rates it: once, by a link.
type Rate struct {
	Link    string   `json:"link"`            // for POST /v1/ratings
	Until   Time     `json:"until"`           // the exchange gives another one then
	Units   []string `json:"units,omitempty"` // of which one is rated
	Rated   bool     `json:"rated"`
	Mending string   `json:"mending,omitempty"` // how far the department is with a bad rating
	Answer  string   `json:"answer,omitempty"`  // of the department
}

// Answer is what a document says of another one that its sender has received. The exchange
// is the other one of the two: that which is answered, or that which answers.
type Answer struct {
	ExchangeID      string                  `json:"exchangeId"`
	Sender          string                  `json:"sender"`
	Kind            string                  `json:"kind"`
	DocumentNumber  string                  `json:"documentNumber"`
	DocumentVersion string                  `json:"documentVersion,omitempty"`
	At              *Time                   `json:"at,omitempty"` // when an answer to this exchange was accepted
	Verdict         codes.Verdict           `json:"verdict"`
	Code            string                  `json:"code,omitempty"` // as the answer has it
	List            string                  `json:"list,omitempty"` // of the code
	Reasons         []exchange.AnswerReason `json:"reasons,omitempty"`
	ReasonsOmitted  int                     `json:"reasonsOmitted,omitempty"` // how many more the document has
	Earlier         bool                    `json:"earlier,omitempty"`        // the same party has answered again since, and that counts
}

// LatestAnswer is the newest answer of a party to an exchange, as lists show it.
type LatestAnswer struct {
	Party      string        `json:"party"`
	Verdict    codes.Verdict `json:"verdict"`
	Code       string        `json:"code,omitempty"` // as the answer has it
	List       string        `json:"list,omitempty"` // of the code
	At         Time          `json:"at"`             // when the answer was accepted
	Kind       string        `json:"kind"`           // of the answer
	ExchangeID string        `json:"exchangeId"`     // of the answer
}

// Delivery is an exchange on its way to one receiver.
type Delivery struct {
	Receiver    string          `json:"receiver"`
	State       exchange.State  `json:"state"`
	Attempt     int             `json:"attempt"`           // from 1; a replay makes the next
	Handovers   int             `json:"handovers"`         // of this attempt
	Failing     bool            `json:"failing,omitempty"` // handed over too often without an acknowledgement, so behind all others
	ConsignedAt Time            `json:"consignedAt"`
	ChangedAt   Time            `json:"changedAt"`
	Cause       *exchange.Cause `json:"cause,omitempty"`
	Readdressed bool            `json:"readdressed,omitempty"` // to this receiver, which has an envelope of its own
}

// Event is one step of the timeline.
type Event struct {
	Name     exchange.State  `json:"name"`
	At       Time            `json:"at"`
	Receiver string          `json:"receiver,omitempty"`
	Attempt  int             `json:"attempt,omitempty"`
	Cause    *exchange.Cause `json:"cause,omitempty"`
	After    int64           `json:"afterMilliseconds,omitempty"` // since the step before

	Dialogue *exchange.Dialogue `json:"dialogue,omitempty"`      // of an attempt that did not arrive, for those who see the receiver's deliveries
	Faults   []exchange.Fault   `json:"faults,omitempty"`        // of a refusal that depends on other documents
	Omitted  int                `json:"faultsOmitted,omitempty"` // how many more there are
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

// ExchangeOf translates an exchange, of which the caller may see all that is in it. A
// delivery is failing from so many hand-overs on.
func ExchangeOf(x exchange.Exchange, handovers int) Exchange {
	out := Exchange{
		ExchangeID: x.ID.String(), Sender: x.Identity.Sender, Kind: x.Identity.Kind,
		DocumentNumber: x.Identity.Number, DocumentVersion: x.Identity.Version,
		DigestSHA256: hex.EncodeToString(x.Digest[:]), Size: x.Size, AcceptedAt: TimeOf(x.AcceptedAt),
		LogPosition: x.Position, Sequence: x.Sequence, Schema: x.Schema, Receivers: append([]string{}, x.Receivers...), Express: x.Express,
		FaultCodes: append([]string{}, x.Faults...), Signature: OrNil(x.Signature), State: x.State,
		HeldBy: x.Held.Faults, HeldByOmitted: x.Held.Omitted, Deliveries: make([]Delivery, 0, len(x.Deliveries)),
	}
	for _, d := range x.Deliveries {
		out.Deliveries = append(out.Deliveries, Delivery{
			Receiver: d.Receiver, State: d.State, Attempt: d.Attempt, Handovers: d.Handovers, Failing: d.Failing(handovers),
			ConsignedAt: TimeOf(d.ConsignedAt), ChangedAt: TimeOf(d.ChangedAt), Cause: OrNil(d.Cause), Readdressed: d.Envelope != 0,
		})
	}
	if x.SameAs != uuid.Nil {
		out.SameAs = x.SameAs.String()
	}
	out.Answered = LatestAnswersOf(x)
	for i, e := range x.Events {
		var found exchange.Finding
		if e.Verdict != nil {
			found = *e.Verdict
		}
		out.Timeline = append(out.Timeline, Event{
			Name: e.Name, At: TimeOf(e.At), Receiver: e.Receiver, Attempt: e.Attempt, Cause: OrNil(e.Cause), Dialogue: e.Dialogue, Faults: found.Faults, Omitted: found.Omitted,
			After: max(0, e.At.Sub(x.Events[max(0, i-1)].At).Milliseconds()), // clocks of two nodes differ
		})
	}
	return out
}

// LatestAnswersOf translates the newest answers to an exchange.
func LatestAnswersOf(x exchange.Exchange) (all []LatestAnswer) {
	for _, l := range x.Latest {
		all = append(all, LatestAnswer{
			Party: l.Party, Verdict: l.Verdict, Code: l.Code, List: l.List, At: TimeOf(l.At), Kind: l.Kind, ExchangeID: l.Exchange.String(),
		})
	}
	return all
}

// WithAnswers adds what an exchange answers, and the answers to it.
func (out *Exchange) WithAnswers(x exchange.Exchange) {
	for _, a := range x.Answers {
		out.AnswerTo = append(out.AnswerTo, answerOf(a, a.To, proof.Identity{Sender: a.Sender, Kind: a.Kind, Number: a.Number, Version: a.Version}))
	}
	for _, r := range x.Replies {
		one, at := answerOf(r.Answer, r.Exchange, r.Identity), TimeOf(r.AcceptedAt)
		one.At, one.Earlier = &at, x.Earlier(r)
		out.Answers = append(out.Answers, one)
	}
	out.AnswersOmitted = x.MoreReplies
}

// answerOf translates an answer. The other exchange of the two is named.
func answerOf(a exchange.Answer, other uuid.UUID, document proof.Identity) Answer {
	return Answer{
		ExchangeID: other.String(), Sender: document.Sender, Kind: document.Kind, DocumentNumber: document.Number, DocumentVersion: document.Version,
		Verdict: a.Verdict, Code: a.Code, List: a.List, Reasons: a.Reasons, ReasonsOmitted: a.Omitted,
	}
}

// FoundByOf returns nil for nothing, so that JSON leaves it out.
func FoundByOf(k lookup.Keys) *FoundBy {
	out := FoundBy{HS: k.HS, Vehicles: k.Vehicles, Containers: k.Containers, TransportDocuments: k.TransportDocuments, Cites: k.Cites, Omitted: k.Omitted}
	if len(out.HS)+len(out.Vehicles)+len(out.Containers)+len(out.TransportDocuments)+len(out.Cites)+out.Omitted == 0 {
		return nil
	}
	return &out
}

// OrNil returns a pointer to a value, or nil for the zero value, so that JSON leaves it out.
func OrNil[T comparable](value T) *T {
	var zero T
	if value == zero {
		return nil
	}
	return &value
}
