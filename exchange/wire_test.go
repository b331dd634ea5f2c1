package exchange_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/trace"
	"beibu/queue"
	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/testdata"
)

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

// A resend in another trace changes nothing: the trace of the document is the first, and
// the receipt and the envelope do not have it.
func TestTraceOfAResend(t *testing.T) {
	template, w := tenKB(t)
	document := from("beihai", numbered(template, 1))
	first, err := w.Accept(trace.Continue(t.Context(), traceparent), document)
	if err != nil {
		t.Fatal(err)
	}
	again, err := w.Accept(trace.Continue(t.Context(), strings.Replace(traceparent, "4bf9", "5bf9", 1)), document)
	if err != nil || !again.Duplicate || again.Receipt != first.Receipt || again.Exchange.Trace != first.Exchange.Trace {
		t.Errorf("%+v, %v", again, err)
	}
	sealed, err := w.Store.Body(t.Context(), first.Exchange.Body)
	if err != nil || bytes.Contains(sealed, []byte(traceparent[3:35])) {
		t.Errorf("the envelope has the trace, %v", err)
	}
}

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
		if s.Kind == "ata-carnet" || s.Good && s.Kind == "certificate-of-origin" { // those with faults that only warn are accepted too
			documents = append(documents, s.Bytes)
		}
	}
	accepted := make(map[[16]byte]exchange.State)
	for i, document := range documents {
		if a, err := w.Accept(trace.Continue(t.Context(), traceparent), from("beihai", document)); err == nil && !a.Duplicate {
			accepted[a.Exchange.ID] = a.Exchange.State
		} else if i < 2 {
			t.Fatal(err)
		}
	}
	if entries := sameDecoded(t, w, func(x exchange.Exchange) bool { return x.State != exchange.SubmissionHeld }); entries != len(accepted) || entries < 3 {
		t.Errorf("%d entries of %d", entries, len(accepted))
	}
}

// The same of a document that does something to balances.
func TestJudgedEntryOfThisProcess(t *testing.T) {
	kinds := []string{"certificate-of-origin"}
	w := exchangetest.NewWorld(t, []exchange.Party{{ID: "beihai", Sends: kinds}, {ID: "promotion", Receives: kinds}},
		[]exchange.Route{{Kinds: kinds, To: []string{"promotion"}}})
	s, err := testdata.Find(kinds[0], "tuna-movement-singapore")
	if err != nil {
		t.Fatal(err)
	}
	a, err := w.Accept(trace.Continue(t.Context(), traceparent), from("beihai", s.Bytes))
	if err != nil || !a.Exchange.Judged() {
		t.Fatalf("%+v, %v", a, err)
	}
	if entries := sameDecoded(t, w, func(exchange.Exchange) bool { return true }); entries != 1 {
		t.Errorf("%d entries", entries)
	}
}

// sameDecoded fails unless what this process has decoded of the entries of a world is what
// their heads decode to, and is there if it may be. It returns how many there are.
func sameDecoded(t *testing.T, w *exchangetest.World, may func(exchange.Exchange) bool) (entries int) {
	t.Helper()
	head, err := w.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	err = w.Store.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
		for _, c := range changes {
			if c.Sequence >= head {
				stop()
			}
			if c.Entry == nil {
				continue
			}
			entries++
			known, err := exchange.FromEntry(*c.Entry)
			if err != nil {
				return err
			}
			if (c.Entry.Decoded != nil) != may(known) {
				t.Errorf("entry %d is decoded: %t", c.Sequence, c.Entry.Decoded != nil)
			}
			stored := *c.Entry
			stored.Decoded = nil
			decoded, err := exchange.FromEntry(stored)
			if decoded.Trace.String() != traceparent {
				t.Errorf("the entry has trace %v", decoded.Trace)
			}
			if diff := cmp.Diff(decoded, known); diff != "" || err != nil {
				t.Errorf("%v, -from the head +of this process:\n%s", err, diff)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return entries
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
