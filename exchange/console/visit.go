package console

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/admission"
	"beibu/exchange/answer"
	"beibu/exchange/console/session"
)

// A visit is one request that is being answered. It belongs to one goroutine.
type visit struct {
	server  *Server
	w       http.ResponseWriter
	r       *http.Request
	id      string // of the request
	began   time.Time
	now     *access.InForce  // by which it is answered, whole
	who     access.Principal // zero before the caller has signed in
	session session.Session
	lang    language
	screen  screen
	title   exchange.Text            // of the page
	ticket  *admission.Ticket        // what it holds until the answer is written
	problem *answer.Problem          // shown above the page
	kinds   map[string]exchange.Text // names of the kinds, once they are asked for
	nonce   string                   // of the page's scripts and their attributes
	cancel  context.CancelFunc

	// For the log alone.
	status  int // 0 until the answer is written
	code    string
	failure error
}

// The headers of every answer.
const securityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'"

// ServeHTTP answers a request. Every answer that is no page is an error page.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", securityPolicy)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	s.handler.ServeHTTP(w, r)
}

func (s *Server) newVisit(w http.ResponseWriter, r *http.Request) *visit {
	v := &visit{
		server: s, w: w, r: r, id: rand.Text(), nonce: rand.Text(), began: time.Now(), now: s.Current.Load(),
		lang: languageOf(r), cancel: func() {},
	}
	w.Header().Set("X-Request-Id", v.id)
	return v
}

// maxForm is the longest form, in bytes. A screen that takes a document reads it itself.
const maxForm = 64 << 10

// bound limits the time of a visit, and the form that it reads.
func (v *visit) bound() {
	v.title = v.screen.title
	connection := http.NewResponseController(v.w) // one without deadlines, as in tests, has none
	ctx := v.r.Context()
	if v.screen.live {
		ctx, v.cancel = context.WithCancel(ctx)
		context.AfterFunc(v.server.draining, v.cancel)
	} else {
		limit := v.server.Admission.Limits().Request
		ctx, v.cancel = context.WithTimeout(ctx, limit)
		_ = connection.SetWriteDeadline(v.began.Add(limit + v.server.Limits.Body))
	}
	v.r = v.r.WithContext(ctx)
	if v.r.ContentLength != 0 {
		_ = connection.SetReadDeadline(v.began.Add(v.server.Limits.Body))
	}
}

// admit lets a visit in: its caller has signed in, unless the screen is public, and may do
// what the screen does.
func (v *visit) admit() error {
	err := v.authenticate()
	if err != nil && !v.screen.action.IsPublic() {
		return err
	}
	if v.ticket, err = v.server.Admission.Admit(v.now.InForce, v.who, v.screen.action); err != nil {
		return err
	}
	if !v.who.BreakGlass {
		return nil
	}
	v.server.Log.Warn("break-glass account used", zap.String("caller", v.who.Name), zap.String("method", v.r.Method),
		zap.String("route", v.r.Pattern), zap.String("request", v.id), zap.String("remote", v.r.RemoteAddr))
	return v.server.BreakGlass.Use(v.r.Context(), v.who.Name, v.r.Pattern, v.began)
}

// ctx returns the context of the request.
func (v *visit) ctx() context.Context { return v.r.Context() }

// may reports whether the caller may do what an action is called.
func (v *visit) may(action access.Action) bool {
	return !v.who.IsAnonymous() && v.who.May(action) == nil
}

// redirect answers with the address of a page of the console, which the browser then asks
// for.
func (v *visit) redirect(address string) error {
	v.status = http.StatusSeeOther
	http.Redirect(v.w, v.r, address, v.status) //nolint:gosec // back lets no other address through
	return nil
}

// isPart reports whether a script asks, which puts a part of the answer into its page.
func (v *visit) isPart() bool { return v.r.Header.Get("Hx-Request") != "" }

// back returns the page of the console that a form or an address names as "back", with its
// filters, or else another.
func (v *visit) back(otherwise string) string {
	address := v.r.FormValue("back")
	u, err := url.Parse(address)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(u.Path, root) || strings.ContainsAny(address, "\\\r\n") {
		return otherwise
	}
	return address
}

// form reads the fields of a form. It fails with an *exchange.Error of kind BadRequest.
func (v *visit) form() (url.Values, error) {
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	if err := v.r.ParseForm(); err != nil {
		return nil, &exchange.Error{Op: "read form", Kind: exchange.BadRequest, Code: "body", Err: exchange.Because("the form cannot be read", "表单无法读取")}
	}
	return v.r.PostForm, nil
}

// render answers with a page: a template that is called like the screen, with its data.
func (v *visit) render(name string, data any) error { return v.page(http.StatusOK, name, data) }

// again shows a page with the problem that an error is, and the form as it was filled in.
func (v *visit) again(err error, name string, data any) error {
	v.note(err)
	return v.page(v.problem.Status, name, data)
}

// note has the page show a problem.
func (v *visit) note(err error) {
	p, _ := answer.ProblemOf(err, v.id)
	v.problem, v.code, v.failure = &p, p.Code, err
}

// page answers with a status and a page.
func (v *visit) page(status int, name string, data any) error {
	body, err := v.server.pages.page(v, name, data)
	if err != nil {
		return err
	}
	if err := v.ticket.ReserveAnswer(len(body)); err != nil {
		return err
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.status = status
	v.w.WriteHeader(status)
	_, _ = v.w.Write(body) //nolint:gosec // templates have escaped it; if it fails, nobody is left to be answered
	return nil
}

// fail answers with the page of an error. Who has not signed in is asked to.
func (v *visit) fail(err error) {
	if v.status != 0 {
		v.failure = err
		return // half an answer is written, and the connection ends
	}
	v.note(err)
	if v.problem.Status == http.StatusUnauthorized && v.r.Method == http.MethodGet && !v.screen.action.IsPublic() {
		v.signInFirst()
		return
	}
	v.title = exchange.Text{EN: v.problem.Title, ZH: v.problem.ZH.Title}
	if broken := v.page(v.problem.Status, "problem", nil); broken != nil {
		v.failure = errors.Join(err, broken)
		v.status = http.StatusInternalServerError
		http.Error(v.w, "internal", v.status)
	}
}

// signInFirst sends a visitor to the page of signing in, and from there back.
func (v *visit) signInFirst() {
	address := root + "sign-in?back=" + url.QueryEscape(v.r.URL.RequestURI())
	if v.isPart() { // the whole page has to go
		v.w.Header().Set("Hx-Redirect", root+"sign-in")
		v.status = http.StatusUnauthorized
		v.w.WriteHeader(v.status)
		return
	}
	_ = v.redirect(address)
}

// finish logs a visit that was answered, and gives back what it holds.
func (v *visit) finish() {
	value := recover()
	if value == http.ErrAbortHandler { //nolint:errorlint // net/http compares it
		defer panic(value) // half a file must not pass for a whole one
	} else if value != nil {
		v.server.Log.Error("panic", zap.String("request", v.id), zap.String("route", v.r.Pattern), zap.Any("value", value), zap.ByteString("stack", debug.Stack()))
		if v.status != 0 {
			panic(http.ErrAbortHandler) // half an answer must not pass for a whole one
		}
		v.fail(errPanic)
	}
	v.ticket.Release()
	level := zap.InfoLevel
	if v.status >= http.StatusInternalServerError && exchange.KindOf(v.failure) != exchange.Overloaded {
		level = zap.ErrorLevel
	}
	fields := []zap.Field{
		zap.String("request", v.id), zap.String("method", v.r.Method), zap.String("route", v.r.Pattern), zap.Int("status", v.status),
		zap.Duration("seconds", time.Since(v.began)), zap.String("caller", v.who.Name), zap.String("party", v.who.Party), zap.String("remote", v.r.RemoteAddr),
	}
	if v.code != "" {
		fields = append(fields, zap.String("code", v.code))
	}
	if v.failure != nil && level == zap.ErrorLevel { // what the caller did wrong may quote the document
		fields = append(fields, zap.Error(v.failure))
	}
	v.server.Log.Log(level, "page", fields...)
}

// errPanic represents a panic in the answer and the log.
var errPanic = errors.New("panic")
