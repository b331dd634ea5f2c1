package daemon

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beibu/signing"
)

// Daemons that copy their keys from one folder have the same; one that has keys keeps
// them, as after a rotation.
func TestKeysFrom(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "data", keysFolder)
	if err := os.Chmod(from, 0o700); err != nil {
		t.Fatal(err)
	}
	shared, err := signing.LoadOrCreate(from, name, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // at the start, and at a reload
		if err := takeKeys(from, to); err != nil {
			t.Fatal(err)
		}
	}
	copied, err := signing.LoadOrCreate(to, name, time.Now())
	if err != nil || !bytes.Equal(copied.SealPEM, shared.SealPEM) || copied.ReceiptID != shared.ReceiptID {
		t.Errorf("other keys: %v", err)
	}
	rotated, err := signing.RotateSeal(to, name, time.Now())
	if err == nil {
		err = takeKeys(from, to)
	}
	if kept, wrong := signing.LoadOrCreate(to, name, time.Now()); err != nil || wrong != nil || kept.Seal.ID != rotated.Seal.ID {
		t.Errorf("the rotated key is gone: %v %v", err, wrong)
	}
	if err := takeKeys("", filepath.Join(to, "none")); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(filepath.Join(from, "receipt.pem"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := takeKeys(from, filepath.Join(t.TempDir(), keysFolder)); err == nil || !strings.Contains(err.Error(), "chmod go=") {
		t.Errorf("a key that everybody can read: %v", err)
	}
}
