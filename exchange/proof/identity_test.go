package proof

import (
	"crypto/sha256"
	"testing"

	"pgregory.net/rapid"
)

// The id is part of the protocol: counterparts compute it too, so it may never
// change.
func TestExchangeIDIsFixed(t *testing.T) {
	id := Identity{Sender: "qinzhou-customs", Kind: "ata-carnet", Number: "CN/2026/0001", Version: "1"}
	if got, want := id.Key(), "qinzhou-customs/ata-carnet/CN%2F2026%2F0001/1"; got != want {
		t.Errorf("key %s, want %s", got, want)
	}
	m := id.ExchangeID(sha256.Sum256([]byte("content")))
	if got, want := m.String(), "e6b30d43-e84a-8257-87e6-7546c63e383f"; got != want {
		t.Errorf("id %s, want %s", got, want)
	}
	if m.Version() != 8 {
		t.Errorf("version %d, want 8 (RFC 9562)", m.Version())
	}
}

func TestKeysKeepIdentitiesApart(t *testing.T) {
	part := rapid.StringMatching(`[a-z/%|\pL]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) Identity {
			return Identity{part.Draw(t, name+" sender"), part.Draw(t, name+" kind"), part.Draw(t, name+" number"), part.Draw(t, name+" version")}
		}
		a, b := draw("a"), draw("b")
		if (a == b) != (a.Key() == b.Key()) {
			t.Fatalf("%+v and %+v have the keys %q and %q", a, b, a.Key(), b.Key())
		}
	})
}

// A number is a value: it is the same however it is written.
func TestNumberValue(t *testing.T) {
	for written, want := range map[string]string{
		"CN/4501/26/00183":     "CN/4501/26/00183",
		"":                     "",
		" QZ  2026 0001\n":     "QZ 2026 0001",
		"QZ\t2026\r\n0001":     "QZ 2026 0001",
		"桂药监〔2026〕1号":          "桂药监〔2026〕1号",
		"So\u0302\u0301 1":     "S\u1ed1 1",
		"QZ\u00a01":            "QZ\u00a01", // a character that no number may contain
		"\u212b-1":             "\u00c5-1",
		"（2026）桂字第\n      1 号": "（2026）桂字第 1 号",
	} {
		if got := NumberValue(written); got != want {
			t.Errorf("%+q is %+q, want %+q", written, got, want)
		}
	}
}
