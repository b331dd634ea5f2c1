package public

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/ratings"
	"beibu/exchange/required"
)

//go:embed templates
var templateFiles embed.FS

//go:embed public.css
var style string

// Root is the path of the pages.
const Root = "/public/"

// maxForm bounds a form, in bytes.
const maxForm = 16 << 10

// policy lets the pages use their own style and send forms to this address, and nothing else.
var policy = func() string {
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}()

// Options are the parts of the pages. All are required.
type Options struct {
	Current *access.Current // holds the configuration in force
	Ratings ratings.Ratings
	Body    time.Duration // the longest that a form may take to arrive
}

// A Server has the pages. It is an http.Handler, safe for concurrent use.
type Server struct {
	Options

	pages   *template.Template
	handler http.Handler
	reads   *bounds
	writes  *bounds
}

// New returns the pages. It returns an error if a part is missing.
func New(o Options) (*Server, error) {
	err := required.Check("public pages", []struct {
		Name  string
		Given bool
	}{{"Current", o.Current != nil}, {"Ratings", o.Ratings.Index != nil}, {"Body", o.Body > 0}})
	if err != nil {
		return nil, err
	}
	s := &Server{Options: o, reads: newBounds(100*time.Millisecond, 100, 200), writes: newBounds(time.Minute, 10, 20)}
	if s.pages, err = template.New("").Funcs(functions).ParseFS(templateFiles, "templates/*.html"); err != nil {
		return nil, fmt.Errorf("parse public pages: %w", err)
	}
	mux := http.NewServeMux()
	for pattern, serve := range map[string]func(*visit) error{
		"GET /public/{$}":                           s.listItems,
		"GET /public/items.csv":                     s.exportCSV,
		"GET /public/items.json":                    s.exportJSON,
		"GET /public/items/{unit}/{kind}":           s.showItem,
		"POST /public/items/{unit}/{kind}/question": s.ask,
		"GET /public/rate/{link}":                   s.showRate,
		"POST /public/rate/{link}":                  s.rate,
		"POST /public/rate/{link}/answer":           s.gradeAnswer,
		"GET /public/question/{link}":               s.showQuestion,
		"POST /public/question/{link}/answer":       s.gradeAnswer,
		"/": func(*visit) error {
			return &exchange.Error{Op: "find page", Kind: exchange.NotFound, Err: exchange.Because("there is no such page", "没有该页面")}
		},
	} {
		mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, serve) })
	}
	s.handler = http.NewCrossOriginProtection().Handler(mux)
	return s, nil
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Over returns a handler that serves the pages and has next answer all other requests.
func (s *Server) Over(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path+"/", Root) {
			s.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// A visit is one request and its answer.
type visit struct {
	w    http.ResponseWriter
	r    *http.Request
	s    *Server
	now  *access.InForce
	at   time.Time
	lang string

	kinds map[string]exchange.Text // names, once one was asked for
}

func (s *Server) serve(w http.ResponseWriter, r *http.Request, serve func(*visit) error) {
	v := &visit{w: w, r: r, s: s, now: s.Current.Load(), at: time.Now(), lang: languageOf(r)}
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer") // an address may have a link to rate
	h.Set("Vary", "Accept-Language")
	h.Set("Cache-Control", "no-store")
	limit := s.reads
	if r.Method == http.MethodPost {
		limit = s.writes
	}
	var err error
	if !limit.allow(r.RemoteAddr, v.at) {
		err = &exchange.Error{Op: "read public page", Kind: exchange.OverQuota, Code: "too-often", Err: exchange.Because("too many requests: try again in a minute", "请求过于频繁，请一分钟后再试")}
	} else {
		err = serve(v)
	}
	if err != nil {
		v.fail(err)
	}
}

// languageOf returns the language that the address names, or the browser prefers.
func languageOf(r *http.Request) string {
	if lang := r.URL.Query().Get("lang"); lang == "zh" || lang == "en" {
		return lang
	}
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(part)), ";")
		switch primary, _, _ := strings.Cut(tag, "-"); primary {
		case "zh", "en":
			return primary
		}
	}
	return "zh"
}

// form returns the form of a request, within its bounds.
func (v *visit) form() error {
	_ = http.NewResponseController(v.w).SetReadDeadline(v.at.Add(v.s.Body))
	v.r.Body = http.MaxBytesReader(v.w, v.r.Body, maxForm)
	err := v.r.ParseForm()
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return &exchange.Error{Op: "read form", Kind: exchange.TooLarge, Err: exchange.Because("the form has more than %d bytes", "表单超过 %d 字节", maxForm)}
	}
	if err != nil {
		return &exchange.Error{Op: "read form", Kind: exchange.BadRequest, Err: exchange.Because("the form cannot be read", "表单无法读取")}
	}
	return nil
}

// cacheable lets the answer be kept for a minute.
func (v *visit) cacheable() { v.w.Header().Set("Cache-Control", "public, max-age=60") }

// fail answers with a page that says what failed. What is a failure of ours is not shown.
func (v *visit) fail(err error) {
	p, _ := answer.ProblemOf(err, "")
	v.w.Header().Set("Cache-Control", "no-store")
	title, detail := p.Title, p.Detail
	if v.lang == "zh" {
		title, detail = p.ZH.Title, p.ZH.Detail
	}
	v.render(p.Status, "problem", struct{ Title, Detail, Code string }{title, detail, p.Code})
}

// A layout is what surrounds every page.
type layout struct {
	Lang, Other, Path string
	Style             template.CSS
	Content           template.HTML
}

// render answers with a page.
func (v *visit) render(status int, name string, data any) {
	var content, page bytes.Buffer
	err := v.s.pages.ExecuteTemplate(&content, name, view{v.lang, v, data})
	if err == nil {
		other := map[string]string{"zh": "en", "en": "zh"}[v.lang]
		err = v.s.pages.ExecuteTemplate(&page, "layout", layout{v.lang, other, v.r.URL.Path, template.CSS(style), template.HTML(content.String())}) //nolint:gosec // ours, and escaped
	}
	if err != nil {
		http.Error(v.w, "failed", http.StatusInternalServerError)
		return
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(status)
	_, _ = v.w.Write(page.Bytes()) // the reader asks again
}
