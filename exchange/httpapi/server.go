// Package httpapi is the HTTP API by which parties submit, fetch and acknowledge,
// and operators watch and replay. It translates, and nothing else: requests into
// calls of the domain, and what the domain returns into statuses and JSON (wire.go).
// What a caller may do is for package access, what is admitted for package
// admission, and what is said of a failure for package answer.
//
// It promises:
//
//   - A caller is known, by API key or client certificate, before a byte of a
//     document is read.
//   - 202 and 200 to a submission mean that the document is durable; any other
//     status promises nothing, and sending the same document again is safe.
//   - The cause of a failure of ours is logged and never shown.
package httpapi

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/admission"
	"beibu/exchange/catalogue"
	"beibu/exchange/lookup/sealed"
	"beibu/exchange/operator"
	"beibu/exchange/operator/alert"
	"beibu/exchange/operator/reading"
	"beibu/exchange/operator/refused"
	"beibu/exchange/operator/replay"
	"beibu/exchange/operator/views"
	"beibu/exchange/ratings"
	"beibu/exchange/required"
	"beibu/queue"
)

// Options are the parts of the API. All but Stamps and Suspended are required.
type Options struct {
	Current      *access.Current // holds the configuration in force
	Admission    *admission.Control
	Suspended    *exchange.Suspensions // those of Admission; or nil
	Journal      exchange.Journal
	Audit        exchange.AuditLog
	Failures     exchange.FailureLog // of Journal
	Activity     exchange.ActivityLog
	Alerts       alert.Index
	Refusals     exchange.RefusalLog
	Balances     operator.Accounts
	Approvals    operator.Rounds
	Deadlines    operator.Timers
	Ratings      ratings.Ratings
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
	Mailbox      Mailbox
	Bodies       queue.Bodies
	Stamps       Timestamps         // or nil, if no authority stamps seals
	Endpoints    operator.Endpoints // or nil, if nothing is pushed
	Limits       Limits
	Version      Version
	Log          *zap.Logger
	Metrics      prometheus.Registerer

	Handovers int // without an acknowledgement, after which Mailbox has a delivery behind all others
}

// Limits bound what connections and requests of HTTP may ask for, in addition to
// those of package admission. All are required.
type Limits struct {
	Body        time.Duration // the longest that a body may take to arrive
	Connections int           // at once
	PerAddress  int           // of them from one address
	Silence     time.Duration // the longest that a connection may say nothing before it has shown credentials
	Slowest     int           // bytes a second at which an answer has to be taken, after its first ten seconds
}

// A Server is the public API. It is an http.Handler, safe for concurrent use.
type Server struct {
	current     *access.Current
	admission   *admission.Control
	shut        *exchange.Suspensions // or nil
	journal     exchange.Journal
	auditLog    exchange.AuditLog
	failures    operator.Failures
	statuses    operator.Statuses
	alerts      alert.Index
	refusals    exchange.RefusalLog
	balances    operator.Balances
	approvals   operator.Approvals
	deadlines   operator.Deadlines
	services    *catalogue.Catalogue
	ratings     ratings.Ratings
	holders     *sealed.Sealer
	savedViews  views.Index
	examiner    *operator.Examiner
	refused     *refused.Documents
	fold        exchange.Fold // of journal and auditLog
	finder      exchange.Finder
	runs        replay.Runs
	hold        exchange.Hold
	disclosures reading.Disclosures
	answered    *exchange.Correspondence
	mailbox     Mailbox
	envelopes   exchange.Envelopes
	stamps      Timestamps
	parties     operator.Parties
	limits      Limits
	version     Version
	log         *zap.Logger
	metrics     *metrics
	spec        spec
	mux         *http.ServeMux
	buffers     buffers
	connections *Connections
	glass       *operator.BreakGlass

	handovers int // as in Options

	leaving  atomic.Bool     // every answer ends its connection
	draining context.Context //nolint:containedctx // ends when the server drains, not with a request
	drain    context.CancelFunc
}

// check returns an error if a required part is missing.
func (o Options) check() error {
	return required.Check("HTTP API", []struct {
		Name  string
		Given bool
	}{
		{"Current", o.Current != nil},
		{"Admission", o.Admission != nil},
		{"Journal", o.Journal != nil},
		{"Audit", o.Audit != nil},
		{"Failures", o.Failures != nil},
		{"Activity", o.Activity != nil},
		{"Alerts", o.Alerts != nil},
		{"Refusals", o.Refusals != nil},
		{"Balances", o.Balances != nil},
		{"Approvals", o.Approvals != nil},
		{"Deadlines", o.Deadlines != nil},
		{"Catalogue", o.Catalogue != nil},
		{"Ratings", o.Ratings.Index != nil},
		{"Holders", o.Holders != nil},
		{"Views", o.Views != nil},
		{"Examiner", o.Examiner != nil},
		{"Refused", o.Refused != nil},
		{"BreakGlass", o.BreakGlass != nil},
		{"Runs", o.Runs != nil},
		{"Replay", o.Replay.Rate > 0},
		{"Recorder", o.Recorder != nil},
		{"Undispatched", o.Undispatched != nil},
		{"Mailbox", o.Mailbox != nil},
		{"Bodies", o.Bodies != nil},
		{"Log", o.Log != nil},
		{"Metrics", o.Metrics != nil},
		{"Limits.Body", o.Limits.Body > 0},
		{"Limits.Connections", o.Limits.Connections > 0},
		{"Limits.PerAddress", o.Limits.PerAddress > 0},
		{"Limits.Silence", o.Limits.Silence > 0},
		{"Limits.Slowest", o.Limits.Slowest > 0},
	})
}

// New returns the API. It returns an error if a part is missing or if its metrics
// are registered already.
func New(o Options) (*Server, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	s := &Server{
		parties: operator.Parties{Suspended: o.Suspended, Recorder: o.Recorder, Endpoints: o.Endpoints}, glass: o.BreakGlass,
		current: o.Current, admission: o.Admission, shut: o.Suspended, journal: o.Journal, auditLog: o.Audit, refusals: o.Refusals, balances: operator.Balances{Accounts: o.Balances, Exchanges: o.Journal}, approvals: operator.Approvals{Rounds: o.Approvals, Exchanges: o.Journal}, deadlines: operator.Deadlines{Timers: o.Deadlines, Exchanges: o.Journal}, services: o.Catalogue, holders: o.Holders, savedViews: o.Views, examiner: o.Examiner, refused: o.Refused, fold: o.Recorder.Fold,
		ratings: o.Ratings,
		finder:  exchange.Finder{Journal: o.Journal, Undispatched: o.Undispatched, Recorder: o.Recorder},
		runs: replay.Runs{
			Planner: &replay.Planner{Journal: o.Journal, Index: o.Runs, Policy: o.Replay}, Recorder: o.Recorder, Register: o.Runs,
		},
		failures: operator.Failures{Log: o.Failures, Activity: o.Activity, Handovers: o.Handovers},
		statuses: operator.Statuses{Log: o.Activity, Handovers: o.Handovers}, alerts: o.Alerts,
		hold: exchange.Hold{Journal: o.Journal, Recorder: o.Recorder}, disclosures: reading.Disclosures{Recorder: o.Recorder},
		answered: &exchange.Correspondence{Journal: o.Journal, Recorder: o.Recorder},
		mailbox:  o.Mailbox, envelopes: exchange.Envelopes{Bodies: o.Bodies}, stamps: o.Stamps, handovers: o.Handovers,
		limits: o.Limits, version: o.Version, log: o.Log, mux: http.NewServeMux(),
	}
	s.connections = NewConnections(s.limits.Connections, s.limits.PerAddress, s.limits.Silence)
	s.draining, s.drain = context.WithCancel(context.Background())
	var err error
	if s.metrics, err = newMetrics(o.Metrics, s.connections, s.glass); err != nil {
		return nil, fmt.Errorf("make HTTP API: %w", err)
	}
	if s.spec, err = loadSpec(); err != nil {
		return nil, fmt.Errorf("make HTTP API: %w", err)
	}
	for _, r := range s.routes() {
		s.mount(r)
	}
	return s, nil
}

// Leave has every answer from now on end its connection, so that callers who hold
// one open go elsewhere before it is closed under a request of theirs.
func (s *Server) Leave() { s.leaving.Store(true) }

// Drain ends what only waits: a mailbox that is polled answers at once, with
// nothing. It is for before http.Server.Shutdown, so that nobody is cut off.
func (s *Server) Drain() { s.drain() }

// The bounds of a connection, before a request is known.
const (
	headerBytes   = 32 << 10
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
)

// HTTP returns an http.Server for this API with the bounds that it relies on.
// Bodies have a bound of their own, since a mailbox may be polled for longer
// than a body may take to arrive.
func (s *Server) HTTP() *http.Server {
	h := &http.Server{
		Handler: s, MaxHeaderBytes: headerBytes, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout,
		ConnContext: withConnection,
	}
	// Broken connections and handshakes of strangers are no news.
	if quiet, err := zap.NewStdLogAt(s.log, zap.DebugLevel); err == nil {
		h.ErrorLog = quiet
	}
	return h
}

// Connections returns the bounds of the listener that the server of HTTP serves on:
// without them nothing bounds the connections.
func (s *Server) Connections() *Connections { return s.connections }

// A route is one line of the API.
type route struct {
	pattern string // method and path, as for http.ServeMux
	action  access.Action
	serve   func(*call) error
}

// routes is the whole API. Each is in openapi.yaml, and nothing else is.
func (s *Server) routes() []route {
	return slices.Concat(s.documentRoutes(), s.operatorRoutes(), s.referenceRoutes())
}

// documentRoutes are about documents, from their submission to their ratings.
func (s *Server) documentRoutes() []route {
	return []route{
		{"POST /v1/documents", access.SubmitDocument, s.submit},
		{"POST /v1/checks", access.CheckDocument, s.check},
		{"GET /v1/exchanges", access.ReadExchanges, s.listExchanges},
		{"GET /v1/exchanges/{id}", access.ReadExchanges, s.showExchange},
		{"GET /v1/exchanges/{id}/reading", access.ReadExchanges, s.showReading},
		{"GET /v1/exchanges/{id}/document", access.ReadPersonal, s.document},
		{"GET /v1/exchanges/{id}/envelope", access.ReadPersonal, s.envelope},
		{"GET /v1/exchanges/{id}/receipt", access.ReadExchanges, s.receipt},
		{"POST /v1/exchanges/{id}/release", access.DecideHeld, s.release},
		{"POST /v1/exchanges/{id}/refusal", access.DecideHeld, s.refuse},
		{"GET /v1/balances/{kind}/{number}", access.ReadExchanges, s.showBalance},
		{"GET /v1/balances/{kind}/{number}/statement", access.ReadExchanges, s.stateBalance},
		{"GET /v1/deadlines", access.ReadExchanges, s.listDeadlines},
		{"GET /v1/joint-approvals", access.ReadExchanges, s.listJointApprovals},
		{"GET /v1/ratings", access.ReadRatings, s.listRatings},
		{"POST /v1/ratings", access.RateService, s.rate},
		{"GET /v1/ratings/items", access.ReadCatalogue, s.listRatedItems},
		{"POST /v1/ratings/grade", access.RateService, s.gradeAnswer},
		{"GET /v1/ratings/{id}", access.ReadRatings, s.showRating},
		{"POST /v1/ratings/{id}/step", access.HandleRating, s.stepRating},
		{"GET /v1/lanes/{key}", access.ReadExchanges, s.showLane},
		{"POST /v1/holders", access.ReadExchanges, s.sealHolder},
		{"GET /v1/mailbox", access.ReceiveDelivery, s.fetch},
		{"GET /v1/mailbox/again", access.ReceiveDelivery, s.listAgain},
		{"POST /v1/mailbox/acks", access.ReceiveDelivery, s.acknowledge},
	}
}

// operatorRoutes are those by which people see what failed, and mend it.
func (s *Server) operatorRoutes() []route {
	return []route{
		{"POST /v1/replays/plans", access.ReplayDelivery, s.planReplay},
		{"POST /v1/runs", access.ReplayDelivery, s.requestRun},
		{"GET /v1/runs", access.ReadRuns, s.listRuns},
		{"GET /v1/runs/{id}", access.ReadRuns, s.showRun},
		{"GET /v1/runs/{id}/items", access.ReadRuns, s.listRunItems},
		{"POST /v1/runs/{id}/approve", access.ApproveReplay, s.approveRun},
		{"POST /v1/runs/{id}/pause", access.ReplayDelivery, s.pauseRun},
		{"POST /v1/runs/{id}/resume", access.ReplayDelivery, s.resumeRun},
		{"POST /v1/runs/{id}/cancel", access.ReplayDelivery, s.cancelRun},
		{"POST /v1/parties/{id}/suspension", access.SuspendParty, s.suspendParty},
		{"DELETE /v1/parties/{id}/suspension", access.SuspendParty, s.resumeParty},
		{"POST /v1/parties/{id}/test", access.TestEndpoint, s.testEndpoint},
		{"GET /v1/views", access.KeepViews, s.listViews},
		{"POST /v1/views", access.KeepViews, s.saveView},
		{"GET /v1/views/{id}", access.KeepViews, s.showView},
		{"POST /v1/views/{id}/name", access.KeepViews, s.renameView},
		{"DELETE /v1/views/{id}", access.KeepViews, s.deleteView},
		{"GET /v1/failures", access.ReadExchanges, s.listFailures},
		{"GET /v1/status", access.ReadStatus, s.listStatus},
		{"GET /v1/alerts", access.ReadStatus, s.listAlerts},
		{"GET /v1/audit", access.ReadAudit, s.listAudit},
		{"GET /v1/refusals", access.ReadRefusals, s.listRefusals},
		{"GET /v1/refusals/{id}", access.ReadRefusals, s.showRefusal},
		{"GET /v1/refusals/{id}/reading", access.ReadRefusals, s.readRefused},
		{"GET /v1/refusals/{id}/document", access.ReadPersonal, s.refusedDocument},
		{"POST /v1/refusals/{id}/examine", access.ExamineRefusal, s.examineAgain},
		{"POST /v1/refusals/examine", access.ExamineRefusal, s.examineRefusal},
		{"POST /v1/refusals/examine-kept", access.ExamineRefusal, s.examineKept},
	}
}

// referenceRoutes say what holds for all documents.
func (s *Server) referenceRoutes() []route {
	return []route{
		{"GET /v1/self", access.ReadCatalogue, s.showSelf},
		{"GET /v1/parties", access.ReadCatalogue, s.listParties},
		{"GET /v1/catalogue", access.ReadCatalogue, s.showCatalogue},
		{"GET /v1/kinds", access.ReadCatalogue, s.listKinds},
		{"GET /v1/kinds/{kind}", access.ReadCatalogue, s.showKind},
		{"GET /v1/kinds/{kind}/sample", access.ReadCatalogue, s.sampleKind},
		{"GET /v1/kinds/{kind}/schema", access.ReadCatalogue, s.listSchema},
		{"GET /v1/kinds/{kind}/schema/{file}", access.ReadCatalogue, s.schemaFile},
		{"GET /v1/routes", access.ReadRoutes, s.listRoutes},
		{"GET /v1/rules", access.ReadPublic, s.listRules},
		{"GET /v1/keys", access.ReadPublic, s.listKeys},
		{"GET /v1/version", access.ReadCatalogue, s.showVersion},
		{"GET /v1/problems/{code}", access.ReadPublic, s.explainProblem},
		{"GET /v1/openapi.yaml", access.ReadPublic, s.specYAML},
		{"GET /v1/openapi.json", access.ReadPublic, s.specJSON},
	}
}

// mount puts a route into the mux. The mux hands on the call that ServeHTTP
// gave it as the ResponseWriter, so nothing is hidden in a context.
func (s *Server) mount(r route) {
	_, path, _ := strings.Cut(r.pattern, " ")
	s.mux.HandleFunc(r.pattern, func(w http.ResponseWriter, _ *http.Request) {
		c, ok := w.(*call)
		if !ok {
			return // ServeHTTP alone calls the mux
		}
		c.routed, c.route = true, path
		err := s.admit(c, r.action) //nolint:contextcheck // the call has its own
		if err == nil {
			err = r.serve(c)
		}
		if err != nil {
			c.fail(err)
		}
	})
}
