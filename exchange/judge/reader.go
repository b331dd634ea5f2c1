package judge

import (
	"context"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/effects"
	"beibu/exchange/judge/approval"
	"beibu/exchange/judge/ledger"
	"beibu/exchange/judge/ledger/carnet"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// A Reader returns accounts as they are once all is decided that the record had when it
// was asked, so that who has submitted a document reads what became of it.
type Reader struct {
	Ledger *Ledger
	Feed   queue.Feed
}

// patience is how long a Reader waits for verdicts, if no node makes any.
const patience = 2 * time.Second

// Account returns an account, and false if there is none. If the verdicts take longer than
// two seconds, it is the account without them.
func (r Reader) Account(ctx context.Context, of effects.Account) (ledger.Account, bool, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := r.await(waiting); err != nil && waiting.Err() == nil {
		return ledger.Account{}, false, err
	}
	return r.Ledger.Account(ctx, of)
}

// Carnet returns the account of a carnet, as Account does.
func (r Reader) Carnet(ctx context.Context, number string) (carnet.Carnet, bool, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := r.await(waiting); err != nil && waiting.Err() == nil {
		return carnet.Carnet{}, false, err
	}
	return r.Ledger.Carnet(ctx, number)
}

// Positions returns positions of an account as [Ledger.Positions] does, without waiting
// for verdicts.
func (r Reader) Positions(ctx context.Context, q ledger.Query) ([]ledger.Position, int64, error) {
	return r.Ledger.Positions(ctx, q)
}

// Round returns the joint approval of an exchange as Account does an account.
func (r Reader) Round(ctx context.Context, id uuid.UUID) (approval.Round, bool, error) {
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := r.await(waiting); err != nil && waiting.Err() == nil {
		return approval.Round{}, false, err
	}
	return r.Ledger.Round(ctx, id)
}

// Rounds returns a page of joint approvals as [Ledger.Rounds] does, without waiting for
// verdicts.
func (r Reader) Rounds(ctx context.Context, q RoundQuery) ([]approval.Round, int64, error) {
	return r.Ledger.Rounds(ctx, q)
}

// Uncounted returns the documents that an exchange cites and that are not known here, so
// that nothing is drawn on them: none before its verdict.
func (r Reader) Uncounted(ctx context.Context, id uuid.UUID) ([]effects.Account, error) {
	v, _, err := r.Ledger.Verdict(ctx, id)
	return v.Unknown, err
}

// await returns once the ledger has folded the record and nothing in it awaits a verdict.
func (r Reader) await(ctx context.Context) error {
	head, err := r.Feed.Head(ctx)
	if err != nil {
		return failed("find the end of the record", err)
	}
	if err := r.Ledger.Wait(ctx, head); err != nil {
		return failed("read ledger", err)
	}
	for {
		next, awaits := r.Ledger.Changed(changed), false
		err := r.Ledger.Query(ctx, `SELECT 1 FROM pending WHERE waits = 0 AND sequence <= ? LIMIT 1`, func(sqlitefile.Row) error {
			awaits = true
			return nil
		}, head)
		if err != nil || !awaits {
			return failed("read what awaits a verdict", err)
		}
		if wait(ctx, next); ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// Timers returns a page of deadlines as [Ledger.Timers] does, without waiting for verdicts.
func (r Reader) Timers(ctx context.Context, q TimerQuery) ([]Timer, int64, error) {
	return r.Ledger.Timers(ctx, q)
}
