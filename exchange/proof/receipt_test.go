package proof

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"
)

func sampleReceipt() Receipt {
	id := Identity{Sender: "qinzhou-customs", Kind: "ata-carnet", Number: "CN-1"}
	digest := sha256.Sum256([]byte("content"))
	return NewReceipt(id.ExchangeID(digest), id, digest, time.Date(2026, 11, 20, 16, 0, 0, 123456000, time.FixedZone("CST", 8*3600)), 7)
}

func TestReceipt(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	public := key.Public().(ed25519.PublicKey)
	makers := make([]*Receipts, 2)
	for i := range makers {
		maker, err := NewReceipts(key, "k1")
		if err != nil {
			t.Fatal(err)
		}
		makers[i] = maker
	}
	x := sampleReceipt()
	receipt, err := makers[0].Make(x)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := makers[1].Make(x); err != nil || again != receipt {
		t.Errorf("another node made another receipt (%v):\n%s\n%s", err, receipt, again)
	}
	got, err := OpenReceipt(receipt, public)
	if err != nil {
		t.Fatal(err)
	}
	want := Receipt{
		ExchangeID: x.ExchangeID, Sender: "qinzhou-customs", Kind: "ata-carnet", Number: "CN-1",
		DigestSHA256: "ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73",
		AcceptedAt:   "2026-11-20T08:00:00.123456Z", Position: 7,
	}
	if got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestReceiptRefused(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	maker, err := NewReceipts(key, "k1")
	if err != nil {
		t.Fatal(err)
	}
	good, err := maker.Make(sampleReceipt())
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(good, ".")
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	altered := base64.RawURLEncoding.EncodeToString([]byte(strings.Replace(string(payload), "CN-1", "CN-2", 1)))
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","typ":"` + ReceiptType + `"}`))
	other := ed25519.NewKeyFromSeed([]byte(strings.Repeat("x", ed25519.SeedSize)))
	tests := map[string]struct {
		text string
		key  ed25519.PrivateKey
	}{
		"another key":    {good, other},
		"altered":        {parts[0] + "." + altered + "." + parts[2], key},
		"alg none":       {none + "." + parts[1] + ".", key},
		"no signature":   {parts[0] + "." + parts[1] + ".", key},
		"not a JWS":      {"hello", key},
		"left-over bits": {good[:len(good)-1] + next(good[len(good)-1]), key},
		"a line break":   {good[:20] + "\n" + good[20:], key},
		"padding":        {good + "==", key},
		"empty":          {"", key},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := OpenReceipt(test.text, test.key.Public().(ed25519.PublicKey)); !errors.Is(err, ErrReceipt) {
				t.Errorf("got %v, want ErrReceipt", err)
			}
		})
	}
}

// next returns the letter of base64 after a letter: in the last place of a
// signature, it differs in bits that mean nothing.
func next(letter byte) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_A"
	return string(letters[strings.IndexByte(letters, letter)+1])
}

// elsewhere is a key that lives elsewhere, such as in hardware.
type elsewhere struct{ crypto.Signer }

// Any Ed25519 signer makes the same receipts; no other key makes any.
func TestReceiptSigners(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	var receipts []string
	for _, signer := range []crypto.Signer{key, elsewhere{key}} {
		maker, err := NewReceipts(signer, "k1")
		if err != nil {
			t.Fatal(err)
		}
		receipt, err := maker.Make(sampleReceipt())
		if err != nil {
			t.Fatal(err)
		}
		receipts = append(receipts, receipt)
	}
	if receipts[0] != receipts[1] {
		t.Errorf("two receipts:\n%s\n%s", receipts[0], receipts[1])
	}
	other, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for name, signer := range map[string]crypto.Signer{"none": nil, "ECDSA": other, "short": key[:5]} {
		if _, err := NewReceipts(signer, "k1"); err == nil {
			t.Errorf("%s: took it", name)
		}
	}
}
