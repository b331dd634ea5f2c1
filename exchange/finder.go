package exchange

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"beibu/queue"
)

// A Finder finds an exchange from the moment at which it is accepted. The record has it
// only after its dispatch: a moment later, or many seconds later if the node that
// would have dispatched it has died.
type Finder struct {
	Journal      Journal
	Undispatched queue.Undispatched
	Recorder     *Recorder
}

// Exchange returns an exchange as [Journal] does. One that is not dispatched yet is
// returned as it was accepted, without deliveries. It fails with an [*Error] of kind
// NotFound, or of kind Unavailable if the queue cannot be read.
func (f *Finder) Exchange(ctx context.Context, id uuid.UUID) (Exchange, error) {
	return f.find(ctx, id, f.Journal.Exchange)
}

// Current returns an exchange as Exchange does, but without its timeline.
func (f *Finder) Current(ctx context.Context, id uuid.UUID) (Exchange, error) {
	return f.find(ctx, id, f.Journal.Current)
}

func (f *Finder) find(ctx context.Context, id uuid.UUID, read func(context.Context, uuid.UUID) (Exchange, error)) (Exchange, error) {
	x, err := read(ctx, id)
	if err == nil || KindOf(err) != NotFound {
		return x, err
	}
	// The order matters: an exchange that is dispatched before this call is in the
	// record that the wait below covers.
	e, err := f.Undispatched.Decided(ctx, id)
	switch {
	case err == nil:
		return FromEntry(e)
	case !errors.Is(err, queue.ErrNotFound):
		return Exchange{}, &Error{Op: "find exchange", Kind: Unavailable, Code: "unavailable", Err: err}
	}
	if err := f.Recorder.Wait(ctx); err != nil {
		return Exchange{}, err
	}
	return read(ctx, id)
}
