package daemon

import (
	"crypto/tls"
	"net/http"
	"time"

	"beibu/cmd/internal/version"
	"beibu/exchange"
	"beibu/exchange/admission"
	"beibu/exchange/courier/mailbox"
	"beibu/exchange/httpapi"
	"beibu/exchange/judge"
	"beibu/exchange/lookup/sealed"
	"beibu/exchange/operator"
	"beibu/exchange/operator/refused"
	"beibu/exchange/public"
	"beibu/exchange/ratings"
)

// bodyTime is the longest that a body may take to arrive over HTTP.
const bodyTime = 30 * time.Second

// newAPI makes admission control, the public API and the console.
func (d *Daemon) newAPI() (err error) {
	intake := &exchange.Intake{
		Suspended: d.shut, Claims: d.claims, Decisions: d.decisions, Log: d.traces.Admitter(d.metrics.Admitter(d.store)), Patience: d.config.Limits.Admit,
		Answered: d.answered(),
	}
	d.admission, err = admission.New(admission.Options{
		Current: &d.current, Suspended: d.shut, Intake: intake,
		Record: d.metrics.Appender(d.store), Keeper: d.store, Ledger: d.index,
		Limits: admission.Limits{
			Document: int(d.config.Limits.Document), Request: d.config.Limits.Request,
			InFlight: d.config.Limits.InFlight, Memory: int64(d.config.Limits.Memory), Refusals: d.config.Limits.Refusals,
			Kept: int64(d.config.Limits.KeptRefusals.Party),
		},
		Detached: d.unanswered(), Metrics: d.metrics.Registerer(), Tracer: d.traces.Admission(),
	})
	if err != nil {
		return err
	}
	secret, err := d.secret()
	if err != nil {
		return err
	}
	holders, err := sealed.NewSealer(secret)
	if err != nil {
		return err
	}
	links, err := ratings.NewLinks(secret)
	if err != nil {
		return err
	}
	d.mailbox = mailbox.New(d.index, d.recorder, d.index.Changed, d.config.Delivery.Handovers)
	options := httpapi.Options{
		Current: &d.current, Admission: d.admission, Suspended: d.shut,
		Journal: d.index, Audit: d.index, Failures: d.index, Activity: d.index, Alerts: d.index, Refusals: d.index, Balances: judge.Reader{Ledger: d.ledger, Feed: d.store}, Approvals: judge.Reader{Ledger: d.ledger, Feed: d.store}, Deadlines: judge.Reader{Ledger: d.ledger, Feed: d.store}, Catalogue: d.config.Services, Holders: holders, Views: d.index, Examiner: &operator.Examiner{Refusals: d.index, Intake: intake}, Refused: &refused.Documents{Refusals: d.index, Keeper: d.store, Intake: intake, Recorder: d.recorder}, BreakGlass: &operator.BreakGlass{Recorder: d.recorder}, Runs: d.index, Replay: d.replayPolicy(), Recorder: d.recorder, Undispatched: d.store,
		Ratings: d.rated(links),
		Mailbox: d.mailbox,
		Bodies:  d.store, Stamps: d.served(), Endpoints: endpoints{d},
		Limits: httpapi.Limits{
			Body: bodyTime, Slowest: int(d.config.Limits.Slowest),
			Connections: d.config.Limits.Connections, PerAddress: d.config.Limits.ConnectionsPerAddress, Silence: d.config.Limits.Silence,
		},
		Version: httpapi.Version(version.Own()), Log: d.log, Metrics: d.metrics.Registerer(),
		Handovers: d.config.Delivery.Handovers,
	}
	if d.api, err = httpapi.New(options); err != nil {
		return err
	}
	if d.config.Public.Enabled {
		if d.everybody, err = public.New(public.Options{Current: &d.current, Ratings: options.Ratings, Body: bodyTime}); err != nil {
			return err
		}
	}
	return d.newConsole(options)
}

// rated returns the use cases of ratings.
func (d *Daemon) rated(links *ratings.Links) ratings.Ratings {
	return ratings.Ratings{
		Index: d.ratings, Links: links, Exchanges: d.index, Calendar: ratings.Statutory(),
		Recorder: &exchange.Recorder{Appender: d.metrics.Appender(d.store), Feed: d.store, Fold: d.ratings},
	}
}

// answered returns what finds the exchanges that documents answer.
func (d *Daemon) answered() *exchange.Correspondence {
	return &exchange.Correspondence{Journal: d.index, Recorder: d.recorder}
}

// unanswered returns what says how many bytes the queue holds for senders that
// were answered, or nil for one that holds none.
func (d *Daemon) unanswered() func() int64 {
	if q, ok := d.store.(interface{ Unanswered() int64 }); ok {
		return q.Unanswered
	}
	return nil
}

// secure puts TLS on the public server, if the configuration has it. Every new
// connection gets the settings that are in force when it begins.
func (d *Daemon) secure(server *http.Server) {
	if d.config.PublicTLS == nil {
		return
	}
	server.TLSConfig = &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) {
			return d.tls.Load(), nil
		},
	}
}
