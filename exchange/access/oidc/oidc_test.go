package oidc_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/access/oidc"
	"beibu/exchange/access/oidc/oidctest"
)

const redirect = "https://beibu.example/console/oidc/callback"

var liNa = oidctest.Person{Subject: "7c1f0a", Name: "li.na", Groups: []string{"beibu-operators", "canteen"}}

// options are those of a test's issuer.
func options(i *oidctest.Issuer) oidc.Options {
	return oidc.Options{
		Issuer: i.URL, ClientID: oidctest.ClientID, ClientSecret: oidctest.ClientSecret, Redirect: redirect,
		SignedOut: "https://beibu.example/console/", Scopes: []string{"profile"}, Claim: "groups", Transport: http.DefaultTransport,
	}
}

// discovered returns a provider whose issuer is known.
func discovered(t *testing.T, o oidc.Options) *oidc.Provider {
	t.Helper()
	p := oidc.New(o)
	if err := p.Discover(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p
}

// begin begins a sign-in, and does at the issuer what a person does.
func begin(t *testing.T, p *oidc.Provider, i *oidctest.Issuer) (url.Values, oidc.Pending) {
	t.Helper()
	address, pending, err := p.Begin()
	if err != nil {
		t.Fatal(err)
	}
	return i.SignIn(t, address, liNa.Name).Query(), pending
}

func codeOf(err error) string {
	if e, ok := errors.AsType[*exchange.Error](err); ok {
		return e.Code
	}
	return ""
}

// A person who signs in at the issuer is known by its name, its subject and the values of
// the claim, wherever that is.
func TestSignIn(t *testing.T) {
	i := oidctest.Start(t, redirect, liNa)
	for claim, want := range map[string][]string{"groups": liNa.Groups, "realm_access.roles": liNa.Groups, "preferred_username": {"li.na"}, "absent.roles": nil} {
		o := options(i)
		o.Claim = claim
		p := discovered(t, o)
		answer, pending := begin(t, p, i)
		now := time.Now()
		got, err := p.Finish(t.Context(), pending, answer, now)
		if err != nil || got.Name != "li.na" || got.Subject != "7c1f0a" || got.Issuer != i.URL || got.SID != "" || got.At.IsZero() || now.Sub(got.At).Abs() > time.Minute || !slices.Equal(got.Values, want) {
			t.Errorf("%s: %+v, %v", claim, got, err)
		}
	}
}

// The address to which the browser is sent asks for a code, with state, nonce and PKCE,
// each new every time, and holds no secret.
func TestBegin(t *testing.T) {
	p := discovered(t, options(oidctest.Start(t, redirect)))
	seen := map[string]bool{}
	for range 2 {
		address, pending, err := p.Begin()
		if err != nil {
			t.Fatal(err)
		}
		query := location(t, address)
		if query.Get("response_type") != "code" || query.Get("code_challenge_method") != "S256" || query.Get("scope") != "openid profile" || query.Get("redirect_uri") != redirect {
			t.Errorf("%v", query)
		}
		for _, value := range []string{pending.State, pending.Nonce, pending.Verifier, query.Get("code_challenge")} {
			if len(value) < 43 || seen[value] { // 256 bits
				t.Errorf("%q is short, or was used before", value)
			}
			seen[value] = true
		}
		if query.Get("state") != pending.State || query.Get("nonce") != pending.Nonce || strings.Contains(address, pending.Verifier) || strings.Contains(address, "secret") {
			t.Errorf("%s", address)
		}
	}
}

func location(t *testing.T, address string) url.Values {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Query()
}

// An answer counts once, in the browser that began, as long as nothing of it was changed.
func TestAnswersThatDoNotCount(t *testing.T) {
	i := oidctest.Start(t, redirect, liNa)
	p := discovered(t, options(i))
	for name, c := range map[string]struct {
		change func(url.Values, *oidc.Pending)
		code   string
	}{
		"another state":     {func(q url.Values, _ *oidc.Pending) { q.Set("state", "x") }, "sign-in-expired"},
		"no state":          {func(q url.Values, p *oidc.Pending) { q.Del("state"); p.State = "" }, "sign-in-expired"},
		"no code":           {func(q url.Values, _ *oidc.Pending) { q.Del("code") }, "sign-in-expired"},
		"another code":      {func(q url.Values, _ *oidc.Pending) { q.Set("code", "x") }, "sign-in-expired"},
		"another verifier":  {func(_ url.Values, p *oidc.Pending) { p.Verifier = strings.Repeat("x", 43) }, "sign-in-expired"},
		"another nonce":     {func(_ url.Values, p *oidc.Pending) { p.Nonce = "x" }, "sign-in-untrusted"},
		"another issuer":    {func(q url.Values, _ *oidc.Pending) { q.Set("iss", "https://other.example") }, "sign-in-untrusted"},
		"the person refuse": {func(q url.Values, _ *oidc.Pending) { q.Set("error", "access_denied") }, "sign-in-refused"},
		"an error of another sign-in": {func(q url.Values, _ *oidc.Pending) {
			q.Set("error", "access_denied")
			q.Set("state", "x")
		}, "sign-in-expired"},
	} {
		answer, pending := begin(t, p, i)
		c.change(answer, &pending)
		if got, err := p.Finish(t.Context(), pending, answer, time.Now()); codeOf(err) != c.code {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	answer, pending := begin(t, p, i)
	if _, err := p.Finish(t.Context(), pending, answer, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Finish(t.Context(), pending, answer, time.Now()); codeOf(err) != "sign-in-expired" {
		t.Errorf("the same answer again: %v", err)
	}
}

// A changing transport changes the ID tokens of an issuer. With a key it signs them, and is
// the issuer's.
type changing struct {
	change func(header, claims map[string]any)
	key    *rsa.PrivateKey
}

func (c changing) RoundTrip(r *http.Request) (*http.Response, error) {
	if c.key != nil && strings.HasSuffix(r.URL.Path, "/keys") {
		n := base64.RawURLEncoding.EncodeToString(c.key.N.Bytes())
		return answering(`{"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "ours", "e": "AQAB", "n": "` + n + `"}]}`).RoundTrip(r)
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil || r.Method != http.MethodPost {
		return response, err
	}
	var tokens map[string]any
	if err := json.NewDecoder(response.Body).Decode(&tokens); err != nil {
		return nil, err
	}
	parts := strings.Split(tokens["id_token"].(string), ".")
	var header, claims map[string]any
	for part, into := range map[int]*map[string]any{0: &header, 1: &claims} {
		text, _ := base64.RawURLEncoding.DecodeString(parts[part])
		_ = json.Unmarshal(text, into)
	}
	c.change(header, claims)
	for part, from := range map[int]map[string]any{0: header, 1: claims} {
		text, _ := json.Marshal(from)
		parts[part] = base64.RawURLEncoding.EncodeToString(text)
	}
	if header["alg"] == "none" {
		parts[2] = ""
	}
	if c.key != nil {
		digest := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		signature, _ := rsa.SignPKCS1v15(nil, c.key, crypto.SHA256, digest[:])
		parts[2] = base64.RawURLEncoding.EncodeToString(signature)
	}
	tokens["id_token"] = strings.Join(parts, ".")
	text, _ := json.Marshal(tokens)
	response.Body, response.ContentLength = io.NopCloser(bytes.NewReader(text)), int64(len(text))
	return response, nil
}

// A token counts only as the issuer signed it, for this client, and while it lasts.
func TestTokensThatDoNotCount(t *testing.T) {
	i := oidctest.Start(t, redirect, liNa)
	for name, change := range map[string]func(header, claims map[string]any){
		"another subject":  func(_, claims map[string]any) { claims["sub"] = "admin" },
		"another group":    func(_, claims map[string]any) { claims["groups"] = []string{"beibu-auditors"} },
		"no signature":     func(header, _ map[string]any) { header["alg"] = "none" },
		"an HMAC":          func(header, _ map[string]any) { header["alg"] = "HS256" },
		"another key":      func(header, _ map[string]any) { header["kid"] = "x" },
		"another audience": func(_, claims map[string]any) { claims["aud"] = []string{"other"} },
	} {
		o := options(i)
		o.Transport = changing{change: change}
		p := discovered(t, o)
		answer, pending := begin(t, p, i)
		if got, err := p.Finish(t.Context(), pending, answer, time.Now()); codeOf(err) != "sign-in-untrusted" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	p := discovered(t, options(i))
	answer, pending := begin(t, p, i)
	if got, err := p.Finish(t.Context(), pending, answer, time.Now().Add(2*time.Hour)); codeOf(err) != "sign-in-untrusted" {
		t.Errorf("a token that has ended: %+v, %v", got, err)
	}
}

// A token that the issuer has signed counts for the client that asked for it alone.
func TestTokensOfOtherClients(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := oidctest.Start(t, redirect, liNa)
	for party, want := range map[string]string{oidctest.ClientID: "", "other": "sign-in-untrusted"} {
		o := options(i)
		o.Transport = changing{key: key, change: func(header, claims map[string]any) {
			header["kid"], claims["azp"], claims["aud"] = "ours", party, []string{"other", oidctest.ClientID}
		}}
		p := discovered(t, o)
		answer, pending := begin(t, p, i)
		if got, err := p.Finish(t.Context(), pending, answer, time.Now()); codeOf(err) != want {
			t.Errorf("%s: %+v, %v", party, got, err)
		}
	}
}

// An exchange starts without its issuer; people sign in once that was found, and those
// who try before read why not. If it is gone later, that is said too.
func TestIssuerThatIsDown(t *testing.T) {
	i := oidctest.Start(t, redirect, liNa)
	i.Down(true)
	p := oidc.New(options(i))
	if err := p.Discover(t.Context()); err == nil || !strings.Contains(err.Error(), i.URL) {
		t.Errorf("%v", err)
	}
	if _, _, err := p.Begin(); codeOf(err) != "issuer-unavailable" {
		t.Errorf("%v", err)
	}
	if _, err := p.Finish(t.Context(), oidc.Pending{}, nil, time.Now()); codeOf(err) != "issuer-unavailable" {
		t.Errorf("%v", err)
	}
	i.Down(false)
	if err := p.Discover(t.Context()); err != nil {
		t.Fatal(err)
	}
	answer, pending := begin(t, p, i)
	i.Down(true)
	if _, err := p.Finish(t.Context(), pending, answer, time.Now()); codeOf(err) != "issuer-unavailable" {
		t.Errorf("%v", err)
	}
	if err := p.Discover(t.Context()); err == nil {
		t.Error("an issuer that is down was discovered")
	}
	i.Down(false)
	if _, err := p.Finish(t.Context(), pending, answer, time.Now()); err != nil {
		t.Errorf("what was discovered once is forgotten: %v", err)
	}
}

// A secret that the issuer does not know is no fault of the person's.
func TestWrongSecret(t *testing.T) {
	i := oidctest.Start(t, redirect, liNa)
	o := options(i)
	o.ClientSecret = "x"
	p := discovered(t, o)
	answer, pending := begin(t, p, i)
	if _, err := p.Finish(t.Context(), pending, answer, time.Now()); codeOf(err) != "sign-in-refused" || !strings.Contains(err.Error(), "client") {
		t.Errorf("%v", err)
	}
}

// A token of the issuer that names nobody, or has no list of groups, does not count.
func TestTokensOfOthers(t *testing.T) {
	for name, person := range map[string]oidctest.Person{
		"nobody":   {Subject: "7c\u202e1f", Name: "li.na"},
		"no list":  {Subject: "7c1f0a", Name: "li.na", Claims: map[string]any{"groups": map[string]any{"a": 1}}},
		"no texts": {Subject: "7c1f0a", Name: "li.na", Claims: map[string]any{"groups": []int{1}}},
	} {
		want := map[bool]string{true: "sign-in-refused", false: "sign-in-untrusted"}[strings.HasPrefix(name, "no ")]
		i := oidctest.Start(t, redirect, person)
		p := discovered(t, options(i))
		answer, pending := begin(t, p, i)
		if got, err := p.Finish(t.Context(), pending, answer, time.Now()); codeOf(err) != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// Discovery is of the issuer that is configured, and of nobody less secure.
func TestDiscoveryThatIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"another issuer":  `{"issuer": "https://other.example", "authorization_endpoint": "https://id.example/a", "token_endpoint": "https://id.example/t", "jwks_uri": "https://id.example/k"}`,
		"a plain address": `{"issuer": "https://id.example", "authorization_endpoint": "https://id.example/a", "token_endpoint": "http://id.example/t", "jwks_uri": "https://id.example/k"}`,
		"a script":        `{"issuer": "https://id.example", "authorization_endpoint": "javascript:alert(1)", "token_endpoint": "https://id.example/t", "jwks_uri": "https://id.example/k"}`,
		"a redirect":      "",
		"too much":        strings.TrimSuffix(metadata, "}") + `, "more": "` + strings.Repeat("x", 2<<20) + `"}`,
	} {
		p := oidc.New(oidc.Options{Issuer: "https://id.example", Transport: answering(text)})
		if err := p.Discover(t.Context()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	p := oidc.New(oidc.Options{Issuer: "https://id.example", Transport: answering(metadata)})
	if err := p.Discover(t.Context()); err != nil || p.SignOut("") != "" {
		t.Errorf("%v, %q", err, p.SignOut(""))
	}
}

const metadata = `{"issuer": "https://id.example", "authorization_endpoint": "https://id.example/a", "token_endpoint": "https://id.example/t", "jwks_uri": "https://id.example/k"}`

// An answering transport answers everything with a text, or, without one, with a redirect
// to where the right one is.
type answering string

func (a answering) RoundTrip(r *http.Request) (*http.Response, error) {
	response := &http.Response{StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(string(a))), Request: r}
	if a == "" && r.URL.Host == "other.example" {
		response.Body = io.NopCloser(strings.NewReader(metadata))
	} else if a == "" {
		response.StatusCode = http.StatusFound
		response.Header.Set("Location", "https://other.example/")
	}
	return response, nil
}

// Who signs out at the issuer comes back. With the ID token, the issuer ends its session
// without a question.
func TestSignOut(t *testing.T) {
	i := oidctest.Start(t, redirect)
	p := oidc.New(options(i))
	if p.SignOut("") != "" {
		t.Error("an address of an issuer that is not known")
	}
	p = discovered(t, options(i))
	for _, token := range []string{"", "e30.e30.x&y"} {
		query := location(t, p.SignOut(token))
		if !strings.HasPrefix(p.SignOut(token), i.URL+"/") || query.Get("client_id") != oidctest.ClientID || query.Get("post_logout_redirect_uri") != "https://beibu.example/console/" ||
			query.Get("id_token_hint") != token || query.Has("id_token_hint") != (token != "") {
			t.Errorf("%s", p.SignOut(token))
		}
	}
}

// A session at the issuer is known by the name that its ID token gives it.
func TestSessionsOfIssuer(t *testing.T) {
	for sid, want := range map[string]string{"08a5019c-17e1-4977-8f42-65a12843ea02": "08a5019c-17e1-4977-8f42-65a12843ea02", "s\u202e1": ""} {
		person := liNa
		person.Claims = map[string]any{"sid": sid}
		i := oidctest.Start(t, redirect, person)
		p := discovered(t, options(i))
		answer, pending := begin(t, p, i)
		got, err := p.Finish(t.Context(), pending, answer, time.Now())
		if err != nil || got.SID != want {
			t.Errorf("%q: %+v, %v", sid, got, err)
		}
	}
}

// marshalled returns a value as JSON.
func marshalled(t *testing.T, value any) []byte {
	t.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// A name that people cannot read, or none, is replaced by the subject.
func TestNamesOfPeople(t *testing.T) {
	for name, want := range map[string]string{"li.na": "li.na", "李娜": "李娜", "li\u202ena": "7c1f0a", " li": "7c1f0a", strings.Repeat("l", 200): "7c1f0a"} {
		i := oidctest.Start(t, redirect, oidctest.Person{Subject: "7c1f0a", Name: name})
		p := discovered(t, options(i))
		address, pending, err := p.Begin()
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Finish(t.Context(), pending, i.SignIn(t, address, name).Query(), time.Now())
		if err != nil || got.Name != want {
			t.Errorf("%q: %+v, %v", name, got, err)
		}
	}
}
