package main

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/proof"
	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/signing/signingtest"
	"beibu/signing/strict"
	"beibu/testdata"
)

// A document that a party signed itself is verified by the certificate of the
// party, at the time that is asked for.
func TestVerifySignedDocument(t *testing.T) {
	sample, err := testdata.Find("ata-carnet", "pearls-beihai-laem-chabang")
	if err != nil {
		t.Fatal(err)
	}
	text, err := signing.NewKeyPEM("ecdsa-p256", "Beihai Customs", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	key, err := signing.ParseKey(text)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signing.SignDocument(sample.Bytes, key, c14n.Exclusive)
	if err != nil {
		t.Fatal(err)
	}
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: key.Certificate.Raw})
	dir := documents(t, map[string]string{
		"signed.xml": string(signed), "changed.xml": strings.Replace(string(signed), "CN/4503/26/00011", "CN/4503/26/00012", 1),
		"beihai.pem": string(certificate),
	})
	for args, want := range map[string]struct {
		code int
		text string
	}{
		"signed.xml":                           {exitFine, "CN=Beihai Customs"},
		"changed.xml":                          {exitFaults, "signature.digest"},
		"signed.xml --at 2001-01-01T00:00:00Z": {exitFaults, "signature."},
		"signed.xml --document changed.xml":    {exitFaults, "document.digest"},
		"signed.xml --document missing.xml":    {exitUnable, ""},
		"missing.xml":                          {exitUnable, ""},
		"signed.xml --at yesterday":            {exitUnable, ""},
		"signed.xml --trust missing":           {exitUnable, ""},
		"signed.xml --trust signed.xml":        {exitUnable, ""},
	} {
		t.Run(args, func(t *testing.T) {
			t.Chdir(dir)
			code, stdout, stderr := called(t, append([]string{"verify", "--trust", "."}, strings.Fields(args)...)...)
			if code != want.code || !strings.Contains(stdout, want.text) {
				t.Errorf("exit code %d\n%s%s", code, stdout, stderr)
			}
		})
	}
}

// The command for xmlsec1 that help and the documentation show verifies envelopes as it
// is written, and none that was changed.
func TestXmlsecCommand(t *testing.T) {
	signingtest.Tool(t, "xmlsec1")
	bash := signingtest.Tool(t, "bash")
	page, err := os.ReadFile("../../deploy/docs/verify.md")
	if err != nil {
		t.Fatal(err)
	}
	_, help, _ := called(t, "verify", "--help")
	s := newSealing(t)
	t.Chdir(t.TempDir())
	put := func(name string, content []byte) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(filepath.Dir(name), 0o700), os.WriteFile(name, content, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	put("keys/beibu.pem", s.keys.SealPEM)
	for where, text := range map[string]string{"help": help, "documentation": string(page)} {
		command := regexp.MustCompile(`(?m)^[ $]*(xmlsec1 --verify .*)$`).FindStringSubmatch(text)
		if command == nil {
			t.Errorf("%s: no command for xmlsec1", where)
			continue
		}
		for i, document := range []string{"<a/>", "<b/>"} {
			envelope, _ := s.seal(t, document, "")
			put(fmt.Sprintf("inbox/%d.envelope.xml", i), envelope)
		}
		if out, err := exec.CommandContext(t.Context(), bash, "-c", command[1]).CombinedOutput(); err != nil {
			t.Errorf("%s: %s: %v\n%s", where, command[1], err, out)
		}
		envelope, _ := s.seal(t, "<c/>", "")
		put("inbox/0.envelope.xml", bytes.Replace(envelope, []byte("<Sender>s"), []byte("<Sender>t"), 1))
		if err := exec.CommandContext(t.Context(), bash, "-c", command[1]).Run(); err == nil {
			t.Errorf("%s: %s: verifies what was changed", where, command[1])
		}
	}
}

// A time stamp is shown if its authority is trusted, and only then.
func TestVerifyTimestamp(t *testing.T) {
	s := newSealing(t)
	envelope, _ := s.seal(t, "<a/>", "")
	tsa := signingtest.NewTSA(t)
	trust := signing.NewTrust(signing.Signer{Name: "us", Certificate: s.keys.Seal.Certificate}).WithTimestamps(tsa.Root)
	query, err := signing.TimestampQuery(envelope, trust, "seal-1")
	if err != nil {
		t.Fatal(err)
	}
	stamped, err := signing.AddTimestamp(envelope, trust, "seal-1", tsa.Answer(query))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(documents(t, map[string]string{
		"stamped.xml": string(stamped), "seal.pem": string(s.keys.SealPEM), "tsa.pem": string(tsa.RootPEM()),
	}))
	for args, shown := range map[string]bool{"--tsa tsa.pem": true, "": false} {
		code, stdout, stderr := called(t, append([]string{"verify", "--trust", "seal.pem", "stamped.xml"}, strings.Fields(args)...)...)
		if code != exitFine || strings.Contains(stdout, "time stamp") != shown {
			t.Errorf("%q: exit code %d\n%s%s", args, code, stdout, stderr)
		}
	}
	if code, _, _ := called(t, "verify", "--trust", "seal.pem", "--tsa", "missing.pem", "stamped.xml"); code != exitUnable {
		t.Errorf("without the authority's file: exit code %d", code)
	}
}

// FuzzVerify holds that whatever holds says what was sealed or receipted, and
// that nothing panics.
func FuzzVerify(f *testing.F) {
	s := newSealing(f)
	envelope, item := s.seal(f, "<a/>", "")
	receipts, err := proof.NewReceipts(s.keys.Receipt, s.keys.ReceiptID)
	if err != nil {
		f.Fatal(err)
	}
	receipt, err := receipts.Make(proof.NewReceipt(uuid.Nil, proof.Identity{Sender: "s"}, [32]byte{}, time.Now(), 1))
	if err != nil {
		f.Fatal(err)
	}
	dir := f.TempDir()
	for name, text := range map[string][]byte{"beibu.pem": s.keys.SealPEM, "receipt.pem": s.keys.ReceiptPEM} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			f.Fatal(err)
		}
	}
	trusted, err := proof.Read([]string{dir})
	if err != nil {
		f.Fatal(err)
	}
	verifier, err := signing.NewVerifier(strict.Limits{}, nil)
	if err != nil {
		f.Fatal(err)
	}
	v := &proof.Verification{At: time.Now(), Trust: trusted, Verifier: verifier}
	f.Add("a.xml", envelope)
	f.Add("a.jws", []byte(receipt))
	f.Add("a.xml", []byte("<a/>"))
	f.Add("a.xml", []byte("<Envelope xmlns=\"urn:beibu:exchange:envelope:1\"/>"))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		found, err := v.Verify(name, b)
		if err != nil {
			return
		}
		want := map[string]string{"receipt": uuid.Nil.String(), "envelope": item.ExchangeID}[found.What]
		if found.ExchangeID != want || found.Sender != "s" {
			t.Errorf("%s holds: %q", found.What, b)
		}
		if _, err := json.Marshal(found); err != nil {
			t.Error(err)
		}
	})
}
