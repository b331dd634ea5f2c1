package operator

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"beibu/exchange"
)

// Failures groups what has failed by its cause, so that three hundred documents that one
// receiver refuses for one reason are one thing to mend.
type Failures struct {
	Log       exchange.FailureLog
	Activity  exchange.ActivityLog
	Handovers int // a delivery that was handed over so often, and never acknowledged, has failed, too; at least 2
}

// A Side is who has to act on a failure.
type Side string

// The sides.
const (
	Receiver Side = "receiver" // it does not fetch, or does not acknowledge
	Sender   Side = "sender"   // the receiver refused its document
	Ours     Side = "exchange" // this exchange
)

// A Pile is what has failed for one cause at one receiver, and who does what about it.
type Pile struct {
	exchange.Failure
	Side Side
	Next Step // for people
}

// A RetryPile is what could not be carried to one receiver for one cause, and is still
// carried again: nothing of it has failed for good.
type RetryPile struct {
	Pile
	Breaker exchange.Breaker // of the receiver
}

// All returns what failed for good, as List does, and what is still carried again, as
// Retries does.
func (f Failures) All(ctx context.Context, q exchange.FailureQuery) ([]Pile, []RetryPile, error) {
	failed, err := f.List(ctx, q)
	if err != nil {
		return nil, nil, err
	}
	retried, err := f.Retries(ctx, q)
	return failed, retried, err
}

// List returns the piles of what failed for good and fits: those with perishable goods
// first, and then the largest. The order of equal ones does not change from call to call.
func (f Failures) List(ctx context.Context, q exchange.FailureQuery) ([]Pile, error) {
	q.Handovers = f.Handovers
	found, err := f.Log.Failures(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list failures: %w", err)
	}
	piles := make([]Pile, 0, len(found))
	for _, failure := range found {
		side, next := advise(failure)
		piles = append(piles, Pile{Failure: failure, Side: side, Next: next})
	}
	slices.SortFunc(piles, func(a, b Pile) int {
		return cmp.Or(cmp.Compare(b.Express, a.Express), cmp.Compare(b.Count, a.Count), a.byName(b))
	})
	return piles, nil
}

// Retries returns the piles of what is still carried again and fits: those for which
// perishable goods wait first, and then those for which the most wait.
func (f Failures) Retries(ctx context.Context, q exchange.FailureQuery) ([]RetryPile, error) {
	found, err := f.Log.Retries(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("list retries: %w", err)
	}
	if len(found) == 0 {
		return nil, nil
	}
	sides, err := f.Activity.Activities(ctx)
	if err != nil {
		return nil, fmt.Errorf("list retries: %w", err)
	}
	piles := make([]RetryPile, 0, len(found))
	for _, failure := range found {
		if failure.Next.Before(q.Now) { // of a short schedule not every try is recorded
			failure.Next = q.Now
		}
		side, next := adviseRetry(failure)
		one := RetryPile{Pile: Pile{Failure: failure, Side: side, Next: next}}
		for _, a := range sides {
			if a.Party == failure.Receiver && a.Side == exchange.Receiving {
				one.Breaker = a.Breaker
			}
		}
		piles = append(piles, one)
	}
	slices.SortFunc(piles, func(a, b RetryPile) int {
		return cmp.Or(cmp.Compare(b.WaitingExpress, a.WaitingExpress), cmp.Compare(b.Waiting, a.Waiting), cmp.Compare(b.Count, a.Count), a.byName(b.Pile))
	})
	return piles, nil
}

// byName orders piles of one size.
func (p Pile) byName(o Pile) int {
	return cmp.Or(cmp.Compare(p.Receiver, o.Receiver), cmp.Compare(p.State, o.State), cmp.Compare(p.Code, o.Code), cmp.Compare(p.Sender, o.Sender), cmp.Compare(p.Rule, o.Rule))
}
