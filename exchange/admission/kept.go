package admission

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"beibu/exchange"
	"beibu/queue"
)

// keeping keeps the bytes of refused documents for as long as the policies of their senders
// say, and of each sender no more than a bound. The record says what is kept; beside it,
// this daemon counts what it has kept that the record may not show yet. Several daemons
// that keep bytes of one sender in the same moment may exceed the bound by those.
type keeping struct {
	store  queue.Keeper
	ledger exchange.KeptLedger
	limits Limits
	total  *prometheus.CounterVec

	mu       sync.Mutex
	accounts map[string]*account // by party; guarded by mu
}

// keepTime is the longest that a refusal waits for its bytes to be kept. It is recorded
// then all the same.
const keepTime = time.Second

// asKept is what the metric says of bytes that are kept. The other labels are the reasons
// for which they are not.
const asKept = "kept"

// An account is what this daemon has kept of a party.
type account struct {
	turn  chan struct{} // holds one token: of one who adds up what is kept
	ahead []*kept       // guarded by the mu of keeping
}

// kept are bytes that count until the ledger shows their refusal.
type kept struct {
	size     int64
	sequence int64 // at or after that of the refusal; unknown is as if it were never shown
}

const unknown = math.MaxInt64

func newKeeping(o Options, total *prometheus.CounterVec) *keeping {
	return &keeping{store: o.Keeper, ledger: o.Ledger, limits: o.Limits, total: total, accounts: make(map[string]*account)}
}

// keep keeps the bytes of a refusal as the policy of its sender says, and notes in it what
// has become of them. The caller calls recorded once, with the sequence up to which the
// record has the refusal, or 0 if it is not known to have it.
func (k *keeping) keep(ctx context.Context, what refused, one *exchange.Refusal) (recorded func(sequence int64)) {
	if what.policy.Keep <= 0 {
		return func(int64) {}
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTime)
	defer cancel()
	one.Kept = &exchange.Keeping{}
	reserved, err := k.tryKeep(ctx, what, one)
	outcome := asKept
	if err != nil {
		one.Kept.Not = notKept(err)
		outcome = string(one.Kept.Not)
	}
	k.total.WithLabelValues(outcome).Inc()
	if reserved == nil {
		return func(int64) {}
	}
	return func(sequence int64) { k.confirm(reserved, sequence) }
}

// tryKeep reserves room for the bytes of a refusal and keeps them. The caller confirms
// what is reserved, also if it fails.
func (k *keeping) tryKeep(ctx context.Context, what refused, one *exchange.Refusal) (reserved *kept, err error) {
	switch {
	case len(what.document) == 0:
		return nil, reason(exchange.KeptUnread)
	case len(what.document) > k.limits.Document:
		return nil, reason(exchange.KeptTooLarge)
	}
	if reserved, err = k.reserve(ctx, one.Identity.Sender, int64(len(what.document)), one.At); err != nil {
		return nil, err
	}
	until := one.At.Add(what.policy.Keep)
	position, err := k.store.Keep(ctx, what.document, until)
	if err != nil {
		return reserved, err
	}
	one.Kept.Position, one.Kept.Until = position, until
	return reserved, nil
}

// A reason is why bytes are not kept.
type reason exchange.NotKept

// Error returns the reason.
func (r reason) Error() string { return string(r) }

// notKept returns the reason in an error.
func notKept(err error) exchange.NotKept {
	if why, ok := errors.AsType[reason](err); ok {
		return exchange.NotKept(why)
	}
	return exchange.KeptFailed
}

// reserve counts bytes of a party, or fails if they are too many.
func (k *keeping) reserve(ctx context.Context, party string, size int64, now time.Time) (*kept, error) {
	a := k.account(party)
	select {
	case <-a.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { a.turn <- struct{}{} }()
	sum, upTo, err := k.ledger.KeptBytes(ctx, party, now)
	if err != nil {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	a.ahead = slices.DeleteFunc(a.ahead, func(one *kept) bool { return one.sequence <= upTo })
	for _, one := range a.ahead {
		sum += one.size
	}
	if sum+size > k.limits.Kept {
		return nil, reason(exchange.KeptFull)
	}
	reserved := &kept{size: size, sequence: unknown}
	a.ahead = append(a.ahead, reserved)
	return reserved, nil
}

func (k *keeping) account(party string) *account {
	k.mu.Lock()
	defer k.mu.Unlock()
	a := k.accounts[party]
	if a == nil {
		a = &account{turn: make(chan struct{}, 1)}
		a.turn <- struct{}{}
		k.accounts[party] = a
	}
	return a
}

// confirm notes from which sequence on the ledger shows bytes. Those that the record is not
// known to have count no longer: nobody can find them, and they end at their time.
func (k *keeping) confirm(one *kept, sequence int64) {
	k.mu.Lock()
	defer k.mu.Unlock()
	one.sequence = sequence
}
