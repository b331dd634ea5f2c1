package console

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/access/oidc"
	"beibu/exchange/console/session"
)

const (
	// signInCookie is of the cookie that holds what a browser keeps while its person is at
	// the issuer, for at most signInTime.
	signInCookie = "__Host-beibu-sign-in"
	signInTime   = 10 * time.Minute

	// byIssuer is the value of "out" in the address to which a person of the issuer who
	// has signed out is sent.
	byIssuer = "issuer"
)

// startSignIn answers GET /console/oidc/start with the address of the issuer. A form could
// not: the policy of the pages has forms lead to the console alone.
func (s *Server) startSignIn(v *visit) error {
	if s.Issuer == nil {
		return errNoIssuer
	}
	address, pending, err := s.Issuer.Begin()
	if err != nil {
		return v.signInAgain(err, v.back(root))
	}
	sealed, err := s.Sessions.SealSignIn(session.SignIn{State: pending.State, Nonce: pending.Nonce, Verifier: pending.Verifier, Back: v.back(root), Began: v.began})
	if err != nil {
		return err
	}
	v.setCookie(signInCookie, sealed, int(signInTime.Seconds()))
	return v.redirect(address)
}

// finishSignIn answers GET /console/oidc/callback, to which the issuer sends people back.
func (s *Server) finishSignIn(v *visit) error {
	if s.Issuer == nil {
		return errNoIssuer
	}
	pending := v.signIn()
	v.setCookie(signInCookie, "", -1) // it counts once
	person, err := s.Issuer.Finish(v.ctx(), oidc.Pending{State: pending.State, Nonce: pending.Nonce, Verifier: pending.Verifier}, v.r.URL.Query(), v.began)
	if err != nil {
		return v.signInAgain(err, pending.Back)
	}
	person.Values = v.now.People.Named(person.Values)
	if _, err := v.now.People.Principal(person); err != nil {
		return v.signInAgain(err, pending.Back)
	}
	err = v.open(session.Session{Name: person.Name, Person: &person, Began: v.began, Seen: v.began},
		"issuer "+person.Issuer+", subject "+person.Subject+", "+strings.Join(person.Values, ", "), pending.Back)
	if errors.Is(err, session.ErrTooLong) {
		return v.signInAgain(errTooMany, pending.Back)
	}
	return err
}

// signInAgain shows why a sign-in has failed, and how to try again.
func (v *visit) signInAgain(err error, back string) error {
	page := v.signInPage()
	page.Back = cmp.Or(back, root)
	return v.again(err, "sign-in", page)
}

// signIn returns the sign-in that the browser has kept, or a zero one, which no answer of
// the issuer fits.
func (v *visit) signIn() session.SignIn {
	cookie, err := v.r.Cookie(signInCookie)
	if err != nil {
		return session.SignIn{}
	}
	pending, err := v.server.Sessions.OpenSignIn(cookie.Value)
	if err != nil || v.began.Sub(pending.Began) >= signInTime {
		return session.SignIn{}
	}
	return pending
}

var (
	errNoIssuer = &exchange.Error{Op: "sign in", Kind: exchange.NotFound, Err: exchange.Because(
		"people do not sign in by an issuer here", "本平台未配置身份提供方",
	)}
	errTooMany = &exchange.Error{Op: "sign in", Kind: exchange.Forbidden, Code: "sign-in-refused", Err: exchange.Because(
		"you have more groups that count here than a session can hold", "您在本平台有效的组过多，会话无法容纳",
	)}
)
