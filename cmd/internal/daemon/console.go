package daemon

import (
	"context"
	"crypto/ed25519"
	"errors"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/version"
	"beibu/exchange"
	"beibu/exchange/console"
	"beibu/exchange/console/session"
	"beibu/exchange/httpapi"
)

// newConsole makes the pages for people, unless the configuration has none, over the parts
// of the API.
func (d *Daemon) newConsole(api httpapi.Options) error {
	if !*d.config.Console.Enabled {
		return nil
	}
	secret, err := d.secret()
	if err != nil {
		return err
	}
	sessions, err := session.NewSealer(secret)
	if err != nil {
		return err
	}
	d.issuer = d.newIssuer()
	d.console, err = console.New(console.Options{
		Current: api.Current, Admission: api.Admission, Suspended: api.Suspended,
		Journal: api.Journal, Changed: d.index.Changed, Backlog: d.openDeliveries, Audit: api.Audit, Failures: api.Failures, Activity: api.Activity, Alerts: api.Alerts, Endpoints: api.Endpoints, Node: d.node,
		Refusals: api.Refusals, Balances: api.Balances, Approvals: api.Approvals, Deadlines: api.Deadlines, Catalogue: api.Catalogue, Holders: api.Holders, Views: api.Views, Examiner: api.Examiner, Refused: api.Refused, BreakGlass: api.BreakGlass, Runs: api.Runs, Replay: api.Replay,
		Recorder: api.Recorder, Undispatched: api.Undispatched, Bodies: api.Bodies,
		Sessions: sessions, SignIns: d.signIns, Issuer: d.issuer, Authenticated: httpapi.SetAuthenticated,
		Limits: console.Limits{
			Sessions: session.Limits{Idle: d.config.Console.Idle, Longest: d.config.Console.Longest}, Body: api.Limits.Body,
		},
		Log: d.log, Handovers: api.Handovers,
	})
	return err
}

// secret returns what sealers are made of, from the first key of receipts: daemons that
// share a log have the same one, and its rotation keeps it.
func (d *Daemon) secret() ([]byte, error) {
	keys, err := d.keys()
	if err != nil {
		return nil, err
	}
	key, ok := keys.Receipt.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("make sealers: the key of receipts is no Ed25519 key")
	}
	return key.Seed(), nil
}

// openDeliveries returns the open deliveries of each receiver, for the console.
func (d *Daemon) openDeliveries(ctx context.Context) ([]console.Backlog, error) {
	counts, err := d.index.Counts(ctx, d.config.Delivery.Handovers)
	if err != nil {
		return nil, err
	}
	all := make([]console.Backlog, 0, len(counts))
	for _, c := range counts {
		all = append(all, console.Backlog{Receiver: c.Receiver, Open: c.Open, Failing: c.Failing, Oldest: c.Oldest})
	}
	return all, nil
}

// nodePatience is the longest that a page waits for what the daemon depends on.
const nodePatience = 2 * time.Second

// node returns how this daemon does, for the console.
func (d *Daemon) node(ctx context.Context) console.Node {
	ctx, cancel := context.WithTimeout(ctx, nodePatience)
	defer cancel()
	own := version.Own()
	n := console.Node{Version: own.Version, Commit: own.Commit, Go: own.Go, Store: exchange.Text{EN: "the embedded store", ZH: "内置存储"}, Sequence: d.index.Sequence(), Lag: -1}
	if len(d.config.Kafka.Brokers) > 0 {
		n.Store = exchange.Text{EN: "Kafka", ZH: "Kafka"}
	}
	if lag, err := d.indexLag(ctx); err == nil {
		n.Lag = lag
	}
	for _, part := range []struct {
		name exchange.Text
		ask  func(context.Context) error
	}{
		{exchange.Text{EN: "Serving", ZH: "服务"}, d.ready},
		{exchange.Text{EN: "Queue", ZH: "队列"}, d.askQueue},
		{exchange.Text{EN: "Index", ZH: "索引"}, d.askIndex},
	} {
		err := part.ask(ctx)
		if err != nil {
			d.log.Warn("a part of the daemon does not answer", zap.String("part", part.name.EN), zap.Error(err))
		}
		n.Parts = append(n.Parts, console.Part{Name: part.name, OK: err == nil})
	}
	return n
}
