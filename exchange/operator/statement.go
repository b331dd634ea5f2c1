package operator

import (
	"context"
	"errors"
	"time"

	"beibu/exchange"
	"beibu/exchange/facts/values"
	"beibu/exchange/proof"
	"beibu/queue"
)

// A Stater signs statements: the keys of receipts.
type Stater interface {
	State(s proof.Statement) (string, error)
}

// State returns a signed statement of what is left of a document, for callers to whom Show
// shows it, and what it says. It fails as Show does, and with an [*exchange.Error] of kind
// Unavailable if this node does not have the key.
func (b Balances) State(ctx context.Context, who Reader, q BalanceQuery, by Stater) (string, error) {
	shown, err := b.Show(ctx, who, q)
	if err != nil {
		return "", err
	}
	x, err := b.Exchanges.Current(ctx, shown.Exchange)
	if err != nil {
		return "", err
	}
	s := proof.NewStatement(shown.Kind, shown.Number, time.Now())
	s.ExchangeID, s.Issuer, s.Until, s.Permitted = shown.Exchange.String(), shown.Sender, shown.Until, shown.Uses
	s.Uses, s.Sequence, s.Position = shown.Documents(), shown.Sequence, x.Position
	for _, l := range shown.Lines {
		s.Lines = append(s.Lines, proof.StatementLine{
			Line: l.Number, HS: l.HS, Unit: l.Unit, Quantity: written(l.Quantity),
			Reserved: l.Reserved.String(), Consumed: l.Consumed.String(), Left: l.Left.String(),
		})
	}
	signed, err := by.State(s)
	switch {
	case err == nil:
		return signed, nil
	case errors.Is(err, proof.ErrReceiptKey), errors.Is(err, queue.ErrUnavailable):
		return "", &exchange.Error{Op: "sign statement", Kind: exchange.Unavailable, Code: "unavailable", Err: err}
	}
	return "", &exchange.Error{Op: "sign statement", Kind: exchange.Internal, Err: err}
}

// written writes a figure, or "" if it is none.
func written(f values.Figure) string {
	if !f.Exists() {
		return ""
	}
	return f.String()
}
