package signing_test

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"beibu/signing"

	"github.com/emmansun/gmsm/sm2"
	"pgregory.net/rapid"
)

// The example of GB/T 32918.5-2017, annex A.2.
const (
	exampleD = "3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8"
	exampleP = "09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020" +
		"CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
	exampleZ = "B2E14C5C79C6DF5B85F4FE7ED8DB7A262B9DA7E07CCB0EA9F4747B8CCDA8A4F3"
	exampleE = "F0B43E94BA45ACCAACE692ED534382EB17E6AB5A19CE7B31F4486FDFC0D28640"
	exampleK = "59276E27D506861A16680F3AD9C02DCCEF3CC1FA3CDBE4CE6D54B80DEAC1BC21"
	exampleR = "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
	exampleS = "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
	orderN   = "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123"
	message  = "message digest"
)

func unhex(t *testing.T, text string) []byte { return must[[]byte](t)(hex.DecodeString(text)) }

func number(t *testing.T, text string) *big.Int { return new(big.Int).SetBytes(unhex(t, text)) }

func TestSM2Vector(t *testing.T) {
	key := must[*ecdsa.PublicKey](t)(sm2.NewPublicKey(unhex(t, "04"+exampleP)))
	value := unhex(t, exampleR+exampleS)
	for _, userID := range []string{"", "1234567812345678"} {
		if err := signing.VerifySM2(key, []byte(message), value, []byte(userID)); err != nil {
			t.Errorf("user id %q: %v", userID, err)
		}
	}
	if signing.VerifySM2(key, []byte(message), value, []byte("another")) == nil {
		t.Error("verified for another user id")
	}
	if signing.VerifySM2(key, []byte("message digesT"), value, nil) == nil {
		t.Error("verified another message")
	}
	zero, n := strings.Repeat("00", 32), number(t, orderN)
	negative := fmt.Sprintf("%064X", new(big.Int).Sub(n, number(t, exampleS)))
	complement := fmt.Sprintf("%064X", new(big.Int).Sub(n, number(t, exampleR)))
	for name, value := range map[string]string{
		"r is zero": zero + exampleS, "s is zero": exampleR + zero, "r is n": orderN + exampleS, "s is n": exampleR + orderN,
		"s negative": exampleR + negative, "r+s is n": exampleR + complement, "halves exchanged": exampleS + exampleR,
	} {
		if signing.VerifySM2(key, []byte(message), unhex(t, value), nil) == nil {
			t.Errorf("%s: verified", name)
		}
	}
}

// TestSM2Steps goes through the example step by step (GB/T 32918.2-2016 §6.1):
// Z, e, and the signature with its k, which no library lets one choose. What the
// example's key signs here is good for the example's public key.
func TestSM2Steps(t *testing.T) {
	private := must[*sm2.PrivateKey](t)(sm2.NewPrivateKey(unhex(t, exampleD)))
	if z := must[[]byte](t)(sm2.CalculateZA(&private.PublicKey, []byte("1234567812345678"))); !bytes.Equal(z, unhex(t, exampleZ)) {
		t.Errorf("Z = %X", z)
	}
	if e := sm3Sum(t, append(unhex(t, exampleZ), message...)); !bytes.Equal(e, unhex(t, exampleE)) {
		t.Errorf("e = %X", e)
	}
	n, d, k := number(t, orderN), number(t, exampleD), number(t, exampleK)
	x1 := must[*sm2.PrivateKey](t)(sm2.NewPrivateKey(unhex(t, exampleK))).X // of [k]G
	r := new(big.Int).Mod(new(big.Int).Add(number(t, exampleE), x1), n)
	s := new(big.Int).Mul(new(big.Int).ModInverse(new(big.Int).Add(d, big.NewInt(1)), n), new(big.Int).Sub(k, new(big.Int).Mul(r, d)))
	if s.Mod(s, n); r.Cmp(number(t, exampleR)) != 0 || s.Cmp(number(t, exampleS)) != 0 {
		t.Errorf("r = %X, s = %X", r, s)
	}
	value := must[[]byte](t)(signing.SignSM2(private, []byte(message)))
	public := must[*ecdsa.PublicKey](t)(sm2.NewPublicKey(unhex(t, "04"+exampleP)))
	if err := signing.VerifySM2(public, []byte(message), value, nil); err != nil {
		t.Errorf("what the example's key signs: %v", err)
	}
}

func sm3Sum(t *testing.T, b []byte) []byte {
	t.Helper()
	for _, d := range signing.Digests() {
		if d.Name == "sm3" {
			return d.Sum(b)
		}
	}
	t.Fatal("no SM3 in the table")
	return nil
}

// TestSM3Vector is both examples of GB/T 32905-2016, annex A.
func TestSM3Vector(t *testing.T) {
	for in, want := range map[string]string{
		"abc":                      "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0",
		strings.Repeat("abcd", 16): "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732",
	} {
		if got := hex.EncodeToString(sm3Sum(t, []byte(in))); got != want {
			t.Errorf("SM3(%s) = %s", in, got)
		}
	}
}

func TestHalvesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		fixed := rapid.SliceOfN(rapid.Byte(), 64, 64).Draw(t, "fixed")
		zeros := rapid.IntRange(0, 31).Draw(t, "zeros") // numbers that start with zeros
		clear(fixed[:zeros])
		der, err := signing.DERFromFixed(fixed)
		if err != nil {
			t.Fatal(err)
		}
		back, err := signing.FixedFromDER(der)
		if err != nil || !bytes.Equal(back, fixed) {
			t.Fatalf("%x became %x: %v", fixed, back, err)
		}
	})
}

func TestOnlyDERIsRead(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "not a sequence": "3106020101020101", "length too long": "3007020101020101", "rest": "300602010102010100",
		"rest within": "30080201010201010500", "one number": "3003020101", "negative": "3006020180020101", "zeros before": "300702020001020101",
		"empty number": "30050200020101", "long form of length": "308106020101020101", "too large": "3026" + "0221" + "01" + hex.EncodeToString(make([]byte, 32)) + "020101",
	} {
		if fixed, err := signing.FixedFromDER(must[[]byte](t)(hex.DecodeString(text))); err == nil {
			t.Errorf("%s: read as %x", name, fixed)
		}
	}
}
