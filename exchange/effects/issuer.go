package effects

import (
	"strings"
)

// An Issuer says whose number a document has.
type Issuer struct {
	Parties []string `json:"parties,omitempty"` // that issue it; none if the map of parties does not say
	// Hold says that another content under the number waits for a person, and is not refused.
	Hold bool   `json:"hold,omitempty"`
	Path string `json:"path,omitempty"` // of the number, for faults
}

// Of returns the parties that issue the document.
func (i *Issuer) Of() []string {
	if i == nil {
		return nil
	}
	return i.Parties
}

// By returns the effects of a document whose number is of an issuer with that.
func (e Effects) By(i Issuer) Effects {
	i.Parties, i.Path = cloned(i.Parties), strings.Clone(i.Path)
	e.Issuer = &i
	return e
}
