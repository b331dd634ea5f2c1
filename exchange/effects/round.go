package effects

import (
	"slices"

	"github.com/google/uuid"
)

// A Round is the joint approval that a document needs before it goes to its receivers.
type Round struct {
	Steps []Step `json:"steps"` // one after the other
}

// A Step is what several parties decide side by side.
type Step struct {
	By   []string `json:"by"`             // ids of parties; each decides once
	Days int      `json:"days,omitempty"` // working days within which they decide; 0: no limit
}

// The bounds of a round. The head of an entry has room for it.
const (
	MaxSteps    = 10
	MaxDeciders = 30 // of all steps
	MaxDays     = 250
)

// Asks reports whether a party decides in the round.
func (r *Round) Asks(party string) bool {
	return r != nil && slices.ContainsFunc(r.Steps, func(s Step) bool { return slices.Contains(s.By, party) })
}

// First returns the parties of the first step.
func (r *Round) First() []string { return r.Steps[0].By }

// A Decision is what an answer decides in the round of the exchange that it answers. The
// answer names that by its id, which follows from the content, and its sender has signed
// it: so it is about these bytes and no others.
type Decision struct {
	Exchange uuid.UUID `json:"exchange"` // whose round it is
	Approves bool      `json:"approves"` // or refuses
	// Reason is why, or on which condition; it is there if Approves is not.
	Reason string `json:"reason,omitempty"`
}

// MaxReason bounds the reason of a decision, in bytes. The answer has all of it.
const MaxReason = 500
