package config

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"beibu/cmd/internal/secret"
)

// suites are those of TLS 1.2 that encrypt and authenticate in one: none in CBC mode
// (RFC 9325 section 4.2). TLS 1.3 has no others, and ignores the list.
func suites() []uint16 {
	return []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
		tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	}
}

// loadTLS reads the certificate and the client authorities of the public address.
func (l *Loaded) loadTLS(src *source) {
	t := l.TLS
	if (t.Certificate == "") != (t.Key == "") {
		src.note("tls", "certificate and key go together")
	}
	src.checkFile("tls.certificate", t.Certificate)
	src.checkFile("tls.key", t.Key)
	authorities, err := readAuthorities(t.ClientCAs)
	if err != nil {
		src.note("tls.clientCAs", "%s", cause(err))
	}
	if t.Certificate == "" || t.Key == "" {
		return
	}
	pair, err := secret.KeyPair(t.Certificate, t.Key)
	if err != nil {
		src.note("tls.key", "%s", cause(err))
		return
	}
	l.PublicTLS = serverTLS(pair, authorities)
}

// serverTLS returns the settings of connections that a server accepts. A resumed
// session is safe with other authorities: crypto/tls verifies its client again.
func serverTLS(pair tls.Certificate, authorities *x509.CertPool) *tls.Config {
	c := &tls.Config{
		MinVersion: tls.VersionTLS12, CipherSuites: suites(), Certificates: []tls.Certificate{pair}, NextProtos: []string{"h2", "http/1.1"},
	}
	if authorities != nil {
		c.ClientCAs, c.ClientAuth = authorities, tls.VerifyClientCertIfGiven
	}
	return c
}

// errNoPEM says that a file holds no certificate.
var errNoPEM = errors.New("holds no PEM certificate")

// readAuthorities reads a PEM file of certificates, or returns nil for no file.
func readAuthorities(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s %w", path, errNoPEM)
	}
	return pool, nil
}

// clientTLS reads the settings of connections to another server, or returns nil if
// they are plain.
func (s *source) clientTLS(key string, t ClientTLS) *tls.Config {
	if !t.Enabled {
		if t != (ClientTLS{}) {
			s.note(key, "enabled is not true, so the files would not be used")
		}
		return nil
	}
	c := &tls.Config{MinVersion: tls.VersionTLS12}
	var err error
	if c.RootCAs, err = readAuthorities(t.Authorities); err != nil {
		s.note(key+".authorities", "%s", cause(err))
	}
	if (t.Certificate == "") != (t.Key == "") {
		s.note(key, "certificate and key go together")
	} else if t.Certificate != "" {
		pair, err := secret.KeyPair(t.Certificate, t.Key)
		if err != nil {
			s.note(key+".certificate", "%s", cause(err))
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c
}
