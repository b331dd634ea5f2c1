package kafka_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/twmb/franz-go/pkg/kfake"

	"beibu/queue"
	"beibu/queue/kafka"
)

// Brokers that ask for a certificate get it (mutual TLS), and let nobody in
// without one.
func TestBrokersAskForACertificate(t *testing.T) {
	server := httptest.NewTLSServer(nil) // for its certificate
	server.Close()
	own := server.TLS.Certificates[0]
	c := cluster(t, kfake.TLS(&tls.Config{
		Certificates: []tls.Certificate{own}, ClientAuth: tls.RequireAnyClientCert, MinVersion: tls.VersionTLS12,
	}))
	o := settings(c.ListenAddrs())
	o.TLS = &tls.Config{RootCAs: x509.NewCertPool(), ServerName: "example.com", MinVersion: tls.VersionTLS12}
	o.TLS.RootCAs.AddCert(server.Certificate())

	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := kafka.Open(ctx, o); !errors.Is(err, queue.ErrUnavailable) {
		t.Errorf("without a certificate: %v, want %v", err, queue.ErrUnavailable)
	}
	o.TLS = o.TLS.Clone()
	o.TLS.Certificates = []tls.Certificate{own}
	q := open(t, o)
	admit(t, q, "key")
	closing(t, q)
}
