package journal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"beibu/exchange"
)

// Lists by sender, kind and party, alone and together, show what a walk over the whole
// record shows, however far apart the sequences are: next to each other, in blocks that
// follow one another, and in blocks with many empty ones between them.
func TestTerms(t *testing.T) {
	dir := t.TempDir()
	parties := []string{"qinzhou", "window-vn", "promotion", "beihai"}
	kinds := []string{"ata-carnet", "health-permit", "response"}
	rapid.Check(t, func(rt *rapid.T) {
		r := &record{tb: t}
		var documents []document
		var sequences []int64
		sequence := int64(0)
		for i := range rapid.IntRange(1, 40).Draw(rt, "documents") {
			d := document{
				Number: fmt.Sprint(i), Sender: rapid.SampledFrom(parties).Draw(rt, "sender"), Kind: rapid.SampledFrom(kinds).Draw(rt, "kind"),
				Receivers: parties[:rapid.IntRange(0, 2).Draw(rt, "receivers")], at: began.Add(time.Duration(i) * time.Minute),
			}
			id := r.accept(d)
			for _, p := range d.Receivers {
				r.event(id, p, exchange.ContentConsignment, 1)
			}
			gap := rapid.SampledFrom([]int64{1, 2, 700, 2048, 5000, 1 << 33}).Draw(rt, "gap")
			for k := range r.changes[len(r.changes)-1-len(d.Receivers):] {
				if sequence++; k == 0 {
					sequence += gap
				}
				r.changes[len(r.changes)-1-len(d.Receivers)+k].Sequence = sequence
			}
			documents, sequences = append(documents, d), append(sequences, sequence-int64(len(d.Receivers)))
		}
		j, done := fresh(rt, dir)
		defer done()
		for batch := range slices.Chunk(r.changes, rapid.IntRange(1, 50).Draw(rt, "batch")) {
			if err := j.Fold(t.Context(), batch); err != nil {
				rt.Fatal(err)
			}
		}
		drawn := func(from []string, name string) string {
			return rapid.SampledFrom(append([]string{"", "nobody"}, from...)).Draw(rt, name)
		}
		for range 10 {
			q := exchange.Query{Sender: drawn(parties, "sender"), Kind: drawn(kinds, "kind"), Party: drawn(parties, "party"), Limit: rapid.IntRange(1, 12).Draw(rt, "limit")}
			if rapid.Bool().Draw(rt, "before") {
				q.Before = rapid.SampledFrom(sequences).Draw(rt, "cursor")
			}
			want := []string{}
			for i, d := range slices.Backward(documents) {
				if fits(q, d) && (q.Before == 0 || sequences[i] < q.Before) {
					want = append(want, d.Number)
				}
			}
			if got := paged(t, j, q); !slices.Equal(got, want) {
				rt.Fatalf("%+v: got %v, want %v", q, got, want)
			}
		}
	})
}

func fits(q exchange.Query, d document) bool {
	return (q.Sender == "" || q.Sender == d.Sender) && (q.Kind == "" || q.Kind == d.Kind) &&
		(q.Party == "" || q.Party == d.Sender || slices.Contains(d.Receivers, q.Party))
}

// An exchange is found in the list of a receiver whose delivery opens long after the
// acceptance, in the order of the record.
func TestTermsOfOneReleasedLate(t *testing.T) {
	r := &record{tb: t}
	held := r.accept(document{Number: "held", Held: true, Receivers: []string{"window-vn"}})
	for i := range 3000 {
		r.accept(document{Number: fmt.Sprint(i), Receivers: []string{"window-vn"}})
	}
	r.event(r.accept(document{Number: "last"}), "window-vn", exchange.ContentConsignment, 1)
	r.event(held, "window-vn", exchange.ContentConsignment, 1)
	if got := paged(t, r.folded(), exchange.Query{Party: "window-vn", Limit: 1}); !slices.Equal(got, []string{"last", "held"}) {
		t.Errorf("listed %v", got)
	}
}
