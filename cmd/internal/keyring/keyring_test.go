package keyring

import (
	"crypto/x509/pkix"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/emmansun/gmsm/smx509"

	"beibu/signing"
)

var now = time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC)

// A key that was rotated is of the same kind and for the same name, and the
// old one stays whole beside it.
func TestRotateKeepsKindAndOldKey(t *testing.T) {
	for _, kind := range signing.KeyKinds() {
		t.Run(kind, func(t *testing.T) {
			dir := Folder(filepath.Join(t.TempDir(), "keys"))
			before, err := dir.New("gateway", kind, "Qinzhou", now)
			if err != nil {
				t.Fatal(err)
			}
			after, old, err := dir.Rotate("gateway", now.Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			if kindOf(after.Signer.Public()) != kind || after.Certificate.Subject.CommonName != "Qinzhou" || after.ID == before.ID {
				t.Errorf("%s for %s", kindOf(after.Signer.Public()), after.Certificate.Subject)
			}
			kept, err := dir.Key(old)
			if err != nil || kept.ID != before.ID {
				t.Errorf("the old key: %s, %v", kept.ID, err)
			}
			all, err := dir.List()
			if err != nil || len(all) != 2 || !all[0].Private || !all[1].Private {
				t.Errorf("list %+v, %v", all, err)
			}
		})
	}
}

// Only the owner can read a private key, and one that others can read is not
// used.
func TestPrivateKeysArePrivate(t *testing.T) {
	dir := Folder(filepath.Join(t.TempDir(), "keys"))
	if _, err := dir.New("gateway", "ecdsa-p256", "Qinzhou", now); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]fs.FileMode{"": 0o700, "gateway.key": 0o600, "gateway.pem": 0o644} {
		info, err := os.Stat(filepath.Join(string(dir), name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%q: %v, %v", name, info.Mode(), err)
		}
	}
	if err := os.Chmod(dir.path("gateway", keySuffix), 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := dir.Key("gateway"); err == nil || !strings.Contains(err.Error(), "chmod go=") {
		t.Errorf("a key that others can read: %v", err)
	}
}

func TestNamesAreTakenOnce(t *testing.T) {
	dir := Folder(t.TempDir())
	if _, err := dir.New("a", "ecdsa-p256", "x", now); err != nil {
		t.Fatal(err)
	}
	if _, err := dir.New("a", "ecdsa-p256", "x", now); !errors.Is(err, fs.ErrExist) {
		t.Errorf("taken: %v", err)
	}
	for _, name := range []string{"", "../a", "a/b", ".hidden", strings.Repeat("x", 65)} {
		if _, err := dir.New(name, "ecdsa-p256", "x", now); err == nil {
			t.Errorf("%q is a name", name)
		}
	}
}

// A request asks for what is said, and otherwise for what the certificate
// says; a certificate for another key is not imported, and nothing changes.
func TestRequestAndImport(t *testing.T) {
	dir := Folder(t.TempDir())
	mine, err := dir.New("mine", "sm2", "Qinzhou", now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dir.New("other", "sm2", "Beihai", now); err != nil {
		t.Fatal(err)
	}
	text, err := dir.Request("mine", pkix.Name{Country: []string{"CN"}})
	if err != nil {
		t.Fatal(err)
	}
	request, err := smx509.ParseCertificateRequestPEM(text)
	if err != nil || request.CheckSignature() != nil || request.Subject.CommonName != "Qinzhou" || request.Subject.Country[0] != "CN" {
		t.Errorf("request %+v, %v", request, err)
	}
	foreign, err := os.ReadFile(dir.path("other", certificateSuffix))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := dir.Import("mine", foreign); err == nil {
		t.Error("imported a certificate for another key")
	}
	if still, err := dir.Key("mine"); err != nil || still.ID != mine.ID {
		t.Errorf("after that: %s, %v", still.ID, err)
	}
}
