// Package oidctest has an issuer of identities for tests: an OpenID provider that was
// certified, with people and groups that a test chooses.
package oidctest

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// ClientID and ClientSecret are those of the one client.
const (
	ClientID     = "beibu"
	ClientSecret = "a secret of the tests"
)

// A Person is somebody whom the issuer knows.
type Person struct {
	Subject, Name string
	Groups        []string
	Claims        map[string]any // in addition
}

// An Issuer is a provider that runs until the test ends.
type Issuer struct {
	URL string

	people   people
	storage  *store
	provider *op.Provider
	down     atomic.Bool
}

// Start starts an issuer that knows people, and sends them back to an address.
func Start(tb testing.TB, redirect string, all ...Person) *Issuer {
	tb.Helper()
	i := &Issuer{people: people(all)}
	server := httptest.NewServer(i)
	tb.Cleanup(server.Close)
	i.URL = server.URL
	known := storage.WebClient(ClientID, ClientSecret, redirect)
	i.storage = &store{storage.NewStorageWithClients(i.people, map[string]*storage.Client{ClientID: known}), client{known}, i.people}
	var err error
	i.provider, err = op.NewProvider(&op.Config{
		CryptoKey: sha256.Sum256([]byte("test")), CodeMethodS256: true, AuthMethodPost: true, DefaultLogoutRedirectURI: "/signed-out",
	}, i.storage, op.StaticIssuer(i.URL), op.WithAllowInsecure())
	if err != nil {
		tb.Fatal(err)
	}
	return i
}

// Down makes the issuer fail, or serve again.
func (i *Issuer) Down(down bool) { i.down.Store(down) }

// ServeHTTP is http.Handler's.
func (i *Issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if i.down.Load() {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	i.provider.ServeHTTP(w, r)
}

// SignIn does what a browser and a person do at the issuer, from the address to which the
// exchange has sent them on. It returns the address to which the issuer sends them back.
func (i *Issuer) SignIn(tb testing.TB, address, name string) *url.URL {
	tb.Helper()
	id := location(tb, address).Query().Get("id")
	if err := i.storage.CheckUsernamePassword(name, password, id); err != nil {
		tb.Fatal(err)
	}
	return location(tb, i.URL+op.AuthCallbackURL(i.provider)(tb.Context(), id))
}

// Sign returns a token with claims that the issuer has signed, of a type, or of none if it
// is "".
func (i *Issuer) Sign(tb testing.TB, kind string, claims map[string]any) string {
	tb.Helper()
	known, err := i.storage.SigningKey(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	key, ok := known.Key().(*rsa.PrivateKey)
	if !ok {
		tb.Fatalf("the issuer signs by a %T", known.Key())
	}
	header := map[string]any{"alg": "RS256", "kid": known.ID()}
	if kind != "" {
		header["typ"] = kind
	}
	token := encoded(tb, header) + "." + encoded(tb, claims)
	digest := sha256.Sum256([]byte(token))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, digest[:])
	if err != nil {
		tb.Fatal(err)
	}
	return token + "." + base64.RawURLEncoding.EncodeToString(signature)
}

// encoded returns a part of a token.
func encoded(tb testing.TB, part map[string]any) string {
	tb.Helper()
	text, err := json.Marshal(part)
	if err != nil {
		tb.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

// Logout returns the claims of a logout token of the issuer that was issued at a time and
// ends two minutes later, with the claims that say whose, and further changes. A change to
// nil leaves a claim out.
func (i *Issuer) Logout(at time.Time, changes map[string]any) map[string]any {
	claims := map[string]any{
		"iss": i.URL, "aud": []string{ClientID}, "iat": at.Unix(), "exp": at.Add(2 * time.Minute).Unix(), "jti": "bWJq",
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}},
	}
	for name, value := range changes {
		if claims[name] = value; value == nil {
			delete(claims, name)
		}
	}
	return claims
}

// location returns where an address redirects to.
func location(tb testing.TB, address string) *url.URL {
	tb.Helper()
	request, err := http.NewRequestWithContext(tb.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		tb.Fatal(err)
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		tb.Fatal(err)
	}
	_ = response.Body.Close()
	to, err := response.Location()
	if err != nil {
		tb.Fatalf("%s: %s, %v", address, response.Status, err)
	}
	return to
}

// password is everybody's.
const password = "mangrove"

// people are the issuer's storage of people.
type people []Person

func (p people) find(is func(Person) bool) *storage.User {
	for _, one := range p {
		if is(one) {
			return &storage.User{ID: one.Subject, Username: one.Name, Password: password}
		}
	}
	return nil
}

// GetUserByID is storage.UserStore's.
func (p people) GetUserByID(id string) *storage.User {
	return p.find(func(one Person) bool { return one.Subject == id })
}

// GetUserByUsername is storage.UserStore's.
func (p people) GetUserByUsername(name string) *storage.User {
	return p.find(func(one Person) bool { return one.Name == name })
}

// ExampleClientID is storage.UserStore's.
func (p people) ExampleClientID() string { return "none" }

// store puts groups into tokens.
type store struct {
	*storage.Storage
	client client
	people people
}

// SetUserinfoFromRequest is op.CanSetUserinfoFromRequest's.
func (s *store) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, token op.IDTokenRequest, _ []string) error {
	for _, one := range s.people {
		if one.Subject == token.GetSubject() {
			info.Subject, info.PreferredUsername = one.Subject, one.Name
			info.AppendClaims("groups", one.Groups)
			info.AppendClaims("realm_access", map[string]any{"roles": one.Groups})
			for name, value := range one.Claims {
				info.AppendClaims(name, value)
			}
		}
	}
	return nil
}

// GetClientByClientID is op.Storage's.
func (s *store) GetClientByClientID(ctx context.Context, id string) (op.Client, error) {
	if _, err := s.Storage.GetClientByClientID(ctx, id); err != nil {
		return nil, err
	}
	return s.client, nil
}

// client has what the exchange asks for in its ID tokens.
type client struct{ *storage.Client }

// IDTokenUserinfoClaimsAssertion is op.Client's.
func (client) IDTokenUserinfoClaimsAssertion() bool { return true }

// LoginURL is op.Client's.
func (client) LoginURL(id string) string { return "/login?id=" + id }
