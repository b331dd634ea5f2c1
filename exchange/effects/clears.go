package effects

import (
	"slices"

	"github.com/google/uuid"

	"beibu/exchange/facts"
	"beibu/exchange/facts/codes"
)

// A Clearing is what an answer of customs decides on what a declaration draws.
type Clearing struct {
	Declaration Account `json:"declaration"`
	// Exchange is the one of the declaration that is answered; zero if it is not known here.
	Exchange uuid.UUID       `json:"exchange,omitzero"`
	Outcome  codes.Clearance `json:"outcome"`
	// Authority says that the sender might clear such declarations when it answered.
	Authority bool `json:"authority,omitempty"`
}

// clearable are the kinds of which customs release goods.
var clearable = []string{"export-declaration", "import-declaration"}

// Clearable returns the kinds of which customs release goods, in alphabetical order.
func Clearable() []string { return slices.Clone(clearable) }

// clears returns what a document says that its sender has cleared. A declaration whose kind
// the document does not say has none yet: who knows the declaration adds it.
func clears(f facts.Facts) (all []Clearing) {
	for _, a := range f.Answers() {
		outcome, decides := codes.ClearanceBy(a.List, a.Code)
		if !decides {
			continue
		}
		for _, r := range a.To {
			if r.Number != "" && (r.Kind == "" || slices.Contains(clearable, r.Kind)) {
				all = append(all, Clearing{Declaration: AccountOf(r.Kind, r.Number), Outcome: outcome})
			}
		}
	}
	return all
}
