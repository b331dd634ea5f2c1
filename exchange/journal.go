package exchange

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/google/uuid"

	"beibu/queue"
)

// A Journal tells what happened, from an index folded from the queue's record.
// It is as fresh as its fold: Recorder waits for that where it matters.
type Journal interface {
	// Exchange returns one exchange with its deliveries and its timeline. It
	// fails with an *Error of kind NotFound.
	Exchange(ctx context.Context, id uuid.UUID) (Exchange, error)
	// Exchanges returns those that fit, newest first by the record, with their
	// deliveries but without timelines, and the cursor for the next page, or 0
	// at the end.
	Exchanges(ctx context.Context, q Query) (page []Exchange, next int64, err error)
	DeliveryJournal
}

// A DeliveryJournal finds deliveries. It returns them with their exchanges, of which
// each carries that one delivery.
type DeliveryJournal interface {
	// Deliveries returns deliveries that fit, express first and then the oldest by the
	// record.
	Deliveries(ctx context.Context, q DeliveryQuery) ([]Exchange, error)
	// DeliveriesOf returns the deliveries of exchanges to one receiver, whatever their
	// state, in the order of ids, which are at most 10,000. It leaves out those that
	// there are not.
	DeliveriesOf(ctx context.Context, receiver string, ids []uuid.UUID) ([]Exchange, error)
}

// A Query narrows a list of exchanges. Zero fields do not narrow.
type Query struct {
	Party  string // sender or receiver
	Sender string
	Kind   string
	Number string
	State  State
	Since  time.Time // accepted at or after
	Until  time.Time // accepted before
	// Failing leaves out all but those with a delivery that was handed over so often
	// or more in its attempt, at least 2, and not acknowledged; with Party, one that
	// it sent or is sent.
	Failing int
	Before  int64 // the cursor of the page before: a sequence
	Limit   int   // 1 to 500; 0 means 50
}

// A DeliveryQuery narrows a list of deliveries. Zero fields do not narrow.
type DeliveryQuery struct {
	Receiver string
	States   []State
	Since    time.Time // came to their state at or after
	Until    time.Time // came to their state before
	Kind     string    // of the document
	Cause    string    // code of the cause of their state
	After    int64     // sequence of the last exchange seen of the same express class
	Backlog  bool      // leave express deliveries out: the cursor has passed them
	Limit    int       // 1 to 10,000; 0 means 100
	// HandoversBelow leaves out what was handed over so often or more in its attempt.
	HandoversBelow int
}

// A LeaseQuery narrows a list of what is handed over to one receiver and not
// acknowledged, in the order in which the leases end, those first that have none.
type LeaseQuery struct {
	Receiver       string
	HandoversBelow int // leave out what was handed over so often or more in its attempt; 0 leaves out nothing
	Limit          int // 1 to 10,000; 0 means 100
}

// A FailingQuery narrows a list of what was handed over to one receiver again and again
// and never acknowledged, and is under no lease at a time: the fewest hand-overs first,
// then the oldest by the record.
type FailingQuery struct {
	Receiver  string
	Handovers int       // in one attempt, so many or more; at least 2
	FreeAt    time.Time // when there is no lease
	Limit     int       // 1 to 10,000; 0 means 100
}

// A Fold keeps an index up to date from the queue's record.
type Fold interface {
	// Wait returns when the fold has passed a sequence, or with ctx's error.
	Wait(ctx context.Context, sequence int64) error
}

// A Recorder writes events and waits until the index shows them, so that
// whoever caused them sees them.
type Recorder struct {
	Appender queue.Appender
	Feed     queue.Feed
	Fold     Fold
	Observer Observer // or nil
}

// An Observer receives the steps of exchanges, for logs and metrics. It must be
// quick: those who take the step wait for it.
type Observer interface {
	// Consigned receives the exchanges of a batch that [Dispatch] puts before their
	// receivers, and its events. After a crash it may receive them again.
	Consigned(exchanges []Exchange, events []Event)
	// Recorded receives events that a [Recorder] has made durable.
	Recorded(ctx context.Context, events []Event)
}

// Record makes events durable, all or none. A nil error says that they are
// durable and shown; an *Error of kind Unavailable that they may not be, and
// that recording them again is safe, since a delivery moves but once; one of kind
// Invalid that the queue does not take them, now or later.
func (r *Recorder) Record(ctx context.Context, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	records, err := record(events...)
	if err != nil {
		return &Error{Op: "record events", Kind: Internal, Err: err}
	}
	told, err := r.Appender.Append(ctx, records...)
	switch {
	case errors.Is(err, queue.ErrInvalid):
		return &Error{Op: "record events", Kind: Invalid, Code: "outside-limits", Err: err}
	case err != nil:
		return &Error{Op: "record events", Kind: Unavailable, Code: "unavailable", Err: err}
	}
	if r.Observer != nil {
		r.Observer.Recorded(ctx, events)
	}
	return r.await(ctx, told)
}

// Settle waits until the index shows all that the record held at the call.
func (r *Recorder) Settle(ctx context.Context) error {
	head, err := r.Feed.Head(ctx)
	if err != nil {
		return &Error{Op: "wait for the index", Kind: Unavailable, Code: "unavailable", Err: err}
	}
	return r.await(ctx, head)
}

// await waits until the index shows the record up to a sequence.
func (r *Recorder) await(ctx context.Context, sequence int64) error {
	if err := r.Fold.Wait(ctx, sequence); err != nil {
		return &Error{Op: "wait for the index", Kind: Unavailable, Code: "unavailable", Err: fmt.Errorf("sequence %d: %w", sequence, err)}
	}
	return nil
}

// partBytes bounds what parts puts into one part: far below what any queue takes
// in one piece.
const partBytes = 1 << 20

// parts cuts events into parts of which each can be recorded in one piece, however
// long the reasons are. The bytes are those of the longest form: JSON writes a
// control character with six.
func parts(events []Event) iter.Seq[[]Event] {
	return func(yield func([]Event) bool) {
		for len(events) > 0 {
			n, size := 0, 0
			for n < len(events) && (n == 0 || size < partBytes) {
				e := events[n]
				size += 256 + len(e.Receiver) + 6*(len(e.Cause.Code)+len(e.Cause.Reason)+len(e.Cause.Actor)+len(e.Lease.Holder))
				n++
			}
			if !yield(events[:n:n]) {
				return
			}
			events = events[n:]
		}
	}
}
