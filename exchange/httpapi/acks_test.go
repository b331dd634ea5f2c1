package httpapi

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"beibu/exchange"
)

const someID = "62761a75-7806-8093-88f0-4600d980546a"

func TestAcks(t *testing.T) {
	many := make([]string, exchange.MaxAcks+1)
	for i := range many {
		many[i] = fmt.Sprintf(`{"exchangeId":"62761a75-7806-8093-88f0-%012x","outcome":"accepted"}`, i)
	}
	one := func(rest string) string { return `{"acks":[{"exchangeId":"` + someID + `",` + rest + `}]}` }
	cases := []struct {
		name, body string
		kind       exchange.Kind // of the failure; Internal for none
	}{
		{"accepted", one(`"outcome":"accepted"`), exchange.Internal},
		{"refused", one(`"outcome":"refused","code":"seal-broken","reason":"第二页缺失"`), exchange.Internal},
		{"refused without words", one(`"outcome":"refused","code":"x"`), exchange.Internal},
		{"as many as may be", `{"acks":[` + strings.Join(many[:exchange.MaxAcks], ",") + `]}`, exchange.Internal},
		{"one more", `{"acks":[` + strings.Join(many, ",") + `]}`, exchange.Invalid},
		{"none", `{"acks":[]}`, exchange.Invalid},
		{"nothing", `{}`, exchange.Invalid},
		{"refused without a code", one(`"outcome":"refused","reason":"x"`), exchange.Invalid},
		{"a long code", one(`"outcome":"refused","code":"` + strings.Repeat("x", 65) + `"`), exchange.Invalid},
		{"a long reason", one(`"outcome":"refused","code":"x","reason":"` + strings.Repeat("x", 1001) + `"`), exchange.Invalid},
		{"accepted, but", one(`"outcome":"accepted","code":"x"`), exchange.Invalid},
		{"neither", one(`"outcome":"perhaps"`), exchange.Invalid},
		{"no id", `{"acks":[{"outcome":"accepted"}]}`, exchange.Invalid},
		{"id in another form", `{"acks":[{"exchangeId":"{` + someID + `}","outcome":"accepted"}]}`, exchange.Invalid},
		{"named twice", `{"acks":[` + many[0] + `,` + many[0] + `]}`, exchange.Invalid},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var acks Acks
			if err := decodeJSON([]byte(c.body), &acks); err != nil {
				t.Fatalf("%v: %s", err, c.body)
			}
			_, err := acks.read()
			if good := c.kind == exchange.Internal; (err == nil) != good || !good && exchange.KindOf(err) != c.kind {
				t.Errorf("%v", err)
			}
		})
	}
}

// FuzzAcks holds that whatever a receiver sends is either refused as a whole
// or read into bounded, distinct acks that mean what the JSON says.
func FuzzAcks(f *testing.F) {
	f.Add([]byte(`{"acks":[{"exchangeId":"` + someID + `","outcome":"accepted"}]}`))
	f.Add([]byte(`{"acks":[{"exchangeId":"` + someID + `","outcome":"refused","code":"c","reason":"r"}]}`))
	f.Add([]byte(`{"acks":[{"exchangeId":"` + strings.ToUpper(someID) + `","outcome":"accepted"}]}`))
	f.Add([]byte(`{"acks":null}{}`))
	f.Add([]byte(`{"acks":[{"exchangeId":1e400}],"more":[]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var acks Acks
		if err := decodeJSON(body, &acks); err != nil {
			if exchange.KindOf(err) != exchange.BadRequest {
				t.Errorf("refused as %v", err)
			}
			return
		}
		all, err := acks.read()
		if err != nil {
			if exchange.KindOf(err) != exchange.Invalid || all != nil {
				t.Errorf("%d acks and %v", len(all), err)
			}
			return
		}
		seen := map[string]bool{}
		for i, j := range all {
			back := Ack{ExchangeID: j.Exchange.String(), Outcome: Refused, Code: j.Code, Reason: j.Reason}
			if j.Accepted {
				back.Outcome = Accepted
			}
			sent := acks.Acks[i]
			sent.ExchangeID = strings.ToLower(sent.ExchangeID)
			if back != sent || seen[back.ExchangeID] || j.Check() != nil {
				t.Errorf("%+v became %+v", acks.Acks[i], back)
			}
			seen[back.ExchangeID] = true
		}
		if len(all) == 0 || len(all) > exchange.MaxAcks || !json.Valid(body) {
			t.Errorf("%d acks were read from %q", len(all), body)
		}
	})
}
