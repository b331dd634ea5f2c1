package console

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/access/oidc"
	"beibu/exchange/console/session"
)

const (
	// signInCookie is of the cookie that holds what a browser keeps while its person is at
	// the issuer, for at most signInTime.
	signInCookie = "__Host-beibu-sign-in"
	signInTime   = 10 * time.Minute

	// tokenCookie is of the cookie that holds the ID token of a person, by which the issuer
	// knows who signs out. Browsers send it to tokenPath alone.
	tokenCookie = "__Secure-beibu-sign-out"
	tokenPath   = root + "sign-out"
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
	found, err := s.Issuer.Finish(v.ctx(), oidc.Pending{State: pending.State, Nonce: pending.Nonce, Verifier: pending.Verifier}, v.r.URL.Query(), v.began)
	if err != nil {
		return v.signInAgain(err, pending.Back)
	}
	person := found.Person
	person.Values = v.now.People.Named(person.Values)
	if _, err := v.now.People.Principal(person); err != nil {
		return v.signInAgain(err, pending.Back)
	}
	err = v.open(session.Session{Name: person.Name, Person: &person, Began: v.began, Seen: v.began}, found.Token,
		"issuer "+person.Issuer+", subject "+person.Subject+", "+strings.Join(person.Values, ", "), pending.Back)
	if errors.Is(err, session.ErrTooLong) {
		return v.signInAgain(errTooMany, pending.Back)
	}
	return err
}

// keepToken has the browser keep the ID token of a person until the sign-out. Without one
// that is too long for a cookie, the issuer asks the person before it ends its session.
func (v *visit) keepToken(token string) {
	seconds := int(v.server.Limits.Sessions.Longest.Seconds())
	sealed, err := v.server.Sessions.SealToken(token)
	if err != nil {
		sealed, seconds = "", -1
	}
	v.setCookieOf(tokenPath, tokenCookie, sealed, seconds)
}

// takeToken returns the ID token that the browser has kept, or "", and has it keep it no
// longer.
func (v *visit) takeToken() string {
	cookie, err := v.r.Cookie(tokenCookie)
	if err != nil {
		return ""
	}
	v.setCookieOf(tokenPath, tokenCookie, "", -1)
	token, err := v.server.Sessions.OpenToken(cookie.Value)
	if err != nil {
		return ""
	}
	return token
}

// signOutThere sends a person who has signed out here to an address of the issuer, to sign
// out there too. A redirect could not: the policy of the pages has forms lead to the console
// alone.
func (v *visit) signOutThere(address string) error {
	if address == "" {
		return v.redirect(root + "sign-in")
	}
	v.who = access.Principal{} // the page is nobody's
	v.title = exchange.Text{EN: "Signed out", ZH: "已退出"}
	v.w.Header().Set("Refresh", "0; url="+address)
	return v.render("signed-out", address)
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
