package client

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
)

func write(t *testing.T, name, kind string, der []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// The daemon is known by its authority alone, and the caller shows its
// certificate.
func TestMutualTLS(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.TLS.PeerCertificates) > 0 {
			_, _ = io.WriteString(w, r.TLS.PeerCertificates[0].Subject.String())
		}
	}))
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert, MinVersion: tls.VersionTLS12}
	server.StartTLS()
	defer server.Close()
	der, err := x509.MarshalPKCS8PrivateKey(server.TLS.Certificates[0].PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certificate := write(t, "c.pem", "CERTIFICATE", server.Certificate().Raw)
	key := write(t, "k.pem", "PRIVATE KEY", der)

	tests := map[string]struct {
		with  TLS
		shown string
		fails bool
	}{
		"both":         {TLS{Certificate: certificate, Key: key, Authorities: certificate}, server.Certificate().Subject.String(), false},
		"none of ours": {TLS{Authorities: certificate}, "", false},
		"not trusted":  {TLS{}, "", true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h, err := NewHTTP(test.with)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := (&Client{Server: server.URL, HTTP: h}).Call(t.Context(), http.MethodGet, "/", "", nil)
			if (err != nil) != test.fails || string(answer.Body) != test.shown {
				t.Errorf("shown %q, %v", answer.Body, err)
			}
			if err != nil && passing(err) {
				t.Errorf("%v: would be tried again", err)
			}
		})
	}
	for name, wrong := range map[string]TLS{
		"no key": {Certificate: certificate}, "no certificate": {Key: key}, "no authority": {Authorities: key},
		"not there": {Authorities: "none.pem"}, "not a pair": {Certificate: key, Key: key},
	} {
		if _, err := NewHTTP(wrong); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// The key does not follow a redirect.
func TestNoRedirect(t *testing.T) {
	server := httptest.NewServer(http.RedirectHandler("/elsewhere", http.StatusFound))
	defer server.Close()
	h, err := NewHTTP(TLS{})
	if err != nil {
		t.Fatal(err)
	}
	for _, with := range []*http.Client{h, nil} {
		_, err = (&Client{Server: server.URL, HTTP: with, Key: "k"}).Call(t.Context(), http.MethodGet, "/", "", nil)
		if p := ProblemOf(err); p == nil || p.Status != http.StatusFound {
			t.Errorf("got %v", err)
		}
	}
}
