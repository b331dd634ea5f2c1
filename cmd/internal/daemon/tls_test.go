package daemon

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/config"
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

// A reload puts the certificate of the server and the authorities of clients in
// force for new connections; a running connection continues, and none is resumed
// past the authority that it was accepted by. A file that is broken changes nothing.
func TestReloadOfTLS(t *testing.T) {
	ours, next := newAuthority(t), newAuthority(t)
	forServer := func() *x509.Certificate {
		return &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	}
	forClient := func() *x509.Certificate {
		return &x509.Certificate{ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}}
	}
	first, _ := ours.issue("server", forServer())
	ours.issue("qinzhou", forClient())
	next.issue("qinzhou", forClient())
	clients := filepath.Join(t.TempDir(), "clients.pem")
	trust := func(a *authority) {
		t.Helper()
		text, err := os.ReadFile(a.path("ca.pem"))
		if err == nil {
			err = os.WriteFile(clients, text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	trust(ours)
	data := filepath.Join(t.TempDir(), "data")
	text := fmt.Sprintf(`
tls: {certificate: %s, key: %s, clientCAs: %s}
access:
  - {name: of old, party: qinzhou-customs, certificate: %s}
  - {name: of new, party: qinzhou-customs, certificate: %s}
`, ours.path("server.pem"), ours.path("server.key"), clients, ours.path("qinzhou.pem"), next.path("qinzhou.pem"))
	d := start(t, data, text)
	reload := func() error {
		l, err := config.Parse("test", []byte("listen: 127.0.0.1:0\nprivate: 127.0.0.1:0\ndata: "+data+text))
		if err != nil {
			return err
		}
		return d.Reload(l)
	}
	// settings are of the holder of a certificate, who trusts our server.
	settings := func(a *authority) *tls.Config {
		t.Helper()
		pair, err := tls.LoadX509KeyPair(a.path("qinzhou.pem"), a.path("qinzhou.key"))
		if err != nil {
			t.Fatal(err)
		}
		roots := x509.NewCertPool()
		roots.AddCert(ours.certificate)
		return &tls.Config{
			RootCAs: roots, MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{pair}, ClientSessionCache: tls.NewLRUClientSessionCache(8),
		}
	}
	// ask asks once by the transport, and returns the certificate that the server
	// showed and whether the connection was there before.
	ask := func(transport *http.Transport) (shown *x509.Certificate, reused bool, err error) {
		ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(i httptrace.GotConnInfo) { reused = i.Reused }})
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+d.Public().String()+"/v1/version", nil)
		if err != nil {
			return nil, false, err
		}
		answer, err := transport.RoundTrip(r)
		if err != nil {
			return nil, false, err
		}
		_, err = io.Copy(io.Discard, answer.Body)
		if answer.StatusCode != http.StatusOK {
			err = errors.Join(err, errors.New(answer.Status))
		}
		return answer.TLS.PeerCertificates[0], reused, errors.Join(err, answer.Body.Close())
	}
	old, running := settings(ours), &http.Transport{}
	running.TLSClientConfig = old
	t.Cleanup(running.CloseIdleConnections)
	if shown, _, err := ask(running); err != nil || !shown.Equal(first) {
		t.Fatalf("before: %v, %v", shown, err)
	}
	if _, _, err := ask(&http.Transport{TLSClientConfig: settings(next), DisableKeepAlives: true}); err == nil {
		t.Error("before: a client of an authority to come was accepted")
	}

	second, _ := ours.issue("server", forServer())
	trust(next)
	before := d.last
	if err := reload(); err != nil {
		t.Fatal(err)
	}
	if changes := before.changes(d.last); !slices.Equal(changes, []string{"tls.certificate", "tls.clientCAs"}) {
		t.Errorf("changed: %v", changes)
	}
	if shown, reused, err := ask(running); err != nil || !reused || !shown.Equal(first) {
		t.Errorf("the running connection: %v, reused %t, %v", shown, reused, err)
	}
	newcomer := func() (*x509.Certificate, error) {
		shown, _, err := ask(&http.Transport{TLSClientConfig: settings(next), DisableKeepAlives: true})
		return shown, err
	}
	if shown, err := newcomer(); err != nil || !shown.Equal(second) {
		t.Errorf("a new client: %v, %v", shown, err)
	}
	for name, c := range map[string]*tls.Config{"a new session": settings(ours), "a session resumed": old} {
		if _, _, err := ask(&http.Transport{TLSClientConfig: c, DisableKeepAlives: true}); err == nil {
			t.Errorf("a client of the old authority was accepted by %s", name)
		}
	}

	for file, setting := range map[string]string{clients: "tls.clientCAs", ours.path("server.pem"): "tls.key"} {
		good, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(file, []byte("broken"), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := reload(); err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), setting) {
			t.Errorf("with %s broken: %v", setting, err)
		}
		if shown, err := newcomer(); err != nil || !shown.Equal(second) {
			t.Errorf("with %s broken, a new client: %v, %v", setting, shown, err)
		}
		if err := os.WriteFile(file, good, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
