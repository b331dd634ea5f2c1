package exchange

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
