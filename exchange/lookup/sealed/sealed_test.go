package sealed_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"
	"time"

	"beibu/exchange/lookup"
	"beibu/exchange/lookup/sealed"
)

func sealer(t testing.TB, secret string) *sealed.Sealer {
	t.Helper()
	s, err := sealed.NewSealer([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const secret = "a secret that the daemons of a log share"

// A name comes back as what the index finds it by, and when it was given. The text in
// the address has neither the name nor its digest, and is another one each time.
func TestSeal(t *testing.T) {
	s, at := sealer(t, secret), time.Date(2026, 11, 20, 8, 0, 0, 5, time.UTC)
	const name = "Golden Durian Co., Ltd."
	text, err := s.Seal(name, at)
	if err != nil {
		t.Fatal(err)
	}
	got, err := sealer(t, secret).Open(text)
	if want := lookup.TermOf(lookup.Holder, name); err != nil || got.Term != want || !got.Given.Equal(at.Truncate(time.Second)) {
		t.Errorf("%+v, %v", got, err)
	}
	plain, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || strings.Contains(string(plain), "urian") || strings.Contains(text, got.Term.Value) {
		t.Errorf("%q, %v", text, err)
	}
	if again, _ := s.Seal(name, at); again == text {
		t.Error("two searches for a name have the same address")
	}
}

func TestSealOfNothing(t *testing.T) {
	for _, name := range []string{"", " ", "-.", "\xff", strings.Repeat("9", 300)} {
		if text, err := sealer(t, secret).Seal(name, time.Now()); !errors.Is(err, sealed.ErrNothing) {
			t.Errorf("%q is %q, %v", name, text, err)
		}
	}
	if _, err := sealed.NewSealer([]byte("short")); err == nil {
		t.Error("a short secret is taken")
	}
}

// What another secret has sealed, what was altered, and a name are nothing.
func TestOpenOfOthers(t *testing.T) {
	text, err := sealer(t, secret).Seal("Golden Durian", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	last := byte('A')
	if text[10] == last {
		last = 'B'
	}
	for _, other := range []string{"", "Golden Durian", text[1:], text + "A", text[:10] + string(last) + text[11:]} {
		if got, err := sealer(t, secret).Open(other); !errors.Is(err, sealed.ErrUnknown) {
			t.Errorf("%q is %+v, %v", other, got, err)
		}
	}
	if got, err := sealer(t, secret+".").Open(text); !errors.Is(err, sealed.ErrUnknown) {
		t.Errorf("by another secret: %+v, %v", got, err)
	}
}
