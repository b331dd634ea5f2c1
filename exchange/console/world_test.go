package console_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"golang.org/x/sync/errgroup"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/admission"
	"beibu/exchange/catalogue"
	"beibu/exchange/console"
	"beibu/exchange/console/session"
	"beibu/exchange/exchangetest"
	"beibu/exchange/judge"
	"beibu/exchange/lookup/sealed"
	"beibu/exchange/operator"
	"beibu/exchange/operator/refused"
	"beibu/exchange/operator/replay"
	"beibu/testdata"
)

// The callers of a world. Each has an API key that is its name.
const (
	port       = "beihai-customs"
	receiver   = "gx-trade-promotion"
	stranger   = "gx-ocean"
	duty       = "night shift" // all roles
	twin       = "early shift" // the same
	watcher    = "watcher"     // an observer
	approver   = "day shift"
	manager    = "party desk"
	officer    = "security desk"
	auditor    = "auditor"
	emergency  = "emergency" // the break-glass account
	handovers  = 2
	sessionKey = "a secret that the daemons of a log share"
)

// A world is the console over a real store, index and intake.
type world struct {
	*exchangetest.World

	t         testing.TB
	options   console.Options
	server    *console.Server
	current   access.Current
	url       string
	transport http.RoundTripper
	log       *observer.ObservedLogs
	shut      *exchange.Suspensions
	signIns   *access.SignIns
	endpoints *endpoints
}

// newWorld serves a console with the shipped map over TLS on loopback.
func newWorld(t testing.TB, changes ...func(*console.Options)) *world {
	t.Helper()
	parties, routes := exchangetest.Shipped(t)
	w := &world{World: exchangetest.NewWorld(t, parties.All(), routes.Table()), t: t, endpoints: &endpoints{}}
	w.swapAccess(credentials()...)
	sessions, err := session.NewSealer([]byte(sessionKey))
	must(t, err)
	core, lines := observer.New(zapcore.InfoLevel)
	w.log = lines
	holders, err := sealed.NewSealer([]byte(sessionKey))
	must(t, err)
	w.shut = exchange.NewSuspensions(w.Store, w.Store, nil)
	w.signIns = access.NewSignIns(w.Store, w.Store, 8*time.Hour)
	w.Intake.Suspended = w.shut
	admitted, err := admission.New(admission.Options{
		Current: &w.current, Intake: w.Intake, Suspended: w.shut, Record: w.Store, Keeper: w.Store, Ledger: w.Journal, Metrics: prometheus.NewRegistry(),
		Limits: admission.Limits{Document: 8 << 20, Request: 90 * time.Second, InFlight: 256, Memory: 256 << 20, Refusals: 60, Kept: 64 << 20},
	})
	must(t, err)
	w.options = console.Options{
		Current: &w.current, Admission: admitted, Suspended: w.shut, Journal: w.Journal, Changed: w.Journal.Changed, Backlog: w.openDeliveries,
		Audit: w.Journal, Failures: w.Journal, Activity: w.Journal, Alerts: w.Journal, Endpoints: w.endpoints, Node: node, Refusals: w.Journal, Balances: judge.Reader{Ledger: w.Ledger, Feed: w.Store}, Approvals: judge.Reader{Ledger: w.Ledger, Feed: w.Store}, Deadlines: judge.Reader{Ledger: w.Ledger, Feed: w.Store}, Catalogue: &catalogue.Catalogue{Platform: catalogue.Platform{Items: 3, Once: 1, NoVisit: 1}, Units: []catalogue.Unit{{Party: "gx-commerce", Once: 1, Items: []catalogue.Item{{Name: exchange.Text{EN: "Licences", ZH: "许可"}, Counted: true, Class: catalogue.Once, Kinds: []string{"import-licence"}}}}}}, Holders: holders, Views: w.Journal, Examiner: &operator.Examiner{Refusals: w.Journal, Intake: w.Intake}, Refused: &refused.Documents{Refusals: w.Journal, Keeper: w.Store, Intake: w.Intake, Recorder: w.Recorder},
		BreakGlass: &operator.BreakGlass{Recorder: w.Recorder}, Runs: w.Journal, Replay: replay.Policy{ApproveIn: time.Hour, Rate: 50, Patience: time.Hour},
		Recorder: w.Recorder, Undispatched: w.Store, Bodies: w.Store, Sessions: sessions, SignIns: w.signIns, Handovers: handovers, Log: zap.New(core),
		Limits: console.Limits{Sessions: session.Limits{Idle: 30 * time.Minute, Longest: 8 * time.Hour}, Body: 30 * time.Second},
	}
	for _, change := range changes {
		change(&w.options)
	}
	w.server, err = console.New(w.options)
	must(t, err)
	w.serve()
	return w
}

// serve serves the console, and follows suspensions and sessions, until the test ends.
func (w *world) serve() {
	ctx, cancel := context.WithCancel(context.Background())
	following, ctx := errgroup.WithContext(ctx)
	following.Go(func() error { return w.shut.Follow(ctx, w.Store) })
	following.Go(func() error { return w.signIns.Follow(ctx, w.Store) })
	api := http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusTeapot) })
	server := httptest.NewUnstartedServer(w.server.Over(api, func(own http.Handler) http.Handler { return own }))
	server.TLS = &tls.Config{ClientAuth: tls.RequestClientCert}
	server.StartTLS()
	w.url = server.URL
	w.transport = server.Client().Transport
	w.t.Cleanup(func() {
		w.server.Drain()
		server.Close()
		cancel()
		if err := following.Wait(); err != nil {
			w.t.Error(err)
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// credentials returns one of each sort.
func credentials() []access.Credential {
	key := func(name string) string {
		digest := sha256.Sum256([]byte(name))
		return hex.EncodeToString(digest[:])
	}
	var all []access.Credential
	for _, party := range []string{port, receiver, stranger} {
		all = append(all, access.Credential{Name: party, Party: party, KeySHA256: key(party)})
	}
	for name, roles := range map[string]access.Role{
		duty: access.StaffRoles, twin: access.StaffRoles, watcher: access.ObserverRole, approver: access.ObserverRole | access.ApproverRole,
		manager: access.PartyManagerRole, officer: access.SecurityOfficerRole, auditor: access.AuditorRole,
	} {
		all = append(all, access.Credential{Name: name, Grants: access.Everywhere(roles), KeySHA256: key(name)})
	}
	return append(all, access.Credential{Name: emergency, Grants: access.Everywhere(access.StaffRoles), BreakGlass: true, KeySHA256: key(emergency)})
}

// swapAccess puts other credentials in force.
func (w *world) swapAccess(all ...access.Credential) {
	w.t.Helper()
	known, err := access.NewCredentials(all)
	must(w.t, err)
	w.current.Store(&access.InForce{InForce: w.InForce, Credentials: known})
}

// openDeliveries counts as the daemon does.
func (w *world) openDeliveries(ctx context.Context) ([]console.Backlog, error) {
	counts, err := w.Journal.Counts(ctx, handovers)
	var all []console.Backlog
	for _, c := range counts {
		all = append(all, console.Backlog{Receiver: c.Receiver, Open: c.Open, Failing: c.Failing, Oldest: c.Oldest})
	}
	return all, err
}

// accept has the port send a carnet with a number, and returns its exchange once it is
// before its receivers.
func (w *world) accept(number string) exchange.Exchange {
	w.t.Helper()
	return w.send(number, exchangetest.Consigned)
}

// send has the port send a carnet with a number, and returns its exchange once it fits.
func (w *world) send(number string, fits func(exchange.Exchange) bool) exchange.Exchange {
	w.t.Helper()
	s, err := testdata.Find("ata-carnet", "pearls-issued-unused")
	must(w.t, err)
	_, rest, _ := bytes.Cut(s.Bytes, []byte("<cbc:ID>"))
	old, _, _ := bytes.Cut(rest, []byte("<"))
	accepted, err := w.Accept(w.t.Context(), exchange.Document{
		Sender: port, Bytes: testdata.Numbered(s.Bytes, string(old), number), Received: time.Now(),
	})
	must(w.t, err)
	return w.Await(w.t, accepted.Exchange, fits)
}

// record makes something happen to the first attempt of a delivery to the receiver.
func (w *world) record(id uuid.UUID, name exchange.State, cause exchange.Cause) {
	w.t.Helper()
	must(w.t, w.Recorder.Record(w.t.Context(), exchange.Event{
		Exchange: id, Receiver: receiver, Name: name, Attempt: 1, At: time.Now(), Cause: cause,
	}))
}

// A browser keeps cookies and, unless it is asked to, follows no redirect.
type browser struct {
	t      testing.TB
	url    string
	client *http.Client
	lang   string // it prefers
	header http.Header
}

// browser returns one that has not signed in.
func (w *world) browser() *browser {
	w.t.Helper()
	jar, err := cookiejar.New(nil)
	must(w.t, err)
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{t: w.t, url: w.url, client: &http.Client{Jar: jar, Transport: w.transport, CheckRedirect: stay}, lang: "en", header: http.Header{}}
}

// visit returns a browser that has signed in with the API key of a caller.
func (w *world) visit(name string) *browser {
	w.t.Helper()
	b := w.browser()
	if p := b.post("/console/sign-in", url.Values{"key": {name}}); p.status != http.StatusSeeOther {
		w.t.Fatalf("sign in as %s: %d %s", name, p.status, p.text)
	}
	return b
}

// A page is an answer.
type page struct {
	status int
	header http.Header
	html   string
	text   string // of html, without tags and with white space collapsed
}

var tags = regexp.MustCompile(`(?s)<!--.*?-->|<[^>]*>`)

func (b *browser) get(path string) page {
	b.t.Helper()
	return b.do(http.MethodGet, path, nil)
}

func (b *browser) post(path string, form url.Values) page {
	b.t.Helper()
	return b.do(http.MethodPost, path, form)
}

func (b *browser) do(method, path string, form url.Values) page {
	b.t.Helper()
	if form == nil {
		return b.send(method, path, "", nil)
	}
	return b.send(method, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
}

// send makes a request with a body of a media type, or without one.
func (b *browser) send(method, path, media string, body io.Reader) page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, body)
	must(b.t, err)
	r.Header.Set("Accept", "text/html,application/xhtml+xml")
	r.Header.Set("Accept-Language", b.lang)
	maps.Copy(r.Header, b.header)
	if media != "" {
		r.Header.Set("Content-Type", media)
	}
	answer, err := b.client.Do(r)
	must(b.t, err)
	defer func() { _ = answer.Body.Close() }()
	got, err := io.ReadAll(answer.Body)
	must(b.t, err)
	plain := strings.Join(strings.Fields(tags.ReplaceAllString(string(got), " ")), " ")
	return page{answer.StatusCode, answer.Header, string(got), plain}
}

// fingerprintOf returns that of a caller's API key.
func fingerprintOf(name string) access.Fingerprint { return access.KeyFingerprint(name) }
