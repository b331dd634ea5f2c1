package oidc_test

import (
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange/access"
	"beibu/exchange/access/oidc"
	"beibu/exchange/access/oidc/oidctest"
)

// A logout token says whose sessions have ended, since when.
func TestReadLogout(t *testing.T) {
	i := oidctest.Start(t, redirect, liNa)
	p := discovered(t, options(i))
	now := time.Now()
	for name, c := range map[string]struct {
		kind string
		says map[string]any
		want access.Logout
	}{
		"a session of a person": {"logout+jwt", map[string]any{"sub": "7c1f0a", "sid": "s1"}, access.Logout{Subject: "7c1f0a", SID: "s1"}},
		"a session":             {"JWT", map[string]any{"sid": "s1"}, access.Logout{SID: "s1"}},
		"all of a person":       {"", map[string]any{"sub": "7c1f0a"}, access.Logout{Subject: "7c1f0a"}},
		"one audience":          {"application/logout+jwt", map[string]any{"sub": "7c1f0a", "aud": oidctest.ClientID}, access.Logout{Subject: "7c1f0a"}},
		"more events":           {"logout+jwt", map[string]any{"sub": "7c1f0a", "events": map[string]any{backchannel: map[string]any{"more": 1}, "https://id.example/e": map[string]any{}}}, access.Logout{Subject: "7c1f0a"}},
	} {
		c.want.Issuer, c.want.Token, c.want.At = i.URL, "bWJq", now.Truncate(time.Second)
		got, err := p.ReadLogout(t.Context(), i.Sign(t, c.kind, i.Logout(now, c.says)), now)
		if got.At = got.At.Local(); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, c.want)
		}
	}
}

const backchannel = "http://schemas.openid.net/event/backchannel-logout"

// A logout token counts only as the specification says, section 2.6.
func TestLogoutTokensThatDoNotCount(t *testing.T) {
	i := oidctest.Start(t, redirect, liNa)
	p := discovered(t, options(i))
	now := time.Now()
	for name, changes := range map[string]map[string]any{
		"no issuer":            {"iss": nil},
		"another issuer":       {"iss": "https://other.example"},
		"no audience":          {"aud": nil},
		"another audience":     {"aud": []string{"other"}},
		"no time":              {"iat": nil},
		"of the future":        {"iat": now.Add(time.Hour).Unix(), "exp": now.Add(2 * time.Hour).Unix()},
		"no end":               {"exp": nil},
		"ended":                {"exp": now.Add(-time.Second).Unix()},
		"no id":                {"jti": nil},
		"an id that cannot be": {"jti": 7},
		"no event":             {"events": nil},
		"another event":        {"events": map[string]any{"https://id.example/e": map[string]any{}}},
		"an event of a text":   {"events": map[string]any{backchannel: "yes"}},
		"an event of null":     {"events": map[string]any{backchannel: nil}},
		"events of a list":     {"events": []string{backchannel}},
		"a nonce":              {"nonce": "n"},
		"a nonce of null":      {"nonce": rawNull{}},
		"nobody":               {"sub": nil},
		"a subject unreadable": {"sub": "7c\u202e1f"},
		"a subject too long":   {"sub": strings.Repeat("7", 256)},
		"a session unreadable": {"sid": "s\n1"},
		"a session of a list":  {"sid": []string{"s1"}},
	} {
		says := map[string]any{"sub": "7c1f0a"}
		maps.Copy(says, changes)
		if got, err := p.ReadLogout(t.Context(), i.Sign(t, "logout+jwt", i.Logout(now, says)), now); codeOf(err) != "sign-in-untrusted" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	good := i.Sign(t, "logout+jwt", i.Logout(now, map[string]any{"sub": "7c1f0a"}))
	parts := strings.Split(good, ".")
	encode := base64.RawURLEncoding.EncodeToString
	for name, token := range map[string]string{
		"nothing":              "",
		"no JWT":               "x",
		"no header":            encode([]byte("[")) + "." + parts[1] + "." + parts[2],
		"no signature":         parts[0] + "." + parts[1] + ".",
		"the algorithm none":   encode([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".",
		"an HMAC":              encode([]byte(`{"alg":"HS256"}`)) + "." + parts[1] + "." + parts[2],
		"another's signature":  parts[0] + "." + encode([]byte(strings.Replace(decode(parts[1]), "7c1f0a", "19d2bb", 1))) + "." + parts[2],
		"an ID token's type":   i.Sign(t, "id_token+jwt", i.Logout(now, map[string]any{"sub": "7c1f0a"})),
		"more than is read":    good + strings.Repeat("A", oidc.MaxLogoutToken),
		"an extension unknown": encode([]byte(`{"alg":"RS256","crit":["x"],"x":1}`)) + "." + parts[1] + "." + parts[2],
	} {
		if got, err := p.ReadLogout(t.Context(), token, now); codeOf(err) != "sign-in-untrusted" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := p.ReadLogout(t.Context(), good, now); err != nil {
		t.Errorf("the token as it was: %v", err)
	}
	if _, err := oidc.New(options(i)).ReadLogout(t.Context(), good, now); codeOf(err) != "issuer-unavailable" {
		t.Errorf("before the issuer is known: %v", err)
	}
}

// rawNull is encoded as null; nil leaves a claim out.
type rawNull struct{}

func (rawNull) MarshalJSON() ([]byte, error) { return []byte("null"), nil }

func decode(part string) string {
	text, _ := base64.RawURLEncoding.DecodeString(part)
	return string(text)
}

// An ID token of the issuer is no logout token.
func TestIDTokenIsNoLogout(t *testing.T) {
	i := oidctest.Start(t, redirect, liNa)
	p := discovered(t, options(i))
	answer, pending := begin(t, p, i)
	in, err := p.Finish(t.Context(), pending, answer, time.Now())
	if err != nil || in.Token == "" {
		t.Fatal(err)
	}
	if got, err := p.ReadLogout(t.Context(), in.Token, time.Now()); codeOf(err) != "sign-in-untrusted" {
		t.Errorf("%+v, %v", got, err)
	}
}

// A flood of tokens that nobody has signed costs the issuer ten requests, and one a second
// from then on; one that says nothing valid costs none.
func TestFloodOfLogoutTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := oidc.Options{Issuer: "https://id.example", ClientID: oidctest.ClientID}
		fetches := &counting{}
		o.Transport = fetches
		p := oidc.New(o)
		if err := p.Discover(t.Context()); err != nil {
			t.Fatal(err)
		}
		now := time.Now()
		flood := func(says map[string]any) {
			claims := (&oidctest.Issuer{URL: o.Issuer}).Logout(now, says)
			token := forged(t, claims)
			for range 1000 {
				if _, err := p.ReadLogout(t.Context(), token, now); codeOf(err) != "sign-in-untrusted" {
					t.Fatal(err)
				}
			}
		}
		flood(map[string]any{"sub": "7c1f0a", "events": nil})
		if n := fetches.keys.Load(); n != 0 {
			t.Errorf("%d requests for tokens that are about no logout", n)
		}
		flood(map[string]any{"sub": "7c1f0a"})
		if n := fetches.keys.Load(); n != 10 {
			t.Errorf("%d requests, want 10", n)
		}
		<-time.After(3 * time.Second)
		flood(map[string]any{"sub": "7c1f0a"})
		if n := fetches.keys.Load(); n != 13 {
			t.Errorf("%d requests three seconds later, want 13", n)
		}
	})
}

// forged returns a token with claims, and a signature of zeros.
func forged(t *testing.T, claims map[string]any) string {
	t.Helper()
	encode := func(text []byte) string { return base64.RawURLEncoding.EncodeToString(text) }
	return encode([]byte(`{"alg":"RS256","kid":"k","typ":"logout+jwt"}`)) + "." + encode(marshalled(t, claims)) + "." + encode(make([]byte, 256))
}

// A counting transport counts requests for the keys of an issuer, which has none.
type counting struct{ keys atomic.Int64 }

func (c *counting) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path == "/k" {
		c.keys.Add(1)
		return nil, errors.New("down")
	}
	return answering(metadata).RoundTrip(r)
}

// FuzzReadLogout reads what strangers send.
func FuzzReadLogout(f *testing.F) {
	p := oidc.New(oidc.Options{Issuer: "https://id.example", ClientID: oidctest.ClientID, Transport: &counting{}})
	if err := p.Discover(f.Context()); err != nil {
		f.Fatal(err)
	}
	f.Add("")
	f.Add("e30.e30.")
	f.Add("eyJhbGciOiJub25lIn0.eyJldmVudHMiOnt9fQ.")
	f.Fuzz(func(t *testing.T, token string) {
		if got, err := p.ReadLogout(t.Context(), token, time.Now()); err == nil {
			t.Errorf("%q counts: %+v", token, got)
		}
	})
}
