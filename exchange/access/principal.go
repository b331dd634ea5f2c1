// Package access says who a caller is and what it may do and see. It knows no
// protocol: each way in translates what its caller shows, asks [Credentials] or its
// configuration for the [Principal], and obeys [Principal.May], [Principal.View] and
// the scopes of lists and replays.
package access

import (
	"slices"

	"beibu/exchange"
	"beibu/exchange/operator/alert"
	"beibu/exchange/operator/replay"
	"beibu/exchange/operator/views"
	"beibu/queue"
)

// A Principal is the identity of a caller. The zero value is a caller without
// credentials.
type Principal struct {
	Name   string  // of the credential or the person, for logs and for the record
	Party  string  // that it acts for; "" if it acts for none
	Grants []Grant // what it has at the exchange itself; they add up

	Subject    string // of a [Person]; "" of a credential
	BreakGlass bool   // each use of it is an alarm, and in the record
}

// IsAnonymous reports whether the caller has shown no credentials.
func (p Principal) IsAnonymous() bool { return p.Name == "" && p.Party == "" && len(p.Grants) == 0 }

// IsStaff reports whether the principal has a role at the exchange itself.
func (p Principal) IsStaff() bool { return len(p.Grants) > 0 }

// granted reports whether one grant gives a role for an action, and has a scope that
// covers what it is about. Every right of the staff is decided here.
func (p Principal) granted(a Action, covers func(*Scope) bool) bool {
	return slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.Roles&a.Roles() != 0 && covers(g.Scope) })
}

// Covers reports whether the principal may do something about documents of a kind that
// a party sends or receives: by acting for the party, or by a grant in whose scope both
// are.
func (p Principal) Covers(a Action, party, kind string) bool {
	return p.actsFor(a, party) || p.granted(a, func(s *Scope) bool { return s.includes(party, kind) })
}

// CoversParty reports whether the principal may do something about a party as a whole. A
// scope that is limited to kinds has no whole party.
func (p Principal) CoversParty(a Action, party string) bool {
	return p.actsFor(a, party) || p.granted(a, func(s *Scope) bool { return s.includesParty(party) && len(s.Limits().Kinds) == 0 })
}

// CoversPartOf reports whether the principal may do something about documents of some kind
// that a party sends or receives.
func (p Principal) CoversPartOf(a Action, party string) bool {
	return p.actsFor(a, party) || p.granted(a, func(s *Scope) bool { return s.includesParty(party) })
}

// coversKind reports whether the principal may do something about documents of a kind that
// some party sends or receives. All kinds of its own party are among them.
func (p Principal) coversKind(a Action, kind string) bool {
	return a.Roles()&PartyRole != 0 && p.Party != "" || p.granted(a, func(s *Scope) bool { return listed(s.Limits().Kinds, kind) })
}

// OnlyForParty reports whether the principal may do something for its own party alone, by
// no role of its own.
func (p Principal) OnlyForParty(a Action) bool {
	return !p.granted(a, func(*Scope) bool { return true })
}

// CoversAll reports whether the principal may do something about everything.
func (p Principal) CoversAll(a Action) bool {
	return p.granted(a, func(s *Scope) bool { return s == nil })
}

// actsFor reports whether the principal may do something for the party that it speaks
// for.
func (p Principal) actsFor(a Action, party string) bool {
	return a.Roles()&PartyRole != 0 && p.Party != "" && p.Party == party
}

// View returns what the principal may see of an exchange, and reports whether it
// may know of the exchange at all. Who covers the sender sees all of it, but for what the
// reasons for which it was held may quote of a person: that is for the sender alone. Who covers a
// receiver sees it once it was consigned to it, with its own deliveries and answers alone and
// without the reasons for which it was held. View does not change x.
func (p Principal) View(x exchange.Exchange) (visible exchange.Exchange, ok bool) {
	kind := x.Identity.Kind
	if p.Covers(ReadExchanges, x.Identity.Sender, kind) {
		if !p.actsFor(ReadExchanges, x.Identity.Sender) {
			x.Held = x.Held.Withheld()
		}
		x.Events = p.withoutDialogues(x.Events, kind)
		return x, true
	}
	var own []exchange.Delivery
	for _, d := range x.Deliveries {
		if p.Covers(ReadExchanges, d.Receiver, kind) {
			own = append(own, d)
		}
	}
	if len(own) == 0 {
		return exchange.Exchange{}, false
	}
	x.Deliveries, x.Held = own, exchange.Held{}
	x.Events = slices.DeleteFunc(slices.Clone(x.Events), func(e exchange.Event) bool {
		return e.Receiver != "" && !p.Covers(ReadExchanges, e.Receiver, kind)
	})
	x.Replies = slices.DeleteFunc(slices.Clone(x.Replies), func(r exchange.Reply) bool {
		return !p.Covers(ReadExchanges, r.Identity.Sender, r.Identity.Kind)
	})
	x.Latest = slices.DeleteFunc(slices.Clone(x.Latest), func(l exchange.LatestAnswer) bool {
		return !p.Covers(ReadExchanges, l.Party, l.Kind)
	})
	x.MoreReplies = 0 // whose they are is not known
	return x, true
}

// ReadsOf reports whether the principal may see the exchanges of a kind that a party sends
// or receives.
func (p Principal) ReadsOf(party, kind string) bool { return p.Covers(ReadExchanges, party, kind) }

// withoutDialogues returns events without what was said with receivers of which the
// principal may not see the deliveries, such as the sender of the document.
func (p Principal) withoutDialogues(events []exchange.Event, kind string) []exchange.Event {
	events = slices.Clone(events)
	for i, e := range events {
		if e.Dialogue != nil && !p.Covers(ReadExchanges, e.Receiver, kind) {
			events[i].Dialogue = nil
		}
	}
	return events
}

// SeesParty reports whether the principal may see of a party what is not for everybody:
// what is asked of its signatures.
func (p Principal) SeesParty(party string) bool { return p.CoversPartOf(ReadStatus, party) }

// Routes returns the routes that the principal may see, in order. Who covers a party that
// may send by a route sees all of it. Who covers parties that it may name as receivers sees
// it with these alone.
func (p Principal) Routes(now *exchange.InForce) []exchange.Route {
	table := now.Routes.Table()
	if p.CoversAll(ReadRoutes) {
		return table
	}
	some := []exchange.Route{}
	for _, r := range table {
		if r, ok := p.route(now.Parties.All(), r); ok {
			some = append(some, r)
		}
	}
	return some
}

// route returns what the principal may see of a route.
func (p Principal) route(parties []exchange.Party, r exchange.Route) (exchange.Route, bool) {
	some := func(fits func(party *exchange.Party, kind string) bool) bool {
		return slices.ContainsFunc(parties, func(one exchange.Party) bool {
			return slices.ContainsFunc(r.Kinds, func(kind string) bool { return fits(&one, kind) && p.Covers(ReadRoutes, one.ID, kind) })
		})
	}
	if some(func(sender *exchange.Party, kind string) bool {
		return listed(r.When.Senders, sender.ID) && sender.MaySend(kind)
	}) {
		return r, true
	}
	r.To = slices.DeleteFunc(slices.Clone(r.To), func(to string) bool {
		return !some(func(receiver *exchange.Party, kind string) bool {
			return exchange.MayName(to, receiver) && receiver.MayReceive(kind)
		})
	})
	return r, len(r.To) > 0
}

// IsPartyTo reports whether the principal acts for the sender or a receiver of an exchange
// that it may see.
func (p Principal) IsPartyTo(x exchange.Exchange) bool {
	return p.actsFor(ReadPersonal, x.Identity.Sender) ||
		slices.ContainsFunc(x.Deliveries, func(d exchange.Delivery) bool { return p.actsFor(ReadPersonal, d.Receiver) })
}

// IsSenderOf reports whether the principal acts for the sender of a refused document.
func (p Principal) IsSenderOf(r exchange.Refusal) bool {
	return p.actsFor(ReadPersonal, r.Identity.Sender)
}

// MayUnmaskRefused is [Principal.MayUnmask] for a refused document.
func (p Principal) MayUnmaskRefused(r exchange.Refusal) error {
	switch {
	case p.OnlyForParty(ReadPersonal):
		return p.lacks(ReadPersonal)
	case p.Covers(ReadPersonal, r.Identity.Sender, r.Identity.Kind):
		return nil
	}
	return Outside(ReadPersonal.String())
}

// MayUnmask returns nil if a grant permits to read the personal data in an exchange that
// the principal may see and to which its own party is no party, and else an
// [exchange.Error] of kind Forbidden.
func (p Principal) MayUnmask(x exchange.Exchange) error {
	if p.OnlyForParty(ReadPersonal) {
		return p.lacks(ReadPersonal)
	}
	covers := func(party string) bool { return p.Covers(ReadPersonal, party, x.Identity.Kind) }
	if covers(x.Identity.Sender) || slices.ContainsFunc(x.Deliveries, func(d exchange.Delivery) bool { return covers(d.Receiver) }) {
		return nil
	}
	return Outside(ReadPersonal.String())
}

// SeesSuspension reports whether the principal may read by whom and why a party was
// suspended. That a party is suspended is no secret.
func (p Principal) SeesSuspension(party string) bool {
	return slices.ContainsFunc(p.Grants, func(g Grant) bool { return g.Scope.includesParty(party) })
}

// SeesEvent reports whether the principal may read an event of the audit: any by a grant
// for everything, and else those about a party in the scope of a grant.
func (p Principal) SeesEvent(e exchange.Event) bool {
	return p.granted(ReadAudit, func(s *Scope) bool {
		return s == nil || e.Subject.Kind == queue.SubjectParty && s.includesParty(e.Subject.ID)
	})
}

// Viewer returns the principal as one who has views: a person is known by its subject,
// which stays the same if its name changes. Who has no role at the exchange sees no views
// of its staff.
func (p Principal) Viewer() views.Viewer {
	v := views.Viewer{Owner: "credential " + p.Name, Name: p.Name, MayShare: p.May(ShareViews) == nil}
	if p.Subject != "" {
		v.Owner = "person " + p.Subject
	}
	if p.IsStaff() {
		v.Audiences = append([]string{views.Staff}, (p.AllRoles() & StaffRoles).Names()...)
	}
	return v
}

// ScopeList limits a list of exchanges to those that the principal may see, as far as
// a query can say it: [Principal.View] does the rest. It returns an [exchange.Error]
// of kind Forbidden if the query names a party or a kind that is not in the principal's
// scope.
func (p Principal) ScopeList(q *exchange.Query) error {
	if p.OnlyForParty(ReadExchanges) {
		if q.Party != "" && q.Party != p.Party {
			return forbidden("list exchanges", exchange.Because("party may only be your own", "party 只能是调用方自己"))
		}
		q.Party = p.Party
		return nil
	}
	if q.Party != "" && !p.CoversPartOf(ReadExchanges, q.Party) {
		return outside("list exchanges", "party", q.Party)
	}
	if q.Kind != "" && !p.coversKind(ReadExchanges, q.Kind) {
		return outside("list exchanges", "kind", q.Kind)
	}
	return nil
}

// ScopeReplay limits a replay to receivers whose deliveries the principal may begin again:
// its own party, and those in the scope of a grant. Of their deliveries, the plan takes
// those that a grant covers, and counts the others as out of scope: see
// [Principal.PlanScope]. It returns an [exchange.Error] of kind Forbidden if the query names
// another receiver, or a kind of which it could take nothing.
func (p Principal) ScopeReplay(q *replay.Query) error {
	if p.OnlyForParty(ReplayDelivery) {
		if slices.ContainsFunc(q.Receivers, func(id string) bool { return id != p.Party }) {
			return forbidden("replay deliveries", exchange.Because("receivers may only be your own party", "receivers 只能是调用方自己"))
		}
		q.Receivers = []string{p.Party}
		return nil
	}
	for _, receiver := range q.Receivers {
		if !p.CoversPartOf(ReplayDelivery, receiver) {
			return outside("replay deliveries", "receiver", receiver)
		}
	}
	covered := func(receiver string) bool { return p.Covers(ReplayDelivery, receiver, q.Kind) }
	if q.Kind != "" && !slices.ContainsFunc(q.Receivers, covered) {
		return outside("replay deliveries", "kind", q.Kind)
	}
	return nil
}

// PlanScope returns what a plan of the principal is made by in addition to a query that
// has passed [Principal.ScopeReplay]. A nil suspended has nobody suspended.
func (p Principal) PlanScope(now *exchange.InForce, suspended *exchange.Suspensions) replay.Scope {
	scope := replay.Scope{
		Parties: now.Parties, Suspended: func(party string) bool { return suspended.Includes(now, party) },
		Within: func(x exchange.Exchange) bool {
			return p.Covers(ReplayDelivery, x.Deliveries[0].Receiver, x.Identity.Kind)
		},
	}
	if p.OnlyForParty(ReplayDelivery) {
		scope.Party = p.Party
	}
	return scope
}

// CoversRun reports whether the principal may do something about a replay run: for the
// party that requested it, or by grants that cover each delivery of the run. Several grants
// may cover different deliveries.
func (p Principal) CoversRun(a Action, r replay.Run) bool {
	if p.actsFor(a, r.Request.Party) {
		return true
	}
	return !p.OnlyForParty(a) && !slices.ContainsFunc(r.Request.Receivers, func(s replay.Share) bool { return !p.coversShare(a, s) })
}

// coversShare reports whether the principal may do something about one receiver's part of a
// run. The record of a run that was requested before the kinds were in it has none: that is
// for who covers the whole party.
func (p Principal) coversShare(a Action, s replay.Share) bool {
	if len(s.Kinds) == 0 {
		return p.CoversParty(a, s.Receiver)
	}
	return !slices.ContainsFunc(s.Kinds, func(kind string) bool { return !p.Covers(a, s.Receiver, kind) })
}

// ScopeSender returns the sender about whose refusals the principal may do something, of
// the one that it names or "": a party sees its own, and "" is all that
// [Principal.Covers]. It returns an [exchange.Error] of kind Forbidden if it names another.
func (p Principal) ScopeSender(a Action, sender string) (string, error) {
	switch {
	case !p.OnlyForParty(a):
		if sender != "" && !p.CoversPartOf(a, sender) {
			return "", outside(a.String(), "sender", sender)
		}
		return sender, nil
	case sender != "" && sender != p.Party:
		return "", forbidden(a.String(), exchange.Because("sender may only be your own party", "sender 只能是调用方自己"))
	}
	return p.Party, nil
}

// ScopeFailures returns the parties whose failures the principal may count, of all or of
// the one that it names; nil is everybody's. Counts cannot be limited to kinds. So they are
// of the parties that the principal covers as a whole, which can be none. It returns an
// [exchange.Error] of kind Forbidden if the one that it names is none of them.
func (p Principal) ScopeFailures(party string, all *exchange.Parties) ([]string, error) {
	switch {
	case party == "" && p.CoversAll(ReadExchanges):
		return nil, nil
	case party == "":
		covered := []string{}
		for _, one := range all.All() {
			if p.CoversParty(ReadExchanges, one.ID) {
				covered = append(covered, one.ID)
			}
		}
		return covered, nil
	case !p.CoversAll(ReadExchanges) && !p.CoversParty(ReadExchanges, party):
		return nil, outside("count failures", "party", party)
	}
	return []string{party}, nil
}

// SeesAlert reports whether the principal may know of an alert: of any if its scope is
// everything, and else of one that is only about parties of which it sees the status.
func (p Principal) SeesAlert(a alert.Alert) bool {
	outside := func(party string) bool { return !p.CoversParty(ReadStatus, party) }
	return p.CoversAll(ReadStatus) || len(a.Parties) > 0 && !slices.ContainsFunc(a.Parties, outside)
}

// ScopeStatus returns an [exchange.Error] of kind Forbidden if the principal names a party
// whose status it may not see. Without a name it sees those of [Principal.CoversParty].
func (p Principal) ScopeStatus(party string) error {
	switch {
	case party == "" || p.CoversParty(ReadStatus, party):
		return nil
	case p.OnlyForParty(ReadStatus):
		return forbidden("read status", exchange.Because("party may only be your own", "party 只能是调用方自己"))
	}
	return outside("read status", "party", party)
}

// outside is the refusal of a filter with a value that is not in the scope.
func outside(op, filter, value string) error {
	return forbidden(op, exchange.Because("%s %q is not in the scope of this credential", "%s %q 不在该凭据的授权范围内", filter, value))
}

// Outside returns the refusal of something that no grant of the caller covers.
func Outside(op string) error {
	return forbidden(op, exchange.Because("it is not in the scope of this credential", "不在该凭据的授权范围内"))
}

// forbidden is the refusal of what a principal may not do.
func forbidden(op string, why exchange.Reason) error {
	return &exchange.Error{Op: op, Kind: exchange.Forbidden, Err: why}
}
