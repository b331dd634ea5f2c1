package httpapi_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
)

func TestRequestIDs(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	cases := []struct {
		given string
		kept  bool
	}{
		{"port-7f3a.2026_09", true},
		{"short", false},
		{strings.Repeat("x", 128), true},
		{strings.Repeat("x", 129), false},
		{"with space", false},
		{`"quoted-id"`, false},
		{"口岸口岸口岸", false},
		{"", false},
	}
	seen := map[string]bool{}
	for _, c := range cases {
		a := w.do(request{path: "/nowhere", header: map[string]string{"X-Request-Id": c.given}})
		id := a.header.Get("X-Request-Id")
		if (id == c.given) != c.kept || len(id) < 8 || seen[id] {
			t.Errorf("%q became %q", c.given, id)
		}
		seen[id] = true
		if p := read[answer.Problem](t, a, http.StatusNotFound); p.RequestID != id {
			t.Errorf("the problem says %q, the header %q", p.RequestID, id)
		}
	}
}

func TestOneLineARequest(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	before := w.log.Len()
	document := carnet(t, "SECRET-NUMBER")
	a := w.submit(document)
	w.do(request{path: "/v1/documents", as: port, body: string(carnet(t, "BAD-SECRET-NUMBER"))})
	w.do(request{path: "/v1/documents", as: "a wrong secret key", body: string(document)})
	lines := w.logged(before + 3)[before:]
	want := []map[string]any{
		{"route": "/v1/documents", "status": int64(202), "party": port, "exchange": a.ExchangeID, "kind": "ata-carnet", "received": int64(len(document))},
		{"status": int64(422), "code": "invalid", "caller": port},
		{"status": int64(401), "code": "credentials-unknown", "caller": "", "party": ""},
	}
	for i, line := range lines {
		got := line.ContextMap()
		for key, value := range want[i] {
			if got[key] != value {
				t.Errorf("line %d: %s is %v, want %v", i, key, got[key], value)
			}
		}
		text := fmt.Sprint(got)
		for _, secret := range []string{"SECRET-NUMBER", "secret key", "Bearer", "cbc:ID"} {
			if strings.Contains(text, secret) {
				t.Errorf("line %d contains %q: %s", i, secret, text)
			}
		}
	}
}

func TestFailuresOfOursAreLoggedInFull(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	before := w.log.Len()
	w.failAdmits(context.DeadlineExceeded)
	w.do(request{path: "/v1/documents", as: port, body: string(carnet(t, "A"))})
	line := w.logged(before + 1)[before]
	if line.Level != zap.ErrorLevel || !strings.Contains(fmt.Sprint(line.ContextMap()["error"]), "deadline exceeded") {
		t.Errorf("%s %v", line.Level, line.ContextMap())
	}
}

func TestPanicIsAProblem(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.panicOnAdmit("the secret of a panic")
	a := w.do(request{path: "/v1/documents", as: port, body: string(carnet(t, "A"))})
	if p := read[answer.Problem](t, a, http.StatusInternalServerError); p.Code != "internal" || strings.Contains(string(a.body), "secret") {
		t.Errorf("%s", a.body)
	}
	if n := w.log.FilterMessage("panic").Len(); n != 1 {
		t.Errorf("%d panics logged", n)
	}
	w.failAdmits(nil)
	w.submit(carnet(t, "A"))
}

// A client certificate whose public key is bound to a party is enough, over a
// real handshake.
func TestMutualTLS(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	known, spki := clientCertificate(t)
	unknown, _ := clientCertificate(t)
	w.swapAccess(access.Credential{Name: "port gateway", Party: port, SPKISHA256: spki})
	server := httptest.NewUnstartedServer(nil)
	server.Config = w.server.HTTP()
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	defer server.Close()
	for _, c := range []struct {
		name         string
		certificates []tls.Certificate
		status       int
	}{
		{"known", []tls.Certificate{known}, http.StatusOK},
		{"unknown", []tls.Certificate{unknown}, http.StatusUnauthorized},
		{"none", nil, http.StatusUnauthorized},
	} {
		t.Run(c.name, func(t *testing.T) {
			transport, ok := server.Client().Transport.(*http.Transport)
			if !ok {
				t.Fatal("the test server's client has another transport")
			}
			transport = transport.Clone()
			transport.TLSClientConfig.Certificates = c.certificates
			defer transport.CloseIdleConnections()
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/v1/exchanges", nil)
			if err != nil {
				t.Fatal(err)
			}
			a, err := (&http.Client{Transport: transport}).Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer shut(t, a.Body)
			if a.StatusCode != c.status {
				t.Errorf("status %d, want %d", a.StatusCode, c.status)
			}
		})
	}
}

// clientCertificate makes a certificate of its own and the SHA-256 of its
// public key.
func clientCertificate(t *testing.T) (tls.Certificate, string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "gateway"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	digest := sha256.Sum256(parsed.RawSubjectPublicKeyInfo)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, hex.EncodeToString(digest[:])
}

// A reload puts other parties and routes in force without a restart.
func TestChangeInForce(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	w.change(func(now *exchange.InForce) { now.Routes = w.noRoutes() })
	a := w.do(request{path: "/v1/documents", as: port, body: string(carnet(t, "A"))})
	if p := read[answer.Problem](t, a, http.StatusUnprocessableEntity); p.Code != "unroutable" {
		t.Errorf("%+v", p)
	}
	routes := read[httpapi.Routes](t, w.do(request{path: "/v1/routes", as: operator}), http.StatusOK)
	if len(routes.Routes) != 0 {
		t.Errorf("%+v", routes)
	}
}
