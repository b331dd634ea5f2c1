package daemon

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	"golang.org/x/crypto/ocsp"

	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/testdata"
)

// A responder is an authority that issued one key and answers about it.
type responder struct {
	t           *testing.T
	key         *ecdsa.PrivateKey
	certificate *x509.Certificate
	answers     chan struct{} // closed once it answers
}

// newResponder writes ca.pem and leaf.pem into a folder.
func newResponder(t *testing.T, dir string) (*responder, signing.Key) {
	t.Helper()
	a := &responder{t: t, answers: make(chan struct{})}
	var leaf []byte
	for i, name := range []string{"ca.pem", "leaf.pem"} {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		a.must(err)
		template := &x509.Certificate{
			SerialNumber: big.NewInt(int64(i + 1)), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
			KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign | x509.KeyUsageCRLSign, IsCA: i == 0, BasicConstraintsValid: true,
		}
		if i == 0 {
			a.key, a.certificate = key, template
		}
		der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
		a.must(err)
		if i == 0 {
			a.certificate, err = x509.ParseCertificate(der)
			a.must(err)
		}
		private, err := x509.MarshalPKCS8PrivateKey(key)
		a.must(err)
		leaf = append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})...)
		a.must(os.WriteFile(filepath.Join(dir, name), leaf, 0o600))
	}
	key, err := signing.ParseKey(leaf)
	a.must(err)
	return a, key
}

func (a *responder) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

// ServeHTTP answers when it does.
func (a *responder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	select {
	case <-a.answers:
	case <-r.Context().Done():
		return
	}
	question, err := ocsp.ParseRequest(body)
	if err != nil {
		return
	}
	der, err := ocsp.CreateResponse(a.certificate, a.certificate, ocsp.Response{
		Status: ocsp.Good, SerialNumber: question.SerialNumber, ThisUpdate: time.Now().Add(-time.Minute), NextUpdate: time.Now().Add(time.Hour),
	}, a.key)
	if err == nil {
		_, _ = w.Write(der)
	}
}

// list writes ca.crl into a folder, which revokes the key or nothing.
func (a *responder) list(dir string, number int64, revoked ...x509.RevocationListEntry) {
	a.t.Helper()
	template := &x509.RevocationList{
		Number: big.NewInt(number), ThisUpdate: time.Now().Add(time.Duration(number-10) * time.Second), NextUpdate: time.Now().Add(time.Hour), RevokedCertificateEntries: revoked,
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, a.certificate, a.key)
	a.must(err)
	a.must(os.WriteFile(filepath.Join(dir, "ca.crl"), der, 0o600))
}

// A responder that hangs holds no document up; a signature counts when it has
// answered, and after a restart by what it answered before.
func TestResponderIsAskedInTheBackground(t *testing.T) {
	s := newNode(t)
	authority, key := newResponder(t, s.dir)
	server := httptest.NewServer(authority)
	t.Cleanup(server.Close)
	signed, err := signing.SignDocument(carnet(t), key, c14n.Exclusive)
	authority.must(err)
	registered := "    keys: [{id: one, certificate: DIR/leaf.pem}]\n    authorities: {roots: [DIR/ca.pem], ocsp: \"" + server.URL + "\"}\n"
	s.reload(registered)
	if _, err := s.qinzhou().Submit(t.Context(), signed); codeOf(err) != signing.CodeStatus {
		t.Errorf("before an answer: %v", err)
	}
	close(authority.answers)
	for {
		_, err := s.qinzhou().Submit(t.Context(), signed)
		if err == nil {
			break
		}
		if codeOf(err) != signing.CodeStatus {
			t.Fatal(err)
		}
		runtime.Gosched()
	}
	if err := s.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
	server.Close()
	l, err := s.load(registered)
	authority.must(err)
	again, err := New(t.Context(), l, s.Daemon.log)
	authority.must(err)
	s.Daemon = again
	authority.must(again.Start(t.Context()))
	if _, err := s.qinzhou().Submit(t.Context(), signed); err != nil {
		t.Errorf("after a restart, with nobody to ask: %v", err)
	}
}

// A list that changes counts without a reload. One that is missing is reported in the
// log and in a metric.
func TestListsWithoutReload(t *testing.T) {
	s := newNode(t)
	authority, key := newResponder(t, s.dir)
	signed, err := signing.SignDocument(carnet(t), key, c14n.Exclusive)
	authority.must(err)
	s.reload("    keys: [{id: one, certificate: DIR/leaf.pem}]\n    authorities: {roots: [DIR/ca.pem], revocations: [DIR/ca.crl], acceptUnknown: true}\n")
	if _, err := s.qinzhou().Submit(t.Context(), signed); err != nil {
		t.Errorf("without a list: %v", err)
	}
	s.until("revocation source unavailable, retrying: its last answer counts until it is out of date")
	s.warnStale(time.Now())
	if s.log.FilterMessage("revocation data is out of date, or will be soon").Len() == 0 {
		t.Error("not warned of a list that is not there")
	}
	n, err := testutil.GatherAndCount(s.metrics.Gatherer(), "beibu_revocations_current_until_timestamp_seconds")
	if err != nil || n != 1 {
		t.Errorf("%d metrics, %v", n, err)
	}
	authority.list(s.dir, 1, x509.RevocationListEntry{SerialNumber: big.NewInt(2), RevocationTime: time.Now().Add(-time.Minute)})
	s.ringRevocations() // as the next minute does
	s.until("revocation data loaded")
	other, err := signing.SignDocument(testdata.Numbered(carnet(t), "CN/4501/26/00183", "CN/4501/26/00999"), key, c14n.Exclusive)
	authority.must(err)
	if _, err := s.qinzhou().Submit(t.Context(), other); codeOf(err) != signing.CodeRevoked {
		t.Errorf("revoked: %v", err)
	}
}

// until waits for a line in the log.
func (s *node) until(message string) {
	s.t.Helper()
	for s.log.FilterMessage(message).Len() == 0 {
		runtime.Gosched()
	}
}
