package daemon

import (
	"context"
	"errors"
	"time"

	"beibu/cmd/internal/telemetry"
	"beibu/exchange"
	"beibu/exchange/judge"
	"beibu/exchange/projection"

	"go.uber.org/zap"
)

// indexLag returns how many changes of the record the index does not show yet, for the
// metrics.
func (d *Daemon) indexLag(ctx context.Context) (int64, error) {
	head, err := d.store.Head(ctx)
	return max(head-d.index.Sequence(), 0), err
}

// backlog returns the open deliveries of each receiver, for the metrics.
func (d *Daemon) backlog(ctx context.Context) ([]telemetry.Backlog, error) {
	counts, err := d.index.Counts(ctx, d.config.Delivery.Handovers)
	if err != nil {
		return nil, err
	}
	all := make([]telemetry.Backlog, 0, len(counts))
	for _, c := range counts {
		all = append(all, telemetry.Backlog{Receiver: c.Receiver, Open: c.Open, Oldest: c.Oldest, Waiting: c.Waiting, Failing: c.Failing})
	}
	return all, nil
}

// followQueue returns once the index, the suspensions and the sessions are those of the queue, and
// begins to dispatch and to do what is to be done again and again.
func (d *Daemon) followQueue(ctx context.Context) error {
	d.work("index", d.persist("index", retryTime, func(ctx context.Context) error { return d.index.Run(ctx, d.store) }))
	d.work("ledger", d.persist("ledger", retryTime, func(ctx context.Context) error { return d.ledger.Run(ctx, d.store) }))
	d.work("ratings", d.persist("ratings", retryTime, func(ctx context.Context) error { return d.ratings.Run(ctx, d.store) }))
	if err := d.catchUp(ctx); err != nil {
		return err
	}
	if err := d.followSuspensions(ctx); err != nil {
		return err
	}
	if err := d.followRecord(ctx, "sessions", d.signIns); err != nil {
		return err
	}
	dispatch := &exchange.Dispatch{Log: d.metrics.Dispatcher(d.store), Observer: d.observer}
	d.work("dispatch", d.persist("dispatch", retryTime, dispatch.Run))
	d.work("metrics", func(ctx context.Context) error { return d.metrics.Run(ctx, d.log) })
	d.work("expiry", d.asLeader("expiry", d.sweep))
	d.work("judge", d.asLeader("judge", d.judge))
	d.work("replay", d.asLeader("replay", d.replay))
	d.work("alerts", d.asLeader("alerts", d.alerts))
	d.work("key expiry", d.warnDaily)
	d.work("refusals", d.admission.Run)
	if d.issuer != nil {
		d.work("issuer", d.discoverIssuer)
	}
	d.keepRevocations()
	d.askForStamps()
	return nil
}

// judge decides on what cites balances.
func (d *Daemon) judge(ctx context.Context) error {
	leader := judge.Leader{
		Ledger: d.ledger, Now: time.Now,
		Recorder: &exchange.Recorder{Appender: d.metrics.Appender(d.store), Feed: d.store, Fold: d.ledger, Observer: d.observer},
	}
	return leader.Lead(ctx, func(err error) { d.log.Warn("verdicts were not made, retrying", zap.Error(err)) })
}

// catchUp returns once the index shows all that the queue holds. If the disk refuses
// the index, it returns too: what can be read is served, /readyz names the reason,
// and the index continues in the background once there is room.
func (d *Daemon) catchUp(ctx context.Context) error {
	err := d.insist(ctx, d.recorder.Wait)
	if errors.Is(err, projection.ErrRefused) {
		d.log.Warn("index cannot be written: serving what it has, retrying", zap.Error(err))
		return nil
	}
	return err
}

// insist calls do until it succeeds. It tries again every second if the queue is
// unavailable, unless the disk refuses the index.
func (d *Daemon) insist(ctx context.Context, do func(context.Context) error) error {
	for {
		err := do(ctx)
		if err == nil || errors.Is(err, projection.ErrRefused) || exchange.KindOf(err) != exchange.Unavailable || ctx.Err() != nil {
			return err
		}
		select {
		case err := <-d.failed: // such as the fold, without which it would not end
			return err
		case <-time.After(retryTime):
		}
		d.startup.retry(stageCatchUp, "", err)
	}
}
