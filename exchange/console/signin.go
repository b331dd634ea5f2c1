package console

import (
	"crypto/rand"
	"crypto/x509"
	"net/http"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/console/session"
	"beibu/queue"
)

// cookieName is of the cookie that holds a session. Browsers take one with this prefix
// from this host alone, over TLS or on loopback.
const cookieName = "__Host-beibu"

// authenticate sets the principal of a visit by its session. It fails with an
// *exchange.Error of kind Unauthenticated if there is none, or if it is over: it was idle
// or lasted too long, its caller has signed out or was signed out by the issuer, its
// credential is no longer in force, or it began with a client certificate that this
// connection has not shown.
func (v *visit) authenticate() error {
	cookie, err := v.r.Cookie(cookieName)
	if err != nil {
		return access.ErrNoCredentials
	}
	limits := v.server.Limits.Sessions
	one, err := v.server.Sessions.Open(cookie.Value)
	if err != nil || limits.Ended(one, v.began) {
		return access.ErrUnknownCredentials
	}
	who, err := v.resolve(one)
	if err != nil {
		return err
	}
	v.who, v.session = who, one
	if v.server.Authenticated != nil {
		v.server.Authenticated(v.r)
	}
	if limits.Due(one, v.began) && !v.screen.live { // who only watches is idle
		one.Seen = v.began
		return v.keep(one)
	}
	return nil
}

// resolve returns the principal of a session by the configuration of the visit.
func (v *visit) resolve(one session.Session) (access.Principal, error) {
	if v.server.SignIns.Ended(one.ID, one.Person) {
		return access.Principal{}, access.ErrUnknownCredentials
	}
	if one.Person != nil {
		return v.now.People.Principal(*one.Person)
	}
	who, known := v.now.Credentials.Resolve(one.Name, one.Fingerprint)
	if !known {
		return access.Principal{}, access.ErrUnknownCredentials
	}
	if !one.ByCertificate {
		return who, nil
	}
	if one.Fingerprint != access.CertificateFingerprint(v.certificate()) {
		return access.Principal{}, access.ErrUnknownCredentials
	}
	return v.now.Credentials.Authenticate("", v.certificate(), time.Now()) // it may have ended since
}

// certificate returns the client certificate of the connection, or nil.
func (v *visit) certificate() *x509.Certificate {
	if v.r.TLS == nil || len(v.r.TLS.PeerCertificates) == 0 {
		return nil
	}
	return v.r.TLS.PeerCertificates[0]
}

// keep has the browser keep a session.
func (v *visit) keep(one session.Session) error {
	sealed, err := v.server.Sessions.Seal(one)
	if err != nil {
		return err
	}
	v.setCookie(cookieName, sealed, int(v.server.Limits.Sessions.Longest.Seconds()))
	return nil
}

func (v *visit) setCookie(name, value string, seconds int) { v.setCookieOf("/", name, value, seconds) }

// setCookieOf sets a cookie that browsers send with requests for a path alone.
func (v *visit) setCookieOf(path, name, value string, seconds int) {
	http.SetCookie(v.w, &http.Cookie{
		Name: name, Value: value, Path: path, MaxAge: seconds, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode,
	})
}

// signInPage is what the page of signing in shows.
type signInPage struct {
	Back        string
	Certificate string // of the credential that the connection's certificate belongs to, or ""
	Issuer      string // by which people sign in, or ""
}

// showSignIn answers GET /console/sign-in.
func (s *Server) showSignIn(v *visit) error {
	if !v.who.IsAnonymous() {
		return v.redirect(v.back(root))
	}
	return v.render("sign-in", v.signInPage())
}

func (v *visit) signInPage() signInPage {
	page := signInPage{Back: v.back(root)}
	if who, err := v.now.Credentials.Authenticate("", v.certificate(), v.began); err == nil {
		page.Certificate = who.Name
	}
	if v.server.Issuer != nil {
		page.Issuer = v.server.Issuer.Name()
	}
	return page
}

// signIn answers POST /console/sign-in: by the API key in the form, or by the client
// certificate if the form says so. The key is nowhere after that.
func (s *Server) signIn(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	one := session.Session{Began: v.began, Seen: v.began, ByCertificate: form.Get("by") == "certificate"}
	key, by := form.Get("key"), "API key"
	if one.ByCertificate {
		by = "client certificate"
		key, one.Fingerprint = "", access.CertificateFingerprint(v.certificate())
	} else {
		one.Fingerprint = access.KeyFingerprint(key)
	}
	who, err := v.now.Credentials.Authenticate(key, v.certificate(), v.began)
	if err == nil && key == "" && !one.ByCertificate {
		err = access.ErrNoCredentials // a form without a key does not sign in by the way
	}
	if err != nil {
		return v.again(err, "sign-in", v.signInPage())
	}
	one.Name = who.Name
	return v.open(one, "", by, v.back(root))
}

// open begins a session, which is in the record first, and redirects to a page. A person of
// the issuer comes with an ID token.
func (v *visit) open(one session.Session, token, by, back string) error {
	one.ID = rand.Text()
	sealed, err := v.server.Sessions.Seal(one)
	if err != nil {
		return err
	}
	if err := v.record(exchange.SignedIn, one.Name, by, one); err != nil {
		return err
	}
	v.setCookie(cookieName, sealed, int(v.server.Limits.Sessions.Longest.Seconds()))
	if one.Person != nil {
		v.keepToken(token)
	}
	v.server.Log.Info("signed in to the console", zap.String("caller", one.Name), zap.String("by", by), zap.String("request", v.id), zap.String("remote", v.r.RemoteAddr))
	return v.redirect(back)
}

// record records that a session began or ended.
func (v *visit) record(what exchange.State, name, by string, one session.Session) error {
	recorded := &exchange.Session{ID: one.ID}
	if who := one.Person; who != nil {
		recorded.Issuer, recorded.Subject, recorded.SID, recorded.Issued = who.Issuer, who.Subject, who.SID, who.At
	}
	return v.server.Recorder.Record(v.ctx(), exchange.Event{
		Subject: queue.Subject{Kind: queue.SubjectAction, ID: name}, Name: what, At: queue.Stored(v.began),
		Cause: exchange.Cause{Code: "console", Actor: name, Reason: by}, Session: recorded,
	})
}

// signOut answers POST /console/sign-out. The session ends even if that cannot be
// recorded: a person who leaves a shared machine has to be sure of it. Once it is recorded,
// no copy of the cookie is a session any more, on no node.
func (s *Server) signOut(v *visit) error {
	v.setCookie(cookieName, "", -1)
	token := v.takeToken()
	if !v.who.IsAnonymous() {
		err := v.record(exchange.SignedOut, v.who.Name, "", v.session)
		if err == nil {
			err = s.SignIns.CatchUp(v.ctx())
		}
		if err != nil {
			return err
		}
	}
	if v.session.Person == nil || s.Issuer == nil {
		return v.redirect(root + "sign-in")
	}
	return v.signOutThere(s.Issuer.SignOut(token))
}

// chooseLanguage answers POST /console/language.
func (s *Server) chooseLanguage(v *visit) error {
	form, err := v.form()
	if err != nil {
		return err
	}
	chosen := language(form.Get("lang"))
	if chosen != english && chosen != chinese {
		return &exchange.Error{Op: "choose language", Kind: exchange.BadRequest, Code: "parameter", Err: exchange.Because("lang is en or zh", "lang 应为 en 或 zh")}
	}
	v.setCookie(languageCookie, string(chosen), 365*24*3600)
	return v.redirect(v.back(root + "sign-in"))
}
