package client

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"os"
	"time"

	"beibu/cmd/internal/secret"
)

// TLS names the PEM files of a connection. All may be "".
type TLS struct {
	Certificate string // that the caller shows (mutual TLS)
	Key         string // of the certificate
	Authorities string // that the daemon's certificate must come from; "" means those of the system
}

// Bounds of a connection.
const (
	connections   = 256             // to one daemon, which takes no more from one address by default
	answerTimeout = 3 * time.Minute // longer than any long poll
)

// NewHTTP returns an HTTP client that follows no redirect: the API has none,
// and a key is not to go elsewhere.
func NewHTTP(t TLS) (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = connections
	transport.ResponseHeaderTimeout = answerTimeout
	transport.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if (t.Certificate == "") != (t.Key == "") {
		return nil, errors.New("load client certificate: the certificate and its key go together")
	}
	if t.Certificate != "" {
		pair, err := secret.KeyPair(t.Certificate, t.Key)
		if err != nil {
			return nil, fmt.Errorf("load client certificate: %w", err)
		}
		transport.TLSClientConfig.Certificates = []tls.Certificate{pair}
	}
	if t.Authorities != "" {
		b, err := os.ReadFile(t.Authorities)
		if err != nil {
			return nil, fmt.Errorf("read authorities: %w", err)
		}
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(b) {
			return nil, fmt.Errorf("read authorities: %s holds no PEM certificate", t.Authorities)
		}
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: noRedirect,
	}, nil
}

// noRedirect has an HTTP client return a redirect as the answer that it is.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
