package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"beibu/signing"
)

// The daemon's own key gets a certificate by an authority as any other does.
func TestCertificateForTheDaemonsSeal(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	before, err := signing.LoadOrCreate(dir, daemonName, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := called(t, "keys", "csr", "--dir", dir, "seal", "--organization", "Beibu")
	block, _ := pem.Decode([]byte(stdout))
	if code != exitFine || block == nil {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	request, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil || request.CheckSignature() != nil || request.Subject.CommonName != daemonName || request.Subject.Organization[0] != "Beibu" {
		t.Fatalf("request %+v, %v", request, err)
	}
	issued := filepath.Join(t.TempDir(), "issued.pem")
	if err := os.WriteFile(issued, issue(t, request), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, stdout, stderr := called(t, "keys", "import", "--dir", dir, "seal", "--certificate", issued); code != exitFine {
		t.Fatalf("exit code %d\n%s%s", code, stdout, stderr)
	}
	after, err := signing.LoadOrCreate(dir, daemonName, time.Now())
	if err != nil || after.Seal.Certificate.Issuer.CommonName != "CA" || len(after.Earlier) != 1 || !after.Earlier[0].Equal(before.Seal.Certificate) {
		t.Errorf("after: %+v, %v", after, err)
	}
}

// issue has an authority answer a request.
func issue(t *testing.T, request *x509.CertificateRequest) []byte {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ca := &x509.Certificate{Subject: pkix.Name{CommonName: "CA"}, SubjectKeyId: []byte{1}}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: request.Subject, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, leaf, ca, request.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
