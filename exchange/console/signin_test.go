package console_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap/zapcore"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/console/session"
)

// Who has not signed in is asked to, and comes back to the page with its filters. The key is
// in no address, page, cookie or log.
func TestSignIn(t *testing.T) {
	w := newWorld(t)
	b := w.browser()
	p := b.get("/console/exchanges?state=SubmissionHeld")
	if p.status != http.StatusSeeOther || p.header.Get("Location") != "/console/sign-in?back=%2Fconsole%2Fexchanges%3Fstate%3DSubmissionHeld" {
		t.Fatalf("%d %v", p.status, p.header)
	}
	p = b.get(p.header.Get("Location"))
	if p.status != http.StatusOK || !strings.Contains(p.html, `name="back" value="/console/exchanges?state=SubmissionHeld"`) {
		t.Fatalf("%d %s", p.status, p.html)
	}
	p = b.post("/console/sign-in", url.Values{"key": {duty}, "back": {"/console/exchanges?state=SubmissionHeld"}})
	cookie := p.header.Get("Set-Cookie")
	if p.status != http.StatusSeeOther || p.header.Get("Location") != "/console/exchanges?state=SubmissionHeld" {
		t.Fatalf("%d %v", p.status, p.header)
	}
	for _, part := range []string{"__Host-beibu=", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"} {
		if !strings.Contains(cookie, part) || strings.Contains(cookie, duty) {
			t.Errorf("cookie: %s", cookie)
		}
	}
	if p := b.get("/console/"); p.status != http.StatusOK || !strings.Contains(p.text, duty) {
		t.Errorf("%d %s", p.status, p.text)
	}
	if p := b.post("/console/sign-out", url.Values{}); p.status != http.StatusSeeOther {
		t.Errorf("sign out: %d", p.status)
	}
	if p := b.get("/console/"); p.status != http.StatusSeeOther {
		t.Errorf("after signing out: %d", p.status)
	}
}

func TestSignInThatFails(t *testing.T) {
	w := newWorld(t)
	for name, form := range map[string]url.Values{
		"no key": {}, "another key": {"key": {"guess"}}, "no certificate": {"by": {"certificate"}},
	} {
		b := w.browser()
		p := b.post("/console/sign-in", form)
		checkHeaders(t, p)
		if p.status != http.StatusUnauthorized || !strings.Contains(p.text, "credentials-") || strings.Contains(p.html, "guess") || p.header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %d %s", name, p.status, p.html)
		}
	}
	for _, entry := range w.log.All() {
		for _, field := range entry.Context {
			if strings.Contains(field.String, "guess") {
				t.Errorf("the key is in the log: %v", entry)
			}
		}
	}
}

// Only pages of the console are come back to.
func TestBackLeadsNowhereElse(t *testing.T) {
	w := newWorld(t)
	for _, back := range []string{"https://example.org/", "//example.org/console/", "/v1/exchanges", `/console/\example.org`, "/\\example.org", "javascript:alert(1)", ""} {
		p := w.browser().post("/console/sign-in", url.Values{"key": {duty}, "back": {back}})
		if got := p.header.Get("Location"); p.status != http.StatusSeeOther || got != "/console/" {
			t.Errorf("%q: %d %s", back, p.status, got)
		}
	}
}

// A session ends with its credential, after its time, and if it is not ours.
func TestSessionsEnd(t *testing.T) {
	w := newWorld(t)
	sealed := func(change func(*session.Session)) string {
		one := session.Session{Name: duty, Fingerprint: fingerprintOf(duty), Began: time.Now(), Seen: time.Now()}
		change(&one)
		value, err := w.options.Sessions.Seal(one)
		must(t, err)
		return value
	}
	for name, c := range map[string]struct {
		value string
		want  int
	}{
		"in use":             {sealed(func(*session.Session) {}), http.StatusOK},
		"idle":               {sealed(func(s *session.Session) { s.Seen = s.Seen.Add(-31 * time.Minute) }), http.StatusSeeOther},
		"too long":           {sealed(func(s *session.Session) { s.Began = s.Began.Add(-9 * time.Hour) }), http.StatusSeeOther},
		"of another name":    {sealed(func(s *session.Session) { s.Name = watcher }), http.StatusSeeOther},
		"of no secret":       {sealed(func(s *session.Session) { s.Fingerprint = [32]byte{} }), http.StatusSeeOther},
		"of a certificate":   {sealed(func(s *session.Session) { s.ByCertificate = true }), http.StatusSeeOther},
		"that is not sealed": {"night shift", http.StatusSeeOther},
	} {
		b := w.browser()
		b.header.Set("Cookie", "__Host-beibu="+c.value)
		if p := b.get("/console/"); p.status != c.want {
			t.Errorf("%s: %d, want %d", name, p.status, c.want)
		}
	}
	b := w.visit(duty)
	w.swapAccess(credentials()[:3]...)
	if p := b.get("/console/"); p.status != http.StatusSeeOther {
		t.Errorf("after its credential was removed: %d", p.status)
	}
}

// A session in use is sealed again before it is idle for too long.
func TestSessionInUseIsRenewed(t *testing.T) {
	w := newWorld(t)
	value, err := w.options.Sessions.Seal(session.Session{
		Name: duty, Fingerprint: fingerprintOf(duty), Began: time.Now().Add(-time.Hour), Seen: time.Now().Add(-10 * time.Minute),
	})
	must(t, err)
	b := w.browser()
	b.header.Set("Cookie", "__Host-beibu="+value)
	p := b.get("/console/")
	renewed, _, _ := strings.Cut(strings.TrimPrefix(p.header.Get("Set-Cookie"), "__Host-beibu="), ";")
	one, err := w.options.Sessions.Open(renewed)
	if err != nil || time.Since(one.Seen) > time.Minute || time.Since(one.Began) < time.Hour {
		t.Errorf("%+v, %v", one, err)
	}
}

// A page of another site cannot act with our cookie.
func TestCrossOrigin(t *testing.T) {
	b := newWorld(t).visit(duty)
	b.header.Set("Sec-Fetch-Site", "cross-site")
	p := b.post("/console/sign-out", url.Values{})
	checkHeaders(t, p)
	if p.status != http.StatusForbidden || p.header.Get("Set-Cookie") != "" {
		t.Errorf("%d %s", p.status, p.text)
	}
}

func TestLanguage(t *testing.T) {
	b := newWorld(t).browser()
	p := b.post("/console/language", url.Values{"lang": {"zh"}, "back": {"/console/sign-in"}})
	if p.status != http.StatusSeeOther || p.header.Get("Location") != "/console/sign-in" {
		t.Fatalf("%d %v", p.status, p.header)
	}
	if p := b.get("/console/sign-in"); !strings.Contains(p.html, `<html lang="zh-CN">`) || !strings.Contains(p.text, "登录") {
		t.Errorf("%s", p.html)
	}
	if p := b.post("/console/language", url.Values{"lang": {"fr"}}); p.status != http.StatusBadRequest {
		t.Errorf("a third language: %d", p.status)
	}
}

// Each use of a break-glass account is a warning, and the first is in the record.
func TestBreakGlass(t *testing.T) {
	w := newWorld(t)
	b := w.visit(emergency)
	for range 2 {
		if p := b.get("/console/"); p.status != http.StatusOK {
			t.Fatalf("%d %s", p.status, p.text)
		}
	}
	warned := w.log.FilterMessage("break-glass account used").All()
	if len(warned) != 2 || warned[0].Level != zapcore.WarnLevel || w.options.BreakGlass.Uses() != 2 {
		t.Errorf("%d warnings, %d uses", len(warned), w.options.BreakGlass.Uses())
	}
	events, _, err := w.Journal.Audit(t.Context(), exchange.AuditQuery{Limit: 10})
	events = slices.DeleteFunc(events, func(e exchange.Event) bool { return e.Name != exchange.BreakGlassUsed })
	if err != nil || len(events) != 1 || events[0].Cause.Actor != emergency {
		t.Errorf("%+v %v", events, err)
	}
}

// A client certificate signs in by its own button, and every request has to show it: the
// cookie alone is worth nothing.
func TestSignInByCertificate(t *testing.T) {
	w := newWorld(t)
	own, spki := clientCertificate(t)
	w.swapAccess(append(credentials(), access.Credential{Name: "gateway", Party: receiver, SPKISHA256: spki})...)
	b := w.browser()
	shown := w.transport.(*http.Transport).Clone() //nolint:forcetypeassert // httptest's is one
	shown.TLSClientConfig.Certificates = []tls.Certificate{own}
	b.client.Transport = shown
	t.Cleanup(shown.CloseIdleConnections)
	if p := b.get("/console/sign-in"); !strings.Contains(p.text, "Sign in as gateway") {
		t.Fatalf("no button: %s", p.text)
	}
	if p := b.post("/console/sign-in", url.Values{"key": {""}}); p.status != http.StatusUnauthorized {
		t.Errorf("a form without a key signs in by the way: %d", p.status)
	}
	if p := b.post("/console/sign-in", url.Values{"by": {"certificate"}}); p.status != http.StatusSeeOther {
		t.Fatalf("%d %s", p.status, p.text)
	}
	if p := b.get("/console/"); p.status != http.StatusOK || !strings.Contains(p.text, "gateway") {
		t.Errorf("%d %s", p.status, p.text)
	}
	b.client.Transport = w.transport
	if p := b.get("/console/"); p.status != http.StatusSeeOther {
		t.Errorf("without the certificate: %d", p.status)
	}
}

// clientCertificate returns a certificate of its own, and the digest of its public key.
func clientCertificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	must(t, err)
	leaf, err := x509.ParseCertificate(der)
	must(t, err)
	sum := sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, hex.EncodeToString(sum[:])
}
