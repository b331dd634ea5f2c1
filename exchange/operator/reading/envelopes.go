package reading

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"beibu/exchange"
	"beibu/exchange/facts"
	"beibu/queue"
	"beibu/schemas"
	"beibu/signing"
)

// Envelopes reads what is kept of exchanges. Who calls it has made sure that its caller
// may see the exchange, and that there is memory for its document.
type Envelopes struct {
	Bodies queue.Bodies
}

// Sealed returns the envelope of an exchange. It fails with an [*exchange.Error] of kind
// NotFound if it is no longer kept.
func (e Envelopes) Sealed(ctx context.Context, x exchange.Exchange) ([]byte, error) {
	body, err := e.Bodies.Body(ctx, x.Body)
	switch {
	case errors.Is(err, queue.ErrNotFound):
		return nil, &exchange.Error{
			Op: "read envelope", Kind: exchange.NotFound, Code: "content-gone",
			Err: exchange.Because("the content is no longer kept", "内容已不再保存"),
		}
	case errors.Is(err, queue.ErrUnavailable):
		return nil, &exchange.Error{Op: "read envelope", Kind: exchange.Unavailable, Err: err}
	case err != nil:
		return nil, fmt.Errorf("read envelope: %w", err)
	}
	return body, nil
}

// Document returns the document of an exchange out of its envelope. An envelope whose seal
// does not hold, or that is another document's, is never shown.
func (e Envelopes) Document(ctx context.Context, trust signing.Trust, x exchange.Exchange) ([]byte, error) {
	body, err := e.Sealed(ctx, x)
	if err != nil {
		return nil, err
	}
	opened, err := signing.OpenEnvelope(body, trust)
	if err != nil {
		return nil, fmt.Errorf("open envelope of %s: %w", x.ID, err)
	}
	if sha256.Sum256(opened.Document) != x.Digest {
		return nil, fmt.Errorf("open envelope of %s: it holds another document", x.ID)
	}
	return opened.Document, nil
}

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
