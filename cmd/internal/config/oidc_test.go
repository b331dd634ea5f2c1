package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"beibu/exchange/access"
)

// Every mistake about people is reported with its line.
func TestMistakesInOIDC(t *testing.T) {
	found, err := mistakesIn(t, `listen: 127.0.0.1:8420
oidc:
  issuer: http://id.example.org
  clientSecretFile: missing
  redirect: https://beibu.example.org/callback
  tls: {authorities: missing}
  grants:
    - value: a
    - {value: a, roles: [boss]}
    - {roles: [observer]}
    - {value: b, party: nobody, scope: {countries: [VN]}}
    - {value: b, party: window-vn}
`)
	slices.Sort(found)
	want := []string{
		"10 oidc.grants[2]", "11 oidc.grants[3].party", "11 oidc.grants[3].scope", "12 oidc.grants[4].party", "2 oidc", "3 oidc.issuer", "4 oidc.clientSecretFile",
		"5 oidc.redirect", "6 oidc.tls", "8 oidc.grants[0]", "9 oidc.grants[1].roles[0]",
	}
	if !slices.Equal(found, want) {
		t.Errorf("found %q, want %q\n%v", found, want, err)
	}
	right := "oidc:\n  issuer: https://id\n  clientID: b\n  redirect: https://b/console/oidc/callback\n"
	for text, want := range map[string]string{
		"oidc: {clientID: beibu}\n": "beibud.yaml:1: oidc: issuer is missing",
		"oidc: {issuer: 'https://id', clientID: b, redirect: 'http://localhost:8420/console/oidc/callback'}\n": "beibud.yaml:1: oidc: grants are missing",
		right + "  grants:\n    - {value: c, roles: [observer], scope: {countries: [FR]}}\n":                   `beibud.yaml:6: oidc.grants[0].scope: there is no country "FR" here`,
	} {
		if _, err := mistakesIn(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// Addresses that others can read are refused, on whichever side.
func TestAddressesOfOIDC(t *testing.T) {
	for address, want := range map[string]bool{
		"https://id.example.org/realms/customs": true, "http://127.0.0.1:8080/realms/customs": true, "http://localhost:8080": true, "http://[::1]:8080": true,
		"http://id.example.org": false, "https://": false, "id.example.org": false, "https://u:p@id.example.org": false, "ftp://localhost": false, "": false,
	} {
		if got := secureAddress(address); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
}

// What is right is read: the secret, and grants bound to parties and scopes.
func TestOIDC(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("tide tables\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := Parse("beibud.yaml", []byte(`oidc:
  issuer: https://id.example.org/realms/customs
  clientID: beibu
  clientSecretFile: `+secret+`
  redirect: https://beibu.example.org/console/oidc/callback
  claim: realm_access.roles
  grants:
    - {value: border, roles: [operator, approver], scope: {countries: [VN]}}
    - {value: hai-phong, party: window-vn}
`))
	if err != nil {
		t.Fatal(err)
	}
	if l.OIDCSecret != "tide tables" || !slices.Equal(l.OIDC.Scopes, []string{"profile"}) {
		t.Errorf("%q, %v", l.OIDCSecret, l.OIDC.Scopes)
	}
	people, err := access.NewPeople(l.OIDC.Issuer, l.Grants)
	if err != nil {
		t.Fatal(err)
	}
	who := access.Person{Issuer: l.OIDC.Issuer, Name: "li.na", Subject: "7c1f", Values: []string{"border"}}
	got, err := people.Principal(who)
	if err != nil || len(got.Grants) != 1 || got.Grants[0].Roles != access.OperatorRole|access.ApproverRole || !slices.Equal(got.Grants[0].Scope.Limits().Countries, []string{"VN"}) {
		t.Errorf("%+v, %v", got, err)
	}
	who.Values = []string{"hai-phong"}
	if got, err := people.Principal(who); err != nil || got.Party != "window-vn" || got.IsStaff() {
		t.Errorf("%+v, %v", got, err)
	}
}
