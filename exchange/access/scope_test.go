package access_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator/replay"
	"beibu/exchange/proof"
	"beibu/queue"
)

// offices are parties in two countries.
func offices(t *testing.T) *exchange.Parties {
	t.Helper()
	parties, err := exchange.NewParties([]exchange.Party{
		{ID: "port", Country: "CN"}, {ID: "north", Country: "CN"}, {ID: "vn", Country: "VN"}, {ID: "vn-health", Country: "VN"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return parties
}

// scoped returns a principal with roles for a part.
func scoped(t *testing.T, roles access.Role, l access.Limits) access.Principal {
	t.Helper()
	scope, err := access.NewScope(l, offices(t), []string{"carnet", "permit"})
	if err != nil {
		t.Fatal(err)
	}
	return access.Principal{Name: "k", Grants: []access.Grant{{Roles: roles, Scope: scope}}}
}

// What a scope names must exist, and the mistake says what does.
func TestScopeOfWhatDoesNotExist(t *testing.T) {
	_, err := access.NewScope(access.Limits{Parties: []string{"vn", "xx"}, Countries: []string{"TH"}, Kinds: []string{"letter"}}, offices(t), []string{"carnet"})
	for _, want := range []string{`party "xx" here; there are port, north, vn, vn-health`, `country "TH" here; there are CN, VN`, `kind "letter" here; there are carnet`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say: %s", err, want)
		}
	}
	if _, err := access.NewScope(access.Limits{Parties: []string{"port"}, Countries: []string{"VN"}}, offices(t), nil); err == nil {
		t.Error("a scope without any party is accepted")
	}
	if s, err := access.NewScope(access.Limits{}, offices(t), nil); s != nil || err != nil {
		t.Errorf("no limits: %v, %v", s, err)
	}
}

// answeredBy is a list of one exchange that a party has answered.
type answeredBy struct {
	exchange.Journal

	x exchange.Exchange
}

func (a answeredBy) Exchanges(_ context.Context, q exchange.Query) ([]exchange.Exchange, int64, error) {
	if !q.FitsAnswers(&a.x) {
		return nil, 0, nil
	}
	return []exchange.Exchange{a.x}, 0, nil
}

// Who may not see an answer does not find an exchange by it, nor by its lack.
func TestAnswersOutsideTheScope(t *testing.T) {
	list := answeredBy{x: exchange.Exchange{
		Identity: proof.Identity{Sender: "port", Kind: "carnet"}, Deliveries: []exchange.Delivery{{Receiver: "vn"}, {Receiver: "vn-health"}},
		Latest: []exchange.LatestAnswer{{Party: "vn", Verdict: "rejected", Kind: "carnet"}},
	}}
	one := func(party string) access.Principal {
		return scoped(t, access.ObserverRole, access.Limits{Parties: []string{party}})
	}
	for name, test := range map[string]struct {
		who  access.Principal
		want string
	}{
		"the sender's":           {one("port"), "yes rejected"},
		"of who answers":         {one("vn"), "yes rejected"},
		"of another receiver":    {one("vn-health"), "no"},
		"everything":             {access.Principal{Name: "k", Grants: access.Everywhere(access.ObserverRole)}, "yes rejected"},
		"a kind of other things": {scoped(t, access.ObserverRole, access.Limits{Kinds: []string{"permit"}}), ""},
	} {
		var found []string
		for _, f := range exchange.AnswerFilters() {
			page, _, err := test.who.Exchanges(t.Context(), list, exchange.Query{Answered: f})
			if err != nil {
				t.Fatal(err)
			}
			if len(page) > 0 {
				found = append(found, string(f))
			}
		}
		if got := strings.Join(found, " "); got != test.want {
			t.Errorf("%s: found by %q, want %q", name, got, test.want)
		}
	}
}

// Who has a scope sees what the parties in it see of the kinds in it, together.
func TestViewOfScope(t *testing.T) {
	x := exchange.Exchange{
		Identity: proof.Identity{Sender: "port", Kind: "carnet"}, Receivers: []string{"vn", "vn-health", "north"},
		Deliveries: []exchange.Delivery{{Receiver: "vn"}, {Receiver: "vn-health"}, {Receiver: "north"}},
		Held:       exchange.Held{Faults: exchange.Faults{{Code: "ATA-31"}}},
	}
	held := x
	held.Deliveries = nil
	for name, c := range map[string]struct {
		limits     access.Limits
		held       bool
		deliveries string
	}{
		"everything":                    {access.Limits{}, true, "vn vn-health north"},
		"the sender":                    {access.Limits{Parties: []string{"port"}}, true, "vn vn-health north"},
		"a receiver":                    {access.Limits{Parties: []string{"vn"}}, false, "vn"},
		"a country that receives":       {access.Limits{Countries: []string{"VN"}}, false, "vn vn-health"},
		"a party of its country":        {access.Limits{Countries: []string{"VN"}, Parties: []string{"port", "vn"}}, false, "vn"},
		"the kind":                      {access.Limits{Kinds: []string{"carnet"}}, true, "vn vn-health north"},
		"another kind":                  {access.Limits{Kinds: []string{"permit"}}, false, ""},
		"another kind from the sender":  {access.Limits{Parties: []string{"port"}, Kinds: []string{"permit"}}, false, ""},
		"another kind to the receivers": {access.Limits{Countries: []string{"VN"}, Kinds: []string{"permit"}}, false, ""},
	} {
		who := scoped(t, access.OperatorRole, c.limits)
		seen, ok := who.View(x)
		var receivers []string
		for _, d := range seen.Deliveries {
			receivers = append(receivers, d.Receiver)
		}
		if got := strings.Join(receivers, " "); got != c.deliveries || ok != (c.deliveries != "") {
			t.Errorf("%s: sees deliveries to %q, want %q", name, got, c.deliveries)
		}
		if _, ok := who.View(held); ok != c.held || (len(seen.Held.Faults) > 0) != c.held {
			t.Errorf("%s: sees what is held: %t, want %t", name, ok, c.held)
		}
		if who.Covers(access.DecideHeld, "port", "carnet") != c.held {
			t.Errorf("%s: decides: %t, want %t", name, !c.held, c.held)
		}
	}
}

// A role counts for its own actions alone, and a party's own documents are never
// outside a scope.
func TestScopeOfRoleAndParty(t *testing.T) {
	who := scoped(t, access.PartyManagerRole, access.Limits{Parties: []string{"vn"}})
	if who.Covers(access.ReadExchanges, "vn", "carnet") || !who.CoversParty(access.SuspendParty, "vn") || who.CoversParty(access.SuspendParty, "port") {
		t.Error("a party manager sees exchanges, or does not manage exactly its parties")
	}
	if who := scoped(t, access.PartyManagerRole, access.Limits{Kinds: []string{"carnet"}}); who.CoversParty(access.SuspendParty, "vn") {
		t.Error("who manages one kind of document suspends a party as a whole")
	}
	both := scoped(t, access.ObserverRole, access.Limits{Parties: []string{"vn"}})
	both.Party = "port"
	query := replay.Query{Receivers: []string{"vn"}}
	if err := both.ScopeReplay(&query); exchange.KindOf(err) != exchange.Forbidden {
		t.Errorf("an observer replays to a party in its scope: %v", err)
	}
	if !both.Covers(access.ReadExchanges, "port", "carnet") || both.Covers(access.DecideHeld, "port", "carnet") {
		t.Error("a party does not see its own, or decides it")
	}
}

// Lists and replays of what is not in the scope are refused.
func TestScopedQueries(t *testing.T) {
	who := scoped(t, access.OperatorRole, access.Limits{Countries: []string{"VN"}, Kinds: []string{"carnet"}})
	for _, q := range []exchange.Query{{Party: "port"}, {Kind: "permit"}} {
		if err := who.ScopeList(&q); exchange.KindOf(err) != exchange.Forbidden {
			t.Errorf("list of %+v: %v", q, err)
		}
	}
	for _, q := range []replay.Query{{Receivers: []string{"port"}}, {Receivers: []string{"vn"}, Kind: "permit"}} {
		if err := who.ScopeReplay(&q); exchange.KindOf(err) != exchange.Forbidden {
			t.Errorf("replay of %+v: %v", q, err)
		}
	}
	if err := who.ScopeReplay(&replay.Query{Receivers: []string{"vn"}}); err != nil {
		t.Errorf("a replay of all kinds, of which the plan takes one: %v", err)
	}
}

// Counts of failures cannot be limited to a part of a party, so a scope has them of the
// parties that are wholly in it.
func TestFailuresOfScope(t *testing.T) {
	window := scoped(t, access.OperatorRole, access.Limits{Countries: []string{"VN"}})
	carnets := scoped(t, access.OperatorRole, access.Limits{Kinds: []string{"carnet"}})
	both := window
	both.Party = "port"
	both.Grants = append(slices.Clone(both.Grants), carnets.Grants...)
	everything := scoped(t, access.OperatorRole, access.Limits{})
	for name, c := range map[string]struct {
		who   access.Principal
		party string
		want  []string
		code  exchange.Kind
	}{
		"a party of the scope": {window, "vn", []string{"vn"}, 0},
		"all of the scope":     {window, "", []string{"vn", "vn-health"}, 0},
		"everybody's":          {everything, "", nil, 0},
		"another's":            {window, "port", nil, exchange.Forbidden},
		"all kinds":            {carnets, "vn", nil, exchange.Forbidden},
		"of a kind":            {carnets, "", []string{}, 0},
		"several grants":       {both, "", []string{"port", "vn", "vn-health"}, 0},
	} {
		got, err := c.who.ScopeFailures(c.party, offices(t))
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil && exchange.KindOf(err) != c.code || (err != nil) != (c.code != 0) {
			t.Errorf("%s: %v, %s", name, err, diff)
		}
	}
}

// A run is seen and approved by who has all of it in the scope.
func TestRunsOfScope(t *testing.T) {
	carnets := []string{"carnet"}
	run := replay.Run{Request: replay.Request{Receivers: []replay.Share{{Receiver: "vn", Kinds: carnets}, {Receiver: "vn-health", Kinds: carnets}}}}
	for name, c := range map[string]struct {
		limits access.Limits
		want   bool
	}{
		"all of it":        {access.Limits{Countries: []string{"VN"}, Kinds: []string{"carnet"}}, true},
		"one receiver":     {access.Limits{Parties: []string{"vn"}}, false},
		"another kind":     {access.Limits{Kinds: []string{"permit"}}, false},
		"another country":  {access.Limits{Countries: []string{"CN"}}, false},
		"without a limit":  {access.Limits{}, true},
		"limited to kinds": {access.Limits{Kinds: []string{"carnet"}}, true},
	} {
		who := scoped(t, access.ApproverRole, c.limits)
		if who.CoversRun(access.ReadRuns, run) != c.want || who.CoversRun(access.ApproveReplay, run) != c.want || who.CoversRun(access.ReplayDelivery, run) {
			t.Errorf("%s: want %t", name, c.want)
		}
	}
	both := scoped(t, access.ApproverRole, access.Limits{Parties: []string{"vn"}})
	both.Grants = append(both.Grants, scoped(t, access.ApproverRole, access.Limits{Parties: []string{"vn-health"}, Kinds: []string{"carnet"}}).Grants...)
	if !both.CoversRun(access.ApproveReplay, run) {
		t.Error("two grants that cover a run together do not")
	}
	both.Grants[1].Roles = access.ObserverRole
	if both.CoversRun(access.ApproveReplay, run) || !both.CoversRun(access.ReadRuns, run) {
		t.Error("a run is approved by a grant that only sees")
	}
	before := replay.Run{Request: replay.Request{Receivers: []replay.Share{{Receiver: "vn"}}}} // the record did not have the kinds
	if scoped(t, access.ApproverRole, access.Limits{Kinds: carnets}).CoversRun(access.ReadRuns, before) || !both.CoversRun(access.ApproveReplay, before) {
		t.Error("a run of kinds that are not known is for who covers the parties")
	}
}

// A log is a journal and an audit of exchanges 1 to 100 and as many events, of which
// every tenth is about vn.
type log struct{ exchange.Journal }

func (log) Exchanges(_ context.Context, q exchange.Query) (page []exchange.Exchange, next int64, err error) {
	if q.Before == 0 {
		q.Before = 101
	}
	for n := q.Before - 1; n > 0 && len(page) < q.Limit; n-- {
		x := exchange.Exchange{Sequence: n, Identity: proof.Identity{Sender: "port", Kind: "carnet"}}
		if n%10 == 0 {
			x.Identity.Sender = "vn"
		}
		page = append(page, x)
		next = n
	}
	if next == 1 {
		next = 0
	}
	return page, next, nil
}

func (log) Audit(_ context.Context, q exchange.AuditQuery) (page []exchange.Event, next int64, err error) {
	for n := q.After + 1; n <= 100 && len(page) < q.Limit; n++ {
		e := exchange.Event{Sequence: n, Subject: queue.Subject{Kind: queue.SubjectParty, ID: "port"}}
		if n%10 == 0 {
			e.Subject.ID = "vn"
		}
		page = append(page, e)
		next = n
	}
	if next == 100 {
		next = 0
	}
	return page, next, nil
}

// All pages together have everything in the scope, once and in order, whatever their
// size, and no page is longer than asked for.
func TestPagesOfScope(t *testing.T) {
	for _, limit := range []int{1, 3, 7, 10, 100, 0} {
		who := scoped(t, access.StaffRoles, access.Limits{Parties: []string{"vn"}})
		exchanges, events := []int64{}, []int64{}
		for cursor := int64(0); ; {
			page, next, err := who.Exchanges(t.Context(), log{}, exchange.Query{Limit: limit, Before: cursor})
			if err != nil || limit > 0 && len(page) > limit {
				t.Fatalf("%d exchanges, %v", len(page), err)
			}
			for _, x := range page {
				exchanges = append(exchanges, x.Sequence)
			}
			if cursor = next; next == 0 {
				break
			}
		}
		for cursor := int64(0); ; {
			page, next, err := who.Events(t.Context(), log{}, exchange.AuditQuery{Limit: limit, After: cursor})
			if err != nil || limit > 0 && len(page) > limit {
				t.Fatalf("%d events, %v", len(page), err)
			}
			for _, e := range page {
				events = append(events, e.Sequence)
			}
			if cursor = next; next == 0 {
				break
			}
		}
		if want := []int64{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}; !slices.Equal(events, want) {
			t.Errorf("limit %d: events %v", limit, events)
		}
		slices.Reverse(exchanges)
		if want := []int64{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}; !slices.Equal(exchanges, want) {
			t.Errorf("limit %d: exchanges %v", limit, exchanges)
		}
	}
}

// A route is seen whole by who covers a party that may send by it, and with the receivers
// alone that are covered by who covers none. What it does not reach is not seen.
func TestRoutesOfScope(t *testing.T) {
	parties, err := exchange.NewParties([]exchange.Party{
		{ID: "port", Country: "CN", Role: exchange.Customs, Sends: []string{"carnet"}},
		{ID: "north", Country: "CN", Role: exchange.Customs, Sends: []string{"permit"}},
		{ID: "vn", Country: "VN", Role: exchange.Window, Receives: []string{"carnet"}},
		{ID: "vn-health", Country: "VN", Role: exchange.Department, Receives: []string{"carnet", "permit"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	routes, err := exchange.NewRoutes([]exchange.Route{
		{Name: "carnets", Kinds: []string{"carnet"}, To: []string{"window:import", "vn-health"}},
		{Name: "permits", Kinds: []string{"permit"}, When: exchange.Condition{Senders: []string{"north"}}, To: []string{"vn-health"}},
	}, parties)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		who  access.Principal
		want string
	}{
		"everything":        {scoped(t, access.ObserverRole, access.Limits{}), "carnets to window:import vn-health; permits to vn-health"},
		"a sender":          {access.Principal{Name: "k", Party: "port"}, "carnets to window:import vn-health"},
		"another sender":    {scoped(t, access.ObserverRole, access.Limits{Parties: []string{"north"}}), "permits to vn-health"},
		"a window":          {access.Principal{Name: "k", Party: "vn"}, "carnets to window:import"},
		"a kind":            {scoped(t, access.ObserverRole, access.Limits{Kinds: []string{"permit"}}), "permits to vn-health"},
		"a kind of a party": {scoped(t, access.ObserverRole, access.Limits{Parties: []string{"vn-health"}, Kinds: []string{"carnet"}}), "carnets to vn-health"},
		"nobody":            {access.Principal{}, ""},
	} {
		var seen []string
		for _, r := range c.who.Routes(&exchange.InForce{Parties: parties, Routes: routes}) {
			seen = append(seen, r.Name+" to "+strings.Join(r.To, " "))
		}
		if got := strings.Join(seen, "; "); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if len(routes.Table()[0].To) != 2 {
		t.Error("a view has changed the table")
	}
}
