package proof

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"beibu/signing"
)

// Trust is read from PEM, and from what the daemon publishes, and nothing else
// has a place in it.
func TestRead(t *testing.T) {
	keys, err := signing.LoadOrCreate(filepath.Join(t.TempDir(), "keys"), "Test exchange", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(keys.Receipt)
	if err != nil {
		t.Fatal(err)
	}
	public, err := x509.MarshalPKIXPublicKey(keys.Seal.Certificate.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	for name, test := range map[string]struct {
		content  string
		signers  int
		receipts int
	}{
		"both":              {string(keys.SealPEM) + string(keys.ReceiptPEM), 1, 1},
		"nothing":           {"", -1, 0},
		"a private key":     {block("PRIVATE KEY", private), -1, 0},
		"not Ed25519":       {block("PUBLIC KEY", public), -1, 0},
		"no certificate":    {block("CERTIFICATE", private), -1, 0},
		"no public key":     {block("PUBLIC KEY", private), -1, 0},
		"JSON without keys": {`{"keys":[]}`, -1, 0},
		"JSON of SM2":       {`{"keys":[{"kty":"EC","crv":"SM2"}]}`, -1, 0},
		"JSON, short key":   {`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA"}]}`, -1, 0},
		"JSON, receipts":    {`{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}`, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "a.pem")
			if err := os.WriteFile(file, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := Read([]string{file})
			if (err != nil) != (test.signers < 0) || err == nil && (len(got.Signers) != test.signers || len(got.Receipts) != test.receipts) {
				t.Errorf("got %d and %d, %v", len(got.Signers), len(got.Receipts), err)
			}
		})
	}
	if _, err := Read([]string{t.TempDir()}); err == nil {
		t.Error("an empty folder is trust")
	}
}

// An envelope with a valid seal proves nothing if its exchange id is not that of
// its document.
func TestOpenEnvelopeHoldsTheID(t *testing.T) {
	keys, err := signing.LoadOrCreate(filepath.Join(t.TempDir(), "keys"), "Test exchange", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := signing.NewSealer(keys.Seal)
	if err != nil {
		t.Fatal(err)
	}
	document := []byte("<a/>")
	digest := sha256.Sum256(document)
	right := Identity{Sender: "s", Kind: "k", Number: "n"}.ExchangeID(digest).String()
	for id, code := range map[string]string{right: "", "f0dc7d1c-7356-8a6a-a3ab-5366a81e2dc4": "envelope.exchange-id"} {
		b, err := sealer.Seal(t.Context(), signing.Header{
			ExchangeID: id, Sender: "s", Kind: "k", DocumentNumber: "n", Receivers: []string{"r"},
			DigestSHA256: digest, AcceptedAt: time.Now(), SchemaPack: "p",
		}, document)
		if err != nil {
			t.Fatal(err)
		}
		trusted := Trust{Signers: []signing.Signer{{Name: "x", Certificate: keys.Seal.Certificate}}}
		got, err := trusted.OpenEnvelope(b)
		if CodeOf(err) != code || (err == nil) != (code == "") {
			t.Errorf("%s: %v", id, err)
		}
		if err == nil && SealedBy(got)[0] != "x" {
			t.Errorf("sealed by %v", SealedBy(got))
		}
	}
}

func TestCodeOf(t *testing.T) {
	for code, err := range map[string]error{
		"signature.digest":  fmt.Errorf("open: %w", &signing.Refusal{Code: "signature.digest"}),
		"document.digest":   fmt.Errorf("open: %w", &Mismatch{Code: "document.digest"}),
		"receipt.signature": fmt.Errorf("open: %w", ErrReceipt),
		"":                  errors.New("disk full"),
	} {
		if got := CodeOf(err); got != code {
			t.Errorf("%v: got %q", err, got)
		}
	}
	if _, err := (Trust{}).OpenReceipt("a.b.c"); CodeOf(err) != "receipt.untrusted" {
		t.Errorf("got %v", err)
	}
}
