package revocation

import (
	"bytes"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"io/fs"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/crypto/ocsp"

	"beibu/signing"
)

var now = time.Now().Truncate(time.Second)

// An authority issues certificates and lists, and answers as a responder.
type authority struct {
	t           *testing.T
	key         crypto.Signer
	certificate *x509.Certificate
	status      int
	asked       int
	down        bool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{t: t}
	a.key, a.certificate = a.issue("CA", true)
	return a
}

func (a *authority) must(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *authority) issue(name string, ca bool) (crypto.Signer, *x509.Certificate) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	a.must(err)
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<60))
	a.must(err)
	template := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(1, 0, 0),
		KeyUsage: x509.KeyUsageDigitalSignature, OCSPServer: []string{"http://ocsp"},
	}
	issuer, by := a.certificate, a.key
	if ca {
		template.IsCA, template.BasicConstraintsValid, template.KeyUsage = true, true, x509.KeyUsageCertSign|x509.KeyUsageCRLSign
		issuer, by = template, key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, key.Public(), by)
	a.must(err)
	c, err := x509.ParseCertificate(der)
	a.must(err)
	return key, c
}

// list makes a list that revokes certificates.
func (a *authority) list(number int64, revoked ...*signing.Certificate) []byte {
	a.t.Helper()
	template := &x509.RevocationList{Number: big.NewInt(number), ThisUpdate: now.Add(time.Duration(number) * time.Second), NextUpdate: now.Add(time.Hour)}
	for _, c := range revoked {
		template.RevokedCertificateEntries = append(template.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: c.SerialNumber, RevocationTime: now})
	}
	der, err := x509.CreateRevocationList(rand.Reader, template, a.certificate, a.key)
	a.must(err)
	return der
}

// RoundTrip answers what a responder is asked.
func (a *authority) RoundTrip(r *http.Request) (*http.Response, error) {
	a.asked++
	if a.down {
		return nil, errors.New("nobody is there")
	}
	body, err := io.ReadAll(r.Body)
	a.must(err)
	question, err := ocsp.ParseRequest(body)
	a.must(err)
	der, err := ocsp.CreateResponse(a.certificate, a.certificate, ocsp.Response{
		Status: a.status, SerialNumber: question.SerialNumber, ThisUpdate: now, NextUpdate: now.Add(4 * time.Hour), RevokedAt: now,
	}, a.key)
	a.must(err)
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(bytes.NewReader(der))}, nil
}

func certificate(t *testing.T, c *x509.Certificate) *signing.Certificate {
	t.Helper()
	parsed, err := signing.ParseCertificate(c.Raw)
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// A world is one party with one certificate.
type world struct {
	*Keeper
	authority *authority
	sources   *Sources
	leaf      *signing.Certificate
	reports   []Report
	list      string
}

func newWorld(t *testing.T, dir string) *world {
	t.Helper()
	w := &world{authority: newAuthority(t), list: filepath.Join(dir, "ca.crl")}
	_, leaf := w.authority.issue("leaf", false)
	w.leaf = certificate(t, leaf)
	w.sources = w.fresh(t)
	w.Keeper = &Keeper{
		Current: func() []*Sources { return []*Sources{w.sources} }, Dir: filepath.Join(dir, "ocsp"),
		Transport: w.authority, Timeout: time.Minute,
		Report: func(r Report) { w.reports = append(w.reports, r) },
	}
	return w
}

// fresh returns sources that know nothing yet.
func (w *world) fresh(t *testing.T) *Sources {
	t.Helper()
	return &Sources{
		Party: "p", Known: signing.NewRevocations(signing.RevocationPolicy{}), Issuers: []*signing.Certificate{certificate(t, w.authority.certificate)},
		Certificates: []*signing.Certificate{w.leaf},
	}
}

// refresh returns the last report of a refresh.
func (w *world) refresh(t *testing.T, at time.Time) Report {
	t.Helper()
	w.reports = nil
	w.Refresh(t.Context(), at)
	if len(w.reports) == 0 {
		return Report{}
	}
	return w.reports[len(w.reports)-1]
}

// standing returns the code of why the certificate does not count, or "".
func (w *world) standing(t *testing.T, at time.Time) string {
	t.Helper()
	anchors, err := signing.NewAnchors(w.sources.Issuers, nil, w.sources.Known)
	if err != nil {
		t.Fatal(err)
	}
	if r, ok := errors.AsType[*signing.Refusal](anchors.Check(w.leaf, at)); ok {
		return r.Code
	}
	return ""
}

// A list is read when it comes, and again when it changes; one that cannot be
// read leaves what was known, and is looked at until it can.
func TestListsAreReadWhenTheyChange(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.sources.Lists = []*List{{File: w.list}}
	write := func(content []byte, at time.Time) {
		t.Helper()
		err := os.WriteFile(w.list, content, 0o600)
		if err == nil {
			err = os.Chtimes(w.list, at, at)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if r := w.refresh(t, now); !errors.Is(r.Err, fs.ErrNotExist) || w.standing(t, now) != signing.CodeStatus {
		t.Errorf("before there is a list: %+v", r)
	}
	if v := w.sources.Validities(); len(v) != 1 || !v[0].Until.IsZero() {
		t.Errorf("validities %+v", v)
	}
	write(w.authority.list(1), now)
	if r := w.refresh(t, now); !r.Taken || r.Err != nil || w.standing(t, now) != "" {
		t.Errorf("when there is one: %+v, %q", r, w.standing(t, now))
	}
	if r := w.refresh(t, now); r.Taken || r.Err != nil {
		t.Errorf("unchanged: %+v", r)
	}
	write([]byte("half a li"), now.Add(time.Minute))
	for range 2 {
		if r := w.refresh(t, now); r.Err == nil || w.standing(t, now) != "" {
			t.Errorf("half written: %+v", r)
		}
	}
	write(w.authority.list(2, w.leaf), now.Add(2*time.Minute))
	if r := w.refresh(t, now); !r.Taken || w.standing(t, now.Add(time.Minute)) != signing.CodeRevoked {
		t.Errorf("revoked: %+v", r)
	}
	if v := w.sources.Validities(); len(v) != 1 || v[0] != (Validity{"p", "list", now.Add(time.Hour).UTC()}) {
		t.Errorf("validities %+v", v)
	}
}

// A responder is asked at once and then half-way through its answer; one that
// is down is asked again, ever more seldom; what it said outlives a restart.
func TestResponders(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.sources.OCSP = true
	w.authority.down = true
	for i, at := range []time.Duration{0, time.Minute, 3 * time.Minute, 7 * time.Minute} {
		if r := w.refresh(t, now.Add(at)); r.Err == nil || w.authority.asked != i+1 {
			t.Errorf("down, after %s: %+v, asked %d times", at, r, w.authority.asked)
		}
		if r := w.refresh(t, now.Add(at+30*time.Second)); r.Err != nil {
			t.Errorf("asked too soon: %+v", r)
		}
	}
	if code := w.standing(t, now); code != signing.CodeStatus {
		t.Errorf("before an answer: %q", code)
	}
	w.authority.down, w.authority.asked = false, 0
	if r := w.refresh(t, now.Add(20*time.Minute)); !r.Taken || w.standing(t, now) != "" {
		t.Errorf("answered: %+v, %q", r, w.standing(t, now))
	}
	w.refresh(t, now.Add(119*time.Minute))
	if w.authority.asked != 1 {
		t.Errorf("asked %d times before half of the answer was over", w.authority.asked)
	}
	w.sources = w.fresh(t) // a restart
	w.sources.OCSP = true
	if err := w.sources.Restore(w.Dir); err != nil || w.standing(t, now) != "" {
		t.Errorf("restored: %v, %q", err, w.standing(t, now))
	}
	if v := w.sources.Validities(); len(v) != 1 || v[0].Kind != "ocsp" || !v[0].Until.Equal(now.Add(4*time.Hour)) {
		t.Errorf("validities %+v", v)
	}
	if r := w.refresh(t, now.Add(2*time.Hour)); !r.Taken || w.authority.asked != 2 {
		t.Errorf("half-way: %+v, asked %d times", r, w.authority.asked)
	}
	if r := w.refresh(t, now.Add(2*time.Hour+time.Minute)); r.Taken || w.authority.asked != 2 {
		t.Errorf("the same answer again: %+v, asked %d times", r, w.authority.asked)
	}
}

// A revocation is known at the next answer; nobody else's answer counts.
func TestAnswers(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.sources.OCSP, w.authority.status = true, ocsp.Revoked
	if r := w.refresh(t, now); !r.Taken || w.standing(t, now) != signing.CodeRevoked {
		t.Errorf("revoked: %+v, %q", r, w.standing(t, now))
	}
	other := newWorld(t, t.TempDir())
	w.sources = w.fresh(t)
	w.sources.OCSP = true
	w.Transport = other.authority
	w.again = nil
	if r := w.refresh(t, now); r.Err == nil || w.standing(t, now) != signing.CodeStatus {
		t.Errorf("another's answer: %+v, %q", r, w.standing(t, now))
	}
}

// A changed has other sources looked at, at once; the end is the end.
func TestRun(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.sources.Lists = []*List{{File: w.list}}
	changed, reports := make(chan struct{}), make(chan Report)
	w.Changed, w.Report = changed, func(r Report) { reports <- r }
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	<-reports
	changed <- struct{}{}
	<-reports
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
