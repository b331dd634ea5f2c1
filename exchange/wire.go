package exchange

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/effects"
	"beibu/exchange/lookup"
	"beibu/exchange/proof"
	"beibu/exchange/trace"
	"beibu/queue"
)

// head is the part of a log entry that dispatch, receipt and index need in addition to
// key and digest, so that they never open the envelope.
type head struct {
	Sender    string   `json:"sender"`
	Kind      string   `json:"kind"`
	Number    string   `json:"number"`
	Version   string   `json:"version,omitempty"`
	Size      int      `json:"size"`
	Schema    string   `json:"schema"`
	Receivers []string `json:"receivers"`
	Express   bool     `json:"express,omitempty"`
	Held      bool     `json:"held,omitempty"`
	Faults    []string `json:"faults,omitempty"`
	HeldBy    Held     `json:"heldBy,omitzero"`
	// Signature is the sender's, as it was verified on acceptance.
	Signature Signature `json:"signature,omitzero"`
	// Keys are absent from the entries of versions that did not search by them.
	Keys lookup.Keys `json:"keys,omitzero"`
	// Answers are what the document says of other exchanges.
	Answers []Answer `json:"answers,omitempty"`
	// Trace is the one in which the document was submitted, if there is one.
	Trace trace.Parent `json:"trace,omitzero"`
	// Effects are what the document does to balances.
	Effects effects.Effects `json:"effects,omitzero"`
}

// FromEntry reads an exchange from its log entry, as it was at its acceptance. If this
// process has just encoded it, it is not decoded again.
func FromEntry(e queue.Entry) (Exchange, error) {
	if decoded, ok := e.Decoded.(*Exchange); ok {
		x := *decoded
		x.AcceptedAt, x.Position, x.Body = e.At, e.Position, e.Body
		return x, nil
	}
	var h head
	if err := json.Unmarshal(e.Head, &h); err != nil {
		return Exchange{}, fmt.Errorf("read log entry %d: %w", e.Position, err)
	}
	x := Exchange{
		ID:         e.ID,
		Identity:   proof.Identity{Sender: h.Sender, Kind: h.Kind, Number: h.Number, Version: h.Version},
		Digest:     e.Digest,
		Size:       h.Size,
		AcceptedAt: e.At,
		Position:   e.Position,
		Body:       e.Body,
		Schema:     h.Schema,
		Receivers:  h.Receivers,
		Express:    h.Express,
		Faults:     h.Faults,
		Held:       h.HeldBy,
		Signature:  h.Signature,
		Keys:       h.Keys,
		Answers:    h.Answers,
		Trace:      h.Trace,
		Effects:    h.Effects,
		State:      SubmissionAcceptance,
	}
	if h.Held {
		x.State = SubmissionHeld
	}
	return x, nil
}

// decoded returns what [FromEntry] decodes from the head of the exchange, or nil. The
// queue may keep it for a while, so it has no part of the document's bytes: one that is
// held has, in its faults.
func (x Exchange) decoded() any {
	if x.State == SubmissionHeld {
		return nil
	}
	id := x.Identity
	x.Identity = proof.Identity{
		Sender: strings.Clone(id.Sender), Kind: strings.Clone(id.Kind), Number: strings.Clone(id.Number), Version: strings.Clone(id.Version),
	}
	return &x
}

// encode returns the head of the exchange for the log.
func (x Exchange) encode() ([]byte, error) {
	return json.Marshal(head{
		Sender: x.Identity.Sender, Kind: x.Identity.Kind, Number: x.Identity.Number, Version: x.Identity.Version,
		Size: x.Size, Schema: x.Schema, Receivers: x.Receivers, Express: x.Express,
		Held: x.State == SubmissionHeld, Faults: x.Faults, HeldBy: x.Held, Signature: x.Signature, Keys: x.Keys, Answers: x.Answers,
		Trace: x.Trace, Effects: x.Effects,
	})
}

// fits leaves out what the exchange does to balances if its head has no room for that
// beside the faults that hold it. Without such faults, the bounds of all else leave room.
func (x *Exchange) fits() {
	if x.State != SubmissionHeld || x.Effects.None() {
		return
	}
	const rest = 2 << 10 // the trace, the digest of what is held, and the warning
	if text, err := x.encode(); err != nil || len(text)+rest > queue.MaxHead {
		x.Effects = x.Effects.Uncounted()
	}
}

// detail is the content of an event in addition to its name.
type detail struct {
	Cause
	Lease Lease     `json:"lease,omitzero"`
	Run   string    `json:"run,omitempty"`
	Next  time.Time `json:"next,omitzero"`

	Envelope int64 `json:"envelope,omitempty"`

	Disclosure *Disclosure `json:"disclosure,omitempty"`
	Dialogue   *Dialogue   `json:"dialogue,omitempty"`
	Session    *Session    `json:"session,omitempty"`
	Verdict    *Finding    `json:"verdict,omitempty"`
}

// FromEvent reads an event of the queue.
func FromEvent(sequence int64, e queue.Event) (Event, error) {
	event := Event{
		Sequence: sequence, Exchange: e.Subject.Exchange, Receiver: e.Receiver,
		Name: State(e.Name), Attempt: e.Attempt, At: e.At,
	}
	if len(e.Detail) > 0 {
		var d detail
		if err := json.Unmarshal(e.Detail, &d); err != nil {
			return Event{}, fmt.Errorf("read event %d: %w", sequence, err)
		}
		event.Cause, event.Lease, event.Run, event.Next, event.Envelope = d.Cause, d.Lease, d.Run, d.Next, d.Envelope
		event.Disclosure, event.Dialogue, event.Session, event.Verdict = d.Disclosure, d.Dialogue, d.Session, d.Verdict
	}
	if e.Subject.Kind != queue.SubjectExchange {
		event.Subject = e.Subject
	}
	return event, nil
}

// Encode encodes events for the queue.
func Encode(events ...Event) ([]queue.Event, error) {
	records := make([]queue.Event, 0, len(events))
	for _, e := range events {
		r := queue.Event{Subject: e.subject(), Receiver: e.Receiver, Name: string(e.Name), Attempt: e.Attempt, At: e.At}
		if d := (detail{e.Cause, e.Lease, e.Run, e.Next, e.Envelope, e.Disclosure, e.Dialogue, e.Session, e.Verdict}); d != (detail{}) {
			text, err := json.Marshal(d)
			if err != nil {
				return nil, fmt.Errorf("write event: %w", err)
			}
			r.Detail = text
		}
		records = append(records, r)
	}
	return records, nil
}

// subject returns what the event is about.
func (e Event) subject() queue.Subject {
	if e.Subject.Kind != queue.SubjectExchange {
		return e.Subject
	}
	return queue.ExchangeSubject(e.Exchange)
}

// consign appends the events that consign an exchange to its receivers at a time, as the
// first attempt.
func consign(events []Event, id uuid.UUID, receivers []string, at time.Time) []Event {
	for _, r := range receivers {
		events = append(events, Event{Exchange: id, Receiver: r, Name: ContentConsignment, Attempt: 1, At: at})
	}
	return events
}
