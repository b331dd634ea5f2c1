package operator

import (
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
	// Account returns an account, and false if there is none.
	Account(ctx context.Context, of effects.Account) (ledger.Account, bool, error)
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

// A Balance is what an account has left.
type Balance struct {
	ledger.Account

	Lines []ledger.Balance
	// Hidden is how many documents draw on the account that the caller may not see. The
	// lines count them.
	Hidden int
}

// Uses returns how many documents draw on the account.
func (b Balance) Uses() int {
	n := b.Hidden
	for i := range b.Positions {
		if b.Positions[i].State != ledger.Released {
			n++
		}
	}
	return n
}

// Show returns the balance of a document, if the caller may see its exchange or draws on
// it itself: then the draws of others are hidden. It fails with an [*exchange.Error] of
// kind NotFound if there is no balance, or none that the caller may see.
func (b Balances) Show(ctx context.Context, who Reader, kind, number string) (Balance, error) {
	a, found, err := b.Accounts.Account(ctx, effects.AccountOf(kind, number))
	if err != nil {
		return Balance{}, err
	}
	if !found {
		return Balance{}, errNoBalance()
	}
	shown := Balance{Account: a, Lines: a.Balances()}
	if sees, err := b.sees(ctx, who, a.Exchange); sees || err != nil {
		return shown, err
	}
	shown.Positions = nil
	for _, p := range a.Positions {
		switch {
		case p.Sender != "" && who.ReadsOf(p.Sender, kind):
			shown.Positions = append(shown.Positions, p)
		case p.State != ledger.Released:
			shown.Hidden++
		}
	}
	if len(shown.Positions) == 0 {
		return Balance{}, errNoBalance()
	}
	return shown, nil
}

// Uncounted returns the documents that an exchange draws on without that it is counted, as
// they never passed through this exchange.
func (b Balances) Uncounted(ctx context.Context, x exchange.Exchange) ([]effects.Account, error) {
	if len(x.Effects.Draws) == 0 {
		return nil, nil
	}
	return b.Accounts.Uncounted(ctx, x.ID)
}

// sees reports whether the caller may see an exchange.
func (b Balances) sees(ctx context.Context, who Reader, id uuid.UUID) (bool, error) {
	x, err := b.Exchanges.Current(ctx, id)
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
