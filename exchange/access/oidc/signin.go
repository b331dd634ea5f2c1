package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"beibu/exchange"
	"beibu/exchange/access"
)

// Bounds of what the issuer says of a person, in bytes.
const (
	maxName    = 128
	maxSubject = 255 // OpenID Connect Core 1.0 section 2
)

// A Pending sign-in is what the browser keeps while the person is at the issuer, sealed
// so that nobody reads or changes it.
type Pending struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"` // of RFC 7636
}

// Begin returns the address of the issuer to which the browser is sent, and what
// [Provider.Finish] needs when it comes back. It fails with an [exchange.Error] if the
// issuer has not answered yet.
func (p *Provider) Begin() (address string, pending Pending, err error) {
	found, err := p.discovered()
	if err != nil {
		return "", Pending{}, err
	}
	pending = Pending{State: oauth2.GenerateVerifier(), Nonce: oauth2.GenerateVerifier(), Verifier: oauth2.GenerateVerifier()}
	return found.oauth.AuthCodeURL(pending.State, oidc.Nonce(pending.Nonce), oauth2.S256ChallengeOption(pending.Verifier)), pending, nil
}

// A SignedIn person is who has signed in, with the ID token that says so.
type SignedIn struct {
	access.Person

	Token string
}

// Finish returns the person that has signed in, from the query with which the issuer sends
// the browser back. It fails with an [exchange.Error] whose code says who has to act.
func (p *Provider) Finish(ctx context.Context, pending Pending, answer url.Values, now time.Time) (SignedIn, error) {
	found, err := p.discovered()
	if err != nil {
		return SignedIn{}, err
	}
	if err := p.checkAnswer(pending, answer); err != nil {
		return SignedIn{}, err
	}
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.client), patience)
	defer cancel()
	tokens, err := found.oauth.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(pending.Verifier))
	if err != nil {
		return SignedIn{}, p.notExchanged(err)
	}
	raw, _ := tokens.Extra("id_token").(string)
	verifier := found.provider.Verifier(&oidc.Config{ClientID: p.options.ClientID, Now: func() time.Time { return now }})
	token, err := verifier.Verify(ctx, raw)
	if err != nil {
		return SignedIn{}, untrusted(err)
	}
	person, err := p.person(token, pending, now)
	return SignedIn{person, raw}, err
}

// checkAnswer checks that the answer is to this sign-in, from this issuer (RFC 9207), and
// has a code.
func (p *Provider) checkAnswer(pending Pending, answer url.Values) error {
	if pending.State == "" || subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(pending.State)) == 0 {
		return expired()
	}
	if from := answer.Get("iss"); from != "" && from != p.options.Issuer {
		return untrusted(errors.New("the answer is another issuer's"))
	}
	if code := answer.Get("error"); code != "" {
		return failure(exchange.Forbidden, "sign-in-refused", exchange.Because(
			"%s refused the sign-in: %.64q %.200q", "%s 拒绝了登录：%.64q %.200q", p.options.Issuer, code, answer.Get("error_description"),
		))
	}
	if answer.Get("code") == "" {
		return expired()
	}
	return nil
}

// notExchanged is the failure of a code that brought no tokens.
func (p *Provider) notExchanged(err error) error {
	refusal, answered := errors.AsType[*oauth2.RetrieveError](err)
	switch {
	case !answered || refusal.Response.StatusCode >= http.StatusInternalServerError:
		return p.unreachable()
	case refusal.ErrorCode == "invalid_grant":
		return expired()
	}
	return failure(exchange.Forbidden, "sign-in-refused", exchange.Because(
		"%s does not accept this exchange as its client: %.64q", "%s 不接受本平台作为其客户端：%.64q", p.options.Issuer, refusal.ErrorCode,
	))
}

// person reads a token that was verified.
func (p *Provider) person(token *oidc.IDToken, pending Pending, now time.Time) (access.Person, error) {
	var claims map[string]any
	if err := token.Claims(&claims); err != nil {
		return access.Person{}, untrusted(err)
	}
	party, _ := claims["azp"].(string)
	switch {
	case subtle.ConstantTimeCompare([]byte(token.Nonce), []byte(pending.Nonce)) == 0:
		return access.Person{}, untrusted(errors.New("its nonce is another sign-in's"))
	case party != "" && party != p.options.ClientID:
		return access.Person{}, untrusted(errors.New("it was issued to another client"))
	case !printable(token.Subject, maxSubject):
		return access.Person{}, untrusted(errors.New("it names no person"))
	case token.IssuedAt.IsZero() || token.IssuedAt.After(now.Add(leeway)):
		return access.Person{}, untrusted(errors.New("it was issued at no time, or later than now"))
	}
	values, err := valuesAt(claims, p.options.Claim)
	if err != nil {
		return access.Person{}, err
	}
	name, _ := claims["preferred_username"].(string)
	if !printable(name, maxName) {
		name = token.Subject
	}
	sid, _ := claims["sid"].(string)
	if !printable(sid, maxSubject) {
		sid = ""
	}
	return access.Person{Issuer: token.Issuer, Subject: token.Subject, Name: name, Values: values, SID: sid, At: token.IssuedAt}, nil
}

// printable reports whether a text is one that people can read, of 1 to a number of bytes.
func printable(text string, most int) bool {
	return text != "" && len(text) <= most && text == strings.TrimSpace(text) &&
		!strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar })
}

// expired is the failure of an answer that belongs to no sign-in of this browser, or to
// one that took too long or is over.
func expired() error {
	return failure(exchange.Stale, "sign-in-expired", exchange.Because(
		"this sign-in is over, or was started in another browser: start again", "该登录已结束，或由另一浏览器发起：请重新登录",
	))
}

// untrusted is the failure of a token that does not count.
func untrusted(err error) error {
	return failure(exchange.Unauthenticated, "sign-in-untrusted", exchange.Because(
		"the issuer's token does not count: %.200s", "身份提供方的令牌无效：%.200s", err.Error(),
	))
}
