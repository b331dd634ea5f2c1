package httpapi

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
)

// digestHex returns the SHA-256 of a text as a credential gives it.
func digestHex(text string) string {
	digest := sha256.Sum256([]byte(text))
	return hex.EncodeToString(digest[:])
}

var now = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)

// The header and the certificate of a request name its caller, see
// access.Credentials.
func TestAuthenticate(t *testing.T) {
	known, err := access.NewCredentials([]access.Credential{
		{Name: "port gateway", Party: "qinzhou-customs", KeySHA256: digestHex("port key")},
		{Name: "viet nam", Party: "vn-nsw", SPKISHA256: digestHex("vn spki")},
	})
	if err != nil {
		t.Fatal(err)
	}
	certificate := &x509.Certificate{RawSubjectPublicKeyInfo: []byte("vn spki"), NotBefore: now, NotAfter: now}
	cases := []struct {
		name, authorization string
		certificate         *x509.Certificate
		caller              string
		err                 *exchange.Error
	}{
		{name: "nothing", err: access.ErrNoCredentials},
		{name: "key", authorization: "Bearer port key", caller: "port gateway"},
		{name: "scheme in any case (RFC 9110)", authorization: "bearer port key", caller: "port gateway"},
		{name: "unknown key", authorization: "Bearer port keys", err: access.ErrUnknownCredentials},
		{name: "empty key", authorization: "Bearer ", err: access.ErrUnknownCredentials},
		{name: "another scheme", authorization: "Basic port key", err: access.ErrUnknownCredentials},
		{name: "another scheme beside a certificate", authorization: "Basic x", certificate: certificate, err: access.ErrUnknownCredentials},
		{name: "certificate", certificate: certificate, caller: "viet nam"},
		{name: "two parties", authorization: "Bearer port key", certificate: certificate, err: access.ErrUnknownCredentials},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			if c.authorization != "" {
				r.Header.Set("Authorization", c.authorization)
			}
			if c.certificate != nil {
				r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{c.certificate}}
			}
			call := &call{request: r, started: now, now: &access.InForce{Credentials: known}}
			err := (&Server{}).authenticate(call)
			if got, _ := errors.AsType[*exchange.Error](err); call.caller.Name != c.caller || got != c.err {
				t.Errorf("%q, %v; want %q, %v", call.caller.Name, err, c.caller, c.err)
			}
		})
	}
}

// Patterns returns every route as "METHOD /path".
func (s *Server) Patterns() []string {
	all := []string{}
	for _, r := range s.routes() {
		all = append(all, r.pattern)
	}
	return all
}

// Actions returns the action of every route, by its pattern.
func (s *Server) Actions() map[string]access.Action {
	all := make(map[string]access.Action)
	for _, r := range s.routes() {
		all[r.pattern] = r.action
	}
	return all
}
