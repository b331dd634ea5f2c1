package journey

import (
	"context"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/browsertest"
	"beibu/cmd/internal/client"
	"beibu/cmd/internal/config"
	"beibu/cmd/internal/daemon"
	"beibu/deploy"
	"beibu/exchange/access/oidc/keycloaktest"
	"beibu/exchange/httpapi"
)

// cause is the code by which the receiver refuses since its schema was changed.
const cause = "SCHEMA-2026-12"

// A receiver is an HTTPS server that refuses what is pushed to it until it is mended.
type receiver struct {
	*httptest.Server
	mutex  sync.Mutex
	mended bool
	taken  map[string]int // how often an exchange was taken, by its id
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{taken: make(map[string]int)}
	r.Server = httptest.NewTLSServer(http.HandlerFunc(r.receive))
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) receive(w http.ResponseWriter, request *http.Request) {
	_, _ = io.Copy(io.Discard, request.Body)
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.mended {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnprocessableEntity)
		_, _ = fmt.Fprintf(w, `{"code": %q, "reason": "element OriginCriterion is not expected"}`, cause)
		return
	}
	id := request.Header.Get("Webhook-Id") // the exchange and the attempt
	r.taken[id[:strings.LastIndex(id, "-")]]++
}

// mend has it take what comes from now on.
func (r *receiver) mend() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.mended = true
}

// check fails unless so many exchanges were taken, each once.
func (r *receiver) check(t *testing.T, exchanges int) {
	t.Helper()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for id, times := range r.taken {
		if times != 1 {
			t.Errorf("exchange %s was taken %d times", id, times)
		}
	}
	if len(r.taken) != exchanges {
		t.Errorf("%d exchanges were taken, of %d", len(r.taken), exchanges)
	}
}

// An office is a daemon that pushes to a receiver, and whose people sign in by Keycloak.
type office struct {
	site

	receiver *receiver
	dir      string
}

func newOffice(t *testing.T) *office {
	t.Helper()
	o := &office{receiver: newReceiver(t), dir: t.TempDir()}
	address := keycloaktest.FreeAddress(t)
	o.server, o.keys = "http://"+address, filepath.Join(o.dir, "data", "access")
	issuer := keycloaktest.Start(t, o.server+config.CallbackPath)
	o.write(t, "secret", keycloaktest.ClientSecret)
	loaded, err := config.Parse("test", []byte("listen: "+address+"\nprivate: 127.0.0.1:0\ndata: "+o.dir+"/data\nparties: "+o.parties(t)+`
oidc:
  issuer: `+issuer+`
  clientID: `+keycloaktest.ClientID+`
  clientSecretFile: `+o.dir+`/secret
  redirect: `+o.server+config.CallbackPath+`
  claim: realm_access.roles
  grants:
    - {value: beibu-operators, roles: [operator, approver]}
    - {value: beibu-approvers, roles: [approver]}
`))
	if err != nil {
		t.Fatal(err)
	}
	d, err := daemon.New(t.Context(), loaded, zap.NewNop())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	return o
}

// parties writes the built-in map, in which one window has its deliveries pushed.
func (o *office) parties(t *testing.T) string {
	t.Helper()
	key := o.write(t, "push.key", "whsk_"+base64.StdEncoding.EncodeToString(make([]byte, 32)))
	authority := o.write(t, "ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: o.receiver.Certificate().Raw})))
	const line = "  - id: window-vn\n"
	push := "    push: {url: '" + o.receiver.URL + "/beibu', keys: [" + key + "], authorities: " + authority + ", allowPrivate: true, acknowledge: on-2xx}\n"
	return o.write(t, "parties.yaml", strings.Replace(string(deploy.Parties), line, line+push, 1))
}

func (o *office) write(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(o.dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// as returns a client that calls with the key of a party or of the operator.
func (o *office) as(t *testing.T, who string) *client.Client {
	t.Helper()
	key, err := os.ReadFile(filepath.Join(o.keys, who+".key"))
	if err != nil {
		t.Fatal(err)
	}
	return &client.Client{Server: o.server, Key: strings.TrimSpace(string(key))}
}

// send has a port submit documents that go to the receiver.
func (o *office) send(t *testing.T, documents int) {
	t.Helper()
	port := o.as(t, "beihai-customs")
	for range documents {
		sample, err := port.Call(t.Context(), http.MethodGet, "/v1/kinds/certificate-of-origin/sample?name=tiles-hai-phong", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := port.Submit(t.Context(), sample.Body); err != nil {
			t.Fatal(err)
		}
	}
}

// awaitFailures returns once so many deliveries have failed.
func (o *office) awaitFailures(t *testing.T, want int) {
	t.Helper()
	operator := o.as(t, "operator")
	await(t, func() bool {
		found, err := client.Get[httpapi.FailuresList](t.Context(), operator, "/v1/failures", url.Values{"receiver": {"window-vn"}})
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for _, f := range found.Failures {
			count += f.Count
		}
		return count == want
	})
}

// await returns once something is so.
func await(t *testing.T, is func() bool) {
	t.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for !is() {
		select {
		case <-ticker.C:
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		}
	}
}

// signInByKeycloak returns a tab of a person who has signed in with a work account.
func (o *office) signInByKeycloak(t *testing.T, b *browsertest.Browser, user string) *browsertest.Tab {
	t.Helper()
	tab := b.Tab(t, browsertest.View{})
	await(t, func() bool { // the daemon asks for the issuer beside its start
		tab.Open(o.server + "/console/sign-in")
		return len(tab.Links(`a[href*="oidc/start"]`)) > 0
	})
	tab.Follow(`a[href*="oidc/start"]`)
	tab.Fill("#username", user)
	tab.Fill("#password", keycloaktest.Password)
	tab.Follow("#kc-login")
	tab.Complaints() // those of Keycloak's page
	tab.OnlyFrom(o.server)
	return tab
}
