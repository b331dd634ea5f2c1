package daemon

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
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
	operator := keycloaktest.Browser(t)
	response, page := k.signIn(operator, "li.na", keycloaktest.Password)
	if response.StatusCode != http.StatusOK || response.Request.URL.Path != "/console/exchanges" || !strings.Contains(page, "li.na") {
		t.Fatalf("%s %s:\n%s", response.Status, response.Request.URL, page)
	}
	if response, page := k.signIn(keycloaktest.Browser(t), "pham.an", keycloaktest.Password); response.StatusCode != http.StatusForbidden || !strings.Contains(page, "person-without-role") {
		t.Errorf("a person without a role: %s\n%s", response.Status, page)
	}
	if response, page := k.signIn(keycloaktest.Browser(t), "li.na", "guess"); !strings.HasPrefix(response.Request.URL.String(), k.keycloak) {
		t.Errorf("with another password: %s\n%s", response.Request.URL, page)
	}
	if response, page := k.signIn(keycloaktest.Browser(t), "nguyen.lan", keycloaktest.Password); response.StatusCode != http.StatusOK || !strings.Contains(page, "nguyen.lan") {
		t.Errorf("of a party: %s\n%s", response.Status, page)
	}

	k.reload("beibu-approvers")
	if response, page := keycloaktest.Get(t, operator, k.url+"/console/exchanges"); response.StatusCode != http.StatusForbidden || !strings.Contains(page, "person-without-role") {
		t.Errorf("after the grant is gone: %s\n%s", response.Status, page)
	}
	k.reload("beibu-operators")
	if response, _ := keycloaktest.Get(t, operator, k.url+"/console/exchanges"); response.StatusCode != http.StatusOK {
		t.Errorf("after it is back: %s", response.Status)
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

// load returns a configuration that makes those with a realm role operators.
func (k *realm) load(operators string) *config.Loaded {
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
`))
	if err != nil {
		k.t.Fatal(err)
	}
	return l
}

func (k *realm) reload(operators string) {
	k.t.Helper()
	if err := k.Reload(k.load(operators)); err != nil {
		k.t.Fatal(err)
	}
}

// signIn signs a person in that asked for the exchanges, and returns the page in the end.
func (k *realm) signIn(browser *http.Client, user, password string) (*http.Response, string) {
	k.t.Helper()
	_, page := keycloaktest.Get(k.t, browser, k.url+"/console/exchanges")
	if !strings.Contains(page, "/console/oidc/start?back=%2fconsole%2fexchanges") {
		k.t.Fatalf("no way to sign in:\n%s", page)
	}
	return keycloaktest.SignIn(k.t, browser, k.url+"/console/oidc/start?back=/console/exchanges", user, password)
}

// signOut signs a person out here, and then at Keycloak, which asks and sends it back.
func (k *realm) signOut(browser *http.Client) {
	k.t.Helper()
	response, err := browser.PostForm(k.url+"/console/sign-out", url.Values{})
	if err != nil {
		k.t.Fatal(err)
	}
	_ = response.Body.Close()
	response, page := keycloaktest.Get(k.t, browser, k.issuer.SignOut())
	if response.StatusCode != http.StatusOK || !strings.Contains(page, "kc-logout") {
		k.t.Errorf("Keycloak does not ask: %s\n%s", response.Status, page)
	}
	if response, _ := keycloaktest.Get(k.t, browser, k.url+"/console/exchanges"); response.Request.URL.Path != "/console/sign-in" {
		k.t.Errorf("after signing out: %s", response.Request.URL)
	}
}

// checkRecord fails unless the record has the beginning and the end of a person's session.
func (k *realm) checkRecord(name string) {
	k.t.Helper()
	events, _, err := k.index.Audit(k.t.Context(), exchange.AuditQuery{Kind: queue.SubjectAction, ID: name})
	if err != nil || len(events) != 2 || events[0].Name != exchange.SignedIn || events[1].Name != exchange.SignedOut || !strings.Contains(events[0].Cause.Reason, k.keycloak) {
		k.t.Errorf("%+v, %v", events, err)
	}
}
