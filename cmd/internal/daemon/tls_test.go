package daemon

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"beibu/cmd/internal/client"
)

// An authority issues throwaway certificates.
type authority struct {
	t           *testing.T
	dir         string
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	serial      int64
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t, dir: t.TempDir()}
	a.certificate, a.key = a.issue("ca", &x509.Certificate{
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	})
	return a
}

// issue makes a key and a certificate, and writes both in PEM under a name.
func (a *authority) issue(name string, template *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	a.serial++
	template.SerialNumber = big.NewInt(a.serial)
	template.Subject = pkix.Name{CommonName: name}
	template.NotBefore, template.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	parent, signer := template, key
	if a.certificate != nil {
		parent, signer = a.certificate, a.key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	a.write(name+".pem", "CERTIFICATE", der)
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		a.t.Fatal(err)
	}
	a.write(name+".key", "PRIVATE KEY", secret)
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return certificate, key
}

func (a *authority) write(name, kind string, der []byte) {
	a.t.Helper()
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(a.path(name), text, 0o600); err != nil {
		a.t.Fatal(err)
	}
}

func (a *authority) path(name string) string { return filepath.Join(a.dir, name) }

// caller returns a client that shows a certificate, or none for "".
func (a *authority) caller(d *Daemon, name string) *client.Client {
	a.t.Helper()
	settings := &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS13}
	settings.RootCAs.AddCert(a.certificate)
	if name != "" {
		pair, err := tls.LoadX509KeyPair(a.path(name+".pem"), a.path(name+".key"))
		if err != nil {
			a.t.Fatal(err)
		}
		settings.Certificates = []tls.Certificate{pair}
	}
	transport := &http.Transport{TLSClientConfig: settings}
	a.t.Cleanup(transport.CloseIdleConnections)
	return &client.Client{Server: "https://" + d.Public().String(), HTTP: &http.Client{Transport: transport}}
}

// A client certificate speaks for the party that it is bound to, and only the
// certificates that are bound speak at all.
func TestMutualTLS(t *testing.T) {
	a := newAuthority(t)
	client509 := func() *x509.Certificate {
		return &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	}
	a.issue("server", &x509.Certificate{
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	})
	a.issue("qinzhou", client509())
	a.issue("stranger", client509())
	d := start(t, filepath.Join(t.TempDir(), "data"), fmt.Sprintf(`
tls: {certificate: %s, key: %s, clientCAs: %s}
access:
  - {name: qinzhou gateway, party: qinzhou-customs, certificate: %s}
`, a.path("server.pem"), a.path("server.key"), a.path("ca.pem"), a.path("qinzhou.pem")))

	got, err := a.caller(d, "qinzhou").Submit(t.Context(), carnet(t))
	if err != nil || got.ExchangeID == "" {
		t.Errorf("with the certificate: %+v, %v", got, err)
	}
	for name, caller := range map[string]*client.Client{"no certificate": a.caller(d, ""), "another's certificate": a.caller(d, "stranger")} {
		_, err := caller.Submit(t.Context(), carnet(t))
		if p := client.ProblemOf(err); p == nil || p.Status != http.StatusUnauthorized {
			t.Errorf("%s: %v", name, err)
		}
	}
	for suite, works := range map[uint16]bool{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: true, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: false, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: false,
	} {
		roots := x509.NewCertPool()
		roots.AddCert(a.certificate)
		conn, err := (&tls.Dialer{Config: &tls.Config{
			RootCAs: roots, MinVersion: tls.VersionTLS12, MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{suite},
		}}).DialContext(t.Context(), "tcp", d.Public().String())
		if works != (err == nil) {
			t.Errorf("TLS 1.2 by %s: %v", tls.CipherSuiteName(suite), err)
		}
		if err == nil {
			if err := conn.Close(); err != nil {
				t.Error(err)
			}
		}
	}
	other := newAuthority(t)
	other.issue("qinzhou", client509())
	other.certificate = a.certificate // so that the client trusts the server
	if _, err := other.caller(d, "qinzhou").Submit(t.Context(), carnet(t)); err == nil {
		t.Error("a certificate of an unknown authority was accepted")
	}
}
