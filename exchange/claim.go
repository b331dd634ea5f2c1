package exchange

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"beibu/exchange/proof"
	"beibu/queue"
)

// Claims report whether another attempt is at work on a document number. They save
// appends and decide nothing: the log does.
type Claims interface {
	// Claim reserves a number for a content. If another attempt has reserved it,
	// Claim fails with an *Error of kind InFlight, which names the Holder. It never
	// fails for another reason: if the store cannot be reached, or the log has
	// decided already, the claim is granted and excludes nobody. A claim that is
	// not released expires, so a crash locks no document out.
	Claim(ctx context.Context, id proof.Identity, digest [sha256.Size]byte) (Claim, error)
	// Insist is Claim, but takes over a claim of the attempt rival.
	Insist(ctx context.Context, id proof.Identity, digest [sha256.Size]byte, rival string) (Claim, error)
}

// Decisions are those of the log.
type Decisions interface {
	// Owner waits until a key has an owner and returns its entry. It fails with
	// [queue.ErrUnavailable] if none is known before ctx ends.
	Owner(ctx context.Context, key string) (queue.Entry, error)
}

// A Claim is a reservation of a document number that is in progress, as a sql.Tx is a
// transaction in progress.
type Claim interface {
	// Commit records that the log has decided: the content with this digest owns
	// the number. From then on no claim on the number is refused.
	Commit(ctx context.Context, owner [sha256.Size]byte)
	// Release frees the number, unless the claim was committed or has expired and
	// is another's.
	Release(ctx context.Context)
}

// yield is how long an attempt waits for the one that has claimed its number:
// longer than a log usually takes to decide, and short enough for a sender whose
// earlier attempt died with its daemon.
const yield = 500 * time.Millisecond

// claim reserves the number if claims are configured. If another attempt has
// claimed it, claim waits for the log's decision, and then returns the owner's
// entry and no claim. If none comes, the daemon of the other attempt may have
// died, and claim takes the number over from it. If that daemon is alive after all,
// this costs an append, and the log decides between the two.
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

// unclaimed is the claim of an exchange without claims.
type unclaimed struct{}

func (unclaimed) Commit(context.Context, [sha256.Size]byte) {}
func (unclaimed) Release(context.Context)                   {}
