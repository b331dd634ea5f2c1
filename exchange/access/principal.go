// Package access says who a caller is and what it may do and see. It knows no
// protocol: each way in translates what its caller shows, asks [Credentials] or its
// configuration for the [Principal], and obeys [Principal.May], [Principal.View] and
// the scopes of lists and replays.
package access

import (
	"slices"

	"beibu/exchange"
	"beibu/exchange/operator/replay"
)

// A Principal is the identity of a caller. The zero value is a caller without
// credentials.
type Principal struct {
	Name     string // of the credential, for logs and for the record
	Party    string // that it acts for; "" for an operator that acts for none
	Operator bool   // sees every exchange, replays, decides what is held
}

// IsAnonymous reports whether the caller has shown no credentials.
func (p Principal) IsAnonymous() bool { return p == (Principal{}) }

// View returns what the principal may see of an exchange, and reports whether it
// may know of the exchange at all. An operator and the sender see all of it. A
// receiver sees it once it was consigned to it, with its own deliveries alone and
// without the reasons for which it was held. View does not change x.
func (p Principal) View(x exchange.Exchange) (visible exchange.Exchange, ok bool) {
	if p.Operator || p.Party != "" && p.Party == x.Identity.Sender {
		return x, true
	}
	var own []exchange.Delivery
	for _, d := range x.Deliveries {
		if p.Party != "" && d.Receiver == p.Party {
			own = append(own, d)
		}
	}
	if len(own) == 0 {
		return exchange.Exchange{}, false
	}
	x.Deliveries, x.Held = own, exchange.Held{}
	x.Events = slices.DeleteFunc(slices.Clone(x.Events), func(e exchange.Event) bool {
		return e.Receiver != "" && e.Receiver != p.Party
	})
	return x, true
}

// SeesSuspensions reports whether the principal may read by whom and why a party
// was suspended. That a party is suspended is no secret.
func (p Principal) SeesSuspensions() bool { return p.Operator }

// ScopeList limits a list of exchanges to those that the principal may see. It
// returns an [exchange.Error] of kind Forbidden if the query names another party.
func (p Principal) ScopeList(q *exchange.Query) error {
	if p.Operator {
		return nil
	}
	if q.Party != "" && q.Party != p.Party {
		return forbidden("list exchanges", exchange.Because("party may only be your own", "party 只能是调用方自己"))
	}
	q.Party = p.Party
	return nil
}

// ScopeReplay limits a replay to deliveries that the principal may begin again:
// an operator those to any receiver, a party those to itself. It returns an
// [exchange.Error] of kind Forbidden if the query names another receiver.
func (p Principal) ScopeReplay(q *replay.Query) error {
	if p.Operator {
		return nil
	}
	if slices.ContainsFunc(q.Receivers, func(id string) bool { return id != p.Party }) {
		return forbidden("replay deliveries", exchange.Because("receivers may only be your own party", "receivers 只能是调用方自己"))
	}
	q.Receivers = []string{p.Party}
	return nil
}

// SeesRun reports whether the principal may know of a replay run: an operator of any, a
// party of those that it requested.
func (p Principal) SeesRun(r replay.Run) bool {
	return p.Operator || p.Party != "" && p.Party == r.Request.Party
}

// ScopeRefusals returns the sender whose refusals the principal may see, of the one that
// it names or "": a party sees its own, and an operator ("") all. It returns an
// [exchange.Error] of kind Forbidden if a party names another.
func (p Principal) ScopeRefusals(sender string) (string, error) {
	if p.Operator {
		return sender, nil
	}
	if sender != "" && sender != p.Party {
		return "", forbidden("list refusals", exchange.Because("sender may only be your own party", "sender 只能是调用方自己"))
	}
	return p.Party, nil
}

// forbidden is the refusal of what a principal may not do.
func forbidden(op string, why exchange.Reason) error {
	return &exchange.Error{Op: op, Kind: exchange.Forbidden, Err: why}
}
