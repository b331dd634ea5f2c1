package exchange_test

import (
	"testing"

	"beibu/exchange"
)

// What contradicts itself is refused, and what is read has one form.
func TestReadCountBy(t *testing.T) {
	for text, want := range map[string]struct {
		sender, rule, known bool
		form                string
	}{
		"":                     {known: true},
		"receiver":             {known: true},
		"sender":               {sender: true, known: true, form: "sender"},
		"rule":                 {rule: true, known: true, form: "rule"},
		"sender,rule":          {true, true, true, "sender,rule"},
		"rule,sender":          {true, true, true, "sender,rule"},
		"receiver,rule":        {},
		"sender,receiver":      {},
		"rule,rule":            {},
		"sender,rule,sender":   {},
		"sender,":              {},
		",":                    {},
		"sender, rule":         {},
		"Sender":               {},
		"receiver,sender,rule": {},
		"colour":               {},
	} {
		sender, rule, known := exchange.ReadCountBy(text)
		form := exchange.FailureQuery{BySender: sender, ByRule: rule}.CountedBy()
		if sender != want.sender || rule != want.rule || known != want.known || form != want.form {
			t.Errorf("%q: sender %t, rule %t, known %t, form %q", text, sender, rule, known, form)
		}
	}
}
