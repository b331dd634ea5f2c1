package exchange

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/effects"
	"beibu/exchange/lookup"
	"beibu/exchange/proof"
	"beibu/exchange/rules"
	"beibu/exchange/trace"
	"beibu/queue"
	"beibu/signing"
)

// An Exchange is one document's journey, up to now.
type Exchange struct {
	ID          uuid.UUID
	Identity    proof.Identity
	Digest      [32]byte        // SHA-256 of the bytes received
	Size        int             // bytes received
	AcceptedAt  time.Time       // UTC, to the microsecond
	Position    int64           // in the log, in order within its partition only
	Sequence    int64           // of its entry in the record, which orders all exchanges; 0 until the record has it
	Body        int64           // the position at which the queue keeps the envelope
	Schema      string          // the schema set that judged the document
	Receivers   []string        // in route order
	Express     bool            // perishable: HS chapters 01 to 14
	Faults      []string        // codes of faults that did not refuse the document, such as warnings
	Held        Held            // the faults for which a person must decide, if a rule or a verdict held it
	Signature   Signature       // the sender's own, if the document has one
	Keys        lookup.Keys     // by which people find it
	Answers     []Answer        // what it says of other exchanges
	Effects     effects.Effects // what it does to balances; it is decided behind the record if there are any
	Trace       trace.Parent    // the span of its submission, or zero
	State       State           // Summary of the deliveries
	Deliveries  []Delivery
	Latest      []LatestAnswer // to it, of each party the newest, in the order of the record
	Events      []Event        // the timeline; filled by Journal.Exchange alone, as what follows
	SameAs      uuid.UUID      // the exchange by which the same content was accepted first, from another sender
	Replies     []Reply        // the newest answers to it that have receivers, oldest first
	MoreReplies int            // those before them
}

// open returns the exchange of a document at its acceptance.
func open(t Trusted, receivers []string) Exchange {
	c := t.checked
	digest := c.digested.SHA256()
	x := Exchange{
		ID: c.Identity().ExchangeID(digest), Identity: c.Identity(), Digest: digest,
		Size: len(c.document.Bytes), AcceptedAt: c.document.Received.UTC().Truncate(time.Microsecond),
		Schema: c.schema, Receivers: receivers, Express: c.facts.Express(), Signature: t.signature, State: SubmissionAcceptance,
		Keys: lookup.Of(c.facts), Effects: effects.Of(c.kind, c.facts),
	}
	for _, fault := range c.faults {
		if !slices.Contains(x.Faults, fault.Code) { // a list shows hundreds of exchanges
			x.Faults = append(x.Faults, fault.Code)
		}
	}
	if c.faults.Has(rules.Hold) {
		x.State, x.Held = SubmissionHeld, heldBy(c.faults)
	}
	return x
}

// Judged reports whether a verdict behind the record decides on the exchange: dispatch
// does not consign it.
func (x Exchange) Judged() bool { return !x.Effects.None() }

// Terms returns what the exchange is found by in addition to the codes of its goods.
func (x Exchange) Terms() []lookup.Term { return x.Keys.Terms(x.Identity.Kind, x.Identity.Number) }

// FoundBy reports whether a term finds the exchange.
func (x Exchange) FoundBy(t lookup.Term) bool {
	return x.Keys.Has(x.Identity.Kind, x.Identity.Number, t)
}

// header returns the header of an exchange's envelope.
func (x Exchange) header() signing.Header {
	return signing.Header{
		ExchangeID: x.ID.String(), Sender: x.Identity.Sender, Kind: x.Identity.Kind,
		DocumentNumber: x.Identity.Number, DocumentVersion: x.Identity.Version, Receivers: x.Receivers,
		DigestSHA256: x.Digest, AcceptedAt: x.AcceptedAt, SchemaPack: x.Schema,
	}
}

// Receipt returns the contents of the exchange's receipt.
func (x Exchange) Receipt() proof.Receipt {
	return proof.NewReceipt(x.ID, x.Identity, x.Digest, x.AcceptedAt, x.Position)
}

// A Delivery is one exchange on its way to one receiver.
type Delivery struct {
	Exchange    uuid.UUID
	Receiver    string
	Attempt     int // from 1; a replay makes the next
	State       State
	ConsignedAt time.Time // when this attempt began
	ChangedAt   time.Time // when it came to State
	Lease       Lease     // whose it is, if State is ContentHandover
	Handovers   int       // of this attempt
	Cause       Cause     // the reason, if State is a failure
	Retry       Retry     // if it is open and its last try failed

	// DueSince is when the time to acknowledge it began, if it is open: when it came to
	// State or, if that is later, when the delivery before it of the same number was
	// closed. Only a [DeliveryJournal] that lists it sets it.
	DueSince time.Time

	// Envelope is the position at which the queue keeps the envelope that was sealed for
	// this receiver, if the exchange was readdressed to it; 0 if it gets that of the exchange.
	Envelope int64
}

// EnvelopeFor returns the position at which the queue keeps the envelope that a party
// gets: that which was sealed for it, if the exchange was readdressed to it, and else that
// of the exchange.
func (x Exchange) EnvelopeFor(party string) int64 {
	for i := range x.Deliveries {
		if d := &x.Deliveries[i]; d.Receiver == party && d.Envelope != 0 {
			return d.Envelope
		}
	}
	return x.Body
}

// A Retry is what the record says of a delivery that could not be carried, and is carried
// again.
type Retry struct {
	Code  string    // of the cause of the last failure
	Tries int       // that failed, one after the other
	First time.Time // when the first of them failed; zero if none has
	Last  time.Time // when the last of them failed
	Next  time.Time // when the next try is
}

// Later reports whether the delivery was consigned after its document was accepted at a
// time, by the release of what was held, a readdressing or a replay. Other deliveries are
// dated by the acceptance.
func (d Delivery) Later(accepted time.Time) bool {
	return d.Attempt > 1 || !d.ConsignedAt.Equal(accepted)
}

// Failing reports whether the delivery was handed over at least so many times in its
// attempt, and never acknowledged: the receiver may fail on it.
func (d Delivery) Failing(handovers int) bool {
	return d.State == ContentHandover && d.Handovers >= handovers
}

// Event returns the step that brings the delivery to a state, in its attempt.
func (d Delivery) Event(name State, at time.Time) Event {
	return Event{Exchange: d.Exchange, Receiver: d.Receiver, Name: name, Attempt: d.Attempt, At: at}
}

// Expired returns the step that gives the delivery up since it was not acknowledged
// within a time.
func (d Delivery) Expired(within time.Duration, at time.Time) Event {
	e := d.Event(ContentHandoverFailure, at)
	e.Cause = Cause{Code: CodeExpired, Reason: "not acknowledged within " + within.String()}
	return e
}

// A Lease reserves a delivery for one caller of the receiver until a time. It is in the
// record, so that every node that shares the record obeys it.
type Lease struct {
	Holder string    `json:"holder"` // identifies this hand-over; at most 64 bytes
	Until  time.Time `json:"until"`
}

// MaxLease is the longest lease that can be asked for.
const MaxLease = time.Hour

// clockSkew is how far the clocks of two nodes may be apart. Without it, a node whose clock
// is behind would hand over again what another has just leased for MaxLease.
const clockSkew = time.Minute

// LastEnd returns the latest end of a lease that is in force at a time.
func LastEnd(at time.Time) time.Time { return at.Add(MaxLease + clockSkew) }

// Holds reports whether the lease is in force at a time. One that would last for
// longer than [LastEnd] was given by a clock that was ahead, and does not count:
// otherwise the delivery would be withheld until that far time.
func (l Lease) Holds(at time.Time) bool {
	return at.Before(l.Until) && !l.Until.After(LastEnd(at))
}

// A Cause is the reason for which a receiver refused or a delivery was given up.
type Cause struct {
	Code   string `json:"code,omitempty"`   // the receiver's own, or "expired"; at most 64 bytes
	Reason string `json:"reason,omitempty"` // for people; at most 1,000 bytes
	Actor  string `json:"actor,omitempty"`  // who asked for it, if a person did
}

// The exchange's own codes for the cause of a failed or repeated delivery.
const (
	CodeExpired = "expired"  // it was not acknowledged in time
	CodeNotKept = "not-kept" // its envelope is no longer kept
	CodeReplay  = "replay"   // an operator replayed it

	CodeReaddressed = "readdressed" // an operator had it sent by the routes in force

	CodePushGone        = "push-gone"        // the receiver's address answered that it is gone for good (410)
	CodePushCertificate = "push-certificate" // the receiver's certificate is not trusted, or ours is not
	CodePushTooLarge    = "push-too-large"   // its envelope is larger than the receiver takes
)

// IsOwnCode reports whether a code is the exchange's own, so that no receiver may
// give it.
func IsOwnCode(code string) bool {
	return slices.Contains([]string{CodeExpired, CodeNotKept, CodeReplay, CodeReaddressed}, code)
}

// An Event is one step of the timeline of an exchange, or what happened to another
// subject.
type Event struct {
	Sequence int64
	Exchange uuid.UUID     // zero if the event is about another subject
	Subject  queue.Subject // what the event is about, if it is no exchange
	Receiver string        // "" if it is about the exchange as a whole
	Name     State
	Attempt  int
	At       time.Time
	Lease    Lease // of a hand-over
	Cause    Cause
	Run      string    // the id of the replay run that started the attempt, or ""
	Next     time.Time // of an attempt that failed: when the next one is; otherwise zero
	Envelope int64     // of the first attempt: the position of the envelope that was sealed for the receiver, or 0

	Disclosure *Disclosure // of personal data, or nil
	Dialogue   *Dialogue   // of an attempt, or nil
	Session    *Session    // that began or ended, or nil
	Verdict    *Finding    // of a refusal by a verdict, or nil
}

// A Finding is what a verdict found in a document.
type Finding struct {
	Faults  Faults `json:"faults"`
	Omitted int    `json:"omitted,omitempty"` // how many more there are
	// Asked says that some receivers have been asked for their approval: the refusal
	// counts although it is consigned to them.
	Asked bool `json:"asked,omitempty"`
	// SameAs is the exchange by which the same content was accepted first, from another
	// sender.
	SameAs uuid.UUID `json:"sameAs,omitzero"`
}

// Apply applies an event to a delivery and reports whether its state changed. An event
// that cannot follow changes nothing, such as a refusal after the acknowledgement, or a
// hand-over of an attempt before a replay. So repeated and late events do no harm. A
// hand-over during the lease of another changes nothing either: if two nodes hand over
// at once, the first in the record counts. An acknowledgement counts whatever its
// attempt, since the bytes are the same.
func (d *Delivery) Apply(e Event) bool {
	if e.Name == HandoverAttempt {
		return d.retry(e)
	}
	if !d.State.may(e.Name) {
		return false
	}
	again := e.Name == d.State && e.Lease.Holder == d.Lease.Holder && e.At.Equal(d.ChangedAt) // the same, recorded twice
	switch {
	case e.Name == ContentConsignment:
		if e.Attempt != d.Attempt+1 {
			return false
		}
		if d.Attempt == 0 {
			d.Envelope = e.Envelope
		}
		d.Attempt, d.ConsignedAt, d.Handovers = e.Attempt, e.At, 0
	case e.Name != ConsignmentAcceptance && e.Attempt != d.Attempt:
		return false
	case e.Name == ContentHandover && e.Lease.Holder != d.Lease.Holder && d.Lease.Holds(e.At):
		return false
	case e.Name == ContentHandover && !again:
		d.Handovers++
	}
	d.State, d.ChangedAt, d.Lease, d.Cause = e.Name, e.At, e.Lease, e.Cause
	d.Retry = Retry{}
	return true
}

// retry applies a try that failed and is made again. A try that did not fail, or is the
// last, changes nothing: what became of the delivery is the next event.
func (d *Delivery) retry(e Event) bool {
	if e.Next.IsZero() || !d.State.Open() || e.Attempt != d.Attempt || d.Retry.Tries > 0 && e.At.Equal(d.Retry.Last) {
		return false
	}
	if d.Retry.Tries == 0 {
		d.Retry.First = e.At
	}
	d.Retry.Code, d.Retry.Last, d.Retry.Next = e.Cause.Code, e.At, e.Next
	d.Retry.Tries++
	return true
}

// Summary returns the state of an exchange from the states of its deliveries: a failed
// one decides before an open one, and an open one before an acknowledged one.
func Summary(deliveries []Delivery) State {
	order := []State{ContentHandoverFailure, ConsignmentRejection, ContentConsignment, ContentHandover, ConsignmentAcceptance}
	for _, state := range order {
		for _, d := range deliveries {
			if d.State == state {
				return state
			}
		}
	}
	return SubmissionAcceptance
}
