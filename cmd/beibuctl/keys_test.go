package main

import (
	"crypto/ed25519"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange/httpapi"
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
		files, _ := filepath.Glob(filepath.Join(dir, "*.pem"))
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

// The key of the receipts is rotated with the log, not in the folder alone, and the
// error says how.
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
	if code != exitUnable || !strings.Contains(stderr, "signs the daemon's receipts") || !strings.Contains(stderr, "hint: beibud receipt-key rotate") {
		t.Errorf("exit code %d: %s", code, stderr)
	}
	if after, _ := os.ReadFile(filepath.Join(dir, "receipt.pem")); !slices.Equal(before, after) {
		t.Error("the key was changed")
	}
}

// keys show says where in the log each key signs receipts, and keeps it for verify.
func TestShowKeysWithPositions(t *testing.T) {
	first, second := newSealing(t), newSealing(t)
	keys := make([]proof.ReceiptKey, 0, 2)
	for _, s := range []*sealing{first, second} {
		public, _ := s.keys.Receipt.Public().(ed25519.PublicKey)
		keys = append(keys, proof.ReceiptKey{Public: public, ID: s.keys.ReceiptID})
	}
	keys[0].Until, keys[1].From = []int64{7, 12}, []int64{7, 12}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answers(w, http.StatusOK, httpapi.Keys{Keys: keys, Epochs: []proof.Epoch{{Number: 2, First: []int64{21, 24}}}})
	}))
	t.Cleanup(server.Close)
	dir := filepath.Join(t.TempDir(), "keys")
	for lang, want := range map[string][]string{
		"en": {"before position 7,12", "from position 7,12", "epoch", "from position 21,24"}, "zh": {"至位置 7,12 之前", "自位置 7,12 起", "日志纪元", "自位置 21,24 起"},
	} {
		code, out, stderr := called(t, "--server", server.URL, "--lang", lang, "keys", "show", "--dir", dir)
		for _, w := range want {
			if code != exitFine || !strings.Contains(out, w) {
				t.Errorf("exit code %d, %q is not in: %s%s", code, w, out, stderr)
			}
		}
	}
	trust, err := proof.Read([]string{dir})
	if err != nil || len(trust.Receipts) != 4 { // of the PEM files, and of keys.json
		t.Fatalf("%d keys, %v", len(trust.Receipts), err)
	}
	for i, s := range []*sealing{first, second} {
		maker, err := proof.NewReceipts(s.keys.Receipt, s.keys.ReceiptID)
		if err != nil {
			t.Fatal(err)
		}
		for position, ours := range map[int64]bool{5: i == 0, 7: i == 1, 10: i == 0, 12: i == 1} {
			receipt, err := maker.Make(proof.Receipt{Position: position})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := trust.OpenReceipt(receipt); (err == nil) != ours || !ours && proof.CodeOf(err) != "receipt-key" {
				t.Errorf("key %d at %d: %v", i, position, err)
			}
		}
	}
}
