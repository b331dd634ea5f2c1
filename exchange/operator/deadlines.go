package operator

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/judge"
)

// Deadlines show by when something has to be done about documents.
type Deadlines struct {
	Timers    Timers
	Exchanges Exchanges
}

// Timers are the deadlines that documents set: a ledger.
type Timers interface {
	// Timers returns a page of deadlines, the earliest first, and the cursor of the next,
	// or 0.
	Timers(ctx context.Context, q judge.TimerQuery) ([]judge.Timer, int64, error)
}

// List returns deadlines of documents that a caller may see, the earliest first, and the
// cursor of the next page, or 0. A page may be short although there is another.
func (d Deadlines) List(ctx context.Context, who Reader, q judge.TimerQuery) (all []judge.Timer, next int64, err error) {
	q.Limit = cmp.Or(q.Limit, exchange.DefaultPage)
	wanted := q.Limit
	for range pagesRead {
		q.Limit = wanted - len(all)
		var page []judge.Timer
		if page, next, err = d.Timers.Timers(ctx, q); err != nil {
			return nil, 0, err
		}
		for _, one := range page {
			visible, err := sees(ctx, d.Exchanges, who, one.Exchange)
			if err != nil {
				return nil, 0, err
			}
			if visible {
				all = append(all, one)
			}
		}
		if q.After = next; next == 0 || len(all) == wanted {
			break
		}
	}
	return all, next, nil
}

// Of returns the deadlines of an exchange that a caller sees.
func (d Deadlines) Of(ctx context.Context, id uuid.UUID) ([]judge.Timer, error) {
	all, _, err := d.Timers.Timers(ctx, judge.TimerQuery{Exchange: id, Limit: exchange.MaxPage})
	return all, err
}
