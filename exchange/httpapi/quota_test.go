package httpapi

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange"
)

// How a quota stands as documents come, by the second at which each does.
func TestQuotas(t *testing.T) {
	type arrival struct {
		at    time.Duration
		party string
		balance
	}
	thrice := exchange.Quota{Documents: 3, Window: time.Minute} // one in 20 s
	cases := []struct {
		name  string
		quota exchange.Quota
		come  []arrival
	}{
		{"all at once, then one by one", thrice, []arrival{
			{0, "a", balance{left: 2, more: 20}},
			{0, "a", balance{left: 1, more: 20}},
			{0, "a", balance{left: 0, more: 20}},
			{0, "a", balance{over: true, left: 0, more: 20}},
			{15 * time.Second, "a", balance{over: true, left: 0, more: 5}},
			{20 * time.Second, "a", balance{left: 0, more: 20}},
			{21 * time.Second, "a", balance{over: true, left: 0, more: 19}},
		}},
		{"full again after a window, and no fuller", thrice, []arrival{
			{0, "a", balance{left: 2, more: 20}},
			{time.Hour, "a", balance{left: 2, more: 20}},
		}},
		{"each party its own", thrice, []arrival{
			{0, "a", balance{left: 2, more: 20}},
			{0, "b", balance{left: 2, more: 20}},
			{0, "a", balance{left: 1, more: 20}},
		}},
		{"many in a second", exchange.Quota{Documents: 600, Window: time.Minute}, []arrival{
			{0, "a", balance{left: 599, more: 1}},
			{50 * time.Millisecond, "a", balance{left: 598, more: 1}},
			{time.Second, "a", balance{left: 599, more: 1}},
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var q quotas
			begun := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
			for i, a := range c.come {
				if got := q.spend(a.party, c.quota, begun.Add(a.at)); got != a.balance {
					t.Errorf("document %d: %+v, want %+v", i, got, a.balance)
				}
			}
		})
	}
}

// A quota that is changed is in force at once; one that is put in force again
// as it was is no fuller for it.
func TestQuotaIsChanged(t *testing.T) {
	var q quotas
	now := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
	once, twice := exchange.Quota{Documents: 1, Window: time.Hour}, exchange.Quota{Documents: 2, Window: time.Hour}
	for i, step := range []struct {
		quota exchange.Quota
		over  bool
	}{{once, false}, {once, true}, {twice, false}, {twice, false}, {twice, true}} {
		if got := q.spend("a", step.quota, now); got.over != step.over {
			t.Errorf("document %d: %+v", i, got)
		}
	}
}

// quotaServer is the part of a server that counts, over one party with a quota.
func quotaServer(t *testing.T, p exchange.Party) *Server {
	t.Helper()
	s := &Server{current: &exchange.Current{}}
	swapParty(t, s, p)
	return s
}

// swapParty puts another form of the party in force.
func swapParty(t *testing.T, s *Server, p exchange.Party) {
	t.Helper()
	p.ID = "a"
	parties, err := exchange.NewParties([]exchange.Party{p})
	if err != nil {
		t.Fatal(err)
	}
	s.current.Store(&exchange.InForce{Parties: parties})
}

// Who waits for a turn gets what the quota lets through, no sooner and little
// later, and shares it with what comes over HTTP.
func TestTurnsComeAsTheQuotaFills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := quotaServer(t, exchange.Party{Quota: exchange.Quota{Documents: 3, Window: time.Minute}}) // one in 20 s
		begun := time.Now()
		s.draw(s.current.Load(), "a", begun) // over HTTP
		for i, want := range []time.Duration{0, 0, 20 * time.Second, 40 * time.Second} {
			if err := s.Turn(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
			if waited := time.Since(begun); waited < want || waited > want+2*time.Second {
				t.Errorf("turn %d after %s, want %s", i, waited, want)
			}
		}
		if _, b := s.draw(s.current.Load(), "a", time.Now()); !b.over {
			t.Errorf("over HTTP there is more: %+v", b)
		}
	})
}

// A quota that is raised, lifted or overtaken by a suspension lets those go on
// that wait.
func TestTurnsGoByTheQuotaInForce(t *testing.T) {
	once := exchange.Quota{Documents: 1, Window: 24 * time.Hour}
	for name, next := range map[string]exchange.Party{
		"raised":    {Quota: exchange.Quota{Documents: 2, Window: time.Hour}},
		"lifted":    {},
		"suspended": {Quota: once, Suspended: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := quotaServer(t, exchange.Party{Quota: once})
				begun := time.Now()
				first := s.Turn(t.Context(), "a")
				time.AfterFunc(time.Hour, func() { swapParty(t, s, next) })
				second := s.Turn(t.Context(), "a")
				if waited := time.Since(begun); first != nil || second != nil || waited > time.Hour+2*time.Second {
					t.Errorf("turns after %s: %v, %v", waited, first, second)
				}
			})
		})
	}
}

// Nobody waits longer than there is somebody who waits.
func TestTurnEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := quotaServer(t, exchange.Party{Quota: exchange.Quota{Documents: 1, Window: 24 * time.Hour}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := s.Turn(ctx, "a"); err != nil {
			t.Error(err)
		}
		if err := s.Turn(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
		}
	})
}
