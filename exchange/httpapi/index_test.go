package httpapi_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/journal"
	"beibu/exchange/judge"
	"beibu/exchange/judge/approval"
	"beibu/exchange/judge/ledger"
	carnets "beibu/exchange/judge/ledger/carnet"
	"beibu/exchange/operator/alert"
	"beibu/exchange/operator/replay"
	"beibu/exchange/operator/views"
	"beibu/queue"
	"beibu/queue/sqlite"
)

// An index is the real one, with failures and lies at a test's command.
type index struct {
	*journal.Journal
	mu     sync.Mutex
	err    error               // what reading returns, if it is to fail
	bodies map[uuid.UUID]int64 // positions of envelopes, if not the true ones
	hidden uuid.UUID           // an exchange that is said not to exist
	most   int                 // exchanges in a page, if above 0
	left   int                 // pages until reading fails, if above 0
}

// accounts are those of the real ledger, which fails as the index does.
type approvals struct {
	judge.Reader

	index *index
}

// Rounds is operator.Rounds's.
func (a approvals) Rounds(ctx context.Context, q judge.RoundQuery) ([]approval.Round, int64, error) {
	if err := a.index.failure(); err != nil {
		return nil, 0, err
	}
	return a.Reader.Rounds(ctx, q)
}

// Timers is operator.Timers's.
func (a approvals) Timers(ctx context.Context, q judge.TimerQuery) ([]judge.Timer, int64, error) {
	if err := a.index.failure(); err != nil {
		return nil, 0, err
	}
	return a.Reader.Timers(ctx, q)
}

// accounts are those of a reader, which fail as the index does.
type accounts struct {
	judge.Reader

	index *index
}

// Account is operator.Accounts's.
func (a accounts) Account(ctx context.Context, of effects.Account) (ledger.Account, bool, error) {
	if err := a.index.failure(); err != nil {
		return ledger.Account{}, false, err
	}
	return a.Reader.Account(ctx, of)
}

// Carnet is operator.Carnets's.
func (a accounts) Carnet(ctx context.Context, number string) (carnets.Carnet, bool, error) {
	if err := a.index.failure(); err != nil {
		return carnets.Carnet{}, false, err
	}
	return a.Reader.Carnet(ctx, number)
}

// Positions is operator.Accounts's.
func (a accounts) Positions(ctx context.Context, q ledger.Query) ([]ledger.Position, int64, error) {
	if err := a.index.failure(); err != nil {
		return nil, 0, err
	}
	return a.Reader.Positions(ctx, q)
}

// Uncounted is operator.Accounts's.
func (a accounts) Uncounted(ctx context.Context, id uuid.UUID) ([]effects.Account, error) {
	if err := a.index.failure(); err != nil {
		return nil, err
	}
	return a.Reader.Uncounted(ctx, id)
}

// paged makes pages of a list short, and all but so many fail; 0 fails none.
func (x *index) paged(most, left int) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.most, x.left = most, left
}

// turn returns a query for a page that is as short as paged says.
func (x *index) turn(q exchange.Query) exchange.Query {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.most > 0 {
		q.Limit = x.most
	}
	if x.left > 0 {
		if x.left--; x.left == 0 {
			x.err = errors.New("the disk is gone")
		}
	}
	return q
}

// fail makes all reading answer an error, until it is nil.
func (x *index) fail(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.err = err
}

// misplace makes an exchange point to another place for its envelope.
func (x *index) misplace(id string, body int64) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.bodies = map[uuid.UUID]int64{uuid.MustParse(id): body}
}

// hide says that an exchange is not there, until another is hidden.
func (x *index) hide(id uuid.UUID) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.hidden = id
}

func (x *index) failure() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.err
}

// Exchange is exchange.Journal's.
func (x *index) Exchange(ctx context.Context, id uuid.UUID) (exchange.Exchange, error) {
	return x.one(ctx, id, x.Journal.Exchange)
}

// Current is exchange.Journal's.
func (x *index) Current(ctx context.Context, id uuid.UUID) (exchange.Exchange, error) {
	return x.one(ctx, id, x.Journal.Current)
}

func (x *index) one(ctx context.Context, id uuid.UUID, read func(context.Context, uuid.UUID) (exchange.Exchange, error)) (exchange.Exchange, error) {
	if err := x.failure(); err != nil {
		return exchange.Exchange{}, err
	}
	found, err := read(ctx, id)
	x.mu.Lock()
	defer x.mu.Unlock()
	if id == x.hidden {
		return exchange.Exchange{}, &exchange.Error{Op: "find exchange", Kind: exchange.NotFound}
	}
	if body, misplaced := x.bodies[id]; misplaced {
		found.Body = body
	}
	return found, err
}

// Audit is exchange.AuditLog's.
func (x *index) Audit(ctx context.Context, q exchange.AuditQuery) ([]exchange.Event, int64, error) {
	if err := x.failure(); err != nil {
		return nil, 0, err
	}
	return x.Journal.Audit(ctx, q)
}

// Refusals is exchange.RefusalLog's.
func (x *index) Refusals(ctx context.Context, q exchange.RefusalQuery) ([]exchange.Refusal, int64, error) {
	if err := x.failure(); err != nil {
		return nil, 0, err
	}
	return x.Journal.Refusals(ctx, q)
}

// Refusal is exchange.RefusalLog's.
func (x *index) Refusal(ctx context.Context, id uuid.UUID) (exchange.Refusal, error) {
	if err := x.failure(); err != nil {
		return exchange.Refusal{}, err
	}
	return x.Journal.Refusal(ctx, id)
}

// Activities is exchange.ActivityLog's.
func (x *index) Activities(ctx context.Context) ([]exchange.Activity, error) {
	if err := x.failure(); err != nil {
		return nil, err
	}
	return x.Journal.Activities(ctx)
}

// FiringAlerts is alert.Index's.
func (x *index) FiringAlerts(ctx context.Context) ([]alert.Alert, error) {
	if err := x.failure(); err != nil {
		return nil, err
	}
	return x.Journal.FiringAlerts(ctx)
}

// Failures is exchange.FailureLog's.
func (x *index) Failures(ctx context.Context, q exchange.FailureQuery) ([]exchange.Failure, error) {
	if err := x.failure(); err != nil {
		return nil, err
	}
	return x.Journal.Failures(ctx, q)
}

// Retries is exchange.FailureLog's.
func (x *index) Retries(ctx context.Context, q exchange.FailureQuery) ([]exchange.Failure, error) {
	if err := x.failure(); err != nil {
		return nil, err
	}
	return x.Journal.Retries(ctx, q)
}

// Exchanges is exchange.Journal's.
func (x *index) Exchanges(ctx context.Context, q exchange.Query) ([]exchange.Exchange, int64, error) {
	if err := x.failure(); err != nil {
		return nil, 0, err
	}
	return x.Journal.Exchanges(ctx, x.turn(q))
}

// Consigned is exchange.Journal's.
func (x *index) Consigned(ctx context.Context, q exchange.ConsignedQuery) ([]exchange.Exchange, int64, error) {
	if err := x.failure(); err != nil {
		return nil, 0, err
	}
	return x.Journal.Consigned(ctx, q)
}

// Deliveries is exchange.Journal's.
func (x *index) Deliveries(ctx context.Context, q exchange.DeliveryQuery) ([]exchange.Exchange, error) {
	if err := x.failure(); err != nil {
		return nil, err
	}
	return x.Journal.Deliveries(ctx, q)
}

// DeliveriesOf is exchange.Journal's.
func (x *index) DeliveriesOf(ctx context.Context, receiver string, ids []uuid.UUID) ([]exchange.Delivery, error) {
	if err := x.failure(); err != nil {
		return nil, err
	}
	return x.Journal.DeliveriesOf(ctx, receiver, ids)
}

// ActiveRuns is replay.Index's.
func (x *index) ActiveRuns(ctx context.Context) ([]replay.Run, error) {
	if err := x.failure(); err != nil {
		return nil, err
	}
	return x.Journal.ActiveRuns(ctx)
}

// FindRun is replay.Register's.
func (x *index) FindRun(ctx context.Context, id string) (replay.Run, error) {
	if err := x.failure(); err != nil {
		return replay.Run{}, err
	}
	return x.Journal.FindRun(ctx, id)
}

// Views is views.Index's.
func (x *index) Views(ctx context.Context, owner string, audiences []string) ([]views.View, error) {
	if err := x.failure(); err != nil {
		return nil, err
	}
	return x.Journal.Views(ctx, owner, audiences)
}

// Runs is replay.Register's.
func (x *index) Runs(ctx context.Context, q replay.RunQuery) ([]replay.Run, int64, error) {
	if err := x.failure(); err != nil {
		return nil, 0, err
	}
	return x.Journal.Runs(ctx, q)
}

// decisions are those of the store, or the one that a test names.
type decisions struct {
	*sqlite.Store
	one atomic.Pointer[queue.Entry]
}

// Decided is queue.Undispatched'.
func (d *decisions) Decided(ctx context.Context, id [16]byte) (queue.Entry, error) {
	if e := d.one.Load(); e != nil && e.ID == id {
		return *e, nil
	}
	return d.Store.Decided(ctx, id)
}

// holdBack makes an exchange one that is decided and not dispatched, until the
// record is let on.
func (w *world) holdBack(id string) (letOn func()) {
	w.t.Helper()
	w.recorded(func(c queue.Change) bool {
		if c.Entry == nil || uuid.UUID(c.Entry.ID).String() != id {
			return false
		}
		w.decided.one.Store(c.Entry)
		return true
	})
	w.awaitIndex() // what is let through later is there at once
	w.index.hide(uuid.MustParse(id))
	return func() { w.index.hide(uuid.Nil) }
}

// consigned waits until an exchange is consigned and the index
// shows it.
func (w *world) consigned(id string) {
	w.t.Helper()
	w.recorded(func(c queue.Change) bool { return c.Event != nil && uuid.UUID(c.Event.Subject.Exchange).String() == id })
	w.awaitIndex()
}

// recorded waits until the record has what a test looks for.
func (w *world) recorded(found func(queue.Change) bool) {
	w.t.Helper()
	ctx, cancel := context.WithCancel(w.t.Context())
	defer cancel()
	err := w.store.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
		if slices.ContainsFunc(changes, found) {
			cancel()
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}
