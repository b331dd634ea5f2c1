package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"beibu/deploy"
	"beibu/exchange"
)

// Every field of a party is in the file, by its name, and what the file says of it
// arrives in the domain; keys and authorities are what signers are made of.
func TestPartyOfTheFile(t *testing.T) {
	made := map[string][]string{"Signers": {"Keys", "Authorities"}}
	file, domain := reflect.TypeFor[Party](), reflect.TypeFor[exchange.Party]()
	known := make(map[string]bool)
	for field := range domain.Fields() {
		name := field.Name
		from := made[name]
		if from == nil {
			from = []string{name}
		}
		for _, one := range from {
			known[one] = true
			field, ok := file.FieldByName(one)
			if !ok || field.Tag.Get("yaml") != strings.ToLower(one[:1])+one[1:] && field.Tag.Get("yaml") != strings.ToLower(one) {
				t.Errorf("%s is not in the file", one)
			}
		}
	}
	for field := range file.Fields() {
		if !known[field.Name] {
			t.Errorf("%s of the file is nothing in the domain", field.Name)
		}
	}
	in := Map{Parties: []Party{{
		ID: "a", Name: exchange.Text{EN: "A", ZH: "甲"}, Role: exchange.Window, Country: "CN", Locodes: []string{"CNQZH"},
		Sends: []string{"x"}, Receives: []string{"y"}, Issues: []exchange.Issue{{Kinds: []string{"x"}}}, OnBehalfOf: []string{"b"}, Clears: []string{"import-declaration"},
		Signatures: SignaturePolicy{Algorithms: []string{"sm2-sm3"}, ForKinds: []KindAlgorithms{{Kinds: []string{"x"}, Algorithms: []string{"sm2-sm3"}}}},
		Deliver:    Outlet{Topic: "d", Acknowledge: exchange.ByReceiver}, Inbound: Inlet{Topic: "i", Replies: "r"}, Push: Push{URL: "https://push.example/", Acknowledge: exchange.ByAnswer}, Folder: Folder{Path: "/srv/a"},
		Suspended: true, Quota: Quota{Documents: 1, Window: 1}, Refusals: RefusalPolicy{Keep: time.Hour},
	}}}
	src := decode("parties.yaml", deploy.Parties, &Map{})
	out, _ := src.parties(in)
	if len(src.mistakes) > 0 {
		t.Fatal(src.mistakes)
	}
	for i := range domain.NumField() {
		if field := domain.Field(i).Name; field != "Signers" && reflect.ValueOf(out[0]).Field(i).IsZero() {
			t.Errorf("%s is lost", field)
		}
	}
}
