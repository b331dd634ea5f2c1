package exchange

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/effects"
	"beibu/exchange/facts"
	"beibu/exchange/trace"
	"beibu/queue"
)

// A Document is what a party sent: its bytes, never altered, and who sent them.
type Document struct {
	Bytes    []byte
	Sender   string // the party, as the door established it
	Received time.Time
}

// Digest returns D, the SHA-256 of the bytes received.
func (d Document) Digest() [sha256.Size]byte { return sha256.Sum256(d.Bytes) }

// An Intake turns documents into exchanges. It is safe for concurrent use.
type Intake struct {
	Suspended *Suspensions // in addition to those of the parties in force; or nil
	Claims    Claims       // or nil if the log is as near as they would be
	Decisions Decisions    // must be there if Claims are
	// Answered finds what documents answer. Nil: nothing is known of it.
	Answered *Correspondence
	Log      queue.Admitter
	// Patience is the longest wait for the log's decision, so that documents do
	// not pile up while the log cannot be had. Zero: as long as the caller waits.
	Patience time.Duration
}

// An Acceptance is the answer to the sender of an accepted document.
type Acceptance struct {
	Exchange  Exchange
	Receipt   string // a JWS; the same for every resend
	Duplicate bool   // accepted before: the receipt is the first one
	Faults    Faults // found and let pass; none of a duplicate, which is not judged again
	More      int    // faults that were found beyond those
}

// Accept checks a document, verifies its sender's signature, routes, seals and
// keeps it, all by the configuration now. If it returns without an error, the
// document is durable and owns its number. If it fails, nothing was promised, and
// sending the same document again is safe.
//
// A document that was accepted before gets its first answer, whatever rules,
// keys, routes and permissions have changed since: Accept looks up the owner of its
// number as soon as number and content are known, and before that refuses only a
// sender that may not call at all. Another content is a Conflict as early, unless
// it breaks the schema or has an odd number: then it does not count.
//
// It fails with an *[Error] of kind [Malformed], [Invalid], [Forbidden],
// [Untrusted], [Unroutable], [InFlight], [Conflict] or [Unavailable].
func (in *Intake) Accept(ctx context.Context, now *InForce, doc Document) (Acceptance, error) {
	if err := in.admits(now, doc.Sender); err != nil {
		return Acceptance{}, err
	}
	reading, err := now.Checks.Read(ctx, doc)
	if err != nil {
		return Acceptance{}, &Error{Op: "check document", Kind: Internal, Err: err}
	}
	defer reading.release() // an Acceptance has nothing of it
	accepted, err := in.accept(ctx, now, doc, reading)
	if failure, ok := errors.AsType[*Error](err); ok {
		failure.Identity, failure.Keys = reading.name(), reading.keysIf(failure)
	}
	return accepted, err
}

// accept is Accept of a document that was read.
func (in *Intake) accept(ctx context.Context, now *InForce, doc Document, reading Reading) (Acceptance, error) {
	if earlier, found, err := in.earlier(ctx, now, reading); found || err != nil {
		return earlier, err
	}
	if err := now.allow(reading.checked); err != nil {
		return Acceptance{}, err
	}
	return in.acceptNew(ctx, now, doc, reading)
}

// judge checks a document whose number is not known to be owned, and returns the exchange
// that it would be.
func (in *Intake) judge(ctx context.Context, now *InForce, doc Document, reading Reading) (Exchange, Checked, error) {
	checked, err := now.Checks.Judge(ctx, reading)
	if err != nil {
		return Exchange{}, Checked{}, &Error{Op: "check document", Kind: Internal, Err: err}
	}
	if err := checked.Err(); err != nil {
		return Exchange{}, Checked{}, err
	}
	trusted, err := now.Verify(checked)
	if err != nil {
		return Exchange{}, Checked{}, err
	}
	issuers, err := now.issuers(checked)
	if err != nil {
		return Exchange{}, Checked{}, err
	}
	answered, err := in.answered(ctx, doc.Sender, checked.facts)
	if err != nil {
		return Exchange{}, Checked{}, err
	}
	to, err := now.Routes.To(doc.Sender, checked.kind, checked.facts, answered)
	if err != nil {
		return Exchange{}, Checked{}, err
	}
	checked.faults = append(checked.faults, to.Held...)
	checked.faults.sort()
	trusted.checked.faults = checked.faults
	x := open(trusted, to.Receivers)
	if effects.IsIssued(checked.kind) {
		x.Effects = x.Effects.By(now.issuer(checked, issuers))
	}
	x.Effects.Round = to.Round
	if answered != nil {
		x.Answers = answered.Answers
		err = answered.decide(&x)
	}
	if x.fits(); x.Effects.Omitted {
		fault := uncounted()
		x.Faults, checked.faults = append(x.Faults, fault.Code), append(checked.faults, fault)
	}
	if sender, known := now.Parties.Get(doc.Sender); known {
		x.completeClearings(sender)
	}
	return x, checked, err
}

// answered returns what a document answers.
func (in *Intake) answered(ctx context.Context, sender string, f facts.Facts) (*Answered, error) {
	if in.Answered == nil {
		return nil, nil //nolint:nilnil // as Routes.To understands it
	}
	ctx, cancel := in.patient(ctx)
	defer cancel()
	return in.Answered.Find(ctx, sender, f)
}

// acceptNew accepts a document whose number is not known to be owned.
func (in *Intake) acceptNew(ctx context.Context, now *InForce, doc Document, reading Reading) (Acceptance, error) {
	opened, checked, err := in.judge(ctx, now, doc, reading)
	if err != nil {
		return Acceptance{}, err
	}
	opened.Trace = trace.From(ctx)
	claim, rivals, err := in.claim(ctx, opened)
	if err != nil {
		return Acceptance{}, err
	}
	if claim == nil {
		return now.answer(opened, checked, rivals, uuid.Nil) // decided in the meantime
	}
	defer claim.Release(context.WithoutCancel(ctx)) // nothing to release once it is committed
	envelope := envelopes.Get().(*[]byte)
	defer keepEnvelope(envelope) // the log needs it no more then
	if *envelope, err = now.Sealer.AppendSeal(ctx, *envelope, opened.header(), checked.digested); err != nil {
		return Acceptance{}, &Error{Op: "seal document", Kind: Internal, Err: err}
	}
	if err := in.admits(now, doc.Sender); err != nil { // suspended since, while the document waited for its turn
		return Acceptance{}, err
	}
	owner, token, err := in.admit(ctx, opened, *envelope, doc.Bytes)
	if err != nil {
		return Acceptance{}, err
	}
	claim.Commit(context.WithoutCancel(ctx), owner.Digest)
	return now.answer(opened, checked, owner, token)
}

// admits refuses everything from a sender that is unknown or suspended.
func (in *Intake) admits(now *InForce, sender string) error {
	if in.Suspended.Includes(now, sender) {
		return &Error{Op: "allow document", Kind: Forbidden, Code: CodeSuspended, Err: Because("party %s is suspended", "参与方 %s 已被暂停", sender)}
	}
	if _, known := now.Parties.Get(sender); !known {
		return &Error{Op: "allow document", Kind: Forbidden, Code: codeMayNotSend, Err: Because("party %s is unknown", "参与方 %s 未登记", sender)}
	}
	return nil
}

// CodeSuspended is the code for a party that is suspended.
const CodeSuspended = "party-suspended"

// codeMayNotSend is the code for a party that may not send a kind, or nothing.
const codeMayNotSend = "sender-may-not-send"
