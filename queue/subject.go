package queue

import (
	"fmt"
	"slices"
	"unicode/utf8"
)

// A SubjectKind says what sort of thing an event is about. Its number is kept in
// the stores and never changes its meaning.
type SubjectKind uint8

// The kinds of subject.
const (
	SubjectExchange SubjectKind = iota // one document's journey
	SubjectRefusal                     // a document that was not accepted
	SubjectRun                         // one execution of an approved replay plan
	SubjectApproval                    // a decision of two persons
	SubjectParty                       // an organisation
	SubjectKey                         // a key of the exchange or of a party
	SubjectRating                      // a judgement of the service by its users
	SubjectAction                      // what an operator did
	SubjectAlert                       // a condition that somebody has to know of
	SubjectView                        // a filter of a list under a name
	SubjectVerdict                     // a decision on an exchange that depends on others
)

var subjectKinds = []string{"exchange", "refusal", "run", "approval", "party", "key", "rating", "action", "alert", "view", "verdict"}

// SubjectKinds returns the names of all kinds, in the order of their numbers.
func SubjectKinds() []string { return slices.Clone(subjectKinds) }

// ParseSubjectKind returns the kind with a name, and false if there is none.
func ParseSubjectKind(name string) (SubjectKind, bool) {
	for k := SubjectExchange; k.Known(); k++ {
		if subjectKinds[k] == name {
			return k, true
		}
	}
	return SubjectExchange, false
}

// Known reports whether this version knows the kind.
func (k SubjectKind) Known() bool { return int(k) < len(subjectKinds) }

// String returns the name of the kind, such as "party".
func (k SubjectKind) String() string {
	if !k.Known() {
		return fmt.Sprintf("subject(%d)", uint8(k))
	}
	return subjectKinds[k]
}

// MaxSubject bounds the id of a subject that is not an exchange, in bytes.
const MaxSubject = 256

// A Subject is what an event is about. It is comparable.
type Subject struct {
	Kind     SubjectKind
	Exchange [16]byte // the id, if Kind is SubjectExchange, and zero otherwise
	ID       string   // the id of any other kind: 1 to MaxSubject bytes of UTF-8
}

// ExchangeSubject returns the subject that is an exchange.
func ExchangeSubject(id [16]byte) Subject { return Subject{Exchange: id} }

// check fails with ErrInvalid if s names no subject.
func (s Subject) check() error {
	switch {
	case !s.Kind.Known():
		return fmt.Errorf("check event: subject of kind %d: %w", uint8(s.Kind), ErrInvalid)
	case s.Kind == SubjectExchange && s.ID != "":
		return fmt.Errorf("check event: exchange with a text as id: %w", ErrInvalid)
	case s.Kind == SubjectExchange:
		return nil
	case s.Exchange != [16]byte{}:
		return fmt.Errorf("check event: %s with the id of an exchange: %w", s.Kind, ErrInvalid)
	case s.ID == "" || len(s.ID) > MaxSubject || !utf8.ValidString(s.ID):
		return fmt.Errorf("check event: %s with an id of %d bytes: %w", s.Kind, len(s.ID), ErrInvalid)
	}
	return nil
}
