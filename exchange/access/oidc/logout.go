package oidc

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"beibu/exchange/access"
)

const (
	// MaxLogoutToken is the longest logout token that is read, in bytes.
	MaxLogoutToken = 16 << 10

	// logoutEvent is what a logout token is about.
	logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

	// leeway is how far the clocks of the issuer and the exchange may be apart.
	leeway = 5 * time.Minute
)

// logoutClaims are those of a logout token that no ID token has to have.
type logoutClaims struct {
	ID     string                     `json:"jti"`
	SID    string                     `json:"sid"`
	Events map[string]json.RawMessage `json:"events"`
	Nonce  json.RawMessage            `json:"nonce"`
}

// ReadLogout returns what a logout token says (OpenID Connect Back-Channel Logout 1.0
// section 2.6). The signature is verified last, so that a token that says nothing valid costs
// the issuer no request. It fails with an [exchange.Error].
func (p *Provider) ReadLogout(ctx context.Context, raw string, now time.Time) (access.Logout, error) {
	found, err := p.discovered()
	if err != nil {
		return access.Logout{}, err
	}
	if len(raw) > MaxLogoutToken {
		return access.Logout{}, untrusted(errors.New("it is too long"))
	}
	if err := checkType(raw); err != nil {
		return access.Logout{}, untrusted(err)
	}
	config := oidc.Config{ClientID: p.options.ClientID, Now: func() time.Time { return now }, InsecureSkipSignatureCheck: true}
	token, err := found.provider.Verifier(&config).Verify(ctx, raw)
	if err != nil {
		return access.Logout{}, untrusted(err)
	}
	logout, err := logoutOf(token, now)
	if err != nil {
		return access.Logout{}, untrusted(err)
	}
	config.InsecureSkipSignatureCheck = false
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), patience)
	defer cancel()
	if _, err := found.provider.Verifier(&config).Verify(ctx, raw); err != nil {
		return access.Logout{}, untrusted(err)
	}
	return logout, nil
}

// checkType refuses a token that says that it is of another type (RFC 8725 section 3.11).
// Many issuers say no more than that it is a JWT.
func checkType(raw string) error {
	head, _, _ := strings.Cut(raw, ".")
	text, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil {
		return errors.New("it is no JWT")
	}
	var header struct {
		Type string `json:"typ"`
	}
	if err := json.Unmarshal(text, &header); err != nil {
		return errors.New("it is no JWT")
	}
	if !slices.Contains([]string{"", "jwt", "logout+jwt"}, strings.TrimPrefix(strings.ToLower(header.Type), "application/")) {
		return errors.New("it is a token of another type")
	}
	return nil
}

// logoutOf returns what a token says whose issuer, audience and end were checked.
func logoutOf(token *oidc.IDToken, now time.Time) (access.Logout, error) {
	var claims logoutClaims
	if err := token.Claims(&claims); err != nil {
		return access.Logout{}, errors.New("its claims are of other types than those of a logout token")
	}
	var event map[string]any
	switch {
	case json.Unmarshal(claims.Events[logoutEvent], &event) != nil || event == nil:
		return access.Logout{}, errors.New("it is about no logout")
	case claims.Nonce != nil:
		return access.Logout{}, errors.New("it has a nonce, as no logout token has")
	case !printable(claims.ID, maxSubject):
		return access.Logout{}, errors.New("it has no id")
	case token.IssuedAt.IsZero() || token.IssuedAt.After(now.Add(leeway)):
		return access.Logout{}, errors.New("it was issued at no time, or later than now")
	case token.Subject == "" && claims.SID == "":
		return access.Logout{}, errors.New("it names neither a person nor a session")
	case token.Subject != "" && !printable(token.Subject, maxSubject), claims.SID != "" && !printable(claims.SID, maxSubject):
		return access.Logout{}, errors.New("it names a person or a session that cannot be")
	}
	return access.Logout{Issuer: token.Issuer, Subject: token.Subject, SID: claims.SID, Token: claims.ID, At: token.IssuedAt}, nil
}
