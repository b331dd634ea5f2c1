package access

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"beibu/exchange"
)

// Limits are what a scope is limited to, as a configuration says it. An empty list
// limits nothing. A party is in the scope if it is listed and if its country is.
type Limits struct {
	Parties   []string `json:"parties,omitempty" yaml:"parties"`     // ids
	Countries []string `json:"countries,omitempty" yaml:"countries"` // of parties, ISO 3166-1 alpha-2
	Kinds     []string `json:"kinds,omitempty" yaml:"kinds"`         // of documents
}

// IsZero reports whether nothing is limited.
func (l Limits) IsZero() bool { return len(l.Parties)+len(l.Countries)+len(l.Kinds) == 0 }

// A Scope is the part of the exchange to which the roles of a [Grant] apply. The nil scope is all of it. It is immutable.
type Scope struct {
	limits  Limits
	parties map[string]bool // those in it; nil if all are
}

// NewScope returns the scope of limits, or nil if they limit nothing. It returns every
// mistake at once: a party, a country or a kind that does not exist, or limits that
// leave no party.
func NewScope(l Limits, parties *exchange.Parties, kinds []string) (*Scope, error) {
	if l.IsZero() {
		return nil, nil //nolint:nilnil // the nil scope is everything
	}
	all := parties.All()
	var ids, countries []string
	s := &Scope{limits: l}
	if len(l.Parties)+len(l.Countries) > 0 {
		s.parties = make(map[string]bool)
	}
	for _, p := range all {
		ids, countries = append(ids, p.ID), append(countries, p.Country)
		if s.parties != nil && listed(l.Parties, p.ID) && listed(l.Countries, p.Country) {
			s.parties[p.ID] = true
		}
	}
	slices.Sort(countries)
	mistakes := []error{
		unknown("party", l.Parties, ids), unknown("country", l.Countries, slices.Compact(countries)), unknown("kind", l.Kinds, kinds),
	}
	err := errors.Join(mistakes...)
	if err == nil && s.parties != nil && len(s.parties) == 0 {
		err = errors.New("no party is in it: none of its parties is in one of its countries")
	}
	return s, err
}

// listed reports whether a list limits nothing or has a value.
func listed(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }

// unknown returns a mistake that names what does not exist, and what does.
func unknown(what string, given, known []string) error {
	var mistakes []error
	for _, value := range given {
		if !slices.Contains(known, value) {
			mistakes = append(mistakes, fmt.Errorf("there is no %s %q here; there are %s", what, value, strings.Join(known, ", ")))
		}
	}
	return errors.Join(mistakes...)
}

// Limits returns what the scope is limited to.
func (s *Scope) Limits() Limits {
	if s == nil {
		return Limits{}
	}
	return s.limits
}

// Equal reports whether two scopes are limited to the same.
func (s *Scope) Equal(other *Scope) bool {
	a, b := s.Limits(), other.Limits()
	return sameSet(a.Parties, b.Parties) && sameSet(a.Countries, b.Countries) && sameSet(a.Kinds, b.Kinds)
}

// sameSet reports whether two lists have the same values, in whatever order.
func sameSet(a, b []string) bool {
	return slices.Equal(slices.Compact(slices.Sorted(slices.Values(a))), slices.Compact(slices.Sorted(slices.Values(b))))
}

// includes reports whether documents of a kind that a party sends or receives are in
// the scope.
func (s *Scope) includes(party, kind string) bool {
	return s == nil || (s.parties == nil || s.parties[party]) && listed(s.limits.Kinds, kind)
}

// includesParty reports whether a party is in the scope, whatever the kinds.
func (s *Scope) includesParty(party string) bool {
	return s == nil || s.parties == nil || s.parties[party]
}

// A Grant is roles, and the part of the exchange to which they apply.
type Grant struct {
	Roles Role // of StaffRoles
	Scope *Scope
}

// Everywhere returns the grant of roles for everything.
func Everywhere(roles Role) []Grant { return []Grant{{Roles: roles}} }

// merged returns grants with one for each scope, and none without roles.
func merged(all []Grant) []Grant {
	var some []Grant
	for _, g := range all {
		same := slices.IndexFunc(some, func(other Grant) bool { return other.Scope.Equal(g.Scope) })
		switch {
		case same >= 0:
			some[same].Roles |= g.Roles
		case g.Roles != 0:
			some = append(some, g)
		}
	}
	return some
}

// sameGrants reports whether two lists of merged grants permit the same.
func sameGrants(a, b []Grant) bool {
	missing := func(g Grant) bool {
		return !slices.ContainsFunc(b, func(other Grant) bool { return other.Roles == g.Roles && other.Scope.Equal(g.Scope) })
	}
	return len(a) == len(b) && !slices.ContainsFunc(a, missing)
}
