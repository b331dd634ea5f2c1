package main

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange/proof"
	"beibu/signing"
)

// keys show can be run again when the exchange has a new key: what is in the
// folder stays, the new key comes beside it, and what the exchange no longer
// publishes is named.
func TestShowKeysIntoTheSameFolder(t *testing.T) {
	first, second := newSealing(t), newSealing(t)
	published := proof.Keys{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answers(w, http.StatusOK, published) }))
	t.Cleanup(server.Close)
	dir := filepath.Join(t.TempDir(), "keys")
	show := func(seals ...*sealing) (notes string) {
		t.Helper()
		published.Seals = nil
		for _, s := range seals {
			published.Seals = append(published.Seals, proof.SealKey{Certificate: string(s.keys.SealPEM)})
		}
		code, _, stderr := called(t, "--server", server.URL, "keys", "show", "--dir", dir)
		if code != exitFine {
			t.Fatalf("exit code %d: %s", code, stderr)
		}
		return stderr
	}
	holds := func(want map[string]*sealing) {
		t.Helper()
		files, _ := filepath.Glob(filepath.Join(dir, "*"))
		for file, s := range want {
			text, _ := os.ReadFile(filepath.Join(dir, file))
			got, _ := pem.Decode(text)
			if wanted, _ := pem.Decode(s.keys.SealPEM); got == nil || !slices.Equal(got.Bytes, wanted.Bytes) {
				t.Errorf("%s is not the key wanted", file)
			}
		}
		if len(files) != len(want) {
			t.Errorf("files %v", files)
		}
	}
	for range 2 {
		if notes := show(first); notes != "" {
			t.Errorf("notes: %s", notes)
		}
		holds(map[string]*sealing{"beibu.pem": first})
	}
	for range 2 {
		if notes := show(second, first); notes != "" {
			t.Errorf("notes: %s", notes)
		}
		holds(map[string]*sealing{"beibu.pem": first, "beibu-2.pem": second})
	}
	if notes := show(second); !strings.Contains(notes, "beibu.pem is not among the keys that the exchange publishes") {
		t.Errorf("notes: %s", notes)
	}
	holds(map[string]*sealing{"beibu.pem": first, "beibu-2.pem": second})
}

// The key of the receipts is not rotated, and the error says what to do.
func TestRotateReceipt(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := signing.LoadOrCreate(dir, "Test exchange", time.Now()); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(dir, "receipt.pem"))
	if err != nil {
		t.Fatal(err)
	}
	code, _, stderr := called(t, "keys", "rotate", "receipt", "--dir", dir)
	if code != exitUnable || !strings.Contains(stderr, "signs the daemon's receipts") || !strings.Contains(stderr, "hint: keep a copy of this key") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if after, _ := os.ReadFile(filepath.Join(dir, "receipt.pem")); !slices.Equal(before, after) {
		t.Error("the key was changed")
	}
}
