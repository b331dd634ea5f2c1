// Package oidc signs people in by an issuer of identities: OpenID Connect Core 1.0, with
// the authorization code flow, PKCE (RFC 7636), state and nonce. It returns who the
// person is and what the issuer says of it, an [access.Person]. What the person may do is
// the concern of [access.People].
package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/time/rate"

	"beibu/exchange"
)

// patience is how long the issuer may take for one answer, and maxAnswer how long it may
// be, in bytes. Its keys are fetched maxFetches times in a row, and then once a second: a
// token that its keys do not verify has them fetched, and anybody can send one.
const (
	patience   = 10 * time.Second
	maxAnswer  = 1 << 20
	maxFetches = 10
)

// Options say by which issuer people sign in.
type Options struct {
	Issuer       string   // its address, as its tokens have it
	ClientID     string   // by which the issuer knows the exchange
	ClientSecret string   // "" if the issuer asks for none
	Redirect     string   // the address to which the issuer sends people back
	SignedOut    string   // the same, after they have signed out at the issuer
	Scopes       []string // that are asked for in addition to openid
	Claim        string   // of the ID token, with the values that grants name: see [access.Grant]
	Transport    http.RoundTripper
}

// A Provider signs people in by one issuer. It is safe for concurrent use.
type Provider struct {
	options Options
	client  *http.Client
	fetches *rate.Limiter          // of the keys of the issuer
	issuer  atomic.Pointer[issuer] // nil before it was discovered
}

// An issuer is what discovery found.
type issuer struct {
	provider   *oidc.Provider
	oauth      oauth2.Config
	keys       string // the address of its keys
	endSession string // "" if it has none
}

// New returns a provider that has to discover its issuer: see [Provider.Discover].
func New(o Options) *Provider {
	p := &Provider{options: o, fetches: rate.NewLimiter(rate.Every(time.Second), maxFetches)}
	p.client = &http.Client{Transport: bounded{p}, Timeout: patience, CheckRedirect: refuseRedirect}
	return p
}

// Name returns the address of the issuer, for people.
func (p *Provider) Name() string { return p.options.Issuer }

// Discover reads the endpoints of the issuer (OpenID Connect Discovery 1.0). Before it
// has succeeded nobody signs in; if it fails later, what it found before stays.
func (p *Provider) Discover(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.client), p.options.Issuer)
	if err != nil {
		return fmt.Errorf("discover issuer %s: %.200s", p.options.Issuer, err.Error()) // which can hold the whole answer
	}
	var more struct {
		EndSession string   `json:"end_session_endpoint"`
		JWKS       string   `json:"jwks_uri"`
		Methods    []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := found.Claims(&more); err != nil {
		return fmt.Errorf("discover issuer %s: %w", p.options.Issuer, err)
	}
	endpoint := found.Endpoint()
	if err := p.checkEndpoints(endpoint.AuthURL, endpoint.TokenURL, more.JWKS, more.EndSession); err != nil {
		return fmt.Errorf("discover issuer %s: %w", p.options.Issuer, err)
	}
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if p.options.ClientSecret == "" || len(more.Methods) > 0 && !slices.Contains(more.Methods, "client_secret_basic") {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	p.issuer.Store(&issuer{provider: found, keys: more.JWKS, endSession: more.EndSession, oauth: oauth2.Config{
		ClientID: p.options.ClientID, ClientSecret: p.options.ClientSecret, Endpoint: endpoint,
		RedirectURL: p.options.Redirect, Scopes: append([]string{oidc.ScopeOpenID}, p.options.Scopes...),
	}})
	return nil
}

// checkEndpoints refuses endpoints that are no addresses, or that are less secure than
// the issuer itself. The last one may be missing.
func (p *Provider) checkEndpoints(endpoints ...string) error {
	for i, endpoint := range endpoints {
		if endpoint == "" && i == len(endpoints)-1 {
			continue
		}
		u, err := url.Parse(endpoint)
		if err != nil || u.Host == "" || u.Scheme != "https" && !strings.HasPrefix(p.options.Issuer, u.Scheme+"://") {
			return fmt.Errorf("%q is no address of an endpoint with the security of the issuer", endpoint)
		}
	}
	return nil
}

// discovered returns the issuer, or an [exchange.Error] if it was not discovered.
func (p *Provider) discovered() (*issuer, error) {
	if found := p.issuer.Load(); found != nil {
		return found, nil
	}
	return nil, p.unreachable()
}

// unreachable is the failure of a sign-in for which the issuer did not answer. Nothing was
// done, so the person may try again.
func (p *Provider) unreachable() error {
	return failure(exchange.Overloaded, "issuer-unavailable", exchange.Because(
		"%s, by which people sign in here, does not answer", "用于登录的身份提供方 %s 没有应答", p.options.Issuer,
	))
}

func failure(kind exchange.Kind, code string, why exchange.Reason) error {
	return &exchange.Error{Op: "sign in", Kind: kind, Code: code, Err: why}
}

// SignOut returns the address of the issuer at which a person signs out of the issuer too
// (OpenID Connect RP-Initiated Logout 1.0), or "" if it has none. With the ID token of the
// sign-in, the issuer knows who asks, and ends its session; without one it asks the person
// first.
func (p *Provider) SignOut(token string) string {
	found := p.issuer.Load()
	if found == nil || found.endSession == "" {
		return ""
	}
	address, err := url.Parse(found.endSession)
	if err != nil {
		return ""
	}
	query := address.Query()
	query.Set("client_id", p.options.ClientID)
	query.Set("post_logout_redirect_uri", p.options.SignedOut)
	if token != "" {
		query.Set("id_token_hint", token)
	}
	address.RawQuery = query.Encode()
	return address.String()
}

// refuseRedirect refuses to follow the issuer elsewhere with a code or a secret.
func refuseRedirect(*http.Request, []*http.Request) error {
	return errors.New("the issuer answers with a redirect")
}

// errFetched means that the keys of the issuer were fetched a moment ago.
var errFetched = errors.New("the keys of the issuer were fetched a moment ago, and are not fetched again now")

// A bounded transport reads no more than maxAnswer of an answer, and fetches the keys of the
// issuer no more often than is useful.
type bounded struct{ provider *Provider }

// RoundTrip is http.RoundTripper's.
func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	if known := b.provider.issuer.Load(); known != nil && r.URL.String() == known.keys && !b.provider.fetches.Allow() {
		return nil, errFetched
	}
	response, err := b.provider.options.Transport.RoundTrip(r)
	if err == nil {
		response.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(response.Body, maxAnswer), response.Body}
	}
	return response, err
}
