package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
	"beibu/signing"
)

// a sealing seals documents with keys of its own.
type sealing struct {
	keys   *signing.Keys
	sealer *signing.Sealer
}

func newSealing(tb testing.TB) *sealing {
	tb.Helper()
	keys, err := signing.LoadOrCreate(filepath.Join(tb.TempDir(), "keys"), "Test exchange", time.Now())
	if err != nil {
		tb.Fatal(err)
	}
	sealer, err := signing.NewSealer(keys.Seal)
	if err != nil {
		tb.Fatal(err)
	}
	return &sealing{keys, sealer}
}

// seal returns the envelope of a document and the mailbox item for it. If
// an id is given, it is put in the place of the right one.
func (s *sealing) seal(tb testing.TB, document, id string) ([]byte, httpapi.MailboxItem) {
	tb.Helper()
	digest := sha256.Sum256([]byte(document))
	identity := proof.Identity{Sender: "s", Kind: "k", Number: "n"}
	if id == "" {
		id = identity.ExchangeID(digest).String()
	}
	sealed, err := s.sealer.Seal(context.Background(), signing.Header{
		ExchangeID: id, Sender: "s", Kind: "k", DocumentNumber: "n", Receivers: []string{"r"},
		DigestSHA256: digest, AcceptedAt: time.Now(), SchemaPack: "p",
	}, []byte(document))
	if err != nil {
		tb.Fatal(err)
	}
	return sealed, httpapi.MailboxItem{
		ExchangeID: id, Attempt: 1, Sender: "s", Kind: "k", DocumentNumber: "n", DigestSHA256: hex.EncodeToString(digest[:]),
	}
}

// serveMail serves one delivery with an envelope, once.
func serveMail(t *testing.T, keys *signing.Keys, item httpapi.MailboxItem, envelope []byte) string {
	t.Helper()
	mux := http.NewServeMux()
	items := []httpapi.MailboxItem{item}
	mux.HandleFunc("GET /v1/mailbox", func(w http.ResponseWriter, _ *http.Request) {
		answers(w, http.StatusOK, httpapi.MailboxPage{Deliveries: items})
		items = nil
	})
	mux.HandleFunc("GET /v1/exchanges/{id}/envelope", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(envelope) })
	mux.HandleFunc("GET /v1/keys", func(w http.ResponseWriter, _ *http.Request) {
		answers(w, http.StatusOK, proof.Keys{Seals: []proof.SealKey{{Certificate: string(keys.SealPEM)}}})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL
}

// If the daemon fails after an envelope that does not hold, the failure is printed and decides
// the exit code: what came before it is not all that waits.
func TestGetFailsAfterARefusedEnvelope(t *testing.T) {
	ours, theirs := newSealing(t), newSealing(t)
	foreign, item := theirs.seal(t, "<a/>", "")
	mux := http.NewServeMux()
	var page atomic.Int32
	mux.HandleFunc("GET /v1/mailbox", func(w http.ResponseWriter, _ *http.Request) {
		if page.Add(1) == 1 {
			answers(w, http.StatusOK, httpapi.MailboxPage{Deliveries: []httpapi.MailboxItem{item}})
			return
		}
		w.Header().Set("Content-Type", "application/problem+json")
		answers(w, http.StatusInternalServerError, answer.Problem{Status: http.StatusInternalServerError, Code: "internal", Detail: "the index is gone"})
	})
	mux.HandleFunc("GET /v1/exchanges/{id}/envelope", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(foreign) })
	mux.HandleFunc("GET /v1/keys", func(w http.ResponseWriter, _ *http.Request) {
		answers(w, http.StatusOK, proof.Keys{Seals: []proof.SealKey{{Certificate: string(ours.keys.SealPEM)}}})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	code, stdout, stderr := called(t, "--server", server.URL, "mailbox", "get", "--dir", t.TempDir())
	if code != exitUnable || !strings.Contains(stdout, "signature.untrusted") || !strings.Contains(stderr, "the index is gone") {
		t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
	}
}

// Nothing is kept that does not hold, or is not what the mailbox named.
func TestGetKeepsWhatHolds(t *testing.T) {
	ours, theirs := newSealing(t), newSealing(t)
	good, item := ours.seal(t, "<a/>", "")
	other, otherItem := ours.seal(t, "<b/>", "")
	foreign, _ := theirs.seal(t, "<a/>", "")
	wrongID, wrongItem := ours.seal(t, "<a/>", someID)
	hostile := item
	hostile.ExchangeID = "../../../up"
	lied := item
	lied.DigestSHA256 = otherItem.DigestSHA256
	tests := map[string]struct {
		item     httpapi.MailboxItem
		envelope []byte
		code     int
		want     string
	}{
		"good":                    {item, good, exitFine, item.ExchangeID + "  k  n  s\n"},
		"another's envelope":      {item, other, exitFaults, "envelope.exchange-id"},
		"another digest":          {lied, good, exitFaults, "document.digest"},
		"another exchange's seal": {item, foreign, exitFaults, "signature.untrusted"},
		"an id that does not fit": {wrongItem, wrongID, exitFaults, "envelope.exchange-id"},
		"changed":                 {item, bytes.Replace(good, []byte("<Sender>s<"), []byte("<Sender>t<"), 1), exitFaults, "signature.digest"},
		"no envelope":             {item, []byte("<a/>"), exitFaults, "envelope.shape"},
		"an id that is a path":    {hostile, good, exitUnable, "not-kept: read exchange id"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			url := serveMail(t, ours.keys, test.item, test.envelope)
			code, stdout, stderr := called(t, "--server", url, "mailbox", "get", "--dir", filepath.Join(dir, "a", "b"))
			if code != test.code || !strings.Contains(stdout, test.want) || !strings.Contains(stderr, "--trust names keys of your own") {
				t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
			}
			kept, _ := filepath.Glob(filepath.Join(dir, "a", "b", "*"))
			if above, _ := filepath.Glob(filepath.Join(dir, "*")); len(above) != 1 {
				t.Errorf("wrote %v", above)
			}
			if want := map[bool]int{true: 2}[test.code == exitFine]; len(kept) != want {
				t.Errorf("kept %v", kept)
			}
		})
	}
}

// With keys of one's own, those that the daemon publishes do not count.
func TestGetWithOwnTrust(t *testing.T) {
	ours, theirs := newSealing(t), newSealing(t)
	envelope, item := ours.seal(t, "<a/>", "")
	dir := t.TempDir()
	for i, keys := range []*signing.Keys{ours.keys, theirs.keys} {
		file := filepath.Join(dir, "trust.pem")
		if err := os.WriteFile(file, keys.SealPEM, 0o600); err != nil {
			t.Fatal(err)
		}
		url := serveMail(t, ours.keys, item, envelope)
		code, stdout, stderr := called(t, "--server", url, "mailbox", "get", "--dir", t.TempDir(), "--trust", file, "-o", "json")
		if want := []int{exitFine, exitFaults}[i]; code != want || stderr != "" {
			t.Errorf("exit code %d, want %d\n%s%s", code, want, stdout, stderr)
		}
	}
}
