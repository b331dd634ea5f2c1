package exchange_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"testing"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/queue"
)

// A desk grants or refuses every claim, and remembers what became of them.
type desk struct {
	refuse    bool
	claimed   []string
	committed [][sha256.Size]byte
	released  int
}

func (d *desk) Claim(_ context.Context, id exchange.Identity, _ [sha256.Size]byte) (exchange.Claim, error) {
	d.claimed = append(d.claimed, id.Number)
	if d.refuse {
		return nil, &exchange.Error{Op: "claim document", Kind: exchange.InFlight, Code: "in-flight"}
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
}

func (c *counter) Admit(ctx context.Context, s queue.Submission) (queue.Entry, error) {
	c.admits++
	if c.down {
		return queue.Entry{}, queue.ErrUnavailable
	}
	return c.Admitter.Admit(ctx, s)
}

// A number that is on its way in elsewhere reaches no log; what the log has
// decided is committed, by the loser of a conflict too; whatever fails is
// released.
func TestClaims(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	held, log := &desk{refuse: true}, &counter{Admitter: w.Intake.Log}
	w.Intake.Claims, w.Intake.Log = held, log
	document := carnet(t, number)
	digest := sha256.Sum256(document)

	_, err := w.Intake.Accept(t.Context(), from("qinzhou", document))
	if exchange.KindOf(err) != exchange.InFlight || log.admits != 0 || held.released != 0 {
		t.Errorf("in flight elsewhere: %v, %d admits, %d releases", err, log.admits, held.released)
	}
	held.refuse, log.down = false, true
	_, err = w.Intake.Accept(t.Context(), from("qinzhou", document))
	if exchange.KindOf(err) != exchange.Unavailable || held.released != 1 || len(held.committed) != 0 {
		t.Errorf("log down: %v, %d releases, committed %x", err, held.released, held.committed)
	}
	log.down = false
	if _, err = w.Intake.Accept(t.Context(), from("qinzhou", document)); err != nil {
		t.Fatal(err)
	}
	other := bytes.Replace(document, []byte("\n"), []byte("\n\n"), 1)
	if _, err = w.Intake.Accept(t.Context(), from("qinzhou", other)); exchange.KindOf(err) != exchange.Conflict {
		t.Errorf("another content: %v", err)
	}
	if len(held.committed) != 2 || held.committed[0] != digest || held.committed[1] != digest {
		t.Errorf("committed %x, want the owner's digest twice", held.committed)
	}
	claims := len(held.claimed)
	if _, err = w.Intake.Accept(t.Context(), from("nobody", document)); err == nil || len(held.claimed) != claims {
		t.Errorf("a document that is refused claims nothing: %v", errors.Unwrap(err))
	}
}
