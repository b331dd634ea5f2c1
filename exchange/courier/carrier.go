package courier

import (
	"context"
	"time"

	"beibu/exchange"
)

// A Carrier is one way to carry deliveries to one receiver. One caller at a time
// carries.
type Carrier interface {
	// Carry hands parcels over in their order. It returns nil once the receiver has
	// all of them, in such a way that a crash of either loses none. If it fails, some
	// may have arrived: the same are carried again, in the same order. All that the
	// receiver is given follows from the parcel, so that a repeat is the same to the
	// byte. An [Error] says more than that it failed.
	Carry(ctx context.Context, parcels ...Parcel) error
}

// A Parcel is a delivery with the envelope that it carries.
type Parcel struct {
	Exchange exchange.Exchange // with this one delivery
	Envelope []byte            // as it was sealed; must not be changed
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
