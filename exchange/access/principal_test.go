package access_test

import (
	"slices"
	"testing"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator/replay"
	"beibu/exchange/proof"
)

// A party sees what it sent and what was consigned to it, of the latter its own
// deliveries alone. A held document was consigned to nobody.
func TestView(t *testing.T) {
	held := exchange.Exchange{
		Identity: proof.Identity{Sender: "port"}, Receivers: []string{"vn", "la"},
		Held: exchange.Held{Faults: exchange.Faults{{Code: "ATA-31"}}},
	}
	consigned := held
	consigned.Deliveries = []exchange.Delivery{{Receiver: "vn"}, {Receiver: "la"}}
	consigned.Events = []exchange.Event{{Name: "all"}, {Name: "vn", Receiver: "vn"}, {Name: "la", Receiver: "la"}}
	cases := []struct {
		name       string
		who        access.Principal
		held, sent bool
		deliveries []string
		reasons    bool
	}{
		{"sender", access.Principal{Name: "k", Party: "port"}, true, true, []string{"vn", "la"}, true},
		{"receiver", access.Principal{Name: "k", Party: "vn"}, false, true, []string{"vn"}, false},
		{"another party", access.Principal{Name: "k", Party: "th"}, false, false, nil, false},
		{"anonymous", access.Principal{}, false, false, nil, false},
		{"operator", access.Principal{Name: "k", Operator: true}, true, true, []string{"vn", "la"}, true},
		{"operator with a party", access.Principal{Name: "k", Party: "vn", Operator: true}, true, true, []string{"vn", "la"}, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if _, ok := c.who.View(held); ok != c.held {
				t.Errorf("sees the held exchange: %t, want %t", ok, c.held)
			}
			x, ok := c.who.View(consigned)
			if ok != c.sent {
				t.Errorf("sees the consigned exchange: %t, want %t", ok, c.sent)
			}
			var receivers, events []string
			for _, d := range x.Deliveries {
				receivers = append(receivers, d.Receiver)
			}
			for _, e := range x.Events {
				if e.Receiver != "" {
					events = append(events, e.Receiver)
				}
			}
			if !slices.Equal(receivers, c.deliveries) || !slices.Equal(events, c.deliveries) {
				t.Errorf("sees the deliveries to %v and events of %v, want %v", receivers, events, c.deliveries)
			}
			if ok && len(x.Events) != len(events)+1 {
				t.Errorf("sees %d events of the exchange itself", len(x.Events)-len(events))
			}
			if reasons := len(x.Held.Faults) > 0; reasons != c.reasons {
				t.Errorf("sees why it was held: %t, want %t", reasons, c.reasons)
			}
		})
	}
	if len(consigned.Deliveries) != 2 || len(consigned.Events) != 3 || consigned.Events[2].Receiver != "la" {
		t.Errorf("a view has changed the exchange: %+v", consigned)
	}
}

func TestScopes(t *testing.T) {
	party, operator := access.Principal{Name: "k", Party: "vn"}, access.Principal{Name: "k", Operator: true}
	cases := []struct {
		name        string
		who         access.Principal
		asked, gets string
		allowed     bool
	}{
		{"a party that names none", party, "", "vn", true},
		{"a party that names itself", party, "vn", "vn", true},
		{"a party that names another", party, "la", "", false},
		{"an operator that names none", operator, "", "", true},
		{"an operator that names one", operator, "la", "la", true},
	}
	for _, c := range cases {
		list, wanted := exchange.Query{Party: c.asked}, replay.Query{Receiver: c.asked}
		listErr, replayErr := c.who.ScopeList(&list), c.who.ScopeReplay(&wanted)
		if !c.allowed {
			if exchange.KindOf(listErr) != exchange.Forbidden || exchange.KindOf(replayErr) != exchange.Forbidden {
				t.Errorf("%s: %v, %v", c.name, listErr, replayErr)
			}
			continue
		}
		if listErr != nil || replayErr != nil || list.Party != c.gets || wanted.Receiver != c.gets {
			t.Errorf("%s: list of %q (%v), replay to %q (%v), want %q", c.name, list.Party, listErr, wanted.Receiver, replayErr, c.gets)
		}
	}
}
