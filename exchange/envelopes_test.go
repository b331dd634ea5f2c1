package exchange_test

import (
	"context"
	"fmt"
	"testing"

	"beibu/exchange/exchangetest"
	"beibu/queue"
	"beibu/signing"
)

// A nesting log accepts another document while it admits one.
type nesting struct {
	queue.Admitter
	before func() // the next is admitted; nil if nothing is to be done
}

func (n *nesting) Admit(ctx context.Context, s queue.Submission) (queue.Entry, error) {
	if before := n.before; before != nil {
		n.before = nil
		before()
	}
	return n.Admitter.Admit(ctx, s)
}

// However many documents are sealed at once or one after the other, each is kept in its
// own envelope: a buffer is used again only once the log has what was in it.
func TestEnvelopesAreNotMixed(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	log := &nesting{Admitter: w.Store}
	w.Intake.Log = log
	kept := make(map[int64][]byte) // documents, by the position of their envelopes
	accept := func(n int) {
		document := carnet(t, fmt.Sprintf("N-%d", n))
		a, err := w.Accept(t.Context(), from("qinzhou", document))
		if err != nil {
			t.Fatal(err)
		}
		kept[a.Exchange.Body] = document
	}
	for n := range 8 {
		log.before = func() { accept(100 + n) }
		accept(n)
	}
	if len(kept) != 16 {
		t.Fatalf("%d envelopes, want 16", len(kept))
	}
	for position, document := range kept {
		sealed, err := w.Store.Body(t.Context(), position)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := signing.OpenEnvelope(sealed, w.InForce.Trust)
		if err != nil || string(opened.Document) != string(document) {
			t.Errorf("envelope %d does not have its document: %v", position, err)
		}
	}
}
