package exchange

import (
	"context"
	"time"

	"beibu/queue"
)

// A Side is one of the two things that a party does: it sends and it receives.
type Side uint8

// The sides. Their numbers are those in the index.
const (
	Sending   Side = iota // documents of its own
	Receiving             // deliveries
)

// An Activity is what the record says of one side of a party.
type Activity struct {
	Party   string
	Side    Side
	Failed  time.Time // its last document that was refused, or delivery or attempt that failed; zero if there was none
	Cause   Cause     // of that failure
	Next    time.Time // when the delivery that failed is tried again, or zero
	Breaker Breaker   // of a receiver
}

// A Breaker is the circuit breaker of a receiver to which the exchange carries.
type Breaker struct {
	Opened time.Time // zero while it is closed
	Cause  Cause     // of the failure that opened it
}

// IsOpen reports whether one delivery at a time is tried, since several failed in a row.
func (b Breaker) IsOpen() bool { return !b.Opened.IsZero() }

// PartyEvent returns an event of a party.
func PartyEvent(party string, name State, at time.Time) Event {
	return Event{Subject: queue.Subject{Kind: queue.SubjectParty, ID: party}, Name: name, At: at}
}

// A Backlog is what one receiver has not acknowledged yet.
type Backlog struct {
	Receiver string
	Open     int       // deliveries
	Oldest   time.Time // when the oldest of them was consigned
	Waiting  time.Time // the same, of those that were not handed over; zero if all were
	Failing  int       // of those that are open: handed over too often
	HeldBack int       // of those that are open: they wait for another one of the same number
}

// An ActivityHour is an hour in which one side of a party did something, or failed.
type ActivityHour struct {
	Hour   time.Time // its beginning
	Active bool      // it sent a document, or took, acknowledged or refused a delivery
	Failed int       // documents of it that were refused, or deliveries to it that failed for good
}

// An ActivityLog returns what parties do.
type ActivityLog interface {
	// Activities returns both sides of the parties that have failed at least once.
	Activities(ctx context.Context) ([]Activity, error)
	// ActivityHours returns the hours of one side of a party from a time on, oldest first:
	// at most those of the 14 days before the newest.
	ActivityHours(ctx context.Context, party string, side Side, from time.Time) ([]ActivityHour, error)
	// LastSuccess returns when the newest document of a party was accepted, or when the
	// newest delivery before the oldest open one was taken by it. It is zero if there is
	// none among the newest.
	LastSuccess(ctx context.Context, party string, side Side) (time.Time, error)
	// Counts returns the backlog of every receiver that has one, by receiver. A delivery
	// that was handed over so often or more counts as failing.
	Counts(ctx context.Context, handovers int) ([]Backlog, error)
	// HeldBack returns the document numbers of which deliveries to a receiver wait for
	// another one, the first by the record first and MaxHeldNumbers at most, and how many
	// there are.
	HeldBack(ctx context.Context, receiver string) (some []HeldNumber, all int, err error)
}
