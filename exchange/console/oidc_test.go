package console_test

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
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

// redirect is the address that the issuer knows. A test's browser asks for its path at the
// world's own.
const redirect = "https://beibu.example/console/oidc/callback"

var (
	liNa   = oidctest.Person{Subject: "7c1f0a", Name: "li.na", Groups: []string{"operators", "canteen"}}
	pham   = oidctest.Person{Subject: "19d2bb", Name: "pham.an", Groups: []string{"canteen"}}
	nguyen = oidctest.Person{Subject: "a80e44", Name: "nguyen.lan", Groups: []string{"mong-cai", "hai-phong"}}
)

// newIssuer serves a console at which three people sign in.
func newIssuer(t *testing.T, changes ...func(*console.Options)) (*world, *oidctest.Issuer) {
	t.Helper()
	i := oidctest.Start(t, redirect, liNa, pham, nguyen)
	p := oidc.New(oidc.Options{
		Issuer: i.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Redirect: redirect,
		SignedOut: "https://beibu.example/console/sign-in", Scopes: []string{"profile"}, Claim: "groups", Transport: http.DefaultTransport,
	})
	must(t, p.Discover(t.Context()))
	w := newWorld(t, append(changes, func(o *console.Options) { o.Issuer = p })...)
	w.grant(i.URL, given("operators", access.OperatorRole),
		access.PersonGrant{Value: "hai-phong", Party: receiver}, access.PersonGrant{Value: "mong-cai", Party: stranger})
	return w, i
}

// given returns what everybody has for everything for whom an issuer names a value.
func given(value string, roles access.Role) access.PersonGrant {
	return access.PersonGrant{Value: value, Grant: access.Grant{Roles: roles}}
}

// grant puts other grants in force.
func (w *world) grant(issuer string, grants ...access.PersonGrant) {
	w.t.Helper()
	people, err := access.NewPeople(issuer, grants)
	must(w.t, err)
	now := *w.current.Load()
	now.People = people
	w.current.Store(&now)
}

// callback signs a person in at the issuer, and returns the path that the issuer sends the
// browser back to.
func (b *browser) callback(i *oidctest.Issuer, name, back string) string {
	b.t.Helper()
	p := b.get("/console/oidc/start?back=" + url.QueryEscape(back))
	if p.status != http.StatusSeeOther || !strings.HasPrefix(p.header.Get("Location"), i.URL+"/") {
		b.t.Fatalf("%d %v", p.status, p.header)
	}
	return i.SignIn(b.t, p.header.Get("Location"), name).RequestURI()
}

// A person signs in at the issuer, comes back to the page that was asked for, and may do
// what the grants of its groups say. Both ends of the session are in the record, with who
// it is at the issuer.
func TestSignInByIssuer(t *testing.T) {
	w, i := newIssuer(t)
	b := w.browser()
	if p := b.get("/console/sign-in?back=/console/exchanges"); !strings.Contains(p.html, `href="/console/oidc/start?back=%2fconsole%2fexchanges"`) || !strings.Contains(p.text, i.URL) {
		t.Errorf("no way to sign in:\n%s", p.html)
	}
	p := b.get(b.callback(i, "li.na", "/console/exchanges?state=SubmissionHeld"))
	checkHeaders(t, p)
	if p.status != http.StatusSeeOther || p.header.Get("Location") != "/console/exchanges?state=SubmissionHeld" {
		t.Fatalf("%d %v %s", p.status, p.header, p.text)
	}
	if p := b.get("/console/exchanges"); p.status != http.StatusOK || !strings.Contains(p.text, "li.na") {
		t.Errorf("%d %s", p.status, p.text)
	}
	p = b.post("/console/sign-out", url.Values{})
	checkHeaders(t, p)
	there, err := url.Parse(strings.TrimPrefix(p.header.Get("Refresh"), "0; url="))
	if p.status != http.StatusOK || err != nil || !strings.Contains(p.html, `href="`+html.EscapeString(there.String())+`"`) || strings.Contains(p.text, "li.na") {
		t.Fatalf("%d %v %v %s", p.status, p.header, err, p.html)
	}
	query := there.Query()
	if !strings.HasPrefix(there.String(), i.URL+"/end_session?") || query.Get("client_id") != "beibu" || strings.Count(query.Get("id_token_hint"), ".") != 2 ||
		query.Get("post_logout_redirect_uri") != "https://beibu.example/console/sign-in" {
		t.Errorf("signs out of the issuer at %s", there)
	}
	if p := b.get("/console/exchanges"); p.status != http.StatusSeeOther {
		t.Errorf("after signing out: %d", p.status)
	}
	events, _, err := w.Journal.Audit(t.Context(), exchange.AuditQuery{Kind: queue.SubjectAction, ID: "li.na"})
	if err != nil || len(events) != 2 || events[0].Name != exchange.SignedIn || events[1].Name != exchange.SignedOut ||
		events[0].Cause.Reason != "issuer "+i.URL+", subject 7c1f0a, operators" || events[1].Cause.Actor != "li.na" {
		t.Errorf("%+v, %v", events, err)
	}
}

// Who has no grant, or several that contradict each other, reads so, and has no session.
func TestPeopleWithoutGrants(t *testing.T) {
	w, i := newIssuer(t)
	for name, code := range map[string]string{"pham.an": "person-without-role", "nguyen.lan": "person-parties-differ"} {
		b := w.browser()
		p := b.get(b.callback(i, name, "/console/approvals"))
		checkHeaders(t, p)
		if !strings.Contains(p.html, "start?back=%2fconsole%2fapprovals") || strings.Contains(p.html, "code=") {
			t.Errorf("%s: the page leads elsewhere, or holds the code:\n%s", name, p.html)
		}
		if p.status != http.StatusForbidden || !strings.Contains(p.text, code) || !strings.Contains(p.text, name) {
			t.Errorf("%s: %d %s", name, p.status, p.text)
		}
		if p := b.get("/console/"); p.status != http.StatusSeeOther {
			t.Errorf("%s has a session: %d", name, p.status)
		}
	}
	if events, _, err := w.Journal.Audit(t.Context(), exchange.AuditQuery{}); err != nil || len(events) > 0 {
		t.Errorf("%+v, %v", events, err)
	}
}

// A session of a person follows the grants in force at each request.
func TestGrantsOfSessionsFollowConfiguration(t *testing.T) {
	w, i := newIssuer(t)
	b := w.browser()
	b.get(b.callback(i, "li.na", ""))
	for name, c := range map[string]struct {
		grants []access.PersonGrant
		issuer string
		status int
	}{
		"as at the sign-in":     {[]access.PersonGrant{given("operators", access.OperatorRole)}, i.URL, http.StatusOK},
		"another role":          {[]access.PersonGrant{given("operators", access.PartyManagerRole)}, i.URL, http.StatusForbidden},
		"of another group":      {[]access.PersonGrant{given("auditors", access.AuditorRole)}, i.URL, http.StatusForbidden},
		"of another issuer":     {[]access.PersonGrant{given("operators", access.OperatorRole)}, "https://other.example", http.StatusForbidden},
		"of a value not signed": {[]access.PersonGrant{given("canteen", access.ObserverRole)}, i.URL, http.StatusForbidden},
	} {
		w.grant(c.issuer, c.grants...)
		if p := b.get("/console/exchanges"); p.status != c.status || p.status == http.StatusForbidden && !strings.Contains(p.text, "role") {
			t.Errorf("%s: %d %s", name, p.status, p.text)
		}
	}
	now := *w.current.Load()
	now.People = nil
	w.current.Store(&now)
	if p := b.get("/console/exchanges"); p.status != http.StatusForbidden || !strings.Contains(p.html, `href="/console/sign-in"`) {
		t.Errorf("without an issuer: %d %s", p.status, p.html)
	}
}

// A callback counts once, in the browser that started, within ten minutes.
func TestCallbacksThatDoNotCount(t *testing.T) {
	w, i := newIssuer(t)
	first, other := w.browser(), w.browser()
	path := first.callback(i, "li.na", "")
	if p := other.get(path); p.status != http.StatusConflict || !strings.Contains(p.text, "sign-in-expired") {
		t.Errorf("in another browser: %d %s", p.status, p.text)
	}
	p := first.get(path)
	if p.status != http.StatusSeeOther || !strings.Contains(strings.Join(p.header["Set-Cookie"], "\n"), "__Host-beibu-sign-in=; Path=/; Max-Age=0") {
		t.Errorf("%d %v", p.status, p.header)
	}
	if p := first.get(path); p.status != http.StatusConflict {
		t.Errorf("again: %d %s", p.status, p.text)
	}
	old, err := w.options.Sessions.SealSignIn(session.SignIn{State: "s", Began: time.Now().Add(-11 * time.Minute)})
	must(t, err)
	late := w.browser()
	late.header.Set("Cookie", "__Host-beibu-sign-in="+old)
	if p := late.get("/console/oidc/callback?state=s&error=x"); p.status != http.StatusConflict {
		t.Errorf("after eleven minutes: %d %s", p.status, p.text)
	}
}

// If the issuer does not answer, the page says so, and the key signs in as ever.
func TestSignInWithoutIssuer(t *testing.T) {
	w := newWorld(t, func(o *console.Options) {
		o.Issuer = oidc.New(oidc.Options{Issuer: "https://id.example", Transport: http.DefaultTransport})
	})
	b := w.browser()
	p := b.get("/console/oidc/start")
	checkHeaders(t, p)
	if p.status != http.StatusServiceUnavailable || !strings.Contains(p.text, "issuer-unavailable") || !strings.Contains(p.html, `name="key"`) {
		t.Errorf("%d %s", p.status, p.text)
	}
	if p := b.post("/console/sign-in", url.Values{"key": {duty}}); p.status != http.StatusSeeOther {
		t.Errorf("%d %s", p.status, p.text)
	}
	for _, path := range []string{"/console/oidc/start", "/console/oidc/callback"} {
		if p := newWorld(t).browser().get(path); p.status != http.StatusNotFound {
			t.Errorf("%s without an issuer: %d", path, p.status)
		}
	}
}

// What cannot be recorded does not begin, and ends all the same.
func TestSessionsThatCannotBeRecorded(t *testing.T) {
	var record *failing
	w, i := newIssuer(t, func(o *console.Options) {
		record = &failing{Appender: o.Recorder.Appender}
		o.Recorder.Appender = record
	})
	b := w.browser()
	path := b.callback(i, "li.na", "")
	signedIn := w.visit(duty)
	record.down.Store(true)
	if p := b.get(path); p.status != http.StatusServiceUnavailable {
		t.Errorf("%d %s", p.status, p.text)
	}
	if p := w.browser().post("/console/sign-in", url.Values{"key": {duty}}); p.status != http.StatusServiceUnavailable || p.header.Get("Set-Cookie") != "" {
		t.Errorf("by key: %d %v", p.status, p.header)
	}
	if p := signedIn.post("/console/sign-out", url.Values{}); p.status != http.StatusServiceUnavailable {
		t.Errorf("sign out: %d %s", p.status, p.text)
	}
	record.down.Store(false)
	for name, b := range map[string]*browser{"who could not sign in": b, "who signed out": signedIn} {
		if p := b.get("/console/"); p.status != http.StatusSeeOther {
			t.Errorf("%s has a session: %d", name, p.status)
		}
	}
}

// A failing record takes nothing while it is down.
type failing struct {
	queue.Appender

	down atomic.Bool
}

func (f *failing) Append(ctx context.Context, events ...queue.Event) (int64, error) {
	if f.down.Load() {
		return 0, queue.ErrUnavailable
	}
	return f.Appender.Append(ctx, events...)
}

// visitAs returns a browser in which an issuer has signed a person in with a name.
func (w *world) visitAs(issuer, subject, name string) *browser {
	w.t.Helper()
	sealed, err := w.options.Sessions.Seal(session.Session{
		Name: name, Began: time.Now(), Seen: time.Now(), Person: &access.Person{Issuer: issuer, Subject: subject, Name: name, Values: []string{"staff"}},
	})
	must(w.t, err)
	b := w.browser()
	b.header.Set("Cookie", "__Host-beibu="+sealed)
	return b
}

// Whoever requested a run is no other person after the issuer has given them another name.
func TestApprovalByAnotherName(t *testing.T) {
	const issuer = "https://id.example"
	w := newWorld(t)
	w.grant(issuer, given("staff", access.StaffRoles))
	w.refused("stamp-missing", "ATA-1", "ATA-2")
	own, renamed, other := w.visitAs(issuer, "7c1f", "li.na"), w.visitAs(issuer, "7c1f", "li.na.2"), w.visitAs(issuer, "19d2", "wei.min")
	path := own.post(plannerPath, orderOf(own.get(plannerPath), "mended")).header.Get("Location")
	if p := renamed.get(path); !strings.Contains(p.text, "another person has to approve it") || strings.Contains(p.html, ">Approve<") {
		t.Errorf("the page by another name:\n%s", p.html)
	}
	form := orderOf(other.get(path), "seen and checked")
	if p := renamed.post(path+"/approve", form); p.status != http.StatusForbidden || !strings.Contains(p.text, "own-run") {
		t.Errorf("by another name: %d %s", p.status, p.text)
	}
	if p := renamed.get("/console/approvals"); strings.Contains(p.section("Runs that wait for you"), path) {
		t.Errorf("the approvals by another name:\n%s", p.html)
	}
	if p := other.post(path+"/approve", form); p.status != http.StatusSeeOther {
		t.Errorf("by another person: %d %s", p.status, p.text)
	}
}
