package admission

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange"
	"beibu/exchange/access"
)

// What is left of a quota as documents come, by the second at which each does.
func TestQuotas(t *testing.T) {
	type arrival struct {
		at    time.Duration
		party string
		Standing
	}
	thrice := exchange.Quota{Documents: 3, Window: time.Minute} // one in 20 s
	cases := []struct {
		name  string
		quota exchange.Quota
		come  []arrival
	}{
		{"all at once, then one by one", thrice, []arrival{
			{0, "a", Standing{Left: 2, NextIn: 20 * time.Second}},
			{0, "a", Standing{Left: 1, NextIn: 20 * time.Second}},
			{0, "a", Standing{Left: 0, NextIn: 20 * time.Second}},
			{0, "a", Standing{Exceeded: true, Left: 0, NextIn: 20 * time.Second}},
			{15 * time.Second, "a", Standing{Exceeded: true, Left: 0, NextIn: 5 * time.Second}},
			{20 * time.Second, "a", Standing{Left: 0, NextIn: 20 * time.Second}},
			{21 * time.Second, "a", Standing{Exceeded: true, Left: 0, NextIn: 19 * time.Second}},
		}},
		{"full again after a window, and no fuller", thrice, []arrival{
			{0, "a", Standing{Left: 2, NextIn: 20 * time.Second}},
			{time.Hour, "a", Standing{Left: 2, NextIn: 20 * time.Second}},
		}},
		{"each party its own", thrice, []arrival{
			{0, "a", Standing{Left: 2, NextIn: 20 * time.Second}},
			{0, "b", Standing{Left: 2, NextIn: 20 * time.Second}},
			{0, "a", Standing{Left: 1, NextIn: 20 * time.Second}},
		}},
		{"many in a second", exchange.Quota{Documents: 600, Window: time.Minute}, []arrival{
			{0, "a", Standing{Left: 599, NextIn: 1 * time.Second}},
			{50 * time.Millisecond, "a", Standing{Left: 598, NextIn: 1 * time.Second}},
			{time.Second, "a", Standing{Left: 599, NextIn: 1 * time.Second}},
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var q quotas
			start := time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)
			for i, a := range c.come {
				a.Quota = c.quota
				if got := q.spend(a.party, c.quota, start.Add(a.at)); got != a.Standing {
					t.Errorf("document %d: %+v, want %+v", i, got, a.Standing)
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
		if got := q.spend("a", step.quota, now); got.Exceeded != step.over {
			t.Errorf("document %d: %+v", i, got)
		}
	}
}

// limits returns some that no test here reaches.
func limits() Limits {
	return Limits{Document: 8 << 20, Request: time.Minute, InFlight: 100, Memory: 256 << 20, Refusals: 60, Kept: 64 << 20}
}

// Configuration holds the defaults of limits, and this package none.
func TestEveryLimitIsRequired(t *testing.T) {
	for name, drop := range map[string]func(*Limits){
		"Limits.Document": func(l *Limits) { l.Document = 0 },
		"Limits.Request":  func(l *Limits) { l.Request = 0 },
		"Limits.Refusals": func(l *Limits) { l.Refusals = 0 },
		"Limits.InFlight": func(l *Limits) { l.InFlight = 0 },
		"Limits.Memory":   func(l *Limits) { l.Memory = 0 },
	} {
		l := limits()
		drop(&l)
		_, err := New(Options{Current: &access.Current{}, Intake: &exchange.Intake{}, Record: &refusalLog{}, Keeper: &refusalLog{}, Ledger: &refusalLog{}, Limits: l, Metrics: prometheus.NewRegistry()})
		if err == nil || !strings.HasSuffix(err.Error(), "missing: "+name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

// control returns a control over one party, "a".
func control(t *testing.T, p exchange.Party) *Control {
	t.Helper()
	c, err := New(Options{Current: &access.Current{}, Intake: &exchange.Intake{}, Record: &refusalLog{}, Keeper: &refusalLog{}, Ledger: &refusalLog{}, Limits: limits(), Metrics: prometheus.NewRegistry()})
	if err != nil {
		t.Fatal(err)
	}
	swapParty(t, c, p)
	return c
}

// swapParty puts another form of the party in force.
func swapParty(t *testing.T, c *Control, p exchange.Party) {
	t.Helper()
	p.ID = "a"
	parties, err := exchange.NewParties([]exchange.Party{p})
	if err != nil {
		t.Fatal(err)
	}
	c.current.Store(&access.InForce{InForce: &exchange.InForce{Parties: parties}})
}

// A way in that waits gets what the quota lets through, no sooner and little
// later, and shares it with ways in that refuse.
func TestWaitAsTheQuotaFills(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := control(t, exchange.Party{Quota: exchange.Quota{Documents: 3, Window: time.Minute}}) // one in 20 s
		start := time.Now()
		c.draw(c.current.Load().InForce, "a", start) // over HTTP
		for i, want := range []time.Duration{0, 0, 20 * time.Second, 40 * time.Second} {
			if err := c.Wait(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
			if waited := time.Since(start); waited < want || waited > want+2*time.Second {
				t.Errorf("wait %d ended after %s, want %s", i, waited, want)
			}
		}
		if s := c.draw(c.current.Load().InForce, "a", time.Now()); !s.Exceeded {
			t.Errorf("over HTTP there is more: %+v", s)
		}
	})
}

// A quota that is raised or lifted, or a suspension, ends the wait.
func TestWaitByTheQuotaInForce(t *testing.T) {
	once := exchange.Quota{Documents: 1, Window: 24 * time.Hour}
	for name, next := range map[string]exchange.Party{
		"raised":    {Quota: exchange.Quota{Documents: 2, Window: time.Hour}},
		"lifted":    {},
		"suspended": {Quota: once, Suspended: true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := control(t, exchange.Party{Quota: once})
				start := time.Now()
				first := c.Wait(t.Context(), "a")
				time.AfterFunc(time.Hour, func() { swapParty(t, c, next) })
				second := c.Wait(t.Context(), "a")
				if waited := time.Since(start); first != nil || second != nil || waited > time.Hour+2*time.Second {
					t.Errorf("waits ended after %s: %v, %v", waited, first, second)
				}
			})
		})
	}
}

// A wait ends with its context.
func TestWaitEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := control(t, exchange.Party{Quota: exchange.Quota{Documents: 1, Window: 24 * time.Hour}})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		if err := c.Wait(ctx, "a"); err != nil {
			t.Error(err)
		}
		if err := c.Wait(ctx, "a"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want %v", err, context.DeadlineExceeded)
		}
	})
}
