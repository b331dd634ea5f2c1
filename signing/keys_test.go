package signing_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"beibu/signing"

	"github.com/emmansun/gmsm/smx509"
)

func TestLoadOrCreate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	first := must[*signing.Keys](t)(signing.LoadOrCreate(dir, "北部湾 test", accepted))
	again := must[*signing.Keys](t)(signing.LoadOrCreate(dir, "another name", accepted.AddDate(1, 0, 0)))
	if !bytes.Equal(first.SealPEM, again.SealPEM) || !first.Receipt.(ed25519.PrivateKey).Equal(again.Receipt) || first.ReceiptID != again.ReceiptID {
		t.Error("the second start has other keys than the first")
	}
	if got := first.Seal.Certificate.Subject.CommonName; got != "北部湾 test" {
		t.Errorf("common name is %q", got)
	}
	entries := must[[]os.DirEntry](t)(os.ReadDir(dir))
	if len(entries) != 2 {
		t.Errorf("the folder has %d files, want 2", len(entries))
	}
	for _, e := range entries {
		if info := must[os.FileInfo](t)(e.Info()); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has permissions %v", e.Name(), info.Mode().Perm())
		}
	}
	document := []byte("<a/>")
	sealed := seal(t, headerOf(document), document, first.Seal)
	certificate := must[*signing.Certificate](t)(signing.ParseCertificatePEM(again.SealPEM))
	if _, err := signing.OpenEnvelope(sealed, signing.NewTrust(signing.Signer{Name: "us", Certificate: certificate})); err != nil {
		t.Errorf("OpenEnvelope with the returned certificate: %v", err)
	}
	message := []byte("receipt")
	if !ed25519.Verify(again.Receipt.Public().(ed25519.PublicKey), message, ed25519.Sign(first.Receipt.(ed25519.PrivateKey), message)) {
		t.Error("the receipt key does not verify its own signature")
	}
}

func TestLoadOrCreateAtOnce(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	found := make([]*signing.Keys, 8)
	for i := range found {
		wg.Go(func() {
			keys, err := signing.LoadOrCreate(dir, "x", accepted)
			if err != nil {
				t.Error(err)
				return
			}
			found[i] = keys
		})
	}
	wg.Wait()
	for _, keys := range found[1:] {
		if keys == nil || found[0] == nil || !bytes.Equal(keys.SealPEM, found[0].SealPEM) || keys.ReceiptID != found[0].ReceiptID {
			t.Fatal("processes that start at once have different keys")
		}
	}
}

func TestLoadOrCreateRefusesLoosePermissions(t *testing.T) {
	for _, name := range []string{".", "seal.pem", "receipt.pem"} {
		dir := filepath.Join(t.TempDir(), "keys")
		must[*signing.Keys](t)(signing.LoadOrCreate(dir, "x", accepted))
		mode := os.FileMode(0o640)
		if name == "." {
			mode = 0o750
		}
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
		if _, err := signing.LoadOrCreate(dir, "x", accepted); err == nil {
			t.Errorf("%s with %v: accepted", name, mode)
		}
	}
}

func TestLoadOrCreateRefusesBrokenFiles(t *testing.T) {
	for _, name := range []string{"seal.pem", "receipt.pem"} {
		dir := filepath.Join(t.TempDir(), "keys")
		must[*signing.Keys](t)(signing.LoadOrCreate(dir, "x", accepted))
		if err := os.WriteFile(filepath.Join(dir, name), []byte("cut"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := signing.LoadOrCreate(dir, "x", accepted); err == nil {
			t.Errorf("broken %s: accepted", name)
		}
	}
}

func TestRotateSeal(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	first := must[*signing.Keys](t)(signing.LoadOrCreate(dir, "x", accepted))
	document := []byte("<a/>")
	sealed := seal(t, headerOf(document), document, first.Seal)
	second := must[*signing.Keys](t)(signing.RotateSeal(dir, "x", accepted.AddDate(1, 0, 0)))
	third := must[*signing.Keys](t)(signing.RotateSeal(dir, "x", accepted.AddDate(2, 0, 0)))
	if first.Seal.ID == second.Seal.ID || second.Seal.ID == third.Seal.ID || first.ReceiptID != third.ReceiptID {
		t.Error("the wrong key was replaced")
	}
	again := must[*signing.Keys](t)(signing.LoadOrCreate(dir, "x", accepted))
	if len(again.Earlier) != 2 || !again.Earlier[0].Equal(second.Seal.Certificate) || !again.Earlier[1].Equal(first.Seal.Certificate) {
		t.Fatalf("%d earlier certificates, want the second and then the first", len(again.Earlier))
	}
	trust := signing.NewTrust(signing.Signer{Name: "us", Certificate: again.Earlier[1]})
	if _, err := signing.OpenEnvelope(sealed, trust); err != nil {
		t.Errorf("what the first key sealed: %v", err)
	}
	entries := must[[]os.DirEntry](t)(os.ReadDir(dir))
	if len(entries) != 4 {
		t.Errorf("the folder has %d files, want 4", len(entries))
	}
}

// An imported certificate seals from then on, and what the old one sealed can
// still be verified; one for another key changes nothing.
func TestImportSeal(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	first := must[*signing.Keys](t)(signing.LoadOrCreate(dir, "x", accepted))
	document := []byte("<a/>")
	sealed := seal(t, headerOf(document), document, first.Seal)
	root, other := issue(t, nil, asAuthority, "P-256"), issue(t, nil, asLeaf, "P-256")
	template := &smx509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "x"}, KeyUsage: smx509.KeyUsageDigitalSignature,
		NotBefore: accepted.AddDate(0, 0, -1), NotAfter: accepted.AddDate(1, 0, 0),
	}
	der := must[[]byte](t)(smx509.CreateCertificate(rand.Reader, template, root.certificate, first.Seal.Signer.Public(), root.key))
	text := func(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}) }
	if _, err := signing.ImportSeal(dir, "x", accepted, text(other.certificate.Raw)); err == nil {
		t.Error("imported a certificate for another key")
	}
	second := must[*signing.Keys](t)(signing.ImportSeal(dir, "x", accepted, text(der)))
	if !bytes.Equal(second.Seal.Certificate.Raw, der) || len(second.Earlier) != 1 || second.ReceiptID != first.ReceiptID {
		t.Errorf("%d earlier, sealing with %s", len(second.Earlier), second.Seal.Certificate.Issuer)
	}
	if _, err := signing.OpenEnvelope(sealed, signing.NewTrust(signing.Signer{Name: "us", Certificate: second.Earlier[0]})); err != nil {
		t.Errorf("what the old certificate sealed: %v", err)
	}
	seal(t, headerOf(document), document, second.Seal)
}

func TestKeyKinds(t *testing.T) {
	for _, kind := range signing.KeyKinds() {
		text := must[[]byte](t)(signing.NewKeyPEM(kind, "桂海关", accepted))
		key := must[signing.Key](t)(signing.ParseKey(text))
		document := []byte("<a/>")
		if _, err := signing.OpenEnvelope(seal(t, headerOf(document), document, key), trusting(key)); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		request, _ := pem.Decode(must[[]byte](t)(signing.NewRequestPEM(key.Signer, pkix.Name{CommonName: "桂海关"})))
		parsed := must[*smx509.CertificateRequest](t)(smx509.ParseCertificateRequest(request.Bytes))
		if err := parsed.CheckSignature(); err != nil {
			t.Errorf("%s: request: %v", kind, err)
		}
		other := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: newCertificate(t, "issued", key.Signer).Raw})
		imported := must[signing.Key](t)(signing.ParseKey(must[[]byte](t)(signing.WithCertificate(text, other))))
		if imported.Certificate.Subject.CommonName != "issued" {
			t.Errorf("%s: the certificate was not replaced", kind)
		}
	}
	early := must[signing.Key](t)(signing.ParseKey(must[[]byte](t)(signing.NewKeyPEM("ecdsa-p256", "x", accepted.Add(12*time.Hour)))))
	seal(t, headerOf([]byte("<a/>")), []byte("<a/>"), early) // by a key from when the clock was ahead
	if _, err := signing.NewKeyPEM("rsa-1024", "x", accepted); err == nil {
		t.Error("made a key of an unknown kind")
	}
	mine, another := must[[]byte](t)(signing.NewKeyPEM("sm2", "x", accepted)), must[[]byte](t)(signing.NewKeyPEM("sm2", "x", accepted))
	if _, err := signing.WithCertificate(mine, another); err == nil {
		t.Error("imported a certificate for another key")
	}
}

// A receipt key that is added does not replace the first one, and is read with it. A
// file that is not what its name says, or that others may read, is refused.
func TestNewReceiptKey(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	before, err := signing.LoadOrCreate(dir, "Test exchange", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	key, err := signing.NewReceiptKey(dir)
	if err != nil {
		t.Fatal(err)
	}
	after, err := signing.LoadOrCreate(dir, "Test exchange", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if len(before.Receipts) != 1 || len(after.Receipts) != 2 || after.ReceiptID != before.ReceiptID ||
		after.Receipts[0].ID != before.ReceiptID || after.Receipts[1].ID != key.ID || after.Receipts[1].File != key.File {
		t.Errorf("keys before %+v, after %+v", before.Receipts, after.Receipts)
	}
	file := filepath.Join(dir, key.File)
	steps := []struct {
		name  string
		spoil func() error
	}{
		{"another name", func() error { return os.Rename(file, filepath.Join(dir, "receipt-other.pem")) }},
		{"readable by all", func() error {
			return errors.Join(os.Rename(filepath.Join(dir, "receipt-other.pem"), file), os.Chmod(file, 0o644))
		}},
		{"no key", func() error { return errors.Join(os.Chmod(file, 0o600), os.WriteFile(file, []byte("text"), 0o600)) }},
	}
	for _, step := range steps {
		if err := step.spoil(); err != nil {
			t.Fatal(err)
		}
		if _, err := signing.LoadOrCreate(dir, "Test exchange", time.Now()); err == nil {
			t.Errorf("%s: no error", step.name)
		}
	}
}
