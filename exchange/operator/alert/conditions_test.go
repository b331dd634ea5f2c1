package alert_test

import (
	"slices"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/operator/alert"
	"beibu/exchange/operator/replay"
)

// monday is a Monday, at midnight.
var monday = time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)

// worked returns the hours of a party that is active in each hour from Monday to Friday,
// from 1 to 9 o'clock, for three weeks, up to an hour.
func worked(until time.Time) []exchange.ActivityHour {
	var all []exchange.ActivityHour
	for at := monday; at.Before(until); at = at.Add(time.Hour) {
		if day := at.Weekday(); day != time.Saturday && day != time.Sunday && at.Hour() >= 1 && at.Hour() <= 9 {
			all = append(all, exchange.ActivityHour{Hour: at, Active: true})
		}
	}
	return all
}

// ids returns the alerts of a moment.
func ids(f alert.Facts, firing ...string) []string {
	known := make(map[string]bool)
	for _, id := range firing {
		known[id] = true
	}
	var all []string
	for _, a := range alert.Conditions(f, alert.Limits{Backlog: 12 * time.Hour, Failed: 10, Silence: 3}, known) {
		all = append(all, a.ID())
	}
	slices.Sort(all)
	return all
}

func of(p alert.PartyFacts, now time.Time) alert.Facts {
	p.ID = windowVN
	return alert.Facts{Now: now, Parties: []alert.PartyFacts{p}}
}

// Nights and Sundays are no silence; hours of work without a document are, after three
// times the longest gap. A holiday of a week is one long silence.
func TestSilence(t *testing.T) {
	friday := monday.Add(18*24*time.Hour + 10*time.Hour) // of the third week, in the evening
	for name, test := range map[string]struct {
		hours []exchange.ActivityHour
		now   time.Time
		want  bool
	}{
		"the weekend":                 {worked(friday), monday.Add(21 * 24 * time.Hour), false},
		"Monday at two":               {worked(friday), monday.Add(21*24*time.Hour + 2*time.Hour), false},
		"Monday at half past three":   {worked(friday), monday.Add(21*24*time.Hour + 3*time.Hour + 30*time.Minute), false},
		"Monday at four":              {worked(friday), monday.Add(21*24*time.Hour + 4*time.Hour), true},
		"three weeks later":           {worked(friday), monday.Add(42 * 24 * time.Hour), true},
		"a party of six days":         {worked(monday.Add(6 * 24 * time.Hour)), monday.Add(8 * 24 * time.Hour), false},
		"a party of few hours":        {worked(friday)[:20], monday.Add(22 * 24 * time.Hour), false},
		"a party that never did much": {nil, friday, false},
	} {
		t.Run(name, func(t *testing.T) {
			got := slices.Contains(ids(of(alert.PartyFacts{Sending: test.hours}, test.now)), "sender-silent/window-vn")
			if got != test.want {
				t.Errorf("silent %t, want %t", got, test.want)
			}
		})
	}
	// A gap of two hours of work before makes it silent after six.
	gap := slices.DeleteFunc(worked(friday), func(h exchange.ActivityHour) bool { return h.Hour.YearDay() == friday.YearDay() && h.Hour.Hour() == 4 })
	for hours, want := range map[int]bool{6: false, 7: true} {
		now := monday.Add(21*24*time.Hour + time.Duration(hours)*time.Hour)
		if got := slices.Contains(ids(of(alert.PartyFacts{Sending: gap}, now)), "sender-silent/window-vn"); got != want {
			t.Errorf("after %d: silent %t, want %t", hours-1, got, want)
		}
	}
}

// A receiver is silent only if something waits for it.
func TestReceiverSilent(t *testing.T) {
	f := of(alert.PartyFacts{Receiving: worked(monday.Add(19 * 24 * time.Hour))}, monday.Add(21*24*time.Hour+9*time.Hour))
	if got := ids(f); len(got) > 0 {
		t.Errorf("nothing waits, and there are %q", got)
	}
	f.Backlogs = []exchange.Backlog{{Receiver: windowVN, Open: 1, Oldest: f.Now.Add(-time.Hour)}}
	if got := ids(f); !slices.Equal(got, []string{"receiver-silent/window-vn"}) {
		t.Errorf("there are %q", got)
	}
}

// Ten failures in this hour and the one before fire, and the last one keeps it firing.
func TestFailing(t *testing.T) {
	now := monday.Add(8*time.Hour + 30*time.Minute)
	hours := func(failed ...int) []exchange.ActivityHour {
		var all []exchange.ActivityHour
		for i, n := range failed {
			all = append(all, exchange.ActivityHour{Hour: monday.Add(time.Duration(8-i) * time.Hour), Failed: n})
		}
		return all
	}
	for _, test := range []struct {
		failed []int
		firing bool
		want   bool
	}{
		{[]int{9, 0, 50}, false, false}, {[]int{5, 5}, false, true}, {[]int{0, 1}, true, true}, {[]int{0, 0, 9}, true, false},
	} {
		p := alert.PartyFacts{Receiving: hours(test.failed...), Sending: hours(test.failed...)}
		var before, want []string
		both := []string{"receiver-refusing/window-vn", "sender-failing/window-vn"}
		if test.firing {
			before = both
		}
		if test.want {
			want = both
		}
		if got := ids(of(p, now), before...); !slices.Equal(got, want) {
			t.Errorf("%v: %q, want %q", test.failed, got, want)
		}
	}
}

// The other conditions, each by itself.
func TestConditions(t *testing.T) {
	now := monday
	for want, f := range map[string]alert.Facts{
		"not-acknowledged/window-vn": {Backlogs: []exchange.Backlog{{Receiver: windowVN, Open: 2, Oldest: now, Failing: 1}}},
		"backlog-old/window-vn":      {Backlogs: []exchange.Backlog{{Receiver: windowVN, Open: 1, Oldest: now.Add(-12 * time.Hour)}}},
		"run-stopped/r1":             {Runs: []replay.Run{{ID: "r1", Status: replay.Stopped, Cause: exchange.Cause{Code: replay.CodeFailedAgain}}}},
		"run-awaiting-approval/r1":   {Runs: []replay.Run{{ID: "r1", Status: replay.AwaitingApproval}, {ID: "r2", Status: replay.Running}}},
		"party-switched-off/" + windowVN: {
			Parties: []alert.PartyFacts{{Party: exchange.Party{ID: windowVN}, Suspended: true}},
		},
	} {
		f.Now = now
		if f.Parties == nil {
			f.Parties = []alert.PartyFacts{{Party: exchange.Party{ID: windowVN}}}
		}
		if got := ids(f); !slices.Equal(got, []string{want}) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	mailbox := of(alert.PartyFacts{}, now) // it had a carrier before
	mailbox.Activities = []exchange.Activity{{Party: windowVN, Side: exchange.Receiving, Breaker: exchange.Breaker{Opened: now}}}
	if got := ids(mailbox); len(got) > 0 {
		t.Errorf("a mailbox has %q", got)
	}
}
