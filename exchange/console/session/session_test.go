package session_test

import (
	"errors"
	"slices"
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
	one := session.Session{Name: "night shift", Fingerprint: access.KeyFingerprint("key"), Person: &access.Person{Subject: "7c1f", Values: []string{"operators"}}, Began: began, Seen: began}
	sealed, err := sealer(t, secret).Seal(one)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(sealed, "night") {
		t.Error("the name can be read")
	}
	got, err := sealer(t, secret).Open(sealed)
	if err != nil || got.Name != one.Name || got.Fingerprint != one.Fingerprint || got.Person.Subject != "7c1f" || !slices.Equal(got.Person.Values, one.Person.Values) || !got.Began.Equal(began) {
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
	one := session.Session{Name: strings.Repeat("x", session.MaxSealed)}
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

// What is sealed for a sign-in is no session, and a session is no sign-in.
func TestSignInIsNoSession(t *testing.T) {
	s := sealer(t, secret)
	pending, err := s.SealSignIn(session.SignIn{State: "s", Nonce: "n", Verifier: "v", Back: "/console/", Began: began})
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.OpenSignIn(pending)
	if err != nil || got.State != "s" || got.Nonce != "n" || got.Verifier != "v" || got.Back != "/console/" || !got.Began.Equal(began) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := s.Open(pending); !errors.Is(err, session.ErrUnknown) {
		t.Errorf("as a session: %v", err)
	}
	sealed, err := s.Seal(session.Session{Name: "night shift"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.OpenSignIn(sealed); !errors.Is(err, session.ErrUnknown) {
		t.Errorf("as a sign-in: %v", err)
	}
}
