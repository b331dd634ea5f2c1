package exchange

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"

	"beibu/queue"
	"beibu/signing"
)

// Envelopes reads what is kept of exchanges. Who calls it has made sure that its caller
// may see the exchange, and that there is memory for its document.
type Envelopes struct {
	Bodies queue.Bodies
}

// Sealed returns the envelope of an exchange that a party gets, or, for "", the first one.
// It fails with an [*Error] of kind NotFound if it is no longer kept.
func (e Envelopes) Sealed(ctx context.Context, x Exchange, party string) ([]byte, error) {
	body, err := e.Bodies.Body(ctx, x.EnvelopeFor(party))
	switch {
	case errors.Is(err, queue.ErrNotFound):
		return nil, &Error{
			Op: "read envelope", Kind: NotFound, Code: "content-gone", Err: Because("the content is no longer kept", "内容已不再保存"),
		}
	case errors.Is(err, queue.ErrUnavailable):
		return nil, &Error{Op: "read envelope", Kind: Unavailable, Err: err}
	case err != nil:
		return nil, fmt.Errorf("read envelope: %w", err)
	}
	return body, nil
}

// Document returns the document of an exchange out of the envelope that a party gets. An
// envelope whose seal does not hold, or that is another document's, is never shown.
func (e Envelopes) Document(ctx context.Context, trust signing.Trust, x Exchange, party string) ([]byte, error) {
	body, err := e.Sealed(ctx, x, party)
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
