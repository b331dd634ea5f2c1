package httpapi

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"beibu/exchange"
	"beibu/exchange/access"
)

// public are the fields of a party that every caller may see, and their keys; scoped are
// those for who has the party in the scope.
var (
	public = map[string]string{
		"ID": "id", "Name": "name", "Role": "role", "Country": "country", "Locodes": "locodes", "Sends": "sends", "Receives": "receives",
		"Issues": "issues", "OnBehalfOf": "onBehalfOf", "Suspended": "suspended",
	}
	scoped = map[string]string{"Signatures": "signatures"}
)

// A party is shown without the fields that are not public, whatever they hold: a
// field that is new is private until the API lists it.
func TestPartyShowsPublicFieldsOnly(t *testing.T) {
	own := maps.Clone(public)
	maps.Copy(own, scoped)
	for as, fields := range map[*access.Principal]map[string]string{
		{Name: "k"}: public, {Name: "k", Party: "b"}: public, {Name: "k", Party: "a"}: own,
		{Name: "k", Party: "b", Grants: access.Everywhere(access.PartyManagerRole)}: own,
	} {
		showsOnly(t, *as, fields)
	}
}

// showsOnly has a party shown to a caller, and compares the fields.
func showsOnly(t *testing.T, who access.Principal, public map[string]string) {
	t.Helper()
	all := reflect.TypeFor[exchange.Party]()
	shown := make(map[string]string)
	for i := range all.NumField() {
		field := all.Field(i)
		if field.Tag != "" {
			t.Errorf("%s has the tag %s: what a caller may see is for httpapi.Party to say", field.Name, field.Tag)
		}
		p := exchange.Party{ID: "a"}
		fill(t, reflect.ValueOf(&p).Elem().Field(i))
		parties, err := exchange.NewParties([]exchange.Party{p})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(wireParty(&exchange.InForce{Parties: parties}, nil, p, who))
		if err != nil {
			t.Fatal(err)
		}
		var keys map[string]json.RawMessage
		if err := json.Unmarshal(text, &keys); err != nil {
			t.Fatal(err)
		}
		for key := range keys {
			if !slices.Contains(slices.Collect(maps.Values(public)), key) {
				t.Errorf("the key %s is not among those that are public", key)
			}
		}
		if key, listed := public[field.Name]; listed && strings.Contains(string(text), `"`+key+`":`+filled(field.Type)) {
			shown[field.Name] = key
		} else if strings.Contains(string(text), secret) {
			t.Errorf("%s is private, and shown: %s", field.Name, text)
		}
	}
	if !maps.Equal(shown, public) {
		t.Errorf("shown: %v, want %v", slices.Sorted(maps.Keys(shown)), slices.Sorted(maps.Keys(public)))
	}
}

// secret is the text in every field that fill has filled.
const secret = "QQQ"

// fill gives a value that is not zero, with texts that can be found again.
func fill(t *testing.T, v reflect.Value) {
	t.Helper()
	switch v.Kind() { //nolint:exhaustive // other kinds fail the test
	case reflect.String:
		v.SetString(secret)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		if v.Type().Elem().PkgPath() != "beibu/signing" {
			fill(t, v.Index(0))
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			fill(t, field)
		}
	default:
		t.Fatalf("a field of kind %s", v.Kind())
	}
}

// filled is how the JSON of a field begins that fill has filled.
func filled(of reflect.Type) string {
	switch of.Kind() { //nolint:exhaustive // the others are texts
	case reflect.Bool:
		return "true"
	case reflect.Slice:
		if of.Elem().Kind() == reflect.Struct {
			return "[{"
		}
		return `["` + secret
	case reflect.Struct:
		return "{"
	default:
		return `"` + secret
	}
}
