package daemon

import (
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"beibu/cmd/internal/config"
	"beibu/exchange"
	"beibu/exchange/access/oidc"
	"beibu/exchange/access/oidc/keycloaktest"
	"beibu/queue"
	"beibu/testdata"
)

// An issuer that answers after some failures.
type lateIssuer struct{ failures int }

func (i *lateIssuer) RoundTrip(r *http.Request) (*http.Response, error) {
	if i.failures--; i.failures >= 0 {
		return nil, errors.New("connection refused")
	}
	text := `{"issuer": "https://id.example", "authorization_endpoint": "https://id.example/a", "token_endpoint": "https://id.example/t", "jwks_uri": "https://id.example/k"}`
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(text)), Request: r}, nil
}

// The daemon asks an issuer that is down again and again, says so, and says when it answers.
func TestIssuerThatComesLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, lines := observer.New(zapcore.InfoLevel)
		d := &Daemon{log: zap.New(core), failed: make(chan error, 1), issuer: oidc.New(oidc.Options{Issuer: "https://id.example", Transport: &lateIssuer{failures: 3}})}
		d.work("issuer", d.discoverIssuer)
		<-time.After(3*issuerRetry - 1)
		if _, _, err := d.issuer.Begin(); err == nil || lines.FilterMessage("issuer of identities does not answer, retrying").Len() != 3 {
			t.Errorf("%v, %v", err, lines.All())
		}
		<-time.After(2)
		if _, _, err := d.issuer.Begin(); err != nil || lines.FilterMessage("issuer of identities answers").Len() != 1 {
			t.Errorf("%v, %v", err, lines.All())
		}
		<-time.After(3 * issuerRefresh)
		if lines.Len() != 4 {
			t.Errorf("%v", lines.All())
		}
		if err := d.life.down(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// People sign in by a real Keycloak through the daemon, with the roles that the realm and
// the configuration give, which a reload changes; those without one are refused.
func TestKeycloak(t *testing.T) {
	if !testdata.Long() {
		t.Skip("SKIPPED: starts Keycloak; set BEIBU_LONG=1")
	}
	k := newKeycloak(t)
	operator := keycloaktest.NewBrowser(t)
	if page := k.signIn(operator, "li.na", keycloaktest.Password); page.Status != http.StatusOK || page.URL.Path != "/console/exchanges" || !strings.Contains(page.Text, "li.na") {
		t.Fatalf("%d %s:\n%s", page.Status, page.URL, page.Text)
	}
	if page := k.signIn(keycloaktest.NewBrowser(t), "pham.an", keycloaktest.Password); page.Status != http.StatusForbidden || !strings.Contains(page.Text, "person-without-role") {
		t.Errorf("a person without a role: %d\n%s", page.Status, page.Text)
	}
	if page := k.signIn(keycloaktest.NewBrowser(t), "li.na", "guess"); !strings.HasPrefix(page.URL.String(), k.keycloak) {
		t.Errorf("with another password: %s\n%s", page.URL, page.Text)
	}
	party := keycloaktest.NewBrowser(t)
	if page := k.signIn(party, "nguyen.lan", keycloaktest.Password); page.Status != http.StatusOK || !strings.Contains(page.Text, "nguyen.lan") {
		t.Errorf("of a party: %d\n%s", page.Status, page.Text)
	}

	k.reload("beibu-approvers")
	if page := operator.Get(k.url + "/console/exchanges"); page.Status != http.StatusForbidden || !strings.Contains(page.Text, "person-without-role") {
		t.Errorf("after the grant is gone: %d\n%s", page.Status, page.Text)
	}
	k.reload("beibu-operators", "  blocked: [li.na]\n")
	if page := operator.Get(k.url + "/console/exchanges"); page.Status != http.StatusForbidden || !strings.Contains(page.Text, "person-blocked") {
		t.Errorf("once blocked: %d\n%s", page.Status, page.Text)
	}
	k.reload("beibu-operators")
	if page := operator.Get(k.url + "/console/exchanges"); page.Status != http.StatusOK {
		t.Errorf("after it is back: %d", page.Status)
	}
	keycloaktest.LogOut(t, k.keycloak, "li.na")
	if page := operator.Get(k.url + "/console/exchanges"); page.URL.Path != "/console/sign-in" {
		t.Errorf("after an administrator of Keycloak has signed the person out: %s", page.URL)
	}
	if page := party.Get(k.url + "/console/exchanges"); page.Status != http.StatusOK || page.URL.Path != "/console/exchanges" {
		t.Errorf("another person: %d %s", page.Status, page.URL)
	}
	if page := k.signIn(operator, "li.na", keycloaktest.Password); page.Status != http.StatusOK || !strings.Contains(page.Text, "li.na") {
		t.Errorf("again: %d %s:\n%s", page.Status, page.URL, page.Text)
	}
	k.signOut(operator)
	k.checkRecord("li.na")
}

// A realm is a daemon whose people sign in by a Keycloak.
type realm struct {
	*Daemon
	t                  *testing.T
	dir, url, keycloak string // of the daemon, and the issuer
}

func newKeycloak(t *testing.T) *realm {
	t.Helper()
	k := &realm{t: t, dir: t.TempDir()}
	address := keycloaktest.FreeAddress(t)
	k.url = "http://" + address
	k.keycloak = keycloaktest.Start(t, k.url+config.CallbackPath)
	if err := os.WriteFile(filepath.Join(k.dir, "secret"), []byte(keycloaktest.ClientSecret), 0o600); err != nil {
		t.Fatal(err)
	}
	core, lines := observer.New(zapcore.InfoLevel)
	var err error
	if k.Daemon, err = New(t.Context(), k.load("beibu-operators"), zap.New(core)); err != nil {
		t.Fatal(err)
	}
	serve(t, k.Daemon)
	for lines.FilterMessage("issuer of identities answers").Len() == 0 {
		select {
		case <-t.Context().Done():
			t.Fatal(lines.All())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return k
}

// load returns a configuration that makes those with a realm role operators, and more of
// its lines about people.
func (k *realm) load(operators string, more ...string) *config.Loaded {
	k.t.Helper()
	l, err := config.Parse("test", []byte("listen: "+strings.TrimPrefix(k.url, "http://")+"\nprivate: 127.0.0.1:0\ndata: "+k.dir+"/data\n"+`
oidc:
  issuer: `+k.keycloak+`
  clientID: beibu
  clientSecretFile: `+k.dir+`/secret
  redirect: `+k.url+config.CallbackPath+`
  claim: realm_access.roles
  grants:
    - {value: `+operators+`, roles: [operator]}
    - {value: beibu-hai-phong, party: window-vn}
`+strings.Join(more, "")))
	if err != nil {
		k.t.Fatal(err)
	}
	return l
}

func (k *realm) reload(operators string, more ...string) {
	k.t.Helper()
	if err := k.Reload(k.load(operators, more...)); err != nil {
		k.t.Fatal(err)
	}
}

// signIn signs a person in that asked for the exchanges, and returns the page in the end.
func (k *realm) signIn(browser *keycloaktest.Browser, user, password string) keycloaktest.Page {
	k.t.Helper()
	if page := browser.Get(k.url + "/console/exchanges"); !strings.Contains(page.Text, "/console/oidc/start?back=%2fconsole%2fexchanges") {
		k.t.Fatalf("no way to sign in:\n%s", page.Text)
	}
	return browser.SignIn(k.url+"/console/oidc/start?back=/console/exchanges", user, password)
}

// signOut signs a person out here, and so at Keycloak, which does not ask.
func (k *realm) signOut(browser *keycloaktest.Browser) {
	k.t.Helper()
	page := browser.Post(k.url+"/console/sign-out", url.Values{})
	there, _, _ := strings.Cut(k.issuer.SignOut(""), "?")
	link := regexp.MustCompile(` href="(` + regexp.QuoteMeta(there) + `[^"]+)"`).FindStringSubmatch(page.Text)
	if link == nil {
		k.t.Fatalf("no way to sign out of Keycloak:\n%s", page.Text)
	}
	if page := browser.Get(html.UnescapeString(link[1])); page.Status != http.StatusOK || page.URL.String() != k.url+"/console/sign-in" {
		k.t.Errorf("Keycloak does not send the person back: %d %s\n%s", page.Status, page.URL, page.Text)
	}
	if page := browser.Get(k.url + "/console/exchanges"); page.URL.Path != "/console/sign-in" {
		k.t.Errorf("after signing out: %s", page.URL)
	}
	if page := browser.Get(k.url + "/console/oidc/start"); !strings.HasPrefix(page.URL.String(), k.keycloak) {
		k.t.Errorf("Keycloak still knows the person: %s", page.URL)
	}
}

// checkRecord fails unless the record has the beginnings and the ends of a person's sessions:
// the first by Keycloak, the second by the person.
func (k *realm) checkRecord(name string) {
	k.t.Helper()
	events, _, err := k.index.Audit(k.t.Context(), exchange.AuditQuery{Kind: queue.SubjectAction, ID: name})
	if err != nil {
		k.t.Fatal(err)
	}
	var names []exchange.State
	for _, e := range events {
		names = append(names, e.Name)
	}
	want := []exchange.State{exchange.SignedIn, exchange.SignedOutByIssuer, exchange.SignedIn, exchange.SignedOut}
	if !slices.Equal(names, want) || !strings.Contains(events[0].Cause.Reason, k.keycloak) || events[1].Session.SID == "" || events[1].Session.SID != events[0].Session.SID {
		k.t.Errorf("%+v", events)
	}
}
