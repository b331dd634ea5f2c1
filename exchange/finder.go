package exchange

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"beibu/queue"
)

// A Finder finds an exchange from the moment at which it is accepted. The record
// may tell it only when it is dispatched, which is a moment later, or many
// seconds where the node that would have done it has died.
type Finder struct {
	Journal      Journal
	Undispatched queue.Undispatched
	Recorder     *Recorder
}

// Exchange is Journal's. One that is not dispatched yet stands as it was accepted,
// without deliveries. It fails with an *Error of kind NotFound, or Unavailable
// where it cannot be known.
func (f *Finder) Exchange(ctx context.Context, id uuid.UUID) (Exchange, error) {
	x, err := f.Journal.Exchange(ctx, id)
	if err == nil || KindOf(err) != NotFound {
		return x, err
	}
	// In this order: what is no longer undispatched by the time it is asked
	// for is in the record that is waited for.
	e, err := f.Undispatched.Decided(ctx, id)
	switch {
	case err == nil:
		return FromEntry(e)
	case !errors.Is(err, queue.ErrNotFound):
		return Exchange{}, &Error{Op: "find exchange", Kind: Unavailable, Code: "unavailable", Err: err}
	}
	if err := f.Recorder.Settle(ctx); err != nil {
		return Exchange{}, err
	}
	return f.Journal.Exchange(ctx, id)
}
