package exchange_test

import (
	"bytes"
	"context"
	"os"
	"strings"
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

// The head of an entry is as every version reads it, and one of a version that searched
// for less is read.
func TestHeadOfAnEntry(t *testing.T) {
	template, w := tenKB(t)
	a, err := w.Accept(t.Context(), from("beihai", numbered(template, 1)))
	if err != nil {
		t.Fatal(err)
	}
	e, err := w.Store.Owned(t.Context(), a.Exchange.Identity.Key())
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/head.golden"
	if *update {
		if err := os.WriteFile(file, append(e.Head, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), string(e.Head)); diff != "" {
		t.Errorf("-golden +head:\n%s", diff)
	}
	before, _, _ := bytes.Cut(e.Head, []byte(`,"keys"`))
	old, err := exchange.FromEntry(queue.Entry{Head: append(before, '}')})
	if err != nil || old.Identity != a.Exchange.Identity || len(old.Keys.Holders) != 0 || len(a.Exchange.Keys.Holders) == 0 {
		t.Errorf("%v, of an earlier version %+v", err, old)
	}
}
