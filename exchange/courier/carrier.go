package courier

import (
	"context"
	"slices"
	"time"

	"beibu/exchange"
	"beibu/exchange/trace"
)

// A Carrier is one way to carry deliveries to one receiver. One caller at a time
// carries.
type Carrier interface {
	// Carry hands parcels over in their order. It returns what became of them, in the
	// order of the parcels: that a parcel has arrived only once the receiver has it, in
	// such a way that a crash of either does not lose it. What has no [Outcome], or the
	// zero one, was not carried, and the same is carried again. All of the document that
	// the receiver is given follows from the parcel, so that a repeat is the same to the
	// byte. No two parcels are of the same sender, kind and number. An error is about the receiver and not about one parcel; an [Error] says more
	// than that it failed.
	Carry(ctx context.Context, parcels ...Parcel) ([]Outcome, error)
}

// A Parcel is a delivery with the envelope that it carries.
type Parcel struct {
	Exchange exchange.Exchange // with this one delivery
	Envelope []byte            // as it was sealed; must not be changed
}

// Traceparent names the span of the delivery to the receiver. It follows from the parcel.
func (p Parcel) Traceparent() trace.Parent {
	return p.Exchange.Trace.Delivery(p.Exchange.ID, p.Exchange.Deliveries[0].Receiver)
}

// An Outcome is what became of one parcel.
type Outcome struct {
	// State is ContentHandover if it has arrived, ConsignmentRejection if the receiver
	// refuses it for good, and ContentHandoverFailure if it can never arrive. Otherwise
	// it is empty, and the parcel is carried again.
	State exchange.State
	Cause exchange.Cause // why it is refused or can never arrive
	// Failure is why this one parcel did not arrive although the receiver answers. It is
	// carried again by a schedule of its own, and others are carried meanwhile.
	Failure *Error
	Attempt exchange.Cause // what the timeline shows of the attempt, or nothing
	Said    *Said          // what it sent and what came back, or nil
}

// Arrived returns the outcomes of n parcels that have all arrived.
func Arrived(n int) []Outcome {
	return slices.Repeat([]Outcome{{State: exchange.ContentHandover}}, n)
}

// An Error is a failure to carry that says what the loop can do about it.
type Error struct {
	Err     error
	After   time.Duration // if positive: the receiver asks to be left alone for so long
	Refused bool          // the receiver refuses until somebody changes something there
}

// Error returns the text of the cause.
func (e *Error) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// A Meter counts what comes of carrying.
type Meter interface {
	// Carried counts deliveries that are with the receiver and on record, and those
	// that were given up.
	Carried(receiver string, delivered, givenUp int)
	// Failed counts a batch that is carried again; refused is that of [Error].
	Failed(receiver string, refused bool)
	// Breaker says that the circuit breaker of a receiver is open or closed now.
	Breaker(receiver string, open bool)
}
