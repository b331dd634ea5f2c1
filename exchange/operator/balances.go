package operator

import (
	"cmp"
	"context"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/judge/ledger"
)

// Balances show what is left of a licence or a certificate.
type Balances struct {
	Accounts  Accounts
	Exchanges Exchanges
}

// Accounts are looked up by their documents: a ledger.
type Accounts interface {
	Carnets
	// Account returns an account, and false if there is none.
	Account(ctx context.Context, of effects.Account) (ledger.Account, bool, error)
	// Positions returns positions of an account, in the order in which they were first
	// made. next is the place of the last if there are more, or else 0.
	Positions(ctx context.Context, q ledger.Query) (all []ledger.Position, next int64, err error)
	// Uncounted returns the documents that an exchange cites and that are not known here.
	Uncounted(ctx context.Context, id uuid.UUID) ([]effects.Account, error)
}

// Exchanges are looked up by their ids: an [exchange.Journal].
type Exchanges interface {
	Current(ctx context.Context, id uuid.UUID) (exchange.Exchange, error)
}

// A Reader is a caller who may see some exchanges: a principal.
type Reader interface {
	// View returns what the caller may see of an exchange, and false if it is nothing.
	View(x exchange.Exchange) (exchange.Exchange, bool)
	// ReadsOf reports whether the caller may see what a party does with a kind.
	ReadsOf(party, kind string) bool
}

// A BalanceQuery names the document of a balance, and says which of the documents that draw
// on it are shown.
type BalanceQuery struct {
	Kind, Number string
	After        int64 // the Next of the page before; 0: the first page
	Limit        int   // 1 to exchange.MaxPage; 0 means exchange.DefaultPage
}

// A Balance is what an account has left.
type Balance struct {
	ledger.Account

	Lines     []ledger.Balance
	Positions []ledger.Position // of the documents that draw on it, one page
	Next      int64             // the place of the last of them if there are more, or else 0
	// Hidden is how many documents draw on the account that the caller may not see. The
	// lines count them.
	Hidden int
}

// Show returns the balance of a document, if the caller may see its exchange or draws on
// it itself: then the draws of others are hidden. It fails with an [*exchange.Error] of
// kind NotFound if there is no balance, or none that the caller may see.
func (b Balances) Show(ctx context.Context, who Reader, q BalanceQuery) (Balance, error) {
	wanted := ledger.Query{Of: effects.AccountOf(q.Kind, q.Number), After: q.After, Limit: cmp.Or(q.Limit, exchange.DefaultPage)}
	a, found, err := b.Accounts.Account(ctx, wanted.Of)
	if err != nil {
		return Balance{}, err
	}
	if !found {
		return Balance{}, errNoBalance()
	}
	shown := Balance{Account: a, Lines: a.Balances()}
	sees, err := sees(ctx, b.Exchanges, who, a.Exchange)
	if err != nil {
		return Balance{}, err
	}
	if !sees {
		for sender, drawing := range a.Drawing {
			if sender != "" && who.ReadsOf(sender, q.Kind) {
				wanted.Senders = append(wanted.Senders, sender)
			} else {
				shown.Hidden += drawing
			}
		}
		if len(wanted.Senders) == 0 {
			return Balance{}, errNoBalance()
		}
	}
	shown.Positions, shown.Next, err = b.Accounts.Positions(ctx, wanted)
	return shown, err
}

// Uncounted returns the documents that an exchange draws on without that it is counted, as
// they never passed through this exchange.
func (b Balances) Uncounted(ctx context.Context, x exchange.Exchange) ([]effects.Account, error) {
	if len(x.Effects.Draws) == 0 && x.Effects.Moved == nil {
		return nil, nil
	}
	return b.Accounts.Uncounted(ctx, x.ID)
}

// sees reports whether the caller may see an exchange.
func sees(ctx context.Context, exchanges Exchanges, who Reader, id uuid.UUID) (bool, error) {
	x, err := exchanges.Current(ctx, id)
	if err != nil {
		if exchange.KindOf(err) == exchange.NotFound { // the record no longer has it
			err = nil
		}
		return false, err
	}
	_, visible := who.View(x)
	return visible, nil
}

func errNoBalance() error {
	return &exchange.Error{
		Op: "find balance", Kind: exchange.NotFound, Code: "no-balance",
		Err: exchange.Because("no balance is kept of such a document, or none that you may see", "没有该单证的余额，或您无权查看"),
	}
}
