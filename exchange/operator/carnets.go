package operator

import (
	"context"
	"slices"

	"beibu/exchange/effects"
	"beibu/exchange/judge/ledger/carnet"
)

// Carnets are looked up by their numbers, without case and white space: a ledger.
type Carnets interface {
	// Carnet returns the account of a carnet, and false if there is none.
	Carnet(ctx context.Context, number string) (carnet.Carnet, bool, error)
}

// A CarnetBalance is what is left under a carnet, and where.
type CarnetBalance struct {
	Carnet carnet.Carnet
	Left   carnet.Balance
	// Hidden is how many transactions the caller may not see. The balance counts them.
	Hidden int
}

// Countries returns those in which goods of the carnet can be, the country of issue first.
func (b CarnetBalance) Countries() []string {
	return append([]string{b.Carnet.IssuedIn}, b.Carnet.Countries...)
}

// ShowCarnet returns what is left under a carnet, if the caller may see its exchange or one
// about a transaction under it: then the transactions of others are hidden. What is in
// other countries than one is left out, if it is not "". It fails as [Balances.Show] does.
func (b Balances) ShowCarnet(ctx context.Context, who Reader, number, country string) (CarnetBalance, error) {
	c, found, err := b.Accounts.Carnet(ctx, effects.AccountOf(effects.KindCarnet, number).Number)
	if err != nil {
		return CarnetBalance{}, err
	}
	if !found {
		return CarnetBalance{}, errNoBalance()
	}
	shown := CarnetBalance{Carnet: c, Left: c.Balance(country)}
	sees, err := sees(ctx, b.Exchanges, who, c.Exchange)
	if err != nil {
		return CarnetBalance{}, err
	}
	visible := shown.Carnet.Transactions[:0:0]
	for _, t := range c.Transactions {
		own := sees || slices.ContainsFunc(t.Records, func(r carnet.Record) bool { return who.ReadsOf(r.Sender, effects.KindTransaction) })
		switch {
		case !own:
			shown.Hidden++
		case country == "" || t.Country == country:
			visible = append(visible, t)
		}
	}
	if shown.Carnet.Transactions = visible; !sees && shown.Hidden == len(c.Transactions) {
		return CarnetBalance{}, errNoBalance()
	}
	return shown, nil
}
