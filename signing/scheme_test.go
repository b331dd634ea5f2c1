package signing_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"beibu/signing"

	"github.com/emmansun/gmsm/sm2"
	"pgregory.net/rapid"
)

// TestSM2Vector is the example of GB/T 32918.5-2017, annex A.2.
func TestSM2Vector(t *testing.T) {
	public := must[[]byte](t)(hex.DecodeString("04" +
		"09F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020" +
		"CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"))
	value := must[[]byte](t)(hex.DecodeString("F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3" +
		"B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"))
	key, err := sm2.NewPublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	for _, userID := range []string{"", "1234567812345678"} {
		if err := signing.VerifySM2(key, []byte("message digest"), value, []byte(userID)); err != nil {
			t.Errorf("user id %q: %v", userID, err)
		}
	}
	if signing.VerifySM2(key, []byte("message digest"), value, []byte("another")) == nil {
		t.Error("verified for another user id")
	}
	if signing.VerifySM2(key, []byte("message digesT"), value, nil) == nil {
		t.Error("verified another message")
	}
}

// TestSM3Vector is the first example of GB/T 32905-2016, annex A.
func TestSM3Vector(t *testing.T) {
	for _, d := range signing.Digests() {
		if d.Name != "sm3" {
			continue
		}
		if got := hex.EncodeToString(d.Sum([]byte("abc"))); got != "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" {
			t.Errorf("SM3(abc) = %s", got)
		}
		return
	}
	t.Error("no SM3 in the table")
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
