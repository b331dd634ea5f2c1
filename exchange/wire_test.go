package exchange_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/queue"
	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/testdata"
)

// What the process that accepted a document reads of its entry without decoding it is
// what every other process decodes.
func TestEntryOfThisProcess(t *testing.T) {
	template, w := tenKB(t)
	key := newKey(t, "ecdsa-p256")
	w.Register(t, "beihai", signing.Signer{Certificate: key.Certificate})
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	documents := [][]byte{numbered(template, 1), signed(t, numbered(template, 2), key, c14n.Inclusive)}
	for _, s := range samples {
		if s.Kind == "ata-carnet" { // those with faults that only warn are accepted too
			documents = append(documents, s.Bytes)
		}
	}
	accepted := make(map[[16]byte]exchange.State)
	for i, document := range documents {
		if a, err := w.Accept(t.Context(), from("beihai", document)); err == nil && !a.Duplicate {
			accepted[a.Exchange.ID] = a.Exchange.State
		} else if i < 2 {
			t.Fatal(err)
		}
	}
	head, err := w.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	entries := 0
	ctx, stop := context.WithCancel(t.Context())
	err = w.Store.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
		for _, c := range changes {
			if c.Sequence >= head {
				stop()
			}
			if c.Entry == nil {
				continue
			}
			if entries++; (c.Entry.Decoded == nil) != (accepted[c.Entry.ID] == exchange.SubmissionHeld) {
				t.Errorf("entry %d is decoded: %t", c.Sequence, c.Entry.Decoded == nil)
			}
			known, err := exchange.FromEntry(*c.Entry)
			if err != nil {
				return err
			}
			stored := *c.Entry
			stored.Decoded = nil
			decoded, err := exchange.FromEntry(stored)
			if diff := cmp.Diff(decoded, known); diff != "" || err != nil {
				t.Errorf("%v, -from the head +of this process:\n%s", err, diff)
			}
		}
		return nil
	})
	if err != nil || entries != len(accepted) || entries < 3 {
		t.Errorf("%d entries of %d, %v", entries, len(accepted), err)
	}
}
