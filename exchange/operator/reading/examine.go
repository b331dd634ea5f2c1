package reading

import (
	"context"
	"fmt"
	"time"

	"beibu/exchange"
	"beibu/exchange/facts"
	"beibu/schemas"
)

// Examine returns the document of an exchange, which are the given bytes, with what is
// found in it by the schemas and rules in force now.
func Examine(ctx context.Context, now *exchange.InForce, x exchange.Exchange, document []byte) (Document, error) {
	checked, err := now.Checks.Find(ctx, exchange.Document{Bytes: document, Sender: x.Identity.Sender, Received: x.AcceptedAt})
	if err != nil {
		return Document{}, fmt.Errorf("check document of %s: %w", x.ID, err)
	}
	return readable(now, document, checked, x.Identity.Kind, x.AcceptedAt), nil
}

// ExamineRefused returns a refused document, which are the given bytes, with what would be
// found in it if its sender submitted it at a time. If it breaks its schema, a value about a
// person may be anywhere, so that all of it counts as personal.
func ExamineRefused(ctx context.Context, now *exchange.InForce, r exchange.Refusal, document []byte, at time.Time) (Document, error) {
	checked, err := now.Checks.Find(ctx, exchange.Document{Bytes: document, Sender: r.Identity.Sender, Received: at})
	if err != nil {
		return Document{}, fmt.Errorf("check document of refusal %s: %w", r.ID, err)
	}
	d := readable(now, document, checked, checked.Kind(), at)
	if !checked.FitsSchema() {
		d.Personal = facts.Personal{}
	}
	return d, nil
}

// readable returns a document of a kind with what was found in it. All is personal in one
// of an unknown kind.
func readable(now *exchange.InForce, document []byte, checked exchange.Checked, kind string, at time.Time) Document {
	d := Document{Bytes: document, Kind: kind, Faults: checked.Faults(), More: checked.More()}
	if known, ok := now.Checks.Schemas().Describe(schemas.Kind(kind), at); ok {
		d.Personal = facts.PersonalIn(known.Facts)
	}
	return d
}
