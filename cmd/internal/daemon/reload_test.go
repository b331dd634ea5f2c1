package daemon

import (
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/config"
	"beibu/deploy"
	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
	"beibu/signing"
	"beibu/signing/c14n"
)

// A node is a daemon with a parties file of its own, which a test writes again.
type node struct {
	*Daemon
	t    *testing.T
	dir  string
	more string // configuration
	log  *observer.ObservedLogs
}

const qinzhou = "  - id: qinzhou-customs\n"

// newNode starts a daemon with the built-in map.
func newNode(t *testing.T) *node {
	t.Helper()
	core, lines := observer.New(zapcore.InfoLevel)
	s := &node{t: t, dir: t.TempDir(), log: lines}
	l, err := s.load("")
	if err == nil {
		s.Daemon, err = New(t.Context(), l, zap.New(core))
	}
	if err != nil {
		t.Fatal(err)
	}
	serve(t, s.Daemon)
	return s
}

func (s *node) load(ofQinzhou string) (*config.Loaded, error) {
	file := filepath.Join(s.dir, "parties.yaml")
	text := strings.Replace(string(deploy.Parties), qinzhou, qinzhou+strings.ReplaceAll(ofQinzhou, "DIR", s.dir), 1)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return config.Parse("test", []byte("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: "+s.dir+"/data\nparties: "+file+"\n"+
		strings.ReplaceAll(s.more, "DIR", s.dir)))
}

// reload puts other lines in force.
func (s *node) reload(ofQinzhou string) {
	s.t.Helper()
	l, err := s.load(ofQinzhou)
	if err == nil {
		err = s.Reload(l)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *node) qinzhou() *client.Client {
	return as(s.t, s.Daemon, filepath.Join(s.dir, "data"), "qinzhou-customs")
}

// newKey makes a key whose certificate is in a file of the node's folder.
func (s *node) newKey(kind, file string) signing.Key {
	s.t.Helper()
	text, err := signing.NewKeyPEM(kind, "test", time.Now())
	if err == nil {
		err = os.WriteFile(filepath.Join(s.dir, file), text, 0o600)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	key, err := signing.ParseKey(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return key
}

func codeOf(err error) string {
	if p := client.ProblemOf(err); p != nil {
		return p.Code
	}
	return ""
}

// A key that is registered by a reload counts from then on, and the policy
// too; a suspended party is shut out until it is let again.
func TestReload(t *testing.T) {
	s := newNode(t)
	key := s.newKey("ecdsa-p256", "key.pem")
	signed, err := signing.SignDocument(carnet(t), key, c14n.Exclusive)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.qinzhou().Submit(t.Context(), signed); codeOf(err) != signing.CodeUntrusted {
		t.Errorf("before the key is registered: %v", err)
	}
	registered := "    keys: [{id: one, certificate: DIR/key.pem}]\n    signatures: {required: [ata-carnet]}\n"
	s.reload(registered)
	if _, err := s.qinzhou().Submit(t.Context(), carnet(t)); codeOf(err) != signing.CodeMissing {
		t.Errorf("unsigned, although a signature is required: %v", err)
	}
	accepted, err := s.qinzhou().Submit(t.Context(), signed)
	if err != nil {
		t.Fatal(err)
	}
	s.reload(registered + "    suspended: true\n")
	if _, err := s.qinzhou().Submit(t.Context(), signed); codeOf(err) != exchange.CodeSuspended {
		t.Errorf("suspended: %v", err)
	}
	s.reload(registered)
	again, err := s.qinzhou().Submit(t.Context(), signed)
	if err != nil || !again.Duplicate || again.Receipt != accepted.Receipt {
		t.Errorf("let again: %+v, %v", again, err)
	}
}

// A quota that a reload brings is in force from then on, whether the party has
// it of its own or by the limits, and waits for no next start.
func TestReloadQuota(t *testing.T) {
	s := newNode(t)
	send := func() string {
		_, err := s.qinzhou().Submit(t.Context(), carnet(t))
		if err != nil && codeOf(err) == "" {
			t.Fatal(err)
		}
		return codeOf(err)
	}
	const own = "    quota: {documents: 1, window: 24h}\n"
	s.reload(own)
	if first, second := send(), send(); first != "" || second != "quota-exceeded" {
		t.Errorf("a quota of one: %q, then %q", first, second)
	}
	s.reload(own)
	if code := send(); code != "quota-exceeded" {
		t.Errorf("the same quota again: %q", code)
	}
	s.more = "limits: {quota: {documents: 2, window: 24h}}\n"
	s.reload("")
	if codes := []string{send(), send(), send()}; !slices.Equal(codes, []string{"", "", "quota-exceeded"}) {
		t.Errorf("a quota of two by the limits: %q", codes)
	}
	if logged := s.log.FilterMessage("changed settings take effect at the next start").All(); len(logged) > 0 {
		t.Errorf("logged %v", logged)
	}
}

// A reload that cannot be put in force leaves all as it was.
func TestRejectedReload(t *testing.T) {
	s := newNode(t)
	l, err := s.load("    suspended: true\n")
	if err != nil {
		t.Fatal(err)
	}
	l.Credentials = []access.Credential{{Name: "no secret", Party: "qinzhou-customs"}}
	if err := s.Reload(l); err == nil {
		t.Error("a credential without a secret was put in force")
	}
	if _, err := s.qinzhou().Submit(t.Context(), carnet(t)); err != nil {
		t.Errorf("after the rejected reload: %v", err)
	}
}

// What is not reloaded is named.
func TestReloadNamesWhatWaits(t *testing.T) {
	s := newNode(t)
	s.more = "limits: {inFlight: 7}\nlog: {level: debug}\nseal: {tsa: {timeout: 7s}}\n"
	s.reload("")
	logged := s.log.FilterMessage("changed settings take effect at the next start").All()
	if len(logged) != 1 || len(logged[0].ContextMap()["settings"].([]any)) != 3 {
		t.Errorf("logged %v", logged)
	}
}

// Every envelope has a seal by each key; after a rotation and a reload, the new
// key seals, and what the old one sealed is still opened.
func TestSealsSideBySide(t *testing.T) {
	s := newNode(t)
	first, err := s.qinzhou().Submit(t.Context(), carnet(t))
	if err != nil {
		t.Fatal(err)
	}
	s.newKey("sm2", "sm2.pem")
	s.newKey("rsa-2048", "rsa.pem")
	s.more = "seal: {keys: [DIR/sm2.pem, DIR/rsa.pem], userID: beibu@chinaport}\n"
	if _, err := signing.RotateSeal(filepath.Join(s.dir, "data", "keys"), name, time.Now()); err != nil {
		t.Fatal(err)
	}
	s.reload("")
	next, err := s.qinzhou().Submit(t.Context(), []byte(strings.Replace(string(carnet(t)), "CN/4501/26/00183", "CN/4501/26/00184", 1)))
	if err != nil {
		t.Fatal(err)
	}
	for id, seals := range map[string]int{first.ExchangeID: 1, next.ExchangeID: 3} {
		if _, err := s.qinzhou().Call(t.Context(), http.MethodGet, "/v1/exchanges/"+id+"/document", "", nil); err != nil {
			t.Errorf("document: %v", err)
		}
		sealed, err := s.qinzhou().Call(t.Context(), http.MethodGet, "/v1/exchanges/"+id+"/envelope", "", nil)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := signing.OpenEnvelope(sealed.Body, s.current.Load().Trust)
		if err != nil || len(opened.Seals) != seals {
			t.Errorf("%d seals, %v, want %d", len(opened.Seals), err, seals)
		}
	}
	keys, err := client.Get[httpapi.Keys](t.Context(), s.qinzhou(), "/v1/keys", nil)
	if err != nil || len(keys.Seals) != 4 || keys.Seals[0].UserID != "" || keys.Seals[1].UserID != "beibu@chinaport" {
		t.Errorf("%d seals published, %v; want those of now and the one before", len(keys.Seals), err)
	}
	var anybody proof.Trust
	published, err := client.Get[proof.Keys](t.Context(), s.qinzhou(), "/v1/keys", nil)
	if err == nil {
		err = anybody.AddKeys(published)
	}
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := s.qinzhou().Call(t.Context(), http.MethodGet, "/v1/exchanges/"+next.ExchangeID+"/envelope", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := anybody.OpenEnvelope(sealed.Body); err != nil {
		t.Errorf("by the published keys: %v", err)
	}
}

// A key that ends soon is warned of, at the start and at a reload, and until
// when keys count is a metric.
func TestKeyExpiry(t *testing.T) {
	s := newNode(t)
	s.newKey("ecdsa-p256", "key.pem")
	if warnings := s.log.FilterMessage("key expires soon").Len(); warnings != 0 {
		t.Errorf("%d warnings without a key that ends", warnings)
	}
	until := time.Now().Add(20 * 24 * time.Hour).UTC().Truncate(time.Second)
	s.reload("    keys: [{id: one, certificate: DIR/key.pem, until: " + until.Format(time.RFC3339) + "}]\n")
	logged := s.log.FilterMessage("key expires soon").All()
	if len(logged) != 1 || logged[0].ContextMap()["owner"] != "qinzhou-customs" {
		t.Errorf("logged %v", logged)
	}
	expiries := s.keyExpiries(time.Now())
	if len(expiries) != 2 || !expiries[0].Until.Equal(until) || expiries[1].Owner != "beibu" {
		t.Errorf("expiries %+v", expiries)
	}
	n, err := testutil.GatherAndCount(s.metrics.Gatherer(), "beibu_keys_valid_until_timestamp_seconds")
	if err != nil || n != 2 {
		t.Errorf("%d metrics, %v", n, err)
	}
}

// The log names what a reload has changed, by the content of files, and what only
// the next start can change.
func TestReloadNamesChanges(t *testing.T) {
	s := newNode(t)
	s.newKey("ecdsa-p256", "key.pem")
	key := "    keys: [{id: one, certificate: DIR/key.pem}]\n"
	people := "oidc: {issuer: 'http://localhost:1', clientID: CLIENT, redirect: 'http://localhost/console/oidc/callback', grants: [{value: a, roles: [ROLE]}], blocked: [BLOCKED]}\n"
	oidc := func(client, role, blocked string) string {
		return strings.NewReplacer("CLIENT", client, "ROLE", role, "BLOCKED", blocked).Replace(people)
	}
	tlsFiles := "tls: {certificate: DIR/key.pem, key: DIR/key.pem}\n"
	for i, c := range []struct {
		change         func()
		ofQinzhou      string
		changed, later []any
	}{
		{func() {}, key, []any{"parties"}, nil},
		{func() {}, key, []any{}, nil},
		{func() { s.newKey("ecdsa-p256", "key.pem") }, key, []any{"parties"}, nil},
		{func() { s.newKey("sm2", "seal.pem"); s.more = "seal: {keys: [DIR/seal.pem]}\n" }, key, []any{"seal"}, nil},
		{func() { s.more += "limits: {quota: {documents: 9, window: 1m}}\n" }, key, []any{"parties"}, nil},
		{func() { s.more += oidc("one", "observer", "") }, key, []any{"oidc.grants"}, []any{"oidc"}},
		{func() {
			s.more = strings.Replace(s.more, oidc("one", "observer", ""), oidc("one", "observer", "li.na"), 1)
		}, key, []any{"oidc.blocked"}, []any{"oidc"}},
		{func() { s.more = strings.Replace(s.more, oidc("one", "observer", "li.na"), "", 1) }, key, []any{"oidc.blocked", "oidc.grants"}, nil},
		{func() { s.more += tlsFiles + "delivery: {sweep: 2m}\n" }, key, []any{}, []any{"tls", "delivery"}},
	} {
		c.change()
		s.reload(c.ofQinzhou)
		lines := s.log.TakeAll()
		field := func(message, field string) []any {
			for _, line := range lines {
				if line.Message == message {
					all, _ := line.ContextMap()[field].([]any)
					return all
				}
			}
			return nil
		}
		if got := field("reloaded", "changed"); !slices.Equal(got, c.changed) {
			t.Errorf("%d: changed %v, want %v", i, got, c.changed)
		}
		if got := field("changed settings take effect at the next start", "settings"); !slices.Equal(got, c.later) {
			t.Errorf("%d: at the next start %v, want %v", i, got, c.later)
		}
	}
}
