package exchange

import (
	"context"
	"errors"
	"fmt"

	"beibu/queue"
	"beibu/signing"
)

// A Rerouting finds to whom the routes in force lead for documents that were accepted
// before, and seals these for receivers that they did not go to. The exchange id, the
// document, its number and the first envelope stay as they are.
type Rerouting struct {
	Now      *InForce
	Answered *Correspondence // finds what documents answer, in the index as it is
	Bodies   queue.Bodies
	Adder    queue.BodyAdder // of what Readdress seals
}

// CodeUnreadable is the code of a document that the schemas in force, or the keys that are
// trusted now, do not let be read again.
const CodeUnreadable = "unreadable-now"

// Receivers returns the receivers of the document of an exchange by the routes in force.
// What it says is read again, out of the envelope that is kept, by the schemas in force.
// The business rules are not asked: it was accepted. What it answers is looked up again:
// see [Correspondence.Again].
//
// It fails with an [*Error]: of kind NotFound if the envelope is no longer kept, of kind
// Invalid and code [CodeUnreadable] if it cannot be read, of kind Unroutable if no route
// takes the document, of kind Stale and code [CodeNotApproved] if it needs a joint approval
// that it does not have, and of kind Unavailable if the index cannot be read.
func (r Rerouting) Receivers(ctx context.Context, x Exchange) ([]string, error) {
	document, err := r.document(ctx, x)
	if err != nil {
		return nil, err
	}
	reading, err := r.Now.Checks.read(ctx, Document{Bytes: document, Sender: x.Identity.Sender, Received: x.AcceptedAt}, true)
	if err != nil {
		return nil, &Error{Op: "read document again", Kind: Internal, Err: err}
	}
	defer reading.release()
	if err := reading.checked.Err(); err != nil {
		return nil, unreadable(err)
	}
	if reading.identity != x.Identity {
		return nil, unreadable(fmt.Errorf("it is now read as %s", reading.identity))
	}
	answered, err := r.Answered.Again(ctx, x, reading.checked.facts)
	if err != nil {
		return nil, err
	}
	to, err := r.Now.Routes.To(x.Identity.Sender, reading.checked.kind, reading.checked.facts, answered)
	if err == nil && (to.Round != nil || x.Effects.Round != nil) && !x.everywhere() {
		err = &Error{Op: "route document again", Kind: Stale, Code: CodeNotApproved, Err: Because(
			"its joint approval is not complete, or the routes in force ask for one", "联合审批尚未完成，或现行路由要求联合审批")}
	}
	return to.Receivers, err
}

// CodeNotApproved is the code of a document that goes to no further receiver, since it
// has no joint approval.
const CodeNotApproved = "not-approved"

// everywhere reports whether the exchange needed a joint approval and has it, so that it
// has gone to all its receivers.
func (x Exchange) everywhere() bool {
	return x.Effects.Round != nil && len(x.Deliveries) >= len(x.Receivers)
}

// document returns the document out of the first envelope.
func (r Rerouting) document(ctx context.Context, x Exchange) ([]byte, error) {
	document, err := Envelopes{r.Bodies}.Document(ctx, r.Now.Trust, x, "")
	if _, refused := errors.AsType[*signing.Refusal](err); refused {
		return nil, unreadable(err)
	}
	return document, err
}

func unreadable(why error) error {
	return &Error{Op: "read document again", Kind: Invalid, Code: CodeUnreadable, Err: why}
}

// Readdress seals the document of an exchange for one more receiver, by the key in force,
// and keeps the envelope. It returns the position of that. Nothing is readdressed before
// an event of the record names the position.
func (r Rerouting) Readdress(ctx context.Context, x Exchange, to string, by signing.Readdressed) (position int64, err error) {
	document, err := r.document(ctx, x)
	if err != nil {
		return 0, err
	}
	h := x.header()
	h.Receivers, h.Readdressed = []string{to}, by
	sealed, err := r.Now.Sealer.Seal(ctx, h, document)
	if err != nil {
		return 0, &Error{Op: "seal document", Kind: Internal, Err: err}
	}
	if position, err = r.Adder.AddBody(ctx, x.Identity.Key(), sealed); err != nil {
		return 0, undecided(ctx, "keep envelope", err)
	}
	return position, nil
}
