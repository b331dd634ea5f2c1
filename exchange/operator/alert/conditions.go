package alert

import (
	"slices"
	"strconv"
	"time"

	"beibu/exchange"
	"beibu/exchange/operator"
	"beibu/exchange/operator/replay"
)

// Limits are from when on something is worth an alert.
type Limits struct {
	Backlog time.Duration // that the oldest delivery to a receiver waits
	Failed  int           // deliveries to a receiver, or documents of a sender, that fail in this hour and the one before
	Silence int           // active hours without anything, at least
}

// warnDays are how many days before the end of a certificate there is an alert.
var warnDays = []int{30, 14, 7, 1}

// glassTime is how long a use of a break-glass account keeps its alert firing. The record
// has one use an hour.
const glassTime = 2 * time.Hour

// Facts are what the conditions of a moment follow from.
type Facts struct {
	Now        time.Time
	Parties    []PartyFacts
	Activities []exchange.Activity
	Backlogs   []exchange.Backlog
	Keys       []Key
	Runs       []replay.Run // that are not over
	Glasses    map[string]Use
}

// PartyFacts are what is known of one party.
type PartyFacts struct {
	exchange.Party
	Suspended bool
	Sending   []exchange.ActivityHour
	Receiving []exchange.ActivityHour
}

// A Key is until when somebody has a key that counts.
type Key struct {
	Use, Owner string
	Until      time.Time
}

// A Use is that of a break-glass account.
type Use struct{ First, Last time.Time }

// Conditions returns the alerts that should be firing. What fires already stays until its
// condition is over for certain, so that an alert does not come and go.
func Conditions(f Facts, l Limits, firing map[string]bool) []Alert {
	var all []Alert
	for _, p := range f.Parties {
		all = append(all, f.ofParty(p, l, firing)...)
	}
	for _, k := range f.Keys {
		all = append(all, k.ending(f.Now)...)
	}
	for i := range f.Runs {
		all = append(all, ofRun(&f.Runs[i])...)
	}
	for name, use := range f.Glasses {
		if f.Now.Before(use.Last.Add(glassTime)) {
			all = append(all, Alert{Code: BreakGlassInUse, About: about(name), Since: use.First})
		}
	}
	return all
}

// ofParty returns the alerts about one party. If it is suspended, only those that were
// firing before stay beside that one.
func (f Facts) ofParty(p PartyFacts, l Limits, firing map[string]bool) []Alert {
	var all []Alert
	add := func(a Alert) {
		a.About, a.Parties = about(p.ID), []string{p.ID}
		if a.Since.IsZero() {
			a.Since = f.Now
		}
		all = append(all, a)
	}
	fires := func(code Code) bool { return firing[Alert{Code: code, About: about(p.ID)}.ID()] }
	breaker, backlog := f.breaker(p), f.backlog(p.ID)
	if breaker.IsOpen() {
		add(Alert{Code: ReceiverFailing, Since: breaker.Opened, Cause: breaker.Cause.Code})
	}
	if backlog.Failing > 0 {
		add(Alert{Code: NotAcknowledged, Count: backlog.Failing})
	}
	if backlog.Open > 0 && f.Now.Sub(backlog.Oldest) >= l.Backlog {
		add(Alert{Code: BacklogOld, Since: backlog.Oldest, Count: int(f.Now.Sub(backlog.Oldest).Hours())})
	}
	for code, hours := range map[Code][]exchange.ActivityHour{ReceiverRefusing: p.Receiving, SenderFailing: p.Sending} {
		least := l.Failed
		if fires(code) {
			least = 1
		}
		if n := failedOfLate(hours, f.Now); n >= least {
			add(Alert{Code: code, Count: n})
		}
	}
	if since, n, silent := silence(p.Sending, f.Now, l.Silence); silent {
		add(Alert{Code: SenderSilent, Since: since, Count: n})
	}
	if since, n, silent := silence(p.Receiving, f.Now, l.Silence); silent && (fires(ReceiverSilent) || backlog.Open > 0 && !breaker.IsOpen()) {
		add(Alert{Code: ReceiverSilent, Since: since, Count: n})
	}
	if p.Suspended {
		all = slices.DeleteFunc(all, func(a Alert) bool { return !fires(a.Code) })
		add(Alert{Code: PartySwitchedOff})
	}
	return all
}

// breaker returns the circuit breaker of a party to which deliveries are carried.
func (f Facts) breaker(p PartyFacts) exchange.Breaker {
	for _, a := range f.Activities {
		if a.Party == p.ID && a.Side == exchange.Receiving && operator.WayTo(p.Party) != operator.ByMailbox {
			return a.Breaker
		}
	}
	return exchange.Breaker{}
}

func (f Facts) backlog(party string) exchange.Backlog {
	i := slices.IndexFunc(f.Backlogs, func(b exchange.Backlog) bool { return b.Receiver == party })
	if i < 0 {
		return exchange.Backlog{}
	}
	return f.Backlogs[i]
}

// failedOfLate returns how much failed in this hour and the one before.
func failedOfLate(hours []exchange.ActivityHour, now time.Time) int {
	n := 0
	for _, h := range hours {
		if !h.Hour.Before(now.Truncate(time.Hour).Add(-time.Hour)) {
			n += h.Failed
		}
	}
	return n
}

// ending returns an alert for each of warnDays that has come.
func (k Key) ending(now time.Time) []Alert {
	var all []Alert
	for _, days := range warnDays {
		if k.Until.Sub(now) > time.Duration(days)*24*time.Hour {
			continue
		}
		a := Alert{Code: CertificateEnding, About: about(k.Use, k.Owner, strconv.Itoa(days)), Since: now, Until: k.Until, Count: days}
		if k.Until.IsZero() {
			a.Until = now // none counts even now
		}
		if k.Use == "signature" {
			a.Parties = []string{k.Owner}
		}
		all = append(all, a)
	}
	return all
}

// ofRun returns the alerts about a replay run.
func ofRun(r *replay.Run) []Alert {
	a := Alert{About: about(r.ID), Parties: r.Request.Query.Receivers, Since: r.ChangedAt}
	switch r.Status { //nolint:exhaustive // the others need nobody
	case replay.Stopped:
		a.Code, a.Cause = RunStopped, r.Cause.Code
	case replay.AwaitingApproval:
		a.Code = RunAwaitingApproval
	default:
		return nil
	}
	return []Alert{a}
}
