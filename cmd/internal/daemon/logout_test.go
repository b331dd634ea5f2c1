package daemon

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beibu/cmd/internal/config"
	"beibu/exchange/access/oidc/oidctest"
	"beibu/queue/kafka/kafkatest"
)

// A person whom the issuer signs out at one daemon has no session at any daemon on the log,
// over a restart with the index and without it; another person keeps theirs.
func TestLogoutEverywhere(t *testing.T) { logoutEverywhere(t, fakeKafka(t).ListenAddrs()) }

func TestLogoutEverywhereOnApache(t *testing.T) { logoutEverywhere(t, kafkatest.Brokers(t)) }

func logoutEverywhere(t *testing.T, brokers []string) {
	t.Helper()
	redirect := "http://localhost" + config.CallbackPath
	i := oidctest.Start(t, redirect,
		oidctest.Person{Subject: "7c1f0a", Name: "li.na", Groups: []string{"operators"}, Claims: map[string]any{"sid": "s1"}},
		oidctest.Person{Subject: "19d2bb", Name: "wei.min", Groups: []string{"operators"}, Claims: map[string]any{"sid": "s2"}})
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(oidctest.ClientSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	here := newPortWith(t, "oidc: {issuer: '"+i.URL+"', clientID: "+oidctest.ClientID+", clientSecretFile: "+secret+", redirect: '"+redirect+"', grants: [{value: operators, roles: [operator]}]}\n", brokers, nil)
	there := here.beside(t)
	serve(t, there.Daemon)
	person, other := here.signInAs(i, "li.na"), there.signInAs(i, "wei.min")
	for name, p := range map[string]*port{"here": here, "there": there} {
		if !p.admits(person) || !p.admits(other) {
			t.Fatalf("no sessions %s", name)
		}
	}
	token := i.Sign(t, "logout+jwt", i.Logout(time.Now(), map[string]any{"sid": "s1"}))
	if r := there.visit(http.MethodPost, "/console/oidc/logout", nil, url.Values{"logout_token": {token}}); r.status != http.StatusOK {
		t.Fatal(r.status)
	}
	check := func(where string, p *port) {
		t.Helper()
		if err := p.signIns.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p.admits(person) || !p.admits(other) {
			t.Errorf("%s: the person who was signed out has a session %t, another %t", where, p.admits(person), p.admits(other))
		}
	}
	check("here", here)
	check("there", there)
	for _, where := range []string{"after a restart", "without an index"} {
		if err := there.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Fatal(err)
		}
		if where != "after a restart" {
			there.loseIndex()
		}
		there = here.beside(t, there.dir)
		serve(t, there.Daemon)
		check(where, there)
	}
}

// signInAs signs a person in at the issuer, and returns the cookies of the session.
func (p *port) signInAs(i *oidctest.Issuer, name string) []*http.Cookie {
	p.t.Helper()
	if err := p.issuer.Discover(p.t.Context()); err != nil {
		p.t.Fatal(err)
	}
	started := p.visit(http.MethodGet, "/console/oidc/start", nil, nil)
	back := i.SignIn(p.t, started.header.Get("Location"), name)
	return p.visit(http.MethodGet, back.RequestURI(), started.cookies, nil).cookies
}

// admits reports whether the console shows who has the cookies a page.
func (p *port) admits(cookies []*http.Cookie) bool {
	p.t.Helper()
	return p.visit(http.MethodGet, "/console/self", cookies, nil).status == http.StatusOK
}

// An answered visit is what the console says without its page.
type answered struct {
	status  int
	header  http.Header
	cookies []*http.Cookie
}

// visit asks the console for a page, with those of the cookies that have a value.
func (p *port) visit(method, path string, cookies []*http.Cookie, form url.Values) answered {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, "http://"+p.Public().String()+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for _, c := range cookies {
		if c.Value != "" {
			r.AddCookie(c)
		}
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = response.Body.Close()
	return answered{response.StatusCode, response.Header, response.Cookies()}
}
