package access

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/queue"
)

// SignIns are the sessions at the console, as the record has them: those that people of an
// issuer began, and those that have ended before their time. So a session that has ended has
// ended on every node, though browsers alone keep sessions. They are safe for concurrent use.
type SignIns struct {
	*exchange.Folded[signIns]
}

// signIns are those within the window. They are small: one for each session.
type signIns struct {
	open  map[account][]opened
	ended map[account][]Logout
	out   map[string]time.Time // ids of sessions whose callers signed out, and when
}

// An account is a person at an issuer.
type account struct{ issuer, subject string }

// An opened session is one that an issuer's person began.
type opened struct {
	id, sid, name string
	issued, at    time.Time // by the clock of the issuer, and by ours
}

// A Logout says which sessions of its people an issuer has ended: one session there, or all
// of a person. It is what a logout token says (OpenID Connect Back-Channel Logout 1.0
// section 2.4).
type Logout struct {
	Issuer  string
	Subject string    // the person, or "" if SID says it
	SID     string    // the session at the issuer, or "" if it is all of Subject
	Token   string    // its id
	At      time.Time // when it was issued: what began later continues

	recorded time.Time
}

// skew is how much the clocks of nodes may differ: what counts for sessions is kept longer
// by as much.
const skew = 10 * time.Minute

// NewSignIns returns the sessions in a record, none of which lasts longer than a time.
func NewSignIns(appender queue.Appender, feed queue.Feed, longest time.Duration) *SignIns {
	window := longest + skew
	return &SignIns{exchange.NewFolded(appender, feed, exchange.Folding[signIns]{
		Kind: queue.SubjectAction, Window: window, Clone: signIns.clone,
		Apply: func(s signIns, e exchange.Event) { s.apply(e, window) },
	})}
}

// Ended reports whether a session has ended before its time: its caller has signed out, or
// the issuer has ended it. A session of a credential has no person.
func (s *SignIns) Ended(id string, person *Person) bool {
	now := s.Load()
	if _, out := now.out[id]; out {
		return true
	}
	return person != nil && now.endedAt(account{person.Issuer, person.Subject}, person.SID, person.At)
}

// LogOut records that an issuer has ended sessions, unless it knows of none that are open:
// a logout that is repeated, or of somebody who never was here, leaves no trace. It returns
// how many sessions have ended. When it returns, this node obeys, and every other node does
// once it has received the record. It fails with an [exchange.Error] of kind Unavailable, and
// it is safe to call it again.
func (s *SignIns) LogOut(ctx context.Context, l Logout, now time.Time) (int, error) {
	if err := s.CatchUp(ctx); err != nil { // another node may have signed the person in
		return 0, err
	}
	var events []exchange.Event
	ended, known := 0, s.Load()
	for _, who := range slices.SortedFunc(maps.Keys(known.open), compareAccounts) {
		if who.issuer != l.Issuer || !known.isOf(l, who) {
			continue
		}
		one := l
		one.Subject = who.subject
		if hit := known.hit(who, one); len(hit) > 0 {
			ended += len(hit)
			events = append(events, one.event(hit[len(hit)-1].name, now))
		}
	}
	return ended, s.Record(ctx, events...)
}

func compareAccounts(a, b account) int {
	return cmp.Or(strings.Compare(a.issuer, b.issuer), strings.Compare(a.subject, b.subject))
}

// event returns the event by which the record has a logout of somebody with a name.
func (l Logout) event(name string, at time.Time) exchange.Event {
	reason := "issuer " + l.Issuer + ", subject " + l.Subject
	if l.SID != "" {
		reason += ", session " + l.SID
	}
	return exchange.Event{
		Subject: queue.Subject{Kind: queue.SubjectAction, ID: name}, Name: exchange.SignedOutByIssuer, At: queue.Stored(at),
		Cause:   exchange.Cause{Code: "console", Actor: l.Issuer, Reason: reason},
		Session: &exchange.Session{Issuer: l.Issuer, Subject: l.Subject, SID: l.SID, Token: l.Token, Issued: l.At},
	}
}

// ends reports whether a logout ends a session of its person. One that began in the same
// second, to which tokens count, has ended. If the issuer has not named its session at the
// sign-in, a logout of any session ends it.
func (l Logout) ends(sid string, issued time.Time) bool {
	return !issued.After(l.At) && (l.SID == "" || sid == "" || l.SID == sid)
}

// endedAt reports whether an issuer has ended a session.
func (s signIns) endedAt(who account, sid string, issued time.Time) bool {
	return slices.ContainsFunc(s.ended[who], func(l Logout) bool { return l.ends(sid, issued) })
}

// isOf reports whether a logout is of a person. If it names none, it is of whoever has the
// session that it names.
func (s signIns) isOf(l Logout, who account) bool {
	if l.Subject != "" {
		return l.Subject == who.subject
	}
	return slices.ContainsFunc(s.open[who], func(one opened) bool { return one.sid == l.SID })
}

// hit returns the open sessions of a person that a logout ends.
func (s signIns) hit(who account, l Logout) []opened {
	var all []opened
	for _, one := range s.open[who] {
		_, out := s.out[one.id]
		if !out && l.ends(one.sid, one.issued) && !s.endedAt(who, one.sid, one.issued) {
			all = append(all, one)
		}
	}
	return all
}

func (s signIns) clone() signIns {
	next := signIns{make(map[account][]opened), make(map[account][]Logout), make(map[string]time.Time)}
	maps.Copy(next.open, s.open)
	maps.Copy(next.ended, s.ended)
	maps.Copy(next.out, s.out)
	return next
}

// apply changes a copy by an event of an action. Other events than those of sessions change
// nothing.
func (s signIns) apply(e exchange.Event, window time.Duration) {
	if e.Session == nil {
		return
	}
	who := account{e.Session.Issuer, e.Session.Subject}
	switch e.Name { //nolint:exhaustive // the rest is about no session
	case exchange.SignedIn:
		if who.issuer != "" {
			s.open[who] = append(slices.Clip(s.open[who]), opened{e.Session.ID, e.Session.SID, e.Subject.ID, e.Session.Issued, e.At})
		}
	case exchange.SignedOut:
		s.out[e.Session.ID] = e.At
	case exchange.SignedOutByIssuer:
		s.ended[who] = append(slices.Clip(s.ended[who]), Logout{who.issuer, who.subject, e.Session.SID, e.Session.Token, e.Session.Issued, e.At})
	}
	s.forget(time.Now().Add(-window))
}

// forget drops what no session outlives.
func (s signIns) forget(before time.Time) {
	for who, all := range s.open {
		keep(s.open, who, all, func(one opened) bool { return one.at.Before(before) })
	}
	for who, all := range s.ended {
		keep(s.ended, who, all, func(l Logout) bool { return l.recorded.Before(before) })
	}
	maps.DeleteFunc(s.out, func(_ string, at time.Time) bool { return at.Before(before) })
}

// keep drops what is old of an account, and the account if nothing is left. Others may read
// the list.
func keep[T any](of map[account][]T, who account, all []T, old func(T) bool) {
	if !slices.ContainsFunc(all, old) {
		return
	}
	if of[who] = slices.DeleteFunc(slices.Clone(all), old); len(of[who]) == 0 {
		delete(of, who)
	}
}
