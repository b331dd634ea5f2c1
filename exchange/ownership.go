package exchange

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"beibu/queue"
	"beibu/signing"
)

// earlier answers a document whose number is known to be owned, and reports
// whether it is: with the first receipt if the owner has the same content, and
// with a Conflict if it has another. A document that breaks the schema or cannot be
// filed gets its faults and no Conflict, so it is not found then. If this node does
// not know the owner yet, the log decides later.
func (in *Intake) earlier(ctx context.Context, now *InForce, r Reading) (_ Acceptance, found bool, _ error) {
	if r.identity.Number == "" {
		return Acceptance{}, false, nil
	}
	ctx, cancel := in.patient(ctx)
	defer cancel()
	owner, err := in.Log.Owned(ctx, r.identity.Key())
	switch {
	case errors.Is(err, queue.ErrNotFound):
		return Acceptance{}, false, nil
	case err != nil:
		return Acceptance{}, false, undecided(ctx, "find owner", err)
	}
	mine := Exchange{Identity: r.identity, Digest: r.checked.digested.SHA256()}
	if owner.Digest != mine.Digest && !r.counts() {
		return Acceptance{}, false, nil
	}
	answer, err := now.answer(mine, Checked{}, owner, uuid.Nil)
	return answer, true, err
}

// admit has the log decide who owns the number. The token distinguishes this
// attempt from every other at the same number. A decision that comes too late is
// valid: sending the document again gets the receipt.
func (in *Intake) admit(ctx context.Context, x Exchange, sealed, document []byte) (queue.Entry, uuid.UUID, error) {
	head, err := x.encode()
	if err != nil {
		return queue.Entry{}, uuid.Nil, &Error{Op: "write log entry", Kind: Internal, Err: err}
	}
	ctx, cancel := in.patient(ctx)
	defer cancel()
	token := uuid.New()
	owner, err := in.Log.Admit(ctx, queue.Submission{
		ID: x.ID, Key: x.Identity.Key(), Digest: x.Digest, Token: token, At: x.AcceptedAt, Head: head, Decoded: x.decoded(),
		Body: sealed, Encoded: queue.Encoded{At: signing.DocumentAt(sealed), Bytes: document},
	})
	if err != nil {
		return queue.Entry{}, uuid.Nil, undecided(ctx, "admit document", err)
	}
	return owner, token, nil
}

// patient returns a context that ends with Patience, if there is one.
func (in *Intake) patient(ctx context.Context) (context.Context, context.CancelFunc) {
	if in.Patience <= 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, in.Patience)
}

// undecided is the *Error of a call of the log that failed.
func undecided(ctx context.Context, op string, err error) error {
	kind := Internal
	if errors.Is(err, queue.ErrUnavailable) || ctx.Err() != nil {
		kind = Unavailable
	}
	return &Error{Op: op, Kind: kind, Code: "unavailable", Err: err}
}

// answer returns what the log decided: this attempt owns the number, or the same
// document has owned it before, or another content owns it.
func (f *InForce) answer(mine Exchange, checked Checked, owner queue.Entry, token uuid.UUID) (Acceptance, error) {
	x, err := mine.decided(owner, token)
	if err != nil {
		return Acceptance{}, &Error{Op: "read owner", Kind: Internal, Err: err}
	}
	if owner.Digest != mine.Digest {
		return Acceptance{}, &Error{
			Op: "admit document", Kind: Conflict, Code: "number-taken", Earlier: &x,
			Err: Because("%s was accepted with another content as exchange %s", "%s 已以另一内容接收，交换编号 %s", mine.Identity, x.ID),
		}
	}
	receipt, err := f.Receipt(x)
	if err != nil {
		return Acceptance{}, err
	}
	if owner.Token != token {
		return Acceptance{Exchange: x, Receipt: receipt, Duplicate: true}, nil
	}
	return Acceptance{Exchange: x, Receipt: receipt, Faults: checked.faults, More: checked.more}, nil
}

// decided returns the exchange that owns the number. If the attempt with the token
// owns it, that is x itself with its position.
func (x Exchange) decided(owner queue.Entry, token uuid.UUID) (Exchange, error) {
	if owner.Token != token {
		return FromEntry(owner)
	}
	x.Position, x.Body = owner.Position, owner.Body
	return x, nil
}
