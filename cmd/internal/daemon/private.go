package daemon

import (
	"context"
	"errors"
	"net/http"
	"time"

	"go.uber.org/zap"

	"beibu/cmd/internal/telemetry"
	"beibu/exchange/httpapi"
)

// listenPrivately opens the private listener, before anything that may take long.
func (d *Daemon) listenPrivately(ctx context.Context) error {
	private, err := listen(ctx, "private", d.config.Private)
	if err != nil {
		return err
	}
	d.private = private.Addr()
	d.serve("private", httpapi.NewConnections(privateConnections, privateConnections, privateSilence).Listen(private), d.privateServer())
	d.work("startup report", d.startup.report)
	d.log.Info("private listener is open: /livez, /readyz and /metrics answer", zap.Stringer("private", d.private))
	return nil
}

// Nobody is known on the private address, so whoever comes next always finds it
// answering: if there are too many connections, the one that came first has to go.
// A profile or a scrape may take as long as privateSilence.
const (
	privateConnections = 64
	privateSilence     = 2 * time.Minute
)

// privateServer shows health, readiness and metrics.
func (d *Daemon) privateServer() *http.Server {
	return &http.Server{
		ReadHeaderTimeout: 10 * time.Second, IdleTimeout: privateSilence,
		Handler: telemetry.Private{
			Metrics: d.metrics.Handler(d.log),
			Profile: d.config.Log.Profile,
			Recent:  d.recent,
			Ready: []telemetry.Probe{
				{Name: "serving", Ask: d.ready},
				{Name: "queue", Ask: d.askQueue},
				{Name: "index", Ask: d.askIndex},
			},
		}.Handler(),
	}
}

// ready returns nil if the daemon should be sent work.
func (d *Daemon) ready(context.Context) error {
	if err := d.startup.waiting(); err != nil {
		return err
	}
	if !d.serving.Load() {
		return errors.New("stopping")
	}
	return nil
}

// askIndex waits until the index shows all that the record holds.
func (d *Daemon) askIndex(ctx context.Context) error {
	if err := d.startup.canAsk(); err != nil {
		return err
	}
	return d.recorder.Wait(ctx)
}

// askQueue fails unless the queue could keep a document now: the embedded
// store writes to its disk, and Kafka is asked for the end of its log.
func (d *Daemon) askQueue(ctx context.Context) error {
	if err := d.startup.canAsk(); err != nil {
		return err
	}
	if file, ok := d.store.(interface {
		Probe(ctx context.Context) error
	}); ok {
		return file.Probe(ctx)
	}
	_, err := d.store.Head(ctx)
	return err
}
