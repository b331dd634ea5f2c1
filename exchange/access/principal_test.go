package access_test

import (
	"slices"
	"strings"
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
	consigned.Replies = []exchange.Reply{{Identity: proof.Identity{Sender: "vn"}}, {Identity: proof.Identity{Sender: "la"}}}
	consigned.Latest = []exchange.LatestAnswer{{Party: "vn"}, {Party: "la"}}
	for i := range consigned.Events {
		consigned.Events[i].Dialogue = &exchange.Dialogue{Answer: "503"}
	}
	consigned.Events[0].Dialogue = nil
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
		{"operator", access.Principal{Name: "k", Grants: access.Everywhere(access.StaffRoles)}, true, true, []string{"vn", "la"}, true},
		{"operator with a party", access.Principal{Name: "k", Party: "vn", Grants: access.Everywhere(access.StaffRoles)}, true, true, []string{"vn", "la"}, true},
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
			var latest []string
			for _, l := range x.Latest {
				latest = append(latest, l.Party)
			}
			if !slices.Equal(latest, c.deliveries) || len(consigned.Latest) != 2 || consigned.Latest[0].Party != "vn" {
				t.Errorf("sees the newest answers of %v, want %v", latest, c.deliveries)
			}
			var receivers, events, answerers []string
			for _, r := range x.Replies {
				answerers = append(answerers, r.Identity.Sender)
			}
			if !slices.Equal(answerers, c.deliveries) {
				t.Errorf("sees the answers of %v, want %v", answerers, c.deliveries)
			}
			for _, d := range x.Deliveries {
				receivers = append(receivers, d.Receiver)
			}
			for _, e := range x.Events {
				if e.Receiver != "" {
					events = append(events, e.Receiver)
				}
				if sees := e.Dialogue != nil; e.Receiver != "" && sees == (c.name == "sender") {
					t.Errorf("sees what was said with %s: %t", e.Receiver, sees)
				}
			}
			if !slices.Equal(receivers, c.deliveries) || !slices.Equal(events, c.deliveries) {
				t.Errorf("sees the deliveries to %v and events of %v, want %v", receivers, events, c.deliveries)
			}
			if consigned.Events[1].Dialogue == nil {
				t.Fatal("the exchange itself was changed")
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

// named returns the parties that a query names.
func named(party string) []string {
	if party == "" {
		return nil
	}
	return []string{party}
}

// An operator sees every run, a party those that it requested.
func TestCoversRun(t *testing.T) {
	ofVN := replay.Run{Request: replay.Request{Party: "vn"}}
	for _, c := range []struct {
		who  access.Principal
		run  replay.Run
		want bool
	}{
		{access.Principal{Name: "k", Grants: access.Everywhere(access.StaffRoles)}, ofVN, true},
		{access.Principal{Name: "k", Grants: access.Everywhere(access.StaffRoles)}, replay.Run{}, true},
		{access.Principal{Name: "k", Party: "vn"}, ofVN, true},
		{access.Principal{Name: "k", Party: "la"}, ofVN, false},
		{access.Principal{Name: "k", Party: "vn"}, replay.Run{}, false},
		{access.Principal{}, replay.Run{}, false},
	} {
		if got := c.who.CoversRun(access.ReadRuns, c.run); got != c.want {
			t.Errorf("%+v sees %+v: %t", c.who, c.run, got)
		}
	}
}

func TestScopes(t *testing.T) {
	party, operator := access.Principal{Name: "k", Party: "vn"}, access.Principal{Name: "k", Grants: access.Everywhere(access.StaffRoles)}
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
		list, wanted := exchange.Query{Party: c.asked}, replay.Query{Receivers: named(c.asked)}
		listErr, replayErr := c.who.ScopeList(&list), c.who.ScopeReplay(&wanted)
		sender, refusalErr := c.who.ScopeSender(access.ReadRefusals, c.asked)
		if (refusalErr == nil) != c.allowed || sender != c.gets || !c.allowed && exchange.KindOf(refusalErr) != exchange.Forbidden {
			t.Errorf("%s: refusals of %q (%v), want %q", c.name, sender, refusalErr, c.gets)
		}
		counted, failureErr := c.who.ScopeFailures(c.asked, offices(t))
		if (failureErr == nil) != c.allowed || strings.Join(counted, ",") != c.gets || !c.allowed && exchange.KindOf(failureErr) != exchange.Forbidden {
			t.Errorf("%s: failures of %q (%v), want %q", c.name, counted, failureErr, c.gets)
		}
		if !c.allowed {
			if exchange.KindOf(listErr) != exchange.Forbidden || exchange.KindOf(replayErr) != exchange.Forbidden {
				t.Errorf("%s: %v, %v", c.name, listErr, replayErr)
			}
			continue
		}
		if listErr != nil || replayErr != nil || list.Party != c.gets || strings.Join(wanted.Receivers, ",") != c.gets {
			t.Errorf("%s: list of %q (%v), replay to %q (%v), want %q", c.name, list.Party, listErr, wanted.Receivers, replayErr, c.gets)
		}
	}
}
