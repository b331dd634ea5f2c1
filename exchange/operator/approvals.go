package operator

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/judge"
	"beibu/exchange/judge/approval"
)

// Approvals show joint approvals: who has decided on a document, and who has to.
type Approvals struct {
	Rounds    Rounds
	Exchanges Exchanges
}

// Rounds are the joint approvals that have started: a ledger.
type Rounds interface {
	// Round returns the joint approval of an exchange, and false if none has started.
	Round(ctx context.Context, id uuid.UUID) (approval.Round, bool, error)
	// Rounds returns a page of them, newest first, and the cursor of the next, or 0.
	Rounds(ctx context.Context, q judge.RoundQuery) ([]approval.Round, int64, error)
}

// pagesRead bounds how many pages one list reads to fill its own, if the caller may not
// see what is in them.
const pagesRead = 10

// List returns joint approvals of documents that a caller may see, newest first, and the
// cursor of the next page, or 0. A page may be short although there is another.
func (a Approvals) List(ctx context.Context, who Reader, q judge.RoundQuery) (all []approval.Round, next int64, err error) {
	q.Limit = cmp.Or(q.Limit, exchange.DefaultPage)
	wanted := q.Limit
	for range pagesRead {
		q.Limit = wanted - len(all)
		var page []approval.Round
		if page, next, err = a.Rounds.Rounds(ctx, q); err != nil {
			return nil, 0, err
		}
		for _, round := range page {
			visible, err := sees(ctx, a.Exchanges, who, round.Exchange)
			if err != nil {
				return nil, 0, err
			}
			if visible {
				all = append(all, round)
			}
		}
		if q.Before = next; next == 0 || len(all) == wanted {
			break
		}
	}
	return all, next, nil
}

// Of returns the joint approval of an exchange that a caller sees, or nil if it needs none
// or none has started.
func (a Approvals) Of(ctx context.Context, x exchange.Exchange) (*approval.Round, error) {
	if x.Effects.Round == nil {
		return nil, nil //nolint:nilnil // no approval is no error
	}
	round, found, err := a.Rounds.Round(ctx, x.ID)
	if err != nil || !found {
		return nil, err
	}
	return &round, nil
}
