package access_test

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/queue"
	"beibu/queue/sqlite"
)

// longest is how long a session lasts at most.
const longest = 8 * time.Hour

// A lounge is the sessions of several nodes on one record.
type lounge struct {
	t     *testing.T
	store *sqlite.Store
	nodes []*access.SignIns
}

func newLounge(t *testing.T, nodes int) *lounge {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "queue.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	l := &lounge{t: t, store: store}
	t.Cleanup(func() { _ = store.Close() })
	for range nodes {
		l.join()
	}
	return l
}

// join adds a node, which follows the record until the test ends.
func (l *lounge) join() {
	l.t.Helper()
	s := access.NewSignIns(l.store, l.store, longest)
	l.nodes = append(l.nodes, s)
	ctx, cancel := context.WithCancel(l.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Follow(ctx, l.store) }()
	l.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			l.t.Error(err)
		}
	})
}

// A sitting is a session at the console.
type sitting struct {
	id     string
	person access.Person
}

// signIn begins a session of a subject, in a session at the issuer.
func (l *lounge) signIn(id, subject, sid string, at time.Time) sitting {
	l.t.Helper()
	l.record(exchange.SignedIn, at, exchange.Session{ID: id, Issuer: issuer, Subject: subject, SID: sid, Issued: at.Truncate(time.Second)})
	return sitting{id, access.Person{Issuer: issuer, Subject: subject, SID: sid, At: at.Truncate(time.Second)}}
}

func (l *lounge) record(name exchange.State, at time.Time, session exchange.Session) {
	l.t.Helper()
	err := l.nodes[0].Record(l.t.Context(), exchange.Event{
		Subject: queue.Subject{Kind: queue.SubjectAction, ID: "li.na"}, Name: name, At: queue.Stored(at), Session: &session,
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

// ended returns the ids of those sessions that have ended, on which all nodes have to agree.
func (l *lounge) ended(all ...sitting) string {
	l.t.Helper()
	answers := make([]string, len(l.nodes))
	for i, node := range l.nodes {
		if err := node.CatchUp(l.t.Context()); err != nil {
			l.t.Fatal(err)
		}
		var ids []string
		for _, one := range all {
			if node.Ended(one.id, &one.person) {
				ids = append(ids, one.id)
			}
		}
		answers[i] = strings.Join(ids, " ")
	}
	if len(slices.Compact(slices.Clone(answers))) > 1 {
		l.t.Errorf("the nodes differ: %q", answers)
	}
	return answers[0]
}

// A logout ends what it names and began before it, on all nodes; repeated, or of somebody
// who is not here, it leaves no trace.
func TestLogouts(t *testing.T) {
	at := time.Now().Truncate(time.Second)
	for name, c := range map[string]struct {
		logout access.Logout
		want   string
	}{
		"a session":                       {access.Logout{Issuer: issuer, Subject: "7c", SID: "s1", At: at}, "desk plain"},
		"a session of nobody named":       {access.Logout{Issuer: issuer, SID: "s1", At: at}, "desk plain"},
		"all sessions of a person":        {access.Logout{Issuer: issuer, Subject: "7c", At: at}, "desk phone plain"},
		"in the second of a sign-in":      {access.Logout{Issuer: issuer, Subject: "7c", SID: "s2", At: at.Add(-time.Minute)}, "phone plain"},
		"before the sign-in":              {access.Logout{Issuer: issuer, Subject: "7c", SID: "s2", At: at.Add(-61 * time.Second)}, "plain"},
		"before all sign-ins":             {access.Logout{Issuer: issuer, Subject: "7c", At: at.Add(-time.Hour)}, ""},
		"a session that is another's":     {access.Logout{Issuer: issuer, Subject: "19", SID: "s1", At: at}, ""},
		"a session that nobody has":       {access.Logout{Issuer: issuer, SID: "s9", At: at}, ""},
		"a person who never was here":     {access.Logout{Issuer: issuer, Subject: "a8", At: at}, ""},
		"a person of another issuer":      {access.Logout{Issuer: "https://other.example", Subject: "7c", At: at}, ""},
		"all sessions of somebody else":   {access.Logout{Issuer: issuer, Subject: "19", At: at}, "other"},
		"a session of somebody else only": {access.Logout{Issuer: issuer, Subject: "19", SID: "s3", At: at}, "other"},
	} {
		l := newLounge(t, 2)
		all := []sitting{
			l.signIn("desk", "7c", "s1", at.Add(-2*time.Minute)), l.signIn("phone", "7c", "s2", at.Add(-time.Minute)),
			l.signIn("plain", "7c", "", at.Add(-3*time.Minute)), l.signIn("other", "19", "s3", at.Add(-time.Minute)),
			l.signIn("later", "7c", "s1", at.Add(time.Second)),
		}
		for again, node := range []*access.SignIns{l.nodes[1], l.nodes[0], l.nodes[1]} {
			before, err := l.store.Head(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			ended, err := node.LogOut(t.Context(), c.logout, at)
			if err != nil || again > 0 && ended != 0 || again == 0 && ended != len(strings.Fields(c.want)) {
				t.Errorf("%s, time %d: %d sessions ended, %v", name, again, ended, err)
			}
			after, err := l.store.Head(t.Context())
			if err != nil || (after > before) != (ended > 0) {
				t.Errorf("%s, time %d: the record went from %d to %d, %v", name, again, before, after, err)
			}
			if got := l.ended(all...); got != c.want {
				t.Errorf("%s, time %d: ended are %q, want %q", name, again, got, c.want)
			}
		}
		l.join()
		if got := l.ended(all...); got != c.want {
			t.Errorf("%s, on a node that starts: ended are %q, want %q", name, got, c.want)
		}
	}
}

// Who has signed out has no session any more on any node, whoever has a copy of the cookie,
// and the issuer ends nothing in addition.
func TestSignedOut(t *testing.T) {
	l := newLounge(t, 2)
	at := time.Now()
	desk, phone := l.signIn("desk", "7c", "s1", at), l.signIn("phone", "7c", "s1", at)
	l.record(exchange.SignedOut, at, exchange.Session{ID: "desk"})
	if got := l.ended(desk, phone); got != "desk" {
		t.Errorf("ended are %q", got)
	}
	if ended, err := l.nodes[1].LogOut(t.Context(), access.Logout{Issuer: issuer, SID: "s1", At: at}, at); ended != 1 || err != nil {
		t.Errorf("%d sessions ended, %v", ended, err)
	}
	l.record(exchange.SignedOut, at, exchange.Session{ID: "key"})
	for _, node := range l.nodes {
		if err := node.CatchUp(t.Context()); err != nil || !node.Ended("key", nil) || node.Ended("another", nil) {
			t.Errorf("sessions of keys: %v", err)
		}
	}
}

// What no session outlives is forgotten, and no sooner.
func TestSessionsThatAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLounge(t, 1)
		old := l.signIn("old", "7c", "s1", time.Now())
		if ended, err := l.nodes[0].LogOut(t.Context(), access.Logout{Issuer: issuer, Subject: "7c", At: time.Now()}, time.Now()); ended != 1 || err != nil {
			t.Fatalf("%d, %v", ended, err)
		}
		<-time.After(longest)
		l.signIn("new", "19", "s2", time.Now())
		if got := l.ended(old); got != "old" {
			t.Errorf("after %s, ended are %q", longest, got)
		}
		<-time.After(time.Hour)
		l.signIn("newest", "19", "s2", time.Now())
		if got := l.ended(old); got != "" {
			t.Errorf("after an hour more, ended are still %q", got)
		}
	})
}
