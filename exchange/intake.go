package exchange

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/proof"
	"beibu/exchange/rules"
	"beibu/queue"
	"beibu/signing"
)

// An Intake turns documents into exchanges. It is safe for concurrent use.
type Intake struct {
	Suspended *Suspensions // in addition to those of the parties in force; or nil
	Claims    Claims       // or nil if the log is as near as they would be
	Decisions Decisions    // must be there if Claims are
	Log       queue.Admitter
	// Patience is the longest wait for the log's decision, so that documents do
	// not pile up while the log cannot be had. Zero: as long as the caller waits.
	Patience time.Duration
}

// Claims tell whether a document number is on its way in somewhere else. They
// save appends and decide nothing: the log does.
type Claims interface {
	// Claim reserves a number for a content. It fails with an *Error of kind
	// InFlight, which names the Holder, where another attempt holds the number,
	// and never for another reason: where the store cannot be asked, the claim
	// is granted. Where the log has decided already, it is granted too, and
	// excludes nobody. A claim that is not released lapses by itself, so that a
	// crash locks no document out.
	Claim(ctx context.Context, id proof.Identity, digest [sha256.Size]byte) (Claim, error)
	// Insist is Claim, except that a claim of the attempt rival is no hindrance:
	// it is taken over.
	Insist(ctx context.Context, id proof.Identity, digest [sha256.Size]byte, rival string) (Claim, error)
}

// Decisions tell what the log has decided.
type Decisions interface {
	// Owner waits until a key has an owner and returns the entry. It fails with
	// queue.ErrUnavailable where none is known before ctx ends.
	Owner(ctx context.Context, key string) (queue.Entry, error)
}

// A Claim is a reservation in hand, as a sql.Tx is a transaction in hand.
type Claim interface {
	// Commit says that the log has decided: the content with this digest owns
	// the number. From then on no claim on the number is refused.
	Commit(ctx context.Context, owner [sha256.Size]byte)
	// Release gives the number free, unless the claim was committed or has
	// lapsed to another.
	Release(ctx context.Context)
}

// An Acceptance is what a sender is told of an accepted document.
type Acceptance struct {
	Exchange  Exchange
	Receipt   string // a JWS; the same for every resend
	Duplicate bool   // accepted before: the receipt is the first one
	Faults    Faults // what was found and let pass; none of a duplicate, which is not judged again
	More      int    // faults that were found beyond those
}

// Accept checks a document, verifies its sender's signature, routes and seals
// it and keeps it, all by the configuration now. If it returns without an error, the document is durable and
// owns its number. If it fails, nothing was promised, and sending the same
// document again is safe.
//
// A document that was accepted before gets its first answer, whatever rules,
// keys, routes and permissions have become since: the owner of its number is
// looked up as soon as number and content are known, and only a sender that may
// not call at all is refused before that. Another content is a Conflict as early,
// but for one that breaks the schema or has an odd number: that does not count.
//
// It fails with an *Error of kind Malformed, Invalid, Forbidden, Untrusted,
// Unroutable, InFlight, Conflict or Unavailable.
func (in *Intake) Accept(ctx context.Context, now *InForce, doc Document) (Acceptance, error) {
	if err := in.admits(now, doc.Sender); err != nil {
		return Acceptance{}, err
	}
	reading, err := now.Checks.Read(ctx, doc)
	if err != nil {
		return Acceptance{}, &Error{Op: "check document", Kind: Internal, Err: err}
	}
	if earlier, found, err := in.earlier(ctx, now, reading); found || err != nil {
		return earlier, err
	}
	if err := now.allow(reading.checked); err != nil {
		return Acceptance{}, err
	}
	return in.acceptNew(ctx, now, doc, reading)
}

// acceptNew accepts a document whose number is not known to be owned.
func (in *Intake) acceptNew(ctx context.Context, now *InForce, doc Document, reading Reading) (Acceptance, error) {
	checked, err := now.Checks.Judge(ctx, reading)
	if err != nil {
		return Acceptance{}, &Error{Op: "check document", Kind: Internal, Err: err}
	}
	if err := checked.Err(); err != nil {
		return Acceptance{}, err
	}
	trusted, err := now.Signatures.Verify(checked)
	if err != nil {
		return Acceptance{}, err
	}
	receivers, err := now.Routes.To(doc.Sender, checked.kind, checked.facts)
	if err != nil {
		return Acceptance{}, err
	}
	opened := open(trusted, receivers)
	claim, rivals, err := in.claim(ctx, opened)
	if err != nil {
		return Acceptance{}, err
	}
	if claim == nil {
		return now.answer(opened, checked, rivals, uuid.Nil) // decided meanwhile
	}
	defer claim.Release(context.WithoutCancel(ctx)) // nothing to release once it is committed
	sealed, err := now.Sealer.Seal(ctx, opened.header(), doc.Bytes)
	if err != nil {
		return Acceptance{}, &Error{Op: "seal document", Kind: Internal, Err: err}
	}
	owner, token, err := in.admit(ctx, opened, sealed)
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

// earlier answers a document whose number is known to be owned, and reports
// whether it is: with the first receipt if the owner has the same content, and
// with a Conflict if it has another. A document that breaks the schema or has a
// number that is none gets no Conflict but its faults, so it is not found then. What this node does not know
// yet, the log decides later.
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
	mine := Exchange{Identity: r.identity, Digest: r.checked.document.Digest()}
	if owner.Digest != mine.Digest && !r.counts() {
		return Acceptance{}, false, nil
	}
	answer, err := now.answer(mine, Checked{}, owner, uuid.Nil)
	return answer, true, err
}

// CodeSuspended is told to a party that is suspended.
const CodeSuspended = "party-suspended"

// codeMayNotSend is the code for a party that may not send a kind, or nothing.
const codeMayNotSend = "sender-may-not-send"

// open begins the exchange of a document.
func open(t Trusted, receivers []string) Exchange {
	c := t.checked
	digest := c.document.Digest()
	x := Exchange{
		ID: c.Identity().ExchangeID(digest), Identity: c.Identity(), Digest: digest,
		Size: len(c.document.Bytes), AcceptedAt: c.document.Received.UTC().Truncate(time.Microsecond),
		Schema: c.schema, Receivers: receivers, Express: c.facts.Express(), Signature: t.signature, State: SubmissionAcceptance,
	}
	for _, fault := range c.faults {
		if !slices.Contains(x.Faults, fault.Code) { // a list shows hundreds of exchanges
			x.Faults = append(x.Faults, fault.Code)
		}
	}
	if c.faults.Has(rules.Hold) {
		x.State, x.Held = SubmissionHeld, heldBy(c.faults)
	}
	return x
}

// yield is how long an attempt leaves a number to the one that holds it: longer
// than a log takes to decide, as a rule, and no longer than a sender likes to
// wait for an attempt that died with its daemon.
const yield = 500 * time.Millisecond

// claim reserves the number, where claims are configured. Where another attempt
// holds it, the log's decision is waited for, and there is no claim when it
// comes: the entry says whose the number is. Where none comes, the daemon of the
// other may have died, and the number is taken over from it. Should it live
// after all, that costs an append, and the log decides between the two.
func (in *Intake) claim(ctx context.Context, x Exchange) (Claim, queue.Entry, error) {
	if in.Claims == nil {
		return unclaimed{}, queue.Entry{}, nil
	}
	claim, err := in.Claims.Claim(ctx, x.Identity, x.Digest)
	held, taken := errors.AsType[*Error](err)
	if !taken {
		return claim, queue.Entry{}, err
	}
	waiting, cancel := context.WithTimeout(ctx, yield)
	defer cancel()
	if owner, err := in.Decisions.Owner(waiting, x.Identity.Key()); err == nil {
		return nil, owner, nil
	}
	claim, err = in.Claims.Insist(ctx, x.Identity, x.Digest, held.Holder)
	return claim, queue.Entry{}, err
}

// unclaimed stands for a claim where there are none.
type unclaimed struct{}

func (unclaimed) Commit(context.Context, [sha256.Size]byte) {}
func (unclaimed) Release(context.Context)                   {}

// header is what the envelope says of an exchange.
func (x Exchange) header() signing.Header {
	return signing.Header{
		ExchangeID: x.ID.String(), Sender: x.Identity.Sender, Kind: x.Identity.Kind,
		DocumentNumber: x.Identity.Number, DocumentVersion: x.Identity.Version, Receivers: x.Receivers,
		DigestSHA256: x.Digest, AcceptedAt: x.AcceptedAt, SchemaPack: x.Schema,
	}
}

// admit has the log decide who owns the number. The token tells this attempt
// from every other at the same number. A decision that comes too late stands:
// sending the document again gets the receipt.
func (in *Intake) admit(ctx context.Context, x Exchange, sealed []byte) (queue.Entry, uuid.UUID, error) {
	head, err := x.encode()
	if err != nil {
		return queue.Entry{}, uuid.Nil, &Error{Op: "write log entry", Kind: Internal, Err: err}
	}
	ctx, cancel := in.patient(ctx)
	defer cancel()
	token := uuid.New()
	owner, err := in.Log.Admit(ctx, queue.Submission{
		ID: x.ID, Key: x.Identity.Key(), Digest: x.Digest, Token: token, At: x.AcceptedAt, Head: head, Body: sealed,
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

// answer tells the sender what the log decided: this attempt owns the number,
// or the same document did so earlier, or another content has it.
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
	receipt, err := f.Receipts.Make(x.Receipt())
	if err != nil {
		return Acceptance{}, &Error{Op: "make receipt", Kind: Internal, Err: err}
	}
	if owner.Token != token {
		return Acceptance{Exchange: x, Receipt: receipt, Duplicate: true}, nil
	}
	return Acceptance{Exchange: x, Receipt: receipt, Faults: checked.faults, More: checked.more}, nil
}

// decided returns the exchange that owns the number. Where the attempt with
// the token does, that is x itself, and only its place is news.
func (x Exchange) decided(owner queue.Entry, token uuid.UUID) (Exchange, error) {
	if owner.Token != token {
		return FromEntry(owner)
	}
	x.Position, x.Body = owner.Position, owner.Body
	return x, nil
}
