package proof

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
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

// keyLog is a log of two partitions.
type keyLog struct {
	later  []LaterKey
	epochs []Epoch
}

func (l keyLog) Epochs() []Epoch { return l.epochs }

func (l keyLog) LaterKeys() []LaterKey { return l.later }

func (l keyLog) KeyAt(position int64) (string, error) {
	id, newest := "k1", int64(0)
	for _, k := range l.later {
		if first := k.First[(position-1)%2]; first != 0 && first >= newest && first <= position {
			id, newest = k.ID, first
		}
	}
	return id, nil
}

// Each receipt verifies by the key of its position, and by no other, also if the
// other key really signed it. The published bounds say the same as the log. The third
// key is in one partition only; of the fourth and the fifth, which have the same first
// position in the other one, the fourth signs nothing there.
func TestReceiptKeysAreRotated(t *testing.T) {
	keys := make(map[string]crypto.Signer)
	for i, id := range []string{"k1", "k2", "k3", "k4", "k5"} {
		seed := make([]byte, ed25519.SeedSize)
		seed[0] = byte(i)
		keys[id] = ed25519.NewKeyFromSeed(seed)
	}
	log := keyLog{later: []LaterKey{{"k2", []int64{5, 8}}, {"k3", []int64{0, 12}}, {"k4", []int64{13, 16}}, {"k5", []int64{13, 18}}}}
	receipts, err := NewReceiptsOf(log, "k1", keys)
	if err != nil {
		t.Fatal(err)
	}
	published, err := json.Marshal(Keys{Keys: receipts.Keys()})
	if err != nil {
		t.Fatal(err)
	}
	var read Keys
	var trust Trust
	if err := errors.Join(json.Unmarshal(published, &read), trust.AddKeys(read)); err != nil {
		t.Fatal(err)
	}
	for position := int64(1); position <= 20; position++ {
		receipt := sampleReceipt()
		receipt.Position = position
		right, _ := log.KeyAt(position)
		made, err := receipts.Make(receipt)
		if err != nil {
			t.Fatal(err)
		}
		for id, key := range keys {
			maker, err := NewReceipts(key, id)
			if err != nil {
				t.Fatal(err)
			}
			compact, err := maker.Make(receipt)
			if err != nil {
				t.Fatal(err)
			}
			if (compact == made) != (id == right) {
				t.Errorf("at %d the receipt is not by %s", position, right)
			}
			got, err := trust.OpenReceipt(compact)
			switch code := CodeOf(err); {
			case id == right && (err != nil || got != receipt):
				t.Errorf("at %d by %s: %v", position, id, err)
			case id != right && (code != "receipt-key" || got != Receipt{}):
				t.Errorf("at %d by %s: %v, want receipt-key", position, id, err)
			}
		}
	}
	forged := sampleReceipt()
	forged.Position = -3
	maker, err := NewReceipts(keys["k1"], "k1")
	if err != nil {
		t.Fatal(err)
	}
	compact, err := maker.Make(forged)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := trust.OpenReceipt(compact); CodeOf(err) != "receipt-key" {
		t.Errorf("at no position: %v", err)
	}
}

// Without the key of a position, no receipt is made by another one.
func TestReceiptKeyIsMissing(t *testing.T) {
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	log := keyLog{later: []LaterKey{{"k2", []int64{5, 8}}}}
	receipts, err := NewReceiptsOf(log, "k1", map[string]crypto.Signer{"k1": key})
	if err != nil {
		t.Fatal(err)
	}
	for position, want := range map[int64]error{3: nil, 5: ErrReceiptKey, 6: nil, 8: ErrReceiptKey} {
		receipt := sampleReceipt()
		receipt.Position = position
		if _, err := receipts.Make(receipt); !errors.Is(err, want) {
			t.Errorf("at %d: %v, want %v", position, err, want)
		}
	}
	if missing := receipts.Missing(); len(missing) != 1 || missing[0] != "k2" {
		t.Errorf("missing %v", missing)
	}
	if keys := receipts.Keys(); len(keys) != 1 || keys[0].ID != "k1" || keys[0].Until == nil {
		t.Errorf("published %+v", keys)
	}
}

// The epoch of a receipt follows from its position alone. A receipt of the first
// epoch does not name it, and stays as it was, byte for byte.
func TestEpochs(t *testing.T) {
	keys := map[string]crypto.Signer{"k1": ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))}
	// The second epoch is empty in one partition, and the fourth has no position there.
	log := keyLog{epochs: []Epoch{{2, []int64{5, 8}}, {3, []int64{9, 8}}, {4, []int64{13, 0}}}}
	receipts, err := NewReceiptsOf(log, "k1", keys)
	if err != nil {
		t.Fatal(err)
	}
	before, err := NewReceipts(keys["k1"], "k1")
	if err != nil {
		t.Fatal(err)
	}
	for position, want := range map[int64]int64{1: 0, 3: 0, 4: 0, 5: 2, 6: 0, 7: 2, 8: 3, 9: 3, 11: 3, 12: 3, 13: 4, 14: 3} {
		receipt := sampleReceipt()
		receipt.Position, receipt.Epoch = position, 77
		made, err := receipts.Make(receipt)
		if err != nil {
			t.Fatal(err)
		}
		got, err := OpenReceipt(made, keys["k1"].Public().(ed25519.PublicKey))
		if err != nil || got.Epoch != want {
			t.Errorf("epoch %d at %d, %v, want %d", got.Epoch, position, err, want)
		}
		receipt.Epoch = 0
		if first, err := before.Make(receipt); err != nil || (first == made) != (want == 0) {
			t.Errorf("at %d, the receipt without epochs is the same: %t, %v", position, first == made, err)
		}
	}
}
