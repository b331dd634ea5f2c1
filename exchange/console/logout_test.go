package console_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/access/oidc"
	"beibu/exchange/access/oidc/oidctest"
	"beibu/exchange/console"
	"beibu/exchange/console/session"
	"beibu/queue"
)

const logoutPath = "/console/oidc/logout"

// twin returns another node on the record of a world.
func (w *world) twin() *world {
	w.t.Helper()
	n := &world{World: w.World, t: w.t, options: w.options, log: w.log}
	n.shut = exchange.NewSuspensions(w.Store, w.Store, nil)
	n.signIns = access.NewSignIns(w.Store, w.Store, 8*time.Hour)
	n.options.Suspended, n.options.SignIns = n.shut, n.signIns
	var err error
	n.server, err = console.New(n.options)
	must(w.t, err)
	n.serve()
	return n
}

// catchUp waits until the node has all events of sessions.
func (w *world) catchUp() {
	w.t.Helper()
	must(w.t, w.signIns.CatchUp(w.t.Context()))
	head, err := w.Store.Head(w.t.Context())
	must(w.t, err)
	must(w.t, w.Journal.Wait(w.t.Context(), head))
}

// on returns the browser at another node, with the same cookies, which know no ports.
func (b *browser) on(w *world) *browser {
	there, client := *b, *b.client
	client.Transport = w.transport
	there.url, there.client = w.url, &client
	return &there
}

// has reports whether the browser has a session.
func (b *browser) has() bool {
	b.t.Helper()
	p := b.get("/console/self")
	if p.status != http.StatusOK && p.status != http.StatusSeeOther {
		b.t.Errorf("%d %s", p.status, p.text)
	}
	return p.status == http.StatusOK
}

// since returns a browser with a session of li.na that began some time ago, as the record
// has it.
func (w *world) since(issuer string, ago time.Duration) *browser {
	w.t.Helper()
	at := time.Now().Add(-ago)
	one := session.Session{ID: "earlier", Name: liNa.Name, Began: at, Seen: time.Now(), Person: &access.Person{
		Issuer: issuer, Subject: liNa.Subject, Name: liNa.Name, Values: []string{"operators"}, SID: "s0", At: at,
	}}
	sealed, err := w.options.Sessions.Seal(one)
	must(w.t, err)
	must(w.t, w.Recorder.Record(w.t.Context(), exchange.Event{
		Subject: queue.Subject{Kind: queue.SubjectAction, ID: liNa.Name}, Name: exchange.SignedIn, At: queue.Stored(at),
		Session: &exchange.Session{ID: one.ID, Issuer: issuer, Subject: liNa.Subject, SID: "s0", Issued: at},
	}))
	b := w.browser()
	b.header.Set("Cookie", "__Host-beibu="+sealed)
	return b
}

// logOut has an issuer send a logout token to a node.
func (w *world) logOut(i *oidctest.Issuer, at time.Time, says map[string]any) page {
	w.t.Helper()
	p := w.browser().post(logoutPath, url.Values{"logout_token": {i.Sign(w.t, "logout+jwt", i.Logout(at, says))}})
	if p.header.Get("Cache-Control") != "no-store" || p.header.Get("Set-Cookie") != "" {
		w.t.Errorf("%v", p.header)
	}
	return p
}

// logouts returns what the record says of logouts by an issuer.
func (w *world) logouts() []exchange.Event {
	w.t.Helper()
	w.catchUp()
	all, _, err := w.Journal.Audit(w.t.Context(), exchange.AuditQuery{Kind: queue.SubjectAction})
	must(w.t, err)
	var found []exchange.Event
	for _, e := range all {
		if e.Name == exchange.SignedOutByIssuer {
			found = append(found, e)
		}
	}
	return found
}

// A logout token that one node receives ends the sessions of its person on both, with pages
// that are open, and no others. Sent again, it changes nothing. The audit shows it.
func TestLogoutByIssuer(t *testing.T) {
	w, i := newIssuer(t)
	other := w.twin()
	here, duties := w.browser(), w.visit(duty)
	here.get(here.callback(i, "li.na", ""))
	there := here.on(other)
	other.catchUp()
	if !here.has() || !there.has() {
		t.Fatal("no session")
	}
	events := there.follow("/console/exchanges/live")
	<-events
	for again := range 2 {
		if p := w.logOut(i, time.Now(), map[string]any{"sub": liNa.Subject}); p.status != http.StatusOK || p.html != "" {
			t.Fatalf("time %d: %d %s", again, p.status, p.html)
		}
		other.catchUp()
		if here.has() || there.has() || !duties.has() {
			t.Errorf("time %d: sessions of the person here %t, there %t, of another %t", again, here.has(), there.has(), duties.has())
		}
	}
	for late := range events {
		if strings.Contains(late, "ATA") {
			t.Errorf("after the logout: %s", late)
		}
	}
	found := w.logouts()
	if len(found) != 1 || found[0].Subject.ID != "li.na" || found[0].Cause.Actor != i.URL || found[0].Session == nil || found[0].Session.Token != "bWJq" ||
		found[0].Cause.Reason != "issuer "+i.URL+", subject 7c1f0a" {
		t.Errorf("%+v", found)
	}
	if p := w.visit(auditor).get("/console/audit?subject=action&id=li.na"); !strings.Contains(p.text, "was signed out by the issuer") || !strings.Contains(p.text, i.URL) {
		t.Errorf("the audit:\n%s", p.text)
	}
}

// A session that began after the logout was issued continues, also if the token comes late.
func TestSessionsAfterLogout(t *testing.T) {
	w, i := newIssuer(t)
	before, after := w.since(i.URL, time.Minute), w.browser()
	after.get(after.callback(i, "li.na", ""))
	if p := w.logOut(i, time.Now().Add(-30*time.Second), map[string]any{"sub": liNa.Subject, "sid": "s0"}); p.status != http.StatusOK {
		t.Fatalf("%d %s", p.status, p.html)
	}
	if before.has() || !after.has() {
		t.Errorf("the session before %t, the session after %t", before.has(), after.has())
	}
	if p := w.logOut(i, time.Now().Add(-30*time.Second), map[string]any{"sub": liNa.Subject}); p.status != http.StatusOK || !after.has() {
		t.Errorf("%d, the session after %t", p.status, after.has())
	}
	if found := w.logouts(); len(found) != 1 {
		t.Errorf("%+v", found)
	}
}

// A logout of somebody who is not here leaves no trace.
func TestLogoutOfStrangers(t *testing.T) {
	w, i := newIssuer(t)
	for range 3 {
		if p := w.logOut(i, time.Now(), map[string]any{"sub": "nobody"}); p.status != http.StatusOK {
			t.Errorf("%d %s", p.status, p.html)
		}
	}
	if head, err := w.Store.Head(t.Context()); err != nil || head != 0 {
		t.Errorf("the record is at %d, %v", head, err)
	}
}

// What is no logout is refused as the specification says, and ends nothing.
func TestLogoutsThatAreRefused(t *testing.T) {
	w, i := newIssuer(t)
	b := w.browser()
	b.get(b.callback(i, "li.na", ""))
	good := i.Sign(t, "logout+jwt", i.Logout(time.Now(), map[string]any{"sub": liNa.Subject}))
	const form = "application/x-www-form-urlencoded"
	for name, c := range map[string]struct{ path, media, body string }{
		"nothing":         {logoutPath, form, ""},
		"no token":        {logoutPath, form, "token=" + good},
		"two tokens":      {logoutPath, form, "logout_token=" + good + "&logout_token=" + good},
		"in the address":  {logoutPath + "?logout_token=" + good, form, ""},
		"another type":    {logoutPath, "text/plain", "logout_token=" + good},
		"too much":        {logoutPath, form, "logout_token=" + good + "&more=" + strings.Repeat("x", 32<<10)},
		"a broken form":   {logoutPath, form, "logout_token=" + good + "&%zz"},
		"another's token": {logoutPath, form, "logout_token=" + good[:len(good)-8] + "AAAAAAAA"},
		"no signature":    {logoutPath, form, "logout_token=" + good[:strings.LastIndex(good, ".")+1]},
		"ended":           {logoutPath, form, "logout_token=" + i.Sign(t, "", i.Logout(time.Now().Add(-time.Hour), map[string]any{"sub": liNa.Subject}))},
	} {
		p := w.browser().send(http.MethodPost, c.path, c.media, strings.NewReader(c.body))
		if p.status != http.StatusBadRequest || p.header.Get("Content-Type") != "application/json" || p.header.Get("Cache-Control") != "no-store" || !strings.Contains(p.html, `"error":"invalid_request"`) {
			t.Errorf("%s: %d %v %s", name, p.status, p.header, p.html)
		}
	}
	if !b.has() {
		t.Error("the session has ended")
	}
	if p := newWorld(t).browser().post(logoutPath, url.Values{"logout_token": {good}}); p.status != http.StatusNotFound {
		t.Errorf("without an issuer: %d", p.status)
	}
}

// A logout that cannot be recorded has failed, and succeeds when it is sent again.
func TestLogoutThatCannotBeRecorded(t *testing.T) {
	var record *failing
	w, i := newIssuer(t, func(o *console.Options) {
		record = &failing{Appender: o.Recorder.Appender}
		o.SignIns.Folded = access.NewSignIns(record, o.Recorder.Feed, time.Hour).Folded
	})
	b := w.browser()
	b.get(b.callback(i, "li.na", ""))
	record.down.Store(true)
	if p := w.logOut(i, time.Now(), map[string]any{"sub": liNa.Subject}); p.status != http.StatusBadRequest || !strings.Contains(p.html, `"error":"temporarily_unavailable"`) {
		t.Errorf("%d %s", p.status, p.html)
	}
	if !b.has() {
		t.Error("the session has ended")
	}
	record.down.Store(false)
	if p := w.logOut(i, time.Now(), map[string]any{"sub": liNa.Subject}); p.status != http.StatusOK || b.has() {
		t.Errorf("%d %s, a session %t", p.status, p.html, b.has())
	}
	down := oidc.New(oidc.Options{Issuer: "https://id.example", Transport: http.DefaultTransport})
	w = newWorld(t, func(o *console.Options) { o.Issuer = down })
	if p := w.logOut(i, time.Now(), map[string]any{"sub": liNa.Subject}); p.status != http.StatusBadRequest || !strings.Contains(p.html, `"error":"temporarily_unavailable"`) {
		t.Errorf("before the issuer is known: %d %s", p.status, p.html)
	}
}

// Who has signed out is out on every node, whoever has a copy of the cookie.
func TestSignedOutEverywhere(t *testing.T) {
	w, i := newIssuer(t)
	other := w.twin()
	person, key := w.browser(), w.visit(duty)
	person.get(person.callback(i, "li.na", ""))
	again := w.visit(duty)
	for name, b := range map[string]*browser{"a person": person, "a key": key} {
		copied := w.browser()
		at, err := url.Parse(w.url + "/console/")
		must(t, err)
		copied.client.Jar.SetCookies(at, b.client.Jar.Cookies(at))
		other.catchUp()
		if !copied.has() || !copied.on(other).has() {
			t.Fatalf("%s: the copy is no session", name)
		}
		b.post("/console/sign-out", url.Values{})
		other.catchUp()
		if copied.has() || copied.on(other).has() {
			t.Errorf("%s: the copy is still a session, here %t, there %t", name, copied.has(), copied.on(other).has())
		}
	}
	if !again.has() {
		t.Error("another session of the key has ended")
	}
}
