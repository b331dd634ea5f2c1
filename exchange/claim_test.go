package exchange_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"testing"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/proof"
	"beibu/queue"
)

// A desk grants or refuses every claim, and counts the results.
type desk struct {
	refuse    bool
	stubborn  bool     // a third is always there
	ousted    []string // from whom numbers were taken over
	claimed   []string
	committed [][sha256.Size]byte
	released  int
	meanwhile func() // what happens while a number is claimed; or nil
}

func (d *desk) Claim(_ context.Context, id proof.Identity, _ [sha256.Size]byte) (exchange.Claim, error) {
	d.claimed = append(d.claimed, id.Number)
	if d.meanwhile != nil {
		d.meanwhile()
	}
	if d.refuse {
		return nil, &exchange.Error{Op: "claim document", Kind: exchange.InFlight, Code: "in-flight", Holder: "rival"}
	}
	return d, nil
}

func (d *desk) Insist(ctx context.Context, id proof.Identity, digest [sha256.Size]byte, rival string) (exchange.Claim, error) {
	d.ousted = append(d.ousted, rival)
	if d.stubborn {
		return d.Claim(ctx, id, digest)
	}
	return d, nil
}

func (d *desk) Commit(_ context.Context, owner [sha256.Size]byte) {
	d.committed = append(d.committed, owner)
}
func (d *desk) Release(context.Context) { d.released++ }

// A counter counts what reaches the log, and can be down.
type counter struct {
	queue.Admitter
	admits int
	down   bool
	owned  error // or nil, if what is known is returned
}

func (c *counter) Owned(ctx context.Context, key string) (queue.Entry, error) {
	if c.owned != nil {
		return queue.Entry{}, c.owned
	}
	return c.Admitter.Owned(ctx, key)
}

func (c *counter) Admit(ctx context.Context, s queue.Submission) (queue.Entry, error) {
	c.admits++
	if c.down {
		return queue.Entry{}, queue.ErrUnavailable
	}
	return c.Admitter.Admit(ctx, s)
}

// Decisions that are what the test says.
type decisions struct{ owner *queue.Entry }

func (d *decisions) Owner(context.Context, string) (queue.Entry, error) {
	if d.owner == nil {
		return queue.Entry{}, queue.ErrUnavailable
	}
	return *d.owner, nil
}

// A number that two others in turn are at work on reaches no log; what the log
// has decided is committed, by the loser of a conflict too; whatever fails is
// released.
func TestClaims(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	held, log := &desk{refuse: true, stubborn: true}, &counter{Admitter: w.Intake.Log}
	w.Intake.Claims, w.Intake.Log, w.Intake.Decisions = held, log, &decisions{}
	document := carnet(t, number)
	digest := sha256.Sum256(document)

	_, err := w.Accept(t.Context(), from("qinzhou", document))
	if exchange.KindOf(err) != exchange.InFlight || log.admits != 0 || held.released != 0 {
		t.Errorf("in flight elsewhere: %v, %d admits, %d releases", err, log.admits, held.released)
	}
	held.refuse, log.down = false, true
	_, err = w.Accept(t.Context(), from("qinzhou", document))
	if exchange.KindOf(err) != exchange.Unavailable || held.released != 1 || len(held.committed) != 0 {
		t.Errorf("log down: %v, %d releases, committed %x", err, held.released, held.committed)
	}
	log.down = false
	if _, err = w.Accept(t.Context(), from("qinzhou", document)); err != nil {
		t.Fatal(err)
	}
	other := bytes.Replace(document, []byte("\n"), []byte("\n\n"), 1)
	log.owned = queue.ErrNotFound // this node has not consumed it yet
	if _, err = w.Accept(t.Context(), from("qinzhou", other)); exchange.KindOf(err) != exchange.Conflict {
		t.Errorf("another content: %v", err)
	}
	if len(held.committed) != 2 || held.committed[0] != digest || held.committed[1] != digest {
		t.Errorf("committed %x, want the owner's digest twice", held.committed)
	}
	claims := len(held.claimed)
	if _, err = w.Accept(t.Context(), from("nobody", document)); err == nil || len(held.claimed) != claims {
		t.Errorf("a document that is refused claims nothing: %v", errors.Unwrap(err))
	}
}

// If another attempt has claimed the number, the sender gets the decision of the log and
// nothing is appended. If the log decides nothing, the number is taken over.
func TestClaimHeldElsewhere(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	held, log, decided := &desk{}, &counter{Admitter: w.Intake.Log}, &decisions{}
	w.Intake.Claims, w.Intake.Log, w.Intake.Decisions = held, log, decided
	document := carnet(t, number)
	other := bytes.Replace(document, []byte("\n"), []byte("\n\n"), 1)

	held.refuse = true
	first, err := w.Accept(t.Context(), from("qinzhou", document))
	if err != nil || first.Duplicate || log.admits != 1 || len(held.ousted) != 1 || held.ousted[0] != "rival" {
		t.Fatalf("nothing was decided: %v, duplicate %t, %d admits, taken over from %q", err, first.Duplicate, log.admits, held.ousted)
	}
	owner, err := w.Intake.Log.Admit(t.Context(), queue.Submission{
		ID: first.Exchange.ID, Key: first.Exchange.Identity.Key(), Digest: first.Exchange.Digest, Token: [16]byte{1}, Body: document,
	})
	if err != nil {
		t.Fatal(err)
	}
	decided.owner, log.admits, log.owned = &owner, 0, queue.ErrNotFound
	again, err := w.Accept(t.Context(), from("qinzhou", document))
	if err != nil || !again.Duplicate || again.Receipt != first.Receipt {
		t.Errorf("the same was decided: %v, duplicate %t, receipts %q and %q", err, again.Duplicate, again.Receipt, first.Receipt)
	}
	if _, err = w.Accept(t.Context(), from("qinzhou", other)); exchange.KindOf(err) != exchange.Conflict {
		t.Errorf("another content was decided: %v", err)
	}
	if log.admits != 0 || len(held.ousted) != 1 {
		t.Errorf("decided: %d admits, taken over from %q", log.admits, held.ousted)
	}
}

// A document whose sender is suspended while it waits reaches no log, and its claim is
// released.
func TestSuspendedWhileADocumentWaits(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	shut := newNode(t, w.Store)
	shut.follow(t, w.Store)
	held, log := &desk{}, &counter{Admitter: w.Intake.Log}
	w.Intake.Claims, w.Intake.Log, w.Intake.Decisions, w.Intake.Suspended = held, log, &decisions{}, shut.Suspensions
	held.meanwhile = func() {
		if err := shut.Suspend(t.Context(), exchange.Suspension{Party: "qinzhou", At: suspendedAt}); err != nil {
			t.Error(err)
		}
	}
	_, err := w.Accept(t.Context(), from("qinzhou", carnet(t, number)))
	if refused, ok := errors.AsType[*exchange.Error](err); !ok || refused.Code != exchange.CodeSuspended || log.admits != 0 || held.released != 1 {
		t.Errorf("%v, %d admits, %d releases", err, log.admits, held.released)
	}
}
