package webhook_test

import (
	"crypto/x509"
	"net/http"
	"slices"
	"strings"
	"testing"

	"beibu/exchange/courier/webhook"
)

// A test message is signed as a delivery is, and carries no document.
func TestEndpoint(t *testing.T) {
	r := newReceiver(t, nil, nil)
	got, err := r.carrier(func(o *webhook.Options) { o.Keys = append(o.Keys, secret) }).Test(t.Context(), customs)
	if err != nil || !got.OK || got.Outcome != "http-204" || got.TLS != "TLS 1.3" || got.Certificate.IsZero() || !slices.Equal(got.Keys, []string{private.Public()}) {
		t.Errorf("got %+v, %v", got, err)
	}
	p := r.all()[0]
	if !strings.HasPrefix(p.body, `{"type":"beibu.test",`) || !strings.Contains(p.body, customs) || p.header.Get("webhook-id") != got.Message || p.header.Get("Beibu-Exchange") != "" {
		t.Errorf("pushed %+v", p)
	}
}

func TestEndpointFails(t *testing.T) {
	r := newReceiver(t, nil, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) })
	if got, err := r.carrier(nil).Test(t.Context(), customs); err != nil || got.OK || got.Outcome != "http-503" {
		t.Errorf("got %+v, %v", got, err)
	}
	got, err := r.carrier(func(o *webhook.Options) { o.TLS.RootCAs = x509.NewCertPool() }).Test(t.Context(), customs)
	if err != nil || got.OK || got.Outcome != "push-certificate" || got.TLS != "" || len(r.all()) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
}
