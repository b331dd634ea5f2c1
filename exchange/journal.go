package exchange

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/lookup"
	"beibu/queue"
)

// A Journal reads exchanges from an index that is folded from the queue's record. It
// lags behind the record; [Recorder.Wait] waits until it has caught up.
type Journal interface {
	// Exchange returns one exchange with its deliveries and its timeline. It
	// fails with an *Error of kind NotFound.
	Exchange(ctx context.Context, id uuid.UUID) (Exchange, error)
	// Current returns one exchange with its deliveries but without its timeline, which
	// costs more than the rest. It fails as Exchange does.
	Current(ctx context.Context, id uuid.UUID) (Exchange, error)
	// Exchanges returns the exchanges that match, newest first by the record, with their
	// deliveries but without timelines, and the cursor for the next page, or 0
	// at the end.
	Exchanges(ctx context.Context, q Query) (page []Exchange, next int64, err error)
	// Causes returns the codes of the reasons for which deliveries were ever refused,
	// given up or replayed, in order, MaxCauses at most.
	Causes(ctx context.Context) ([]string, error)
	// Consigned returns deliveries to one receiver, whatever their state, in the order in
	// which the record consigned them, together with their exchanges, which carry that one
	// delivery. The cursor for the next page is 0 at the end. A delivery that was
	// replayed has the place of its newest attempt.
	Consigned(ctx context.Context, q ConsignedQuery) (page []Exchange, next int64, err error)
	DeliveryJournal
}

// A DeliveryJournal finds deliveries.
type DeliveryJournal interface {
	// Deliveries returns the deliveries that match and are not acknowledged, express first
	// and then the oldest by the record. They come with their exchanges, of which each
	// carries that one delivery.
	Deliveries(ctx context.Context, q DeliveryQuery) ([]Exchange, error)
	// DeliveriesOf returns the deliveries of exchanges to one receiver, whatever their
	// state, without the exchanges, in the order of ids, which are at most 10,000. It
	// omits those that do not exist.
	DeliveriesOf(ctx context.Context, receiver string, ids []uuid.UUID) ([]Delivery, error)
}

// The sizes of a page of a list.
const (
	DefaultPage = 50
	MaxPage     = 500
	MaxCauses   = 1_000
)

// A Query narrows a list of exchanges. Zero fields do not narrow.
type Query struct {
	Party  string // sender or receiver
	Sender string
	Kind   string
	Number string
	State  State
	Since  time.Time // accepted at or after
	Until  time.Time // accepted before
	Rule   string    // code of a fault that was found and let pass, or that held it
	// Cause is the code of the reason for which a delivery is in its state. With Party,
	// the delivery is one that the party sent or receives.
	Cause string
	// Terms are groups, of each of which one must find the exchange.
	Terms [][]lookup.Term
	// Answered selects exchanges by the newest answers of parties. With Party, the answers
	// are those that it gave, or that were given to what it sent.
	Answered AnswerFilter
	// Failing selects exchanges with a delivery that was handed over at least so many
	// times in its attempt (2 or more), and was not acknowledged. With Party, the
	// delivery is one that the party sent or receives.
	Failing int
	Before  int64 // the cursor of the page before: a sequence
	Limit   int   // 1 to MaxPage; 0 means DefaultPage
}

// A ConsignedQuery narrows a list of what was consigned to one receiver.
type ConsignedQuery struct {
	Receiver string
	Since    time.Time // consigned at or after; zero does not narrow
	After    int64     // the cursor of the page before
	Limit    int       // 1 to MaxPage; 0 means DefaultPage
}

// A DeliveryQuery narrows a list of deliveries. Zero fields do not narrow.
type DeliveryQuery struct {
	Receiver string
	States   []State
	Since    time.Time // came to their state at or after
	Until    time.Time // came to their state before
	Kind     string    // of the document
	Sender   string    // of the document
	Number   string    // of the document
	Cause    string    // code of the cause of their state
	After    int64     // sequence of the last exchange seen of the same express class
	Backlog  bool      // leave express deliveries out: the cursor has passed them
	Limit    int       // 1 to 10,000; 0 means 100
	// HandoversBelow omits deliveries that were handed over at least so many times in
	// their attempt.
	HandoversBelow int
	// InTurn omits deliveries that are open and wait for another one of the same sender,
	// kind and number to the same receiver, which is open too and comes before by the
	// record.
	InTurn bool
	Unless Out // omits deliveries while another one of the same number to the same receiver is out
}

// An Out says when a delivery is out. It is never, if this is zero.
type Out struct {
	LeasedAt   time.Time // it is under a lease that is in force at that time
	HandedOver bool      // it is handed over and not closed, whatever its lease
}

// A LeaseQuery narrows a list of deliveries that are handed over to one receiver and
// not acknowledged: those without a lease first, then by the end of the lease. It omits
// those whose turn it is not (see [DeliveryQuery.InTurn]).
type LeaseQuery struct {
	Receiver       string
	At             time.Time // omit deliveries while another one of the same number is under a lease at that time
	HandoversBelow int       // omit deliveries with at least so many hand-overs in their attempt; 0 omits none
	Limit          int       // 1 to 10,000; 0 means 100
}

// A FailingQuery narrows a list of deliveries that were handed over to one receiver many
// times, were never acknowledged, are under no lease, and whose turn it is: the fewest
// hand-overs first, then the oldest by the record.
type FailingQuery struct {
	Receiver  string
	Handovers int       // the least number in one attempt; at least 2
	FreeAt    time.Time // the time at which there is no lease, nor one of another delivery of the same number
	Limit     int       // 1 to 10,000; 0 means 100
}

// A Fold keeps an index up to date from the queue's record.
type Fold interface {
	// Wait returns nil once the fold has passed a sequence, or ctx's error.
	Wait(ctx context.Context, sequence int64) error
}

// A Recorder writes events and waits until the index shows them, so that a caller sees
// the events that it caused.
type Recorder struct {
	Appender queue.Appender
	Feed     queue.Feed
	Fold     Fold
	Observer Observer // or nil
}

// An Observer receives the steps of exchanges, for logs and metrics. It must be quick,
// since each step waits for it.
type Observer interface {
	// Consigned receives the exchanges of a batch that [Dispatch] puts before their
	// receivers, and its events. After a crash it may receive them again.
	Consigned(exchanges []Exchange, events []Event)
	// Recorded receives events that a [Recorder] has made durable.
	Recorded(ctx context.Context, events []Event)
}

// Record makes events durable, all or none. If it returns nil, they are durable and in
// the index. If it fails with an [*Error] of kind Unavailable, they may be durable or
// not, and it is safe to record them again, since a repeated event changes nothing. If
// the kind is Invalid, the queue never accepts them.
func (r *Recorder) Record(ctx context.Context, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	records, err := Encode(events...)
	if err != nil {
		return &Error{Op: "record events", Kind: Internal, Err: err}
	}
	last, err := r.append(ctx, records)
	if err != nil {
		return err
	}
	if r.Observer != nil {
		r.Observer.Recorded(ctx, events)
	}
	return await(ctx, r.Fold, last)
}

// Append makes events of other subjects than exchanges durable, as their packages have
// encoded them. It returns and fails as Record does.
func (r *Recorder) Append(ctx context.Context, events ...queue.Event) error {
	last, err := r.append(ctx, events)
	if err != nil {
		return err
	}
	return await(ctx, r.Fold, last)
}

// append makes events durable and returns a sequence at or after theirs.
func (r *Recorder) append(ctx context.Context, events []queue.Event) (int64, error) {
	last, err := r.Appender.Append(ctx, events...)
	switch {
	case errors.Is(err, queue.ErrInvalid):
		return 0, &Error{Op: "record events", Kind: Invalid, Code: "outside-limits", Err: err}
	case err != nil:
		return 0, &Error{Op: "record events", Kind: Unavailable, Code: "unavailable", Err: err}
	}
	return last, nil
}

// Wait waits until the index shows the whole record, as it is at the call. It fails with
// an [*Error] of kind Unavailable.
func (r *Recorder) Wait(ctx context.Context) error {
	head, err := r.Feed.Head(ctx)
	if err != nil {
		return &Error{Op: "wait for the index", Kind: Unavailable, Code: "unavailable", Err: err}
	}
	return await(ctx, r.Fold, head)
}

// Reach waits until the index shows the record up to a sequence. It returns false if the
// record does not go so far. It fails with an [*Error] of kind Unavailable.
func (r *Recorder) Reach(ctx context.Context, sequence int64) (bool, error) {
	head, err := r.Feed.Head(ctx)
	if err != nil {
		return false, &Error{Op: "wait for the index", Kind: Unavailable, Code: "unavailable", Err: err}
	}
	if sequence > head {
		return false, nil
	}
	return true, await(ctx, r.Fold, sequence)
}

// await waits until an index shows the record up to a sequence.
func await(ctx context.Context, index Fold, sequence int64) error {
	if err := index.Wait(ctx, sequence); err != nil {
		return &Error{Op: "wait for the index", Kind: Unavailable, Code: "unavailable", Err: fmt.Errorf("sequence %d: %w", sequence, err)}
	}
	return nil
}

// partBytes bounds the size of a part, far below what any queue accepts in one piece.
const partBytes = 1 << 20

// Parts cuts events into parts of which each can be recorded in one piece, however
// long the reasons are. The bytes are those of the longest form: JSON writes a
// control character with six.
func Parts(events []Event) iter.Seq[[]Event] {
	return func(yield func([]Event) bool) {
		for len(events) > 0 {
			n, size := 0, 0
			for n < len(events) && (n == 0 || size < partBytes) {
				e := events[n]
				size += 256 + len(e.Receiver) + 6*(len(e.Cause.Code)+len(e.Cause.Reason)+len(e.Cause.Actor)+len(e.Lease.Holder)+len(e.Run)+e.Dialogue.bytes())
				n++
			}
			if !yield(events[:n:n]) {
				return
			}
			events = events[n:]
		}
	}
}
