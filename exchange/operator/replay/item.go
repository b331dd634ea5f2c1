package replay

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
)

// An ItemState says how far an item of a run is. Its number is kept in the index.
type ItemState uint8

// The states of an item.
const (
	Waiting      ItemState = iota // not started
	Started                       // its delivery is open
	Acknowledged                  // final, as all that follow
	Refused                       // refused again by the receiver
	Expired                       // given up again
	Superseded                    // replayed by another before it was started, or no longer in the record
)

var itemStates = []string{"waiting", "started", "acknowledged", "refused", "expired", "superseded"}

// ItemStates returns the names of all states of an item.
func ItemStates() []string { return slices.Clone(itemStates) }

// ParseItemState returns the state with a name, and false if there is none.
func ParseItemState(name string) (ItemState, bool) {
	i := slices.Index(itemStates, name)
	return ItemState(max(i, 0)), i >= 0 //nolint:gosec // there are six
}

// String returns the name of the state.
func (s ItemState) String() string { return itemStates[s] }

// Open reports whether the item has no outcome yet.
func (s ItemState) Open() bool { return s < Acknowledged }

// An Item is one delivery of a run.
type Item struct {
	Number    int // from 1, in the order of the run
	Exchange  uuid.UUID
	Sender    string
	Kind      string
	Document  string // its number
	Receiver  string
	Attempt   int // the one that failed, or 0 if the receiver is new; the run starts the next
	State     ItemState
	ChangedAt time.Time // when it came to State
	Before    string    // code of the cause for which Attempt failed
	Cause     string    // code of the cause for which it failed again, or ""
}

// FirstState returns the state of an item for an attempt when its run is recorded: the
// delivery, which is zero if there is none yet, may have changed since it was planned.
func FirstState(d exchange.Delivery, attempt int) ItemState {
	switch {
	case d.State == exchange.ConsignmentAcceptance:
		return Acknowledged
	case d.Attempt == attempt && (attempt == 0 || d.State.Failed()):
		return Waiting
	}
	return Superseded
}

// NextState returns the state of an item for an attempt once its delivery is as given.
// ours says that the event that changed it is of the run of the item.
func NextState(s ItemState, attempt int, d exchange.Delivery, ours bool) ItemState {
	switch {
	case d.State == exchange.ConsignmentAcceptance:
		return Acknowledged
	case s == Waiting && d.Attempt > attempt:
		if ours {
			return Started
		}
		return Superseded
	case s == Started && d.State == exchange.ConsignmentRejection:
		return Refused
	case s == Started && d.State == exchange.ContentHandoverFailure:
		return Expired
	}
	return s
}
