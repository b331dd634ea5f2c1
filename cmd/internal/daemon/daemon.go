// Package daemon wires the parts of the exchange together and keeps their
// promises from start to stop. It is the only package that chooses a store.
package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/config"
	"beibu/cmd/internal/hsm"
	"beibu/cmd/internal/systemd"
	"beibu/cmd/internal/telemetry"
	"beibu/cmd/internal/traces"
	"beibu/cmd/internal/version"
	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/access/oidc"
	"beibu/exchange/admission"
	"beibu/exchange/cloudevents"
	"beibu/exchange/console"
	"beibu/exchange/courier"
	"beibu/exchange/courier/mailbox"
	"beibu/exchange/folders"
	"beibu/exchange/httpapi"
	"beibu/exchange/journal"
	"beibu/exchange/judge"
	"beibu/exchange/operator/alert"
	"beibu/exchange/public"
	"beibu/exchange/ratings"
	"beibu/exchange/rules"
	"beibu/exchange/rules/all"
	"beibu/exchange/timestamps"
	"beibu/exchange/topics"
	"beibu/queue"
)

// A Daemon is the whole exchange in one process: New wires it, Start serves,
// Stop keeps the promises, Run is all three.
type Daemon struct {
	config  *config.Loaded
	log     *zap.Logger
	recent  *telemetry.Recent // lines of log
	metrics *telemetry.Metrics
	traces  *traces.Tracer // or nil, if none are sent
	life    lifecycle
	startup startup
	failed  chan error
	serving atomic.Bool // readiness: false before Start and from the beginning of Stop

	store     queue.Queue
	claims    exchange.Claims    // or nil
	decisions exchange.Decisions // or nil, if the store is the daemon's own
	index     *journal.Journal
	ledger    *judge.Ledger
	ratings   *ratings.Index
	recorder  *exchange.Recorder
	api       *httpapi.Server
	console   *console.Server // or nil, if there are no pages for people
	everybody *public.Server  // or nil, if there are no pages for everybody
	issuer    *oidc.Provider  // by which people sign in to them; or nil
	mailbox   *mailbox.Mailbox
	admission *admission.Control
	tokens    hsm.Tokens // hardware modules with keys that seal
	shut      *exchange.Suspensions
	signIns   *access.SignIns    // at the console
	stamps    *timestamps.Keeper // or nil, if no authority stamps seals
	checks    *exchange.Checks   // schemas and rules, for as long as the daemon runs
	current   access.Current
	watched   atomic.Pointer[background]
	tls       atomic.Pointer[tls.Config] // of new connections to the public address; nil if they are plain
	last      *prepared                  // what is in force; New and Reload alone use it
	observer  exchange.Observer          // of the steps of deliveries

	sharedReceipt  string                // thumbprint of the key that signs the receipts of the log
	sourcesChanged chan struct{}         // receives a value when a reload brings other sources of revocations
	topics         *cloudevents.Writer   // to topics of parties; or nil, if there is no Kafka
	courier        *courier.Courier      // or nil, if there is no Kafka
	inbox          *topics.Inbox         // or nil, if there is no Kafka
	pushed         courier.Meter         // of what is pushed to addresses of parties
	foldered       *telemetry.Folders    // of what goes through folders of parties
	folders        *folders.Inbox        // takes documents and answers out of folders
	notices        alert.Meter           // of notices of alerts
	jobs           supervisor            // of the topics of parties
	carriedOver    []exchange.Suspension // from the file of an earlier version, until they are in the record
	assigning      sync.Mutex            // held while jobs are assigned
	topicsServed   atomic.Bool           // jobs may be assigned

	public, private net.Addr
}

// New opens the private listener, the store and the index, reads or makes the
// keys, and wires the parts straight down. It waits for Kafka until ctx ends, and
// /livez and /readyz answer meanwhile. If it fails, everything that it opened is
// closed again; if ctx has ended, the error is [ErrStopped].
func New(ctx context.Context, l *config.Loaded, log *zap.Logger) (*Daemon, error) {
	recent := telemetry.NewRecent()
	log = recent.Watch(log)
	d := &Daemon{
		config: l, log: log, recent: recent, failed: make(chan error, 1), sourcesChanged: make(chan struct{}, 1),
		startup: startup{log: log, brokers: l.Kafka.Brokers},
	}
	d.jobs.fail = d.fail
	if err := d.wire(ctx); err != nil {
		return nil, d.abandon(ctx, err)
	}
	return d, nil
}

// abandon closes what a startup that failed has opened, and returns its error, or
// ErrStopped if it failed because ctx has ended.
func (d *Daemon) abandon(ctx context.Context, err error) error {
	closing, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), d.config.Limits.Drain, errDrained)
	defer cancel()
	closed := d.life.down(closing)
	if ctx.Err() == nil {
		return errors.Join(err, closed)
	}
	d.log.Info("stopped during startup", zap.NamedError("interrupted", err), zap.Error(closed))
	if closed != nil {
		return closed
	}
	return ErrStopped
}

// wire makes the parts, each from those before it.
func (d *Daemon) wire(ctx context.Context) error {
	if err := d.lockData(); err != nil {
		return err
	}
	if err := checkRestored(d.config.Data); err != nil {
		return err
	}
	var err error
	if d.metrics, err = telemetry.NewMetrics(); err != nil {
		return err
	}
	if err := d.traced(); err != nil {
		return err
	}
	if err := d.listenPrivately(ctx); err != nil {
		return err
	}
	if err := d.loadShared(); err != nil {
		return err
	}
	if err := d.reserved(ctx); err != nil {
		return err
	}
	d.startup.asked()
	if err := d.startup.begin(ctx, stageSettings); err != nil {
		return err
	}
	if err := d.wireExchange(ctx); err != nil {
		return err
	}
	if d.pushed, err = d.metrics.CountPushes(); err != nil {
		return err
	}
	if d.notices, err = d.metrics.CountNotices(d.log); err != nil {
		return err
	}
	if err := d.openFolders(); err != nil {
		return err
	}
	return d.openTopics()
}

// wireExchange makes the parts over the queue and the index that are open.
func (d *Daemon) wireExchange(ctx context.Context) error {
	set, err := rules.NewSet(all.Rules(), all.Judged())
	if err != nil {
		return fmt.Errorf("load rules: %w", err)
	}
	d.life.onClose("hardware modules", func(context.Context) error { return d.tokens.Close() })
	if d.carriedOver, err = readSuspensions(d.config.Data); err != nil {
		return err
	}
	d.shut = exchange.NewSuspensions(d.recorder.Appender, d.store, d.enforce)
	d.signIns = access.NewSignIns(d.recorder.Appender, d.store, d.config.Console.Longest)
	d.checks = exchange.NewChecks(d.config.Catalog, set)
	first, err := d.prepare(d.config)
	if err != nil {
		return err
	}
	d.use(first)
	err = errors.Join(d.metrics.WatchKeys(d.keyExpiries), d.metrics.WatchRevocations(d.revocationsUntil))
	if err != nil {
		return err
	}
	if err := d.openStamps(ctx); err != nil {
		return err
	}
	return d.newAPI()
}

// openStores opens the queue, with the claims in front of it, and the index.
func (d *Daemon) openStores(ctx context.Context) error {
	if err := d.startup.begin(ctx, stageQueue); err != nil {
		return err
	}
	if err := d.openQueue(ctx); err != nil {
		return err
	}
	var err error
	if d.claims, err = d.newClaims(); err != nil {
		return err
	}
	if err := d.startup.begin(ctx, stageIndex); err != nil {
		return err
	}
	if err := d.openIndex(ctx); err != nil {
		return err
	}
	if err := errors.Join(d.openLedger(ctx), d.openRatings(ctx)); err != nil {
		return err
	}
	if len(d.config.Kafka.Brokers) == 0 {
		if err := d.checkBehind(ctx); err != nil {
			return err
		}
		d.keepPosition()
	}
	d.observer = d.traces.Observer(d.metrics.Observer(telemetry.NewDeliveries(d.log, d.index)), d.index)
	d.recorder = &exchange.Recorder{Appender: d.metrics.Appender(d.store), Feed: d.store, Fold: d.index, Observer: d.observer}
	return errors.Join(d.metrics.WatchBacklog(d.backlog), d.metrics.WatchIndex(d.indexLag), d.metrics.WatchVerdicts(d.ledger.Pending), d.metrics.WatchAlerts(d.index.FiringAlerts))
}

// Start listens and begins to serve, to dispatch and to fold. It returns once
// the index shows all that the queue holds, so that no caller reads what has
// changed since. If it fails, everything is closed again; if ctx has ended, the
// error is [ErrStopped].
func (d *Daemon) Start(ctx context.Context) error {
	err := d.start(ctx)
	if err != nil {
		return d.abandon(ctx, err)
	}
	d.startup.end()
	d.serving.Store(true)
	d.notify(systemd.Ready)
	d.log.Info("serving", zap.Stringer("public", d.public), zap.Stringer("private", d.private),
		zap.String("data", d.config.Data), zap.String("parties", d.config.PartiesFile), zap.String("version", version.Own().Version))
	return nil
}

func (d *Daemon) start(ctx context.Context) error {
	if err := d.startup.begin(ctx, stageCatchUp); err != nil {
		return err
	}
	d.watchQueue()
	d.work("schemas", d.warm)
	if err := d.followQueue(ctx); err != nil {
		return err
	}
	if err := d.startup.begin(ctx, stageListen); err != nil {
		return err
	}
	server := d.api.HTTP()
	if d.console != nil {
		server.Handler = d.console.Over(server.Handler, d.api.CountConsole)
	}
	if d.everybody != nil {
		server.Handler = d.everybody.Over(server.Handler)
	}
	d.secure(server)
	listener, err := listen(ctx, "listen", d.config.Listen)
	if err != nil {
		return err
	}
	d.public = listener.Addr()
	d.serve("public", d.api.Connections().Listen(listener), server)
	d.life.onStop("answers that wait", func(context.Context) error { d.drain(); return nil })
	d.serveTopics()
	if interval := systemd.Interval(); interval > 0 {
		d.work("watchdog", func(ctx context.Context) error { return systemd.Watch(ctx, interval, d.lives) })
	}
	return nil
}

// drain ends what only waits: polls of mailboxes, and pages that follow the record.
func (d *Daemon) drain() {
	d.api.Drain()
	if d.console != nil {
		d.console.Drain()
	}
}

// errDrained is the cause of a context that limits.drain has ended.
var errDrained = errors.New("limits.drain is over")

// Stop makes the daemon report that it is not ready, and serves for limits.grace. Then
// it refuses new requests, lets those in progress finish, and closes every part in
// reverse order of start. From the first refusal on it takes at most limits.drain.
func (d *Daemon) Stop(ctx context.Context) error {
	d.notify(systemd.Stopping)
	d.api.Leave()
	d.serving.Store(false)
	d.leave(ctx)
	ctx, cancel := context.WithTimeoutCause(ctx, d.config.Limits.Drain, errDrained)
	defer cancel()
	err := d.life.down(ctx)
	d.log.Info("stopped", zap.Error(err))
	return err
}

// leave waits for limits.grace, unless ctx ends before.
func (d *Daemon) leave(ctx context.Context) {
	grace := time.NewTimer(d.config.Limits.Grace)
	defer grace.Stop()
	select {
	case <-grace.C:
	case <-ctx.Done():
	}
}

// Run serves until ctx ends or a part fails, and stops. A stop before it serves
// is no error.
func (d *Daemon) Run(ctx context.Context) error {
	if err := d.Start(ctx); errors.Is(err, ErrStopped) {
		return nil
	} else if err != nil {
		return err
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-d.failed:
	}
	return errors.Join(err, d.Stop(context.WithoutCancel(ctx)))
}

// Public returns the address of the public API, once Start has returned.
func (d *Daemon) Public() net.Addr { return d.public }

// Private returns the address of the private listener.
func (d *Daemon) Private() net.Addr { return d.private }

// asLeader returns work that one of the daemons that share the log does at a time.
func (d *Daemon) asLeader(election string, lead func(context.Context) error) func(context.Context) error {
	return func(ctx context.Context) error { return d.store.RunAsLeader(ctx, election, lead) }
}

// sweep gives up deliveries that are overdue, again and again.
func (d *Daemon) sweep(ctx context.Context) error {
	expiry := &exchange.Expiry{Journal: d.index, Recorder: d.recorder, After: d.config.Delivery.ExpireAfter}
	return every(ctx, d.config.Delivery.Sweep, func(ctx context.Context) error {
		given, err := expiry.Sweep(ctx, time.Now())
		if given > 0 || err != nil && ctx.Err() == nil {
			d.log.Warn("overdue deliveries were given up", zap.Int("deliveries", given), zap.Error(err))
		}
		return nil // the next sweep finds what this one did not get to
	})
}
