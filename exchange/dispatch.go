package exchange

import (
	"context"
	"fmt"
	"time"

	"beibu/queue"
)

// Dispatch puts accepted exchanges before their receivers.
type Dispatch struct {
	Log      queue.Dispatcher
	Observer Observer // or nil
}

// Run dispatches until ctx ends. What it writes depends on the log alone, so
// doing it again after a crash does no harm.
func (d *Dispatch) Run(ctx context.Context) error {
	err := d.Log.Dispatch(ctx, func(_ context.Context, entries []queue.Entry) ([]queue.Event, error) {
		exchanges, receivers := make([]Exchange, 0, len(entries)), 0
		for _, entry := range entries {
			x, err := FromEntry(entry)
			if err != nil {
				return nil, err
			}
			exchanges = append(exchanges, x)
			receivers += len(x.Receivers)
		}
		all := make([]Event, 0, receivers)
		for i := range exchanges {
			if x := &exchanges[i]; x.State != SubmissionHeld && !x.Judged() { // those wait for a person or a verdict
				all = consign(all, x.ID, x.Receivers, x.AcceptedAt)
			}
		}
		records, err := Encode(all...)
		if err == nil && d.Observer != nil {
			d.Observer.Consigned(exchanges, all)
		}
		return records, err
	})
	if err != nil {
		return fmt.Errorf("dispatch exchanges: %w", err)
	}
	return nil
}

// Expiry gives up deliveries that nobody acknowledged in time, so that they
// are listed as failed and can be replayed, and are never silently forgotten.
type Expiry struct {
	Journal  Journal
	Recorder *Recorder
	After    time.Duration // from consignment, the last hand-over, or the end of the delivery before it of the same number
}

// expiryBatch bounds what one sweep holds in memory.
const expiryBatch = 500

// Sweep gives up what has been open since before now less After. It returns
// how many deliveries it gave up.
func (e *Expiry) Sweep(ctx context.Context, now time.Time) (int, error) {
	given := 0
	for {
		stale, err := e.Journal.Deliveries(ctx, DeliveryQuery{
			States: []State{ContentConsignment, ContentHandover}, Until: now.Add(-e.After), InTurn: true, Limit: expiryBatch,
		})
		if err != nil || len(stale) == 0 {
			return given, err
		}
		events := make([]Event, 0, len(stale))
		for _, x := range stale {
			events = append(events, x.Deliveries[0].Expired(e.After, now))
		}
		if err := e.Recorder.Record(ctx, events...); err != nil {
			return given, err
		}
		given += len(stale)
	}
}
