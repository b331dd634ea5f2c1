package access_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/access"
)

const issuer = "https://id.example/realms/customs"

// scopeOf returns a scope of some countries.
func scopeOf(t *testing.T, countries ...string) *access.Scope {
	t.Helper()
	scope, err := access.NewScope(access.Limits{Countries: countries}, offices(t), nil)
	if err != nil {
		t.Fatal(err)
	}
	return scope
}

// given returns what everybody has for whom an issuer names a value.
func given(value string, roles access.Role, scope *access.Scope) access.PersonGrant {
	return access.PersonGrant{Value: value, Grant: access.Grant{Roles: roles, Scope: scope}}
}

func people(t *testing.T) *access.People {
	t.Helper()
	all, err := access.NewPeople(issuer, []access.PersonGrant{
		given("observers", access.ObserverRole, nil),
		given("auditors", access.AuditorRole, nil),
		given("border", access.OperatorRole, scopeOf(t, "VN", "CN")),
		given("border approvers", access.ApproverRole, scopeOf(t, "CN", "VN")),
		given("border approvers", access.AuditorRole, scopeOf(t, "VN")),
		{Value: "window", Party: "vn"},
		{Value: "window operators", Party: "vn", Grant: access.Grant{Roles: access.OperatorRole}},
		{Value: "other window", Party: "port"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What a person is follows from the values that the issuer named. Grants add up, each in its
// scope; a person speaks for one party.
func TestPrincipalOfPerson(t *testing.T) {
	for name, c := range map[string]struct {
		values string
		grants string
		party  string
		code   string
	}{
		"one":                    {"observers", "observer", "", ""},
		"two of everything":      {"auditors,observers,other", "observer,auditor", "", ""},
		"two scopes of a value":  {"border,border approvers", "operator,approver of VN CN; auditor of VN", "", ""},
		"a party":                {"window", "", "vn", ""},
		"a party and its roles":  {"window,window operators", "operator", "vn", ""},
		"two scopes":             {"observers,border", "observer; operator of VN CN", "", ""},
		"a party and everything": {"observers,window", "observer", "vn", ""},
		"two parties":            {"window,other window", "", "", "person-parties-differ"},
		"none that is named":     {"other", "", "", "person-without-role"},
		"none at all":            {"", "", "", "person-without-role"},
	} {
		who := access.Person{Issuer: issuer, Subject: "7c1f", Name: "li.na", Values: strings.Split(c.values, ",")}
		got, err := people(t).Principal(who)
		if code := codeOf(err); code != c.code || written(got.Grants) != c.grants || got.Party != c.party {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if err == nil && (got.Name != "li.na" || got.Subject != "7c1f" || got.BreakGlass) {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// written returns grants as text.
func written(grants []access.Grant) string {
	var all []string
	for _, g := range grants {
		one := strings.Join(g.Roles.Names(), ",")
		if in := g.Scope.Limits().Countries; len(in) > 0 {
			one += " of " + strings.Join(in, " ")
		}
		all = append(all, one)
	}
	return strings.Join(all, "; ")
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*exchange.Error](err); ok {
		return e.Code
	}
	return ""
}

// A person of another issuer, or of a configuration without one, is nobody here.
func TestPersonOfAnotherIssuer(t *testing.T) {
	who := access.Person{Issuer: "https://other.example", Subject: "7c1f", Name: "li.na", Values: []string{"observers"}}
	if got, err := people(t).Principal(who); codeOf(err) != "person-without-role" {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := (*access.People)(nil).Principal(who); codeOf(err) != "person-without-role" {
		t.Errorf("%+v, %v", got, err)
	}
}

// Of the values of an issuer, those are kept that a grant names.
func TestNamedValues(t *testing.T) {
	got := people(t).Named([]string{"z", "border approvers", "observers", "a"})
	if !slices.Equal(got, []string{"observers", "border approvers"}) {
		t.Errorf("%v", got)
	}
}

// Who is blocked is nobody, by the subject or the name, whatever the grants.
func TestBlockedPeople(t *testing.T) {
	who := access.Person{Issuer: issuer, Subject: "7c1f", Name: "li.na", Values: []string{"observers"}}
	for blocked, want := range map[string]string{"li.na": "person-blocked", "7c1f": "person-blocked", "li": ""} {
		all, err := access.NewPeople(issuer, []access.PersonGrant{given("observers", access.ObserverRole, nil)}, "other", blocked)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := all.Principal(who); codeOf(err) != want {
			t.Errorf("%s: %+v, %v", blocked, got, err)
		}
	}
}

func TestMistakesInGrants(t *testing.T) {
	_, err := access.NewPeople(issuer, []access.PersonGrant{{Value: "a", Party: "port"}, given("", access.ObserverRole, nil), {Value: "a", Party: "vn"}, {Value: "b"}})
	for _, want := range []string{"grant 2: a value is required", `grant 3: the value "a" acts for port by another grant`, "grant 4 (b): neither roles nor a party"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say: %s", err, want)
		}
	}
}
