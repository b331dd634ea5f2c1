package console

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/access/oidc"
	"beibu/exchange/admission"
	"beibu/exchange/catalogue"
	"beibu/exchange/console/session"
	"beibu/exchange/lookup/sealed"
	"beibu/exchange/operator"
	"beibu/exchange/operator/alert"
	"beibu/exchange/operator/refused"
	"beibu/exchange/operator/replay"
	"beibu/exchange/operator/views"
	"beibu/exchange/required"
	"beibu/queue"
)

// Options are the parts of the console. All but Suspended, Endpoints, Issuer and Authenticated are
// required.
type Options struct {
	Current      *access.Current // holds the configuration in force
	Admission    *admission.Control
	Suspended    *exchange.Suspensions // those of Admission; or nil
	Journal      exchange.Journal
	Changed      func(receiver string) <-chan struct{} // closed when the journal changes; "" means all of it
	Backlog      func(ctx context.Context) ([]Backlog, error)
	Audit        exchange.AuditLog
	Failures     exchange.FailureLog // of Journal
	Activity     exchange.ActivityLog
	Alerts       alert.Index
	Endpoints    operator.Endpoints             // or nil, if nothing is pushed
	Node         func(ctx context.Context) Node // how this daemon does
	Refusals     exchange.RefusalLog
	Balances     operator.Accounts
	Approvals    operator.Rounds
	Deadlines    operator.Timers
	Catalogue    *catalogue.Catalogue // of services
	Holders      *sealed.Sealer       // of the names of holders in addresses
	Views        views.Index
	Examiner     *operator.Examiner
	Refused      *refused.Documents
	BreakGlass   *operator.BreakGlass
	Runs         replay.Register
	Replay       replay.Policy
	Recorder     *exchange.Recorder
	Undispatched queue.Undispatched // accepted, and in no index yet
	Bodies       queue.Bodies
	Sessions     *session.Sealer
	SignIns      *access.SignIns
	Issuer       *oidc.Provider // by which people sign in; or nil
	Limits       Limits
	Log          *zap.Logger

	// Authenticated is called with a request whose caller has shown valid credentials.
	Authenticated func(*http.Request)

	Handovers int // without an acknowledgement, after which a delivery is failing
}

// Limits bound sessions and requests.
type Limits struct {
	Sessions session.Limits
	Body     time.Duration // the longest that a form may take to arrive
}

// A Backlog is what one receiver has not acknowledged yet.
type Backlog struct {
	Receiver string
	Open     int       // deliveries
	Failing  int       // of them: handed over too often
	Oldest   time.Time // when the oldest of them was consigned
}

// A Server is the console. It is an http.Handler, safe for concurrent use.
type Server struct {
	Options

	finder   exchange.Finder
	answered *exchange.Correspondence
	handler  http.Handler
	mux      *http.ServeMux
	rows     []screen
	pages    *pages
	assets   assets
	shared   sharedParts
	draining context.Context //nolint:containedctx // ends when the server drains, not with a request
	drain    context.CancelFunc
}

// check returns an error if a required part is missing.
func (o Options) check() error {
	return required.Check("console", []struct {
		Name  string
		Given bool
	}{
		{"Current", o.Current != nil},
		{"Admission", o.Admission != nil},
		{"Journal", o.Journal != nil},
		{"Changed", o.Changed != nil},
		{"Backlog", o.Backlog != nil},
		{"Audit", o.Audit != nil},
		{"Failures", o.Failures != nil},
		{"Activity", o.Activity != nil},
		{"Alerts", o.Alerts != nil},
		{"Node", o.Node != nil},
		{"Refusals", o.Refusals != nil},
		{"Balances", o.Balances != nil},
		{"Approvals", o.Approvals != nil},
		{"Deadlines", o.Deadlines != nil},
		{"Catalogue", o.Catalogue != nil},
		{"Holders", o.Holders != nil},
		{"Views", o.Views != nil},
		{"Examiner", o.Examiner != nil},
		{"Refused", o.Refused != nil},
		{"BreakGlass", o.BreakGlass != nil},
		{"Runs", o.Runs != nil},
		{"Replay", o.Replay.Rate > 0},
		{"Recorder", o.Recorder != nil},
		{"Undispatched", o.Undispatched != nil},
		{"Bodies", o.Bodies != nil},
		{"Sessions", o.Sessions != nil},
		{"SignIns", o.SignIns != nil},
		{"Limits.Sessions", o.Limits.Sessions.Idle > 0 && o.Limits.Sessions.Longest > 0},
		{"Limits.Body", o.Limits.Body > 0},
		{"Log", o.Log != nil},
		{"Handovers", o.Handovers > 0},
	})
}

// New returns the console. It returns an error if a part is missing.
func New(o Options) (*Server, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Server{
		Options: o, mux: http.NewServeMux(),
		finder:   exchange.Finder{Journal: o.Journal, Undispatched: o.Undispatched, Recorder: o.Recorder},
		answered: &exchange.Correspondence{Journal: o.Journal, Recorder: o.Recorder},
	}
	s.shared.all = make(map[view]*sharedPart)
	s.draining, s.drain = context.WithCancel(context.Background())
	var err error
	if s.assets, err = loadAssets(); err != nil {
		return nil, fmt.Errorf("make console: %w", err)
	}
	if s.pages, err = newPages(); err != nil {
		return nil, fmt.Errorf("make console: %w", err)
	}
	s.rows = s.screens()
	for _, one := range s.rows {
		s.mount(one)
	}
	protection := http.NewCrossOriginProtection()
	protection.SetDenyHandler(http.HandlerFunc(s.refuseCrossOrigin))
	s.handler = protection.Handler(s.mux)
	s.mux.HandleFunc("/", s.serveNothing)
	s.mux.HandleFunc("GET "+staticPath+"{name...}", s.serveStatic)
	return s, nil
}

// root is the path of the console.
const root = "/console/"

// Over returns a handler that serves the console, redirects browsers that ask for / to it,
// and has next answer all other requests. Those of the console are counted by the handler
// that count makes of its own.
func (s *Server) Over(next http.Handler, count func(http.Handler) http.Handler) http.Handler {
	own := count(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, root) {
			s.ServeHTTP(w, r)
			return
		}
		http.Redirect(w, r, root, http.StatusSeeOther)
	}))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		browser := strings.Contains(r.Header.Get("Accept"), "text/html") && (r.Method == http.MethodGet || r.Method == http.MethodHead)
		if strings.HasPrefix(r.URL.Path+"/", root) || r.URL.Path == "/" && browser {
			own.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// Drain ends what only waits: parts of pages that follow the record.
func (s *Server) Drain() { s.drain() }

// refuseCrossOrigin answers a request that another site has made with our cookie.
func (s *Server) refuseCrossOrigin(w http.ResponseWriter, r *http.Request) {
	v := s.newVisit(w, r)
	defer v.finish()
	v.fail(&exchange.Error{Op: "check origin", Kind: exchange.Forbidden, Err: exchange.Because(
		"the request was made by a page of another site; open the console itself and repeat it",
		"该请求由其他网站的页面发出；请直接打开控制台后重试",
	)})
}

// serveNothing answers requests for pages that do not exist.
func (s *Server) serveNothing(w http.ResponseWriter, r *http.Request) {
	v := s.newVisit(w, r)
	defer v.finish()
	_ = v.authenticate() // the page of the error shows the navigation, if there is somebody
	v.fail(&exchange.Error{Op: "find page", Kind: exchange.NotFound, Err: exchange.Because("there is no such page", "没有该页面")})
}
