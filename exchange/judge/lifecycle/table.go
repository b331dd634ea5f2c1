package lifecycle

import (
	"slices"

	"beibu/exchange/effects"
)

// A State is one of the life of a document.
type State string

// The states. Which of them a kind has is said in its table.
const (
	Unknown    State = ""            // nothing of it was sent here
	Issued     State = "issued"      // in force
	Duplicated State = "duplicated"  // in force, with a copy for the one that was lost
	InUse      State = "in-use"      // in force, and goods are abroad under it
	Returned   State = "returned"    // in force, and the goods are back
	Discharged State = "discharged"  // closed
	Replaced   State = "replaced"    // another document has taken its place
	Withdrawn  State = "withdrawn"   // its issuer has taken it back
	Cancelled  State = "cancelled"   // void
	Lodged     State = "lodged"      // a declaration that is not decided
	Claimed    State = "claimed"     // proof of re-exportation was asked for
	Reminded   State = "reminded"    // it was asked for again
	PaymentDue State = "payment-due" // there was no proof, and payment is asked for
	Proved     State = "proved"      // proof was given
)

// A Step is a set of transitions of one act.
type Step struct {
	Does effects.Verb
	From []State
	To   State // Same: the state stays
	// Unseen says that the document should have been sent here before, so that a warning is
	// given.
	Unseen bool
}

// Same is the end of a step that changes nothing.
const Same State = "same"

// A Table has all transitions of a kind: what is not in it is refused.
type Table struct {
	Kind   string
	States []State // without Unknown
	Steps  []Step
	Source string // of the refusals
	// Unordered says that what the kind has as its version is no count.
	Unordered bool
}

// Verbs returns what can be done to a document of the kind, each once.
func (t Table) Verbs() (all []effects.Verb) {
	for _, s := range t.Steps {
		if !slices.Contains(all, s.Does) {
			all = append(all, s.Does)
		}
	}
	return all
}

// Next returns the step of an act from a state, and false if it is illegal.
func (t Table) Next(from State, does effects.Verb) (Step, bool) {
	for _, s := range t.Steps {
		if s.Does != does || !slices.Contains(s.From, from) {
			continue
		}
		if s.To == Same {
			s.To = from
		}
		return s, true
	}
	return Step{}, false
}

// Final reports whether nothing leads out of a state.
func (t Table) Final(s State) bool {
	return !slices.ContainsFunc(t.Steps, func(one Step) bool {
		return one.To != s && one.To != Same && slices.Contains(one.From, s)
	})
}

// TableOf returns the table of a kind, and false if its documents have no life.
func TableOf(kind string) (Table, bool) {
	i := slices.IndexFunc(tables, func(t Table) bool { return t.Kind == kind })
	if i < 0 {
		return Table{}, false
	}
	return tables[i], true
}

// Tables returns the tables of all kinds, in alphabetical order.
func Tables() []Table { return slices.Clone(tables) }
