package access

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"beibu/exchange"
)

// A Person is somebody whom an issuer of identities has signed in. It is what the issuer
// said then. What the person may do follows from the configuration in force: see
// [People.Principal].
type Person struct {
	Issuer  string    `json:"issuer"`
	Subject string    `json:"subject"`       // by which the issuer knows the person, and nobody else ever
	Name    string    `json:"name"`          // for logs and for the record
	Values  []string  `json:"values"`        // such as groups, of those that a grant names
	SID     string    `json:"sid,omitempty"` // by which the issuer knows its own session of the person, or ""
	At      time.Time `json:"at"`            // when the issuer said so, by its clock
}

// A PersonGrant is what everybody has for whom the issuer names a value. Several may be for
// one value.
type PersonGrant struct {
	Value string // such as a group
	Party string // that the person acts for; "" if it acts for none
	Grant
}

// People are the grants that count by one configuration. They are immutable. Nil has none.
type People struct {
	issuer  string
	grants  []PersonGrant
	blocked []string
}

// NewPeople returns the grants for people whom an issuer signs in, but for those who are
// blocked, by their subject or their name. It returns every mistake at once: a value that
// is missing or acts for two parties, or a grant of nothing.
func NewPeople(issuer string, grants []PersonGrant, blocked ...string) (*People, error) {
	var mistakes []error
	parties := make(map[string]string) // by value
	for i, g := range grants {
		switch {
		case g.Value == "":
			mistakes = append(mistakes, fmt.Errorf("grant %d: a value is required", i+1))
		case g.Party != "" && parties[g.Value] != "" && parties[g.Value] != g.Party:
			mistakes = append(mistakes, fmt.Errorf("grant %d: the value %q acts for %s by another grant", i+1, g.Value, parties[g.Value]))
		case g.Party == "" && g.Roles == 0:
			mistakes = append(mistakes, fmt.Errorf("grant %d (%s): neither roles nor a party", i+1, g.Value))
		}
		parties[g.Value] = cmp.Or(parties[g.Value], g.Party)
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return &People{issuer, slices.Clone(grants), blocked}, nil
}

// Named returns those of an issuer's values that a grant names, in the order of the
// grants. Others say nothing here, and a person can have hundreds of them.
func (p *People) Named(values []string) []string {
	named := []string{}
	if p == nil {
		return named
	}
	for _, g := range p.grants {
		if slices.Contains(values, g.Value) && !slices.Contains(named, g.Value) {
			named = append(named, g.Value)
		}
	}
	return named
}

// Principal returns what a person is by the configuration in force. Several grants add up,
// each in its own scope. A principal acts for one party, so it returns an [exchange.Error]
// of kind Forbidden if grants name different ones. It returns others if no grant is the
// person's, and if the person is blocked.
func (p *People) Principal(who Person) (Principal, error) {
	values := p.Named(who.Values)
	if len(values) == 0 || p.issuer != who.Issuer {
		return Principal{}, signIn("person-without-role", exchange.Because(
			"the configuration gives no role to %s (%s)", "配置未授予 %s（%s）任何角色", who.Name, who.Subject,
		))
	}
	if slices.Contains(p.blocked, who.Subject) || slices.Contains(p.blocked, who.Name) {
		return Principal{}, signIn("person-blocked", exchange.Because(
			"the configuration blocks %s (%s)", "配置已停用 %s（%s）", who.Name, who.Subject,
		))
	}
	principal := Principal{Name: who.Name, Subject: who.Subject}
	for _, g := range p.grants {
		if !slices.Contains(values, g.Value) {
			continue
		}
		if g.Party != "" && principal.Party != "" && g.Party != principal.Party {
			return Principal{}, signIn("person-parties-differ", exchange.Because(
				"%s has grants for the parties %s and %s", "%s 的授权涉及 %s 和 %s 两个参与方", who.Name, principal.Party, g.Party,
			))
		}
		principal.Party = cmp.Or(principal.Party, g.Party)
		principal.Grants = append(principal.Grants, g.Grant)
	}
	principal.Grants = merged(principal.Grants)
	return principal, nil
}

func signIn(code string, why exchange.Reason) error {
	return &exchange.Error{Op: "sign in", Kind: exchange.Forbidden, Code: code, Err: why}
}
