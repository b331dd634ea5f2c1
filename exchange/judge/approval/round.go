package approval

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/effects"
)

// A State says how far a round has come.
type State string

// The states.
const (
	Open     State = "open"
	Approved State = "approved" // by every party of every step
	Refused  State = "refused"  // by one party, for its reason
	Void     State = "void"     // a later version of the document has come
)

// States returns every state.
func States() []State { return []State{Open, Approved, Refused, Void} }

// A Round is the joint approval of one exchange.
type Round struct {
	effects.Round
	Exchange uuid.UUID   `json:"exchange"`
	Document string      `json:"document"` // its kind and number
	Sender   string      `json:"sender"`   // the applicant
	State    State       `json:"state"`
	Started  []time.Time `json:"started"` // when each step that has started did
	Given    []Given     `json:"given,omitempty"`
	Ended    time.Time   `json:"ended,omitzero"`
	Later    uuid.UUID   `json:"later,omitzero"` // the later version, if it is void
}

// Given is the decision of one party.
type Given struct {
	By       string    `json:"by"`
	Exchange uuid.UUID `json:"exchange"` // of the answer that has the decision and its signature
	Approves bool      `json:"approves"`
	Reason   string    `json:"reason,omitempty"`
	At       time.Time `json:"at"`
}

// A Move is one change of a round. It has all that it changes.
type Move struct {
	Exchange uuid.UUID `json:"exchange"`         // whose round it is
	Starts   bool      `json:"starts,omitempty"` // it starts, at its first step
	Given    *Given    `json:"given,omitempty"`
	Next     bool      `json:"next,omitempty"`  // the next step starts
	State    State     `json:"state,omitempty"` // by which it ends; "" if it continues
	Later    uuid.UUID `json:"later,omitzero"`
}

// Apply applies a move that was made at a time.
func (r *Round) Apply(m Move, at time.Time) {
	if m.Starts {
		r.State, r.Started = Open, []time.Time{at}
	}
	if m.Given != nil {
		r.Given = append(r.Given, *m.Given)
	}
	if m.Next {
		r.Started = append(r.Started, at)
	}
	if m.State != "" {
		r.State, r.Ended, r.Later = m.State, at, m.Later
	}
}

// Step returns the step whose turn it is, or was last, from 0.
func (r *Round) Step() int { return len(r.Started) - 1 }

// Awaited returns the parties that have to decide now.
func (r *Round) Awaited() (all []string) {
	if r.State != Open {
		return nil
	}
	for _, party := range r.Steps[r.Step()].By {
		if _, decided := r.By(party); !decided {
			all = append(all, party)
		}
	}
	return all
}

// By returns what a party decided.
func (r *Round) By(party string) (Given, bool) {
	if i := slices.IndexFunc(r.Given, func(g Given) bool { return g.By == party }); i >= 0 {
		return r.Given[i], true
	}
	return Given{}, false
}

// Refusal returns the decision that ended the round.
func (r *Round) Refusal() (Given, bool) {
	if i := slices.IndexFunc(r.Given, func(g Given) bool { return !g.Approves }); i >= 0 {
		return r.Given[i], true
	}
	return Given{}, false
}

// A Code says why a decision does not count. It never changes its meaning.
type Code string

// The codes.
const (
	CodeNotYet  Code = "approval.not-yet" // an earlier step is not complete
	CodeDecided Code = "approval.decided" // the party has decided otherwise
	CodeClosed  Code = "approval.closed"  // the round has ended
	CodeVoid    Code = "approval.void"    // a later version of the document has come
)

// Codes returns every code, in alphabetical order.
func Codes() []Code { return []Code{CodeClosed, CodeDecided, CodeNotYet, CodeVoid} }

// Decide says what a decision of a party that the round asks would do. A party that
// decides once more as it did changes nothing: then there is no move.
func (r *Round) Decide(g Given) (*Move, Code) {
	earlier, decided := r.By(g.By)
	switch {
	case r.State == Void:
		return nil, CodeVoid
	case decided && earlier.Approves == g.Approves:
		return nil, ""
	case decided && r.State == Open:
		return nil, CodeDecided
	case r.State != Open:
		return nil, CodeClosed
	case !slices.Contains(r.Steps[r.Step()].By, g.By):
		return nil, CodeNotYet
	}
	m := &Move{Exchange: r.Exchange, Given: &g}
	switch {
	case !g.Approves:
		m.State = Refused
	case len(r.Awaited()) > 1:
	case r.Step() < len(r.Steps)-1:
		m.Next = true
	default:
		m.State = Approved
	}
	return m, ""
}
