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

func people(t *testing.T) *access.People {
	t.Helper()
	all, err := access.NewPeople(issuer, []access.Grant{
		{Value: "observers", Roles: access.ObserverRole},
		{Value: "auditors", Roles: access.AuditorRole},
		{Value: "border", Roles: access.OperatorRole, Scope: scopeOf(t, "VN", "CN")},
		{Value: "border approvers", Roles: access.ApproverRole, Scope: scopeOf(t, "CN", "VN")},
		{Value: "window", Party: "vn"},
		{Value: "window operators", Party: "vn", Roles: access.OperatorRole},
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What a person is follows from the values that the issuer named; roles add up only if
// party and scope are the same.
func TestPrincipalOfPerson(t *testing.T) {
	for name, c := range map[string]struct {
		values string
		roles  access.Role
		party  string
		code   string
	}{
		"one":                    {"observers", access.ObserverRole, "", ""},
		"two of everything":      {"auditors observers other", access.ObserverRole | access.AuditorRole, "", ""},
		"two of one scope":       {"border,border approvers", access.OperatorRole | access.ApproverRole, "", ""},
		"a party":                {"window", 0, "vn", ""},
		"a party and its roles":  {"window,window operators", access.OperatorRole, "vn", ""},
		"two scopes":             {"observers border", 0, "", "person-scopes-differ"},
		"a party and everything": {"observers window", 0, "", "person-scopes-differ"},
		"none that is named":     {"other", 0, "", "person-without-role"},
		"none at all":            {"", 0, "", "person-without-role"},
	} {
		split := strings.Fields
		if strings.Contains(c.values, ",") {
			split = func(s string) []string { return strings.Split(s, ",") }
		}
		who := access.Person{Issuer: issuer, Subject: "7c1f", Name: "li.na", Values: split(c.values)}
		got, err := people(t).Principal(who)
		if code := codeOf(err); code != c.code || got.Roles != c.roles || got.Party != c.party {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if err == nil && (got.Name != "li.na" || got.Subject != "7c1f" || got.BreakGlass) {
			t.Errorf("%s: %+v", name, got)
		}
	}
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
	got := people(t).Named([]string{"z", "border", "observers", "a"})
	if !slices.Equal(got, []string{"observers", "border"}) {
		t.Errorf("%v", got)
	}
}

// Who is blocked is nobody, by the subject or the name, whatever the grants.
func TestBlockedPeople(t *testing.T) {
	who := access.Person{Issuer: issuer, Subject: "7c1f", Name: "li.na", Values: []string{"observers"}}
	for blocked, want := range map[string]string{"li.na": "person-blocked", "7c1f": "person-blocked", "li": ""} {
		all, err := access.NewPeople(issuer, []access.Grant{{Value: "observers", Roles: access.ObserverRole}}, "other", blocked)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := all.Principal(who); codeOf(err) != want {
			t.Errorf("%s: %+v, %v", blocked, got, err)
		}
	}
}

func TestMistakesInGrants(t *testing.T) {
	_, err := access.NewPeople(issuer, []access.Grant{{Value: "a", Roles: access.ObserverRole}, {Roles: access.ObserverRole}, {Value: "a", Party: "vn"}, {Value: "b"}})
	for _, want := range []string{"grant 2: a value is required", `grant 3: the value "a" is another grant's`, "grant 4 (b): neither roles nor a party"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say: %s", err, want)
		}
	}
}
