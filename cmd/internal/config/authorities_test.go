package config

import (
	"crypto/rand"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/sm2"
	"github.com/emmansun/gmsm/smx509"

	"beibu/signing"
)

// authority writes a CA, two certificates of it, and a list that revokes the
// second, into a folder.
func authority(t *testing.T, dir string) {
	t.Helper()
	now := time.Now().Truncate(time.Second)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	write := func(name, kind string, der []byte) {
		t.Helper()
		must(os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600))
	}
	caKey, err := sm2.GenerateKey(rand.Reader)
	must(err)
	ca := &smx509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "CA"}, NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: smx509.KeyUsageCertSign | smx509.KeyUsageCRLSign, SubjectKeyId: []byte{1},
	}
	der, err := smx509.CreateCertificate(rand.Reader, ca, ca, caKey.Public(), caKey)
	must(err)
	write("ca.pem", "CERTIFICATE", der)
	ca, err = smx509.ParseCertificate(der)
	must(err)
	for i, name := range []string{"good.pem", "revoked.pem"} {
		key, err := sm2.GenerateKey(rand.Reader)
		must(err)
		leaf := &smx509.Certificate{
			SerialNumber: big.NewInt(int64(10 + i)), Subject: pkix.Name{CommonName: name}, KeyUsage: smx509.KeyUsageDigitalSignature,
			NotBefore: ca.NotBefore, NotAfter: ca.NotAfter,
		}
		der, err := smx509.CreateCertificate(rand.Reader, leaf, ca, key.Public(), caKey)
		must(err)
		write(name, "CERTIFICATE", der)
	}
	list, err := smx509.CreateRevocationList(rand.Reader, &smx509.RevocationList{
		Number: big.NewInt(1), ThisUpdate: now.Add(-time.Minute), NextUpdate: now.Add(time.Hour),
		RevokedCertificateEntries: []smx509.RevocationListEntry{{SerialNumber: big.NewInt(11), RevocationTime: now.Add(-time.Minute)}},
	}, ca, caKey)
	must(err)
	write("ca.crl", "X509 CRL", list)
}

// Certificates count only if they lead to the party's authority and its list
// does not name them, and if no fresh list says so, as the policy has it.
func TestAuthorities(t *testing.T) {
	dir := t.TempDir()
	authority(t, dir)
	writeKey(t, filepath.Join(dir, "own.pem"), "sm2", 0o600)
	l, err := parsed(t, dir, oneParty+`
    keys:
      - {id: good, certificate: DIR/good.pem}
      - {id: revoked, certificate: DIR/revoked.pem}
      - {id: own, certificate: DIR/own.pem}
    authorities: {roots: [DIR/ca.pem], revocations: [DIR/ca.crl], grace: 1m}
`)
	if err != nil {
		t.Fatal(err)
	}
	party, _ := l.Parties.Get("qinzhou")
	signers := party.Signers
	now := time.Now()
	for i, want := range []string{"", signing.CodeRevoked, signing.CodeChain} {
		if err := signers[i].Standing.Check(signers[i].Certificate, now); codeOf(err) != want {
			t.Errorf("key %d: %v, want %q", i, err, want)
		}
	}
	good := signers[0]
	if err := good.Standing.Check(good.Certificate, now.Add(time.Hour-time.Minute)); err != nil {
		t.Errorf("while the list is fresh: %v", err)
	}
}

func codeOf(err error) string {
	if r, ok := errors.AsType[*signing.Refusal](err); ok {
		return r.Code
	}
	return ""
}

func TestMistakesInAuthorities(t *testing.T) {
	dir := t.TempDir()
	authority(t, dir)
	writeKey(t, filepath.Join(dir, "own.pem"), "sm2", 0o600)
	_, err := parsed(t, dir, oneParty+`    authorities:
      roots: [DIR/own.pem, DIR/missing.pem]
      revocations: [DIR/ca.crl]
      grace: -1h
  - id: beihai
    name: {en: Beihai, zh: 北海}
    role: department
    country: CN
    authorities: {revocations: [DIR/ca.crl]}
`)
	for _, part := range []string{
		":10: parties[0].authorities.roots[1]: " + dir + "/missing.pem", ":11: parties[0].authorities.revocations[0]: " + dir + "/ca.crl: read revocation list",
		":12: parties[0].authorities.grace", ":17: parties[1].authorities: roots are missing",
	} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("missing: %s", part)
		}
	}
	if t.Failed() {
		t.Logf("reported:\n%v", err)
	}
}

// A list that is not there is no mistake if a party can do without it, and a
// responder may be the one of each certificate or one for all.
func TestSourcesOfRevocations(t *testing.T) {
	dir := t.TempDir()
	authority(t, dir)
	const of = `
    keys: [{id: good, certificate: DIR/good.pem}]
    authorities: {roots: [DIR/ca.pem], `
	for text, want := range map[string]struct {
		mistake   string
		ocsp      bool
		responder string
	}{
		"revocations: [DIR/missing.crl], acceptUnknown: true": {},
		"revocations: [DIR/missing.crl]":                      {mistake: "missing.crl"},
		"revocations: [DIR/ca.pem], acceptUnknown: true":      {mistake: "ca.pem: read revocation list"},
		"revocations: [DIR/ca.crl], ocsp: true":               {ocsp: true},
		"revocations: [DIR/ca.crl], ocsp: false":              {},
		"ocsp: http://ocsp.example.org/a":                     {ocsp: true, responder: "http://ocsp.example.org/a"},
		"ocsp: maybe":                                         {mistake: "authorities.ocsp: \"maybe\" is neither"},
	} {
		l, err := parsed(t, dir, oneParty+of+text+"}\n")
		switch {
		case want.mistake != "":
			if err == nil || !strings.Contains(err.Error(), want.mistake) {
				t.Errorf("%s: %v", text, err)
			}
		case err != nil:
			t.Errorf("%s: %v", text, err)
		default:
			s := l.Revocations[0]
			if s.Party != "qinzhou" || s.OCSP != want.ocsp || s.Responder != want.responder || len(s.Certificates) != 1 {
				t.Errorf("%s: %+v", text, s)
			}
		}
	}
}
