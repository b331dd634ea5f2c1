package exchange

import (
	"context"
	"errors"

	"beibu/exchange/proof"
)

// A Prospect is what would become of a document if it were submitted now.
type Prospect struct {
	Identity  proof.Identity // without a number if none can be read or filed
	Refusal   *Error         // why it would be refused, or nil
	Held      bool           // it would wait for a person
	Receivers []string       // to whom it would go
	Faults    Faults         // that would be let pass
	More      int            // faults beyond those
	Before    *Exchange      // the same document was accepted before, as this exchange
}

// Examine returns what Accept would answer to a document now, and keeps nothing: it is
// the same path up to where the number would be claimed. Whether another content owns the
// number it knows as [queue.Admitter.Owned] does. Its error says that the examination
// failed, not that the document did.
func (in *Intake) Examine(ctx context.Context, now *InForce, doc Document) (Prospect, error) {
	if err := in.admits(now, doc.Sender); err != nil {
		return refusedFor(Prospect{Identity: proof.Identity{Sender: doc.Sender}}, err)
	}
	reading, err := now.Checks.read(ctx, doc, true)
	if err != nil {
		return Prospect{}, &Error{Op: "check document", Kind: Internal, Err: err}
	}
	defer reading.release()
	p := Prospect{Identity: reading.name()}
	earlier, found, err := in.earlier(ctx, now, reading)
	if err == nil && found {
		p.Before, p.Receivers = &earlier.Exchange, earlier.Exchange.Receivers
		return p, nil
	}
	if err == nil {
		err = now.allow(reading.checked)
	}
	if err != nil {
		return refusedFor(p, err)
	}
	opened, checked, err := in.judge(ctx, now, doc, reading)
	if err != nil {
		return refusedFor(p, err)
	}
	p.Held, p.Receivers, p.Faults, p.More = opened.State == SubmissionHeld, opened.Receivers, checked.faults, checked.more
	return p, nil
}

// refusedFor adds to a prospect why the document would be refused. What is no verdict on
// the document or its sender is an error.
func refusedFor(p Prospect, why error) (Prospect, error) {
	failure, ok := errors.AsType[*Error](why)
	if !ok || !failure.OfDocument() && failure.Kind != Forbidden {
		return Prospect{}, why
	}
	failure.Identity = p.Identity
	p.Refusal = failure
	return p, nil
}
