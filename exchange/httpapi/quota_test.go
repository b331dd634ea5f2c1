package httpapi

import (
	"testing"
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
