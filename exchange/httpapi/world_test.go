package httpapi_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/admission"
	"beibu/exchange/catalogue"
	"beibu/exchange/courier/mailbox"
	"beibu/exchange/exchangetest"
	"beibu/exchange/httpapi"
	"beibu/exchange/journal"
	"beibu/exchange/judge"
	"beibu/exchange/lookup/sealed"
	usecases "beibu/exchange/operator"
	"beibu/exchange/operator/refused"
	"beibu/exchange/operator/replay"
	"beibu/exchange/proof"
	"beibu/exchange/ratings"
	"beibu/exchange/rules"
	"beibu/queue"
	"beibu/queue/sqlite"
	"beibu/queue/sqlitefile"
	"beibu/schemas"
	"beibu/signing"
	"beibu/signing/strict"
	"beibu/testdata"
)

// The callers of a world. Each has an API key that is its name.
const (
	port     = "beihai-customs"
	receiver = "gx-trade-promotion"
	stranger = "gx-ocean"
	operator = "night shift"
	approver = "day shift"
	visitor  = "visitor"
)

// A world is the whole API over a real store, intake and seal.
type world struct {
	t         testing.TB
	options   httpapi.Options // of the server
	server    *httpapi.Server
	current   access.Current
	intake    *exchange.Intake
	url       string
	client    *http.Client
	store     *sqlite.Store
	index     *index
	ledger    *judge.Ledger
	rated     *ratings.Index
	log       *observer.ObservedLogs
	registry  *prometheus.Registry
	keys      *signing.Keys
	admit     atomic.Pointer[func(context.Context) error] // runs before admitting, which fails if it does
	mailbox   *failingMailbox
	decided   *decisions
	recorder  *exchange.Recorder
	admission *admission.Control
	unkept    atomic.Pointer[error] // why suspensions cannot be recorded, or nil
	shut      *exchange.Suspensions
	endpoints endpoints
	holders   *sealed.Sealer

	description description  // of the API: every answer is held against it
	left        atomic.Int64 // bytes that are held for requests that are over

	answered *sync.Map // "METHOD path status" of every answer
}

// builtIn compiles the schemas once for all tests.
var builtIn = sync.OnceValues(func() (*schemas.Catalog, error) { return schemas.NewCatalog(schemas.Options{}) })

// testRules holds documents whose number says so, and warns of others.
func testRules(tb testing.TB) *rules.Set {
	tb.Helper()
	finds := func(mark string) func(*rules.Document, rules.Report) {
		return func(d *rules.Document, report rules.Report) {
			if id := d.Root.Find("ID"); strings.Contains(id.Text(), mark) {
				report(id)
			}
		}
	}
	set, err := rules.NewSet([]rules.Rule{
		{Code: "TEST-1", Severity: rules.Hold, Source: "test", EN: "held", ZH: "暂扣", Check: finds("HOLD")},
		{Code: "TEST-2", Severity: rules.Warn, Source: "test", EN: "odd", ZH: "存疑", Check: finds("WARN"), From: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)},
		{Code: "TEST-3", Severity: rules.Reject, Source: "test", EN: "bad", ZH: "错误", Check: finds("BAD")},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return set
}

// Admit fails as the test says, and else asks the store.
func (w *world) Admit(ctx context.Context, s queue.Submission) (queue.Entry, error) {
	if before := w.admit.Load(); before != nil {
		if err := (*before)(ctx); err != nil {
			return queue.Entry{}, err
		}
	}
	return w.store.Admit(ctx, s)
}

// Owned asks the store.
func (w *world) Owned(ctx context.Context, key string) (queue.Entry, error) {
	return w.store.Owned(ctx, key)
}

// Append is the queue.Appender of suspensions and refusals: it fails as the test says.
func (w *world) Append(ctx context.Context, events ...queue.Event) (int64, error) {
	if err := w.unkept.Load(); err != nil {
		return 0, *err
	}
	return w.store.Append(ctx, events...)
}

// failAdmits makes every admit fail with an error, until it is nil.
func (w *world) failAdmits(err error) {
	before := func(context.Context) error { return err }
	w.admit.Store(&before)
}

// stall makes every admit report that it was entered, and wait to be let on.
func (w *world) stall(entered chan<- struct{}, leave <-chan struct{}) {
	before := func(ctx context.Context) error {
		entered <- struct{}{}
		<-leave
		return ctx.Err()
	}
	w.admit.Store(&before)
}

// stallUntilDone makes every admit wait until its time is up.
func (w *world) stallUntilDone() {
	before := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	w.admit.Store(&before)
}

// panicOnAdmit makes every admit panic.
func (w *world) panicOnAdmit(v any) {
	before := func(context.Context) error { panic(v) }
	w.admit.Store(&before)
}

// swapAccess puts other credentials in force.
func (w *world) swapAccess(all ...access.Credential) {
	w.t.Helper()
	known, err := access.NewCredentials(all)
	if err != nil {
		w.t.Fatal(err)
	}
	w.current.Store(&access.InForce{InForce: w.current.Load().InForce, Credentials: known})
}

// noRoutes is a table of routes with nothing in it.
func (w *world) noRoutes() *exchange.Routes {
	w.t.Helper()
	parties, err := exchange.NewParties(nil)
	if err != nil {
		w.t.Fatal(err)
	}
	routes, err := exchange.NewRoutes(nil, parties)
	if err != nil {
		w.t.Fatal(err)
	}
	return routes
}

// logged returns the log once it has so many lines: an answer may reach its
// caller before its line is written.
func (w *world) logged(lines int) []observer.LoggedEntry {
	for w.log.Len() < lines {
		runtime.Gosched()
	}
	return w.log.All()
}

// patience is how often a delivery is handed over before it is failing.
const patience = 2

// newWorld builds a world on a fresh store and serves it on loopback.
func newWorld(tb testing.TB, limits httpapi.Limits, admitted ...admission.Limits) *world {
	tb.Helper()
	w := &world{t: tb, registry: prometheus.NewRegistry(), answered: &sync.Map{}}
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	var err error
	w.store, err = sqlite.Open(tb.Context(), filepath.Join(tb.TempDir(), "queue.db"), sqlite.Options{})
	must(err)
	opened, err := journal.Open(tb.Context(), filepath.Join(tb.TempDir(), "index.db"))
	must(err)
	w.index = &index{Journal: opened}
	w.ledger, err = judge.Open(tb.Context(), filepath.Join(tb.TempDir(), "ledger.db"))
	must(err)
	w.rated, err = ratings.OpenIndex(tb.Context(), filepath.Join(tb.TempDir(), "ratings.db"))
	must(err)
	links, err := ratings.NewLinks([]byte("a secret that the daemons of a log share"))
	must(err)
	w.keys, err = signing.LoadOrCreate(filepath.Join(tb.TempDir(), "keys"), "test exchange", time.Now())
	must(err)
	known, err := access.NewCredentials(credentials())
	must(err)
	w.current.Store(&access.InForce{InForce: w.newInForce(), Credentials: known})
	w.shut = exchange.NewSuspensions(w, w.store, nil)
	w.intake = &exchange.Intake{Suspended: w.shut, Log: w}
	core, lines := observer.New(zapcore.InfoLevel)
	w.log = lines
	w.recorder = &exchange.Recorder{Appender: w.store, Feed: w.store, Fold: w.index}
	w.intake.Answered = &exchange.Correspondence{Journal: w.index, Recorder: w.recorder}
	w.decided = &decisions{Store: w.store}
	w.mailbox = &failingMailbox{Mailbox: mailbox.New(w.index, w.recorder, w.index.Changed, patience)}
	w.admission, err = admission.New(admission.Options{
		Current: &w.current, Intake: w.intake, Suspended: w.shut, Record: w, Keeper: w.store, Ledger: opened, Limits: httpapi.FilledAdmission(append(admitted, admission.Limits{})[0]),
		Detached: w.left.Load, Metrics: w.registry,
	})
	must(err)
	if w.holders, err = sealed.NewSealer([]byte("a secret that the daemons of a log share")); err != nil {
		tb.Fatal(err)
	}
	w.options = httpapi.Options{
		Current: &w.current, Admission: w.admission, Suspended: w.shut, Journal: w.index, Audit: w.index, Failures: w.index, Activity: w.index, Alerts: w.index, Refusals: w.index, Balances: accounts{judge.Reader{Ledger: w.ledger, Feed: w.store}, w.index}, Approvals: approvals{judge.Reader{Ledger: w.ledger, Feed: w.store}, w.index}, Deadlines: approvals{judge.Reader{Ledger: w.ledger, Feed: w.store}, w.index}, Catalogue: &catalogue.Catalogue{Platform: catalogue.Platform{Items: 3, Once: 1, NoVisit: 1}, Units: []catalogue.Unit{{Party: "gx-commerce", Once: 1, Items: []catalogue.Item{{Name: exchange.Text{EN: "Licences", ZH: "许可"}, Counted: true, Class: catalogue.Once, Kinds: []string{"import-licence"}}}}}}, Holders: w.holders, Views: w.index, Examiner: &usecases.Examiner{Refusals: w.index, Intake: w.intake}, Refused: &refused.Documents{Refusals: w.index, Keeper: w.store, Intake: w.intake, Recorder: w.recorder}, BreakGlass: &usecases.BreakGlass{Recorder: w.recorder}, Recorder: w.recorder, Undispatched: w.decided, Mailbox: w.mailbox, Bodies: w.store,
		Runs: w.index, Replay: replay.Policy{ApproveIn: time.Hour, Rate: 50, Patience: time.Hour},
		Ratings: ratings.Ratings{Index: w.rated, Links: links, Exchanges: w.index, Recorder: &exchange.Recorder{Appender: w.store, Feed: w.store, Fold: w.rated}},
		Limits:  limits.Filled(), Version: httpapi.Version{Version: "test", Go: "go"},
		Log: zap.New(core), Metrics: w.registry, Handovers: patience,
		Endpoints: &w.endpoints,
	}
	w.server, err = httpapi.New(w.options)
	must(err)
	w.run()
	w.description = loadDescription(tb, w.do(request{path: "/v1/openapi.json"}).body)
	w.logged(1) // its answer may be read before its line is written
	return w
}

// run folds, dispatches and serves until the test ends.
func (w *world) run() {
	ctx, cancel := context.WithCancel(context.Background())
	judges := judge.Leader{Ledger: w.ledger, Now: time.Now, Recorder: &exchange.Recorder{Appender: w.store, Feed: w.store, Fold: w.ledger}}
	ended := make(chan error, 6)
	go func() { ended <- w.ledger.Run(ctx, w.store) }()
	go func() { ended <- w.rated.Run(ctx, w.store) }()
	go func() { ended <- judges.Lead(ctx, func(err error) { w.t.Errorf("judge: %v", err) }) }()
	go func() { ended <- w.index.Run(ctx, w.store) }()
	go func() { ended <- w.shut.Follow(ctx, w.store) }()
	go func() { ended <- (&exchange.Dispatch{Log: w.store}).Run(ctx) }()
	server := httptest.NewUnstartedServer(nil)
	server.Config = w.server.HTTP()
	server.Start()
	w.url, w.client = server.URL, server.Client()
	w.t.Cleanup(func() {
		server.Close()
		cancel()
		for range cap(ended) {
			if err := <-ended; err != nil {
				w.t.Error(err)
			}
		}
		if err := errors.Join(w.store.Close(), w.index.Close(), w.ledger.Close(), w.rated.Close()); err != nil {
			w.t.Error(err)
		}
	})
}

// newInForce returns the shipped map with the rules of the tests.
func (w *world) newInForce() *exchange.InForce {
	w.t.Helper()
	must := func(err error) {
		w.t.Helper()
		if err != nil {
			w.t.Fatal(err)
		}
	}
	parties, routes := exchangetest.Shipped(w.t)
	catalog, err := builtIn()
	must(err)
	sealer, err := signing.NewSealer(w.keys.Seal)
	must(err)
	receipts, err := proof.NewReceipts(w.keys.Receipt, w.keys.ReceiptID)
	must(err)
	verifier, err := signing.NewVerifier(strict.Limits{}, nil)
	must(err)
	return &exchange.InForce{
		Parties: parties, Routes: routes, Checks: exchange.NewChecks(catalog, testRules(w.t)),
		Verifier: verifier, Sealer: sealer, Receipts: receipts,
		Trust: signing.NewTrust(signing.Signer{Name: "test exchange", Certificate: w.keys.Seal.Certificate}),
		Keys: exchange.PublicKeys{
			Seals: []*signing.Certificate{w.keys.Seal.Certificate},
		},
	}
}

// change puts a changed copy of the configuration in force, as a reload does.
func (w *world) change(change func(now *exchange.InForce)) {
	before := w.current.Load()
	next := *before.InForce
	change(&next)
	w.current.Store(&access.InForce{InForce: &next, Credentials: before.Credentials})
}

// changeParties puts changed parties in force.
func (w *world) changeParties(change func(p *exchange.Party)) {
	w.t.Helper()
	w.change(func(now *exchange.InForce) {
		all := now.Parties.All()
		for i := range all {
			change(&all[i])
		}
		var err error
		if now.Parties, err = exchange.NewParties(all); err != nil {
			w.t.Fatal(err)
		}
	})
}

func credentials() []access.Credential {
	var all []access.Credential
	for _, party := range []string{port, receiver, stranger} {
		digest := sha256.Sum256([]byte(party))
		all = append(all, access.Credential{Name: party, Party: party, KeySHA256: hex.EncodeToString(digest[:])})
	}
	for _, name := range []string{operator, approver} {
		digest := sha256.Sum256([]byte(name))
		all = append(all, access.Credential{Name: name, Grants: access.Everywhere(access.StaffRoles), KeySHA256: hex.EncodeToString(digest[:])})
	}
	digest := sha256.Sum256([]byte(visitor))
	return append(all, access.Credential{Name: visitor, Grants: access.Everywhere(access.ObserverRole), KeySHA256: hex.EncodeToString(digest[:])})
}

// carnet returns a good document with a number.
func carnet(tb testing.TB, number string) []byte {
	tb.Helper()
	s, err := testdata.Find("ata-carnet", "pearls-issued-unused")
	if err != nil {
		tb.Fatal(err)
	}
	_, rest, _ := bytes.Cut(s.Bytes, []byte("<cbc:ID>"))
	old, _, _ := bytes.Cut(rest, []byte("<"))
	return testdata.Numbered(s.Bytes, string(old), number)
}

// awaitIndex waits until the index shows all that happened.
func (w *world) awaitIndex() {
	w.t.Helper()
	if err := errors.Join(w.awaitVerdicts(), w.recorder.Wait(w.t.Context())); err != nil {
		w.t.Fatal(err)
	}
}

// awaitVerdicts waits until what the record has is decided, with all consequences.
func (w *world) awaitVerdicts() error {
	for {
		changed, open := w.ledger.Changed(""), false
		head, err := w.store.Head(w.t.Context())
		if err == nil {
			err = w.ledger.Wait(w.t.Context(), head)
		}
		if err == nil {
			err = w.ledger.Query(w.t.Context(), `SELECT 1 FROM pending WHERE waits = 0 UNION ALL SELECT 1 FROM verdict WHERE done = 0 LIMIT 1`, func(sqlitefile.Row) error {
				open = true
				return nil
			})
		}
		if err != nil || !open {
			return err
		}
		select {
		case <-changed:
		case <-w.t.Context().Done():
			return w.t.Context().Err()
		}
	}
}

// reject has the receiver refuse the first attempt.
func (w *world) reject(id string, cause exchange.Cause) {
	w.t.Helper()
	err := w.recorder.Record(w.t.Context(), exchange.Event{
		Exchange: uuid.MustParse(id), Receiver: receiver, Name: exchange.ConsignmentRejection, Attempt: 1, At: time.Now(), Cause: cause,
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
