package session_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"beibu/exchange/access"
	"beibu/exchange/console/session"
)

var began = time.Date(2026, 11, 30, 6, 0, 0, 0, time.UTC)

func sealer(t *testing.T, secret string) *session.Sealer {
	t.Helper()
	s, err := session.NewSealer([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const secret = "a secret that the daemons of a log share"

// Every daemon with the same secret reads a session, and nobody else can read or change it.
func TestSeal(t *testing.T) {
	one := session.Session{Name: "night shift", Fingerprint: access.KeyFingerprint("key"), Claims: json.RawMessage(`{"groups":["operators"]}`), Began: began, Seen: began}
	sealed, err := sealer(t, secret).Seal(one)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(sealed, "night") {
		t.Error("the name can be read")
	}
	got, err := sealer(t, secret).Open(sealed)
	if err != nil || got.Name != one.Name || got.Fingerprint != one.Fingerprint || !bytes.Equal(got.Claims, one.Claims) || !got.Began.Equal(began) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := sealer(t, secret+"!").Open(sealed); !errors.Is(err, session.ErrUnknown) {
		t.Errorf("with another secret: %v", err)
	}
	for at := range len(sealed) {
		changed := []byte(sealed)
		changed[at] ^= 1
		if _, err := sealer(t, secret).Open(string(changed)); !errors.Is(err, session.ErrUnknown) {
			t.Fatalf("changed at %d: %v", at, err)
		}
	}
}

func TestBoundsOfSessions(t *testing.T) {
	if _, err := session.NewSealer([]byte("short")); err == nil {
		t.Error("a short secret is accepted")
	}
	one := session.Session{Claims: json.RawMessage(`"` + strings.Repeat("x", session.MaxSealed) + `"`)}
	if _, err := sealer(t, secret).Seal(one); !errors.Is(err, session.ErrTooLong) {
		t.Errorf("a long session: %v", err)
	}
	for _, value := range []string{"", "x", strings.Repeat("A", 40), strings.Repeat("A", session.MaxSealed+1)} {
		if _, err := sealer(t, secret).Open(value); !errors.Is(err, session.ErrUnknown) {
			t.Errorf("%.20q: %v", value, err)
		}
	}
}

func TestLimits(t *testing.T) {
	limits := session.Limits{Idle: 30 * time.Minute, Longest: 8 * time.Hour}
	for name, c := range map[string]struct {
		seen, at   time.Duration
		ended, due bool
	}{
		"at once":              {0, 0, false, false},
		"in use":               {0, 3 * time.Minute, false, true},
		"idle":                 {0, 30 * time.Minute, true, true},
		"in use for very long": {8*time.Hour - time.Minute, 8 * time.Hour, true, false},
		"before it began":      {0, -2 * time.Minute, true, false},
	} {
		s := session.Session{Began: began, Seen: began.Add(c.seen)}
		if ended, due := limits.Ended(s, began.Add(c.at)), limits.Due(s, began.Add(c.at)); ended != c.ended || due != c.due {
			t.Errorf("%s: ended %t, due %t", name, ended, due)
		}
	}
}

func FuzzOpen(f *testing.F) {
	s, err := session.NewSealer([]byte(secret))
	if err != nil {
		f.Fatal(err)
	}
	f.Add("")
	f.Add(strings.Repeat("A", 60))
	f.Fuzz(func(t *testing.T, value string) {
		if got, err := s.Open(value); err == nil {
			t.Errorf("opened %q: %+v", value, got)
		}
	})
}
