package access_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator/replay"
	"beibu/exchange/proof"
	"beibu/queue"
)

var (
	countries = map[string]string{"port": "CN", "north": "CN", "vn": "VN", "vn-health": "VN"}
	officeIDs = []string{"port", "north", "vn", "vn-health"}
	kindIDs   = []string{"carnet", "permit"}
)

// A naive grant is a role and its limits, as a configuration says them.
type naiveGrant struct {
	role   access.Role
	limits access.Limits
}

// A naive principal decides about one object at a time.
type naive struct {
	party  string
	grants []naiveGrant
}

func in(list []string, value string) bool { return len(list) == 0 || slices.Contains(list, value) }

// may reports whether one grant, or acting for the party, permits something about
// documents of a kind that a party sends or receives.
func (n naive) may(a access.Action, party, kind string) bool {
	if n.party == party && a.Roles()&access.PartyRole != 0 {
		return true
	}
	for _, g := range n.grants {
		l := g.limits
		if g.role&a.Roles() != 0 && in(l.Parties, party) && in(l.Countries, countries[party]) && in(l.Kinds, kind) {
			return true
		}
	}
	return false
}

// mayParty reports whether one grant, or acting for it, permits something about all of a
// party.
func (n naive) mayParty(a access.Action, party string) bool {
	return n.may(a, party, "a kind that no scope names")
}

// receivers returns the receivers whose deliveries are seen.
func (n naive) receivers(x exchange.Exchange) []string {
	sender := n.may(access.ReadExchanges, x.Identity.Sender, x.Identity.Kind)
	var seen []string
	for _, d := range x.Deliveries {
		if sender || n.may(access.ReadExchanges, d.Receiver, x.Identity.Kind) {
			seen = append(seen, d.Receiver)
		}
	}
	return seen
}

// drawPrincipal draws the same person twice: with scopes, and naively.
func drawPrincipal(t *rapid.T, parties *exchange.Parties) (access.Principal, naive) {
	n := naive{party: rapid.SampledFrom([]string{"", "", "vn", "port"}).Draw(t, "party")}
	some := func(all []string, name string) []string {
		return rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, 2, rapid.ID).Draw(t, name)
	}
	var grants []access.PersonGrant
	for i := range rapid.IntRange(0, 4).Draw(t, "grants") {
		g := naiveGrant{1 << rapid.IntRange(2, 7).Draw(t, "role"), access.Limits{Countries: some([]string{"CN", "VN"}, "countries"), Kinds: some(kindIDs, "kinds")}}
		if len(g.limits.Countries) == 0 {
			g.limits.Parties = some(officeIDs, "parties")
		}
		scope, err := access.NewScope(g.limits, parties, kindIDs)
		if err != nil {
			t.Fatal(err)
		}
		n.grants = append(n.grants, g)
		grants = append(grants, access.PersonGrant{Value: fmt.Sprint("group ", i%3), Grant: access.Grant{Roles: g.role, Scope: scope}})
	}
	grants = append(grants, access.PersonGrant{Value: "party", Party: n.party, Grant: access.Grant{}}, access.PersonGrant{Value: "x", Party: "north"})
	if n.party == "" { // somebody whom the issuer knows, and who has nothing, is refused
		grants[len(grants)-2].Roles = access.PartyManagerRole
		n.grants = append(n.grants, naiveGrant{role: access.PartyManagerRole})
	}
	people, err := access.NewPeople(issuer, grants)
	if err != nil {
		t.Fatal(err)
	}
	who, err := people.Principal(access.Person{Issuer: issuer, Name: "li.na", Subject: "7c1f", Values: []string{"group 0", "group 1", "group 2", "party"}})
	if err != nil {
		t.Fatal(err)
	}
	return who, n
}

// A crowd is an index of exchanges, refusals, events and runs, newest first.
type crowd struct {
	exchange.Journal
	exchange.RefusalLog
	replay.Register

	exchanges []exchange.Exchange
	refusals  []exchange.Refusal
	events    []exchange.Event
	runs      []replay.Run
}

// drawCrowd draws what is in the index.
func drawCrowd(t *rapid.T) *crowd {
	c := &crowd{}
	party, kind := rapid.SampledFrom(officeIDs), rapid.SampledFrom(kindIDs)
	count := rapid.IntRange(1, 30).Draw(t, "exchanges")
	for n := count; n > 0; n-- {
		x := exchange.Exchange{ID: uuid.NewSHA1(uuid.Nil, []byte{byte(n)}), Sequence: int64(n), Identity: proof.Identity{Sender: party.Draw(t, "sender"), Kind: kind.Draw(t, "kind")}}
		for _, id := range rapid.SliceOfNDistinct(party, 0, 3, rapid.ID).Draw(t, "receivers") {
			x.Deliveries = append(x.Deliveries, exchange.Delivery{Receiver: id, State: exchange.ConsignmentRejection, Attempt: 1, Cause: exchange.Cause{Code: "QUOTA"}})
		}
		c.exchanges = append(c.exchanges, x)
		c.refusals = append(c.refusals, exchange.Refusal{Sequence: int64(n), Identity: proof.Identity{Sender: party.Draw(t, "refused"), Kind: kind.Draw(t, "kind")}})
		c.events = append(c.events, exchange.Event{Sequence: int64(count + 1 - n), Subject: queue.Subject{Kind: queue.SubjectParty, ID: party.Draw(t, "subject")}})
		r := replay.Run{Sequence: int64(n)}
		for _, id := range rapid.SliceOfNDistinct(party, 1, 2, rapid.ID).Draw(t, "shares") {
			r.Request.Receivers = append(r.Request.Receivers, replay.Share{Receiver: id, Kinds: rapid.SliceOfNDistinct(kind, 1, 2, rapid.ID).Draw(t, "of")})
		}
		c.runs = append(c.runs, r)
	}
	return c
}

// pageOf returns a page of what fits.
func pageOf[T any](all []T, limit int, fits func(T) bool, cursor func(T) int64) (page []T, next int64) {
	for _, one := range all {
		if !fits(one) {
			continue
		}
		if len(page) == limit {
			return page, cursor(page[limit-1])
		}
		page = append(page, one)
	}
	return page, 0
}

func (c *crowd) Exchanges(_ context.Context, q exchange.Query) ([]exchange.Exchange, int64, error) {
	page, next := pageOf(c.exchanges, q.Limit, func(x exchange.Exchange) bool {
		about := q.Party == "" || x.Identity.Sender == q.Party || slices.ContainsFunc(x.Deliveries, func(d exchange.Delivery) bool { return d.Receiver == q.Party })
		return about && in([]string{q.Kind}[:min(1, len(q.Kind))], x.Identity.Kind) && (q.Before == 0 || x.Sequence < q.Before)
	}, func(x exchange.Exchange) int64 { return x.Sequence })
	return page, next, nil
}

func (c *crowd) Deliveries(_ context.Context, q exchange.DeliveryQuery) (page []exchange.Exchange, err error) {
	for _, x := range slices.Backward(c.exchanges) {
		for _, d := range x.Deliveries {
			if d.Receiver == q.Receiver && (q.Kind == "" || q.Kind == x.Identity.Kind) {
				x.Deliveries = []exchange.Delivery{d}
				page = append(page, x)
			}
		}
	}
	return page, nil
}

func (c *crowd) Refusals(_ context.Context, q exchange.RefusalQuery) ([]exchange.Refusal, int64, error) {
	page, next := pageOf(c.refusals, q.Limit, func(r exchange.Refusal) bool {
		return (q.Sender == "" || q.Sender == r.Identity.Sender) && (q.Before == 0 || r.Sequence < q.Before)
	}, func(r exchange.Refusal) int64 { return r.Sequence })
	return page, next, nil
}

func (c *crowd) Audit(_ context.Context, q exchange.AuditQuery) ([]exchange.Event, int64, error) {
	page, next := pageOf(c.events, q.Limit, func(e exchange.Event) bool { return e.Sequence > q.After }, func(e exchange.Event) int64 { return e.Sequence })
	return page, next, nil
}

func (c *crowd) Runs(_ context.Context, q replay.RunQuery) ([]replay.Run, int64, error) {
	page, next := pageOf(c.runs, q.Limit, func(r replay.Run) bool {
		return (q.Party == "" || q.Party == r.Request.Party) && (q.Before == 0 || r.Sequence < q.Before)
	}, func(r replay.Run) int64 { return r.Sequence })
	return page, next, nil
}

func (c *crowd) ActiveRuns(context.Context) ([]replay.Run, error) { return nil, nil }

// sequences returns all pages of a list.
func sequences[T any](t *rapid.T, read func(cursor int64) ([]T, int64, error), sequence func(T) int64) []int64 {
	all := []int64{}
	for cursor := int64(0); ; {
		page, next, err := read(cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range page {
			all = append(all, sequence(one))
		}
		if cursor = next; next == 0 {
			return all
		}
	}
}

// expected returns the sequences of what fits.
func expected[T any](all []T, fits func(T) bool, sequence func(T) int64) []int64 {
	some := []int64{}
	for _, one := range all {
		if fits(one) {
			some = append(some, sequence(one))
		}
	}
	return some
}

// Whatever grants somebody has, lists show, and bulk actions take, exactly what the grants
// permit one object at a time.
func TestGrantsAddUp(t *testing.T) {
	parties := offices(t)
	rapid.Check(t, func(t *rapid.T) {
		who, n := drawPrincipal(t, parties)
		c := drawCrowd(t)
		limit := rapid.SampledFrom([]int{1, 3, 100}).Draw(t, "limit")
		checkLists(t, who, n, c, limit)
		checkPlan(t, who, n, c, parties)
		for _, action := range access.Actions() {
			for _, party := range officeIDs {
				if got, want := who.CoversParty(action, party), n.mayParty(action, party); got != want {
					t.Fatalf("%s about %s: %t, want %t", action, party, got, want)
				}
				for _, kind := range kindIDs {
					if got, want := who.Covers(action, party, kind), n.may(action, party, kind); got != want {
						t.Fatalf("%s about %s of %s: %t, want %t", action, kind, party, got, want)
					}
				}
			}
		}
	})
}

// checkLists compares what lists show with what may be seen.
func checkLists(t *rapid.T, who access.Principal, n naive, c *crowd, limit int) {
	exchanges := exchange.Query{Limit: limit}
	if err := who.ScopeList(&exchanges); err != nil {
		t.Fatal(err)
	}
	sender, err := who.ScopeSender(access.ReadRefusals, "")
	if err != nil {
		t.Fatal(err)
	}
	number := func(x exchange.Exchange) int64 { return x.Sequence }
	shown := map[int64][]string{}
	listed := sequences(t, func(cursor int64) ([]exchange.Exchange, int64, error) {
		exchanges.Before = cursor
		page, next, err := who.Exchanges(t.Context(), c, exchanges)
		for _, x := range page {
			for _, d := range x.Deliveries {
				shown[x.Sequence] = append(shown[x.Sequence], d.Receiver)
			}
			if got, want := who.MayUnmask(x) == nil, unmasks(n, x); got != want {
				t.Fatalf("unmasks %+v: %t, want %t", x, got, want)
			}
		}
		return page, next, err
	}, number)
	wanted := map[int64][]string{}
	visible := func(x exchange.Exchange) bool {
		seen := n.receivers(x)
		if len(seen) > 0 {
			wanted[x.Sequence] = seen
		}
		return len(seen) > 0 || n.may(access.ReadExchanges, x.Identity.Sender, x.Identity.Kind)
	}
	for what, diff := range map[string]string{
		"exchanges": cmp.Diff(expected(c.exchanges, visible, number), listed), "deliveries": cmp.Diff(wanted, shown),
		"refusals": cmp.Diff(
			expected(c.refusals, func(r exchange.Refusal) bool { return n.may(access.ReadRefusals, r.Identity.Sender, r.Identity.Kind) }, refusalNumber),
			sequences(t, func(cursor int64) ([]exchange.Refusal, int64, error) {
				return who.Refusals(t.Context(), access.ReadRefusals, c, exchange.RefusalQuery{Sender: sender, Limit: limit, Before: cursor})
			}, refusalNumber)),
		"runs": cmp.Diff(expected(c.runs, n.seesRun, runNumber), sequences(t, func(cursor int64) ([]replay.Run, int64, error) {
			return who.Runs(t.Context(), c, replay.RunQuery{Limit: limit, Before: cursor})
		}, runNumber)),
		"audit": cmp.Diff(expected(c.events, n.seesEvent, eventNumber), sequences(t, func(cursor int64) ([]exchange.Event, int64, error) {
			return who.Events(t.Context(), c, exchange.AuditQuery{Limit: limit, After: cursor})
		}, eventNumber)),
	} {
		if diff != "" {
			t.Fatalf("%s: %s", what, diff)
		}
	}
}

func refusalNumber(r exchange.Refusal) int64 { return r.Sequence }
func runNumber(r replay.Run) int64           { return r.Sequence }
func eventNumber(e exchange.Event) int64     { return e.Sequence }

// seesRun reports whether every delivery of a run may be seen as the staff's. The run was
// requested by nobody's party.
func (n naive) seesRun(r replay.Run) bool {
	staff := false
	for _, g := range n.grants {
		staff = staff || g.role&access.ReadRuns.Roles() != 0
	}
	for _, s := range r.Request.Receivers {
		for _, kind := range s.Kinds {
			staff = staff && n.may(access.ReadRuns, s.Receiver, kind)
		}
	}
	return staff
}

// seesEvent reports whether an event about a party may be read, whatever the kinds.
func (n naive) seesEvent(e exchange.Event) bool {
	for _, g := range n.grants {
		if g.role&access.ReadAudit.Roles() != 0 && in(g.limits.Parties, e.Subject.ID) && in(g.limits.Countries, countries[e.Subject.ID]) {
			return true
		}
	}
	return false
}

// unmasks reports whether a role permits to read the personal data of what is seen.
func unmasks(n naive, x exchange.Exchange) bool {
	staff := false
	for _, g := range n.grants {
		staff = staff || g.role&access.ReadPersonal.Roles() != 0
	}
	covered := n.may(access.ReadPersonal, x.Identity.Sender, x.Identity.Kind)
	for _, d := range x.Deliveries {
		covered = covered || n.may(access.ReadPersonal, d.Receiver, x.Identity.Kind)
	}
	return staff && covered
}

// checkPlan compares what a plan takes with what may be replayed, and what it leaves out
// with the rest.
func checkPlan(t *rapid.T, who access.Principal, n naive, c *crowd, parties *exchange.Parties) {
	q := replay.Query{Receivers: rapid.SliceOfNDistinct(rapid.SampledFrom(officeIDs), 1, 4, rapid.ID).Draw(t, "to")}
	if rapid.Bool().Draw(t, "of a kind") {
		q.Kind = rapid.SampledFrom(kindIDs).Draw(t, "kind")
	}
	reachable := func(receiver string) bool {
		return n.may(access.ReplayDelivery, receiver, "carnet") || n.may(access.ReplayDelivery, receiver, "permit")
	}
	err := who.ScopeReplay(&q)
	if err != nil {
		if exchange.KindOf(err) != exchange.Forbidden {
			t.Fatal(err)
		}
		everyone := !slices.ContainsFunc(q.Receivers, func(id string) bool { return !reachable(id) })
		some := slices.ContainsFunc(q.Receivers, func(id string) bool { return n.may(access.ReplayDelivery, id, q.Kind) })
		if everyone && (q.Kind == "" || some) {
			t.Fatalf("%+v is refused: %v", q, err)
		}
		return
	}
	planner := replay.Planner{Journal: c, Index: c}
	plan, err := planner.Plan(t.Context(), q, who.PlanScope(&exchange.InForce{Parties: parties}, nil))
	if err != nil {
		t.Fatal(err)
	}
	taken, left, got := map[string]int{}, 0, map[string]int{}
	for _, x := range c.exchanges {
		for _, d := range x.Deliveries {
			switch {
			case !slices.Contains(q.Receivers, d.Receiver) || q.Kind != "" && q.Kind != x.Identity.Kind:
			case n.may(access.ReplayDelivery, d.Receiver, x.Identity.Kind):
				taken[x.ID.String()+d.Receiver]++
			default:
				left++
			}
		}
	}
	for _, x := range plan.Shown {
		got[x.ID.String()+x.Deliveries[0].Receiver]++
	}
	if diff := cmp.Diff(taken, got); diff != "" || plan.Eligible != len(taken) {
		t.Fatalf("%d items: %s", plan.Eligible, diff)
	}
	out := 0
	for _, l := range plan.LeftOut {
		if l.Reason != replay.OutOfScope {
			t.Fatalf("%+v", l)
		}
		out += l.Deliveries
	}
	if out != left || plan.Matched != len(taken)+left {
		t.Fatalf("%d left out of %d, want %d", out, plan.Matched, left)
	}
	run := replay.Run{Request: replay.Request{Receivers: plan.Receivers}}
	if len(taken) > 0 && !who.OnlyForParty(access.ReplayDelivery) && !who.CoversRun(access.ReplayDelivery, run) {
		t.Fatal("who requests a run may not pause it")
	}
}
