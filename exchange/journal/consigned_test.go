package journal_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"beibu/exchange"
	"beibu/exchange/journal"
)

// consigned returns what was consigned to a receiver since a time, in pages.
func consigned(tb testing.TB, j *journal.Journal, q exchange.ConsignedQuery) (all []exchange.Exchange) {
	tb.Helper()
	for {
		page, next, err := j.Consigned(context.Background(), q)
		if err != nil {
			tb.Fatal(err)
		}
		if all = append(all, page...); next == 0 {
			return all
		}
		if q.Limit > 0 && len(page) != q.Limit || next <= q.After {
			tb.Fatalf("%d on a page of %d, cursor %d behind %d", len(page), q.Limit, next, q.After)
		}
		q.After = next
	}
}

// The order is that in which the record consigned: a document that was held, one that was
// readdressed and a delivery that was replayed come where that happened, not where they
// were accepted. So does a document that waited in a partition of the log.
func TestConsignedInOrder(t *testing.T) {
	r := &record{tb: t}
	to := func(number string, held bool, at time.Time) uuid.UUID {
		return r.accept(document{Number: number, Receivers: []string{"window-vn"}, Held: held, at: at})
	}
	hours := func(n int) time.Time { return began.Add(time.Duration(n) * time.Hour) }
	held, elsewhere := to("held", true, hours(0)), r.accept(document{Number: "elsewhere", Receivers: []string{"promotion"}, at: hours(0)})
	r.consign(elsewhere, "promotion")
	replayed := to("replayed", false, hours(1))
	r.consign(replayed, "window-vn")
	r.event(replayed, "window-vn", exchange.ConsignmentRejection, 1, exchange.Cause{Code: "no"})
	b := to("b", false, hours(2))
	r.consign(b, "window-vn")
	r.event(b, "window-vn", exchange.ConsignmentAcceptance, 1)
	r.skew = 3 * time.Hour
	r.event(held, "window-vn", exchange.ContentConsignment, 1)
	waited := to("waited", false, hours(2).Add(time.Minute))
	r.consign(waited, "window-vn")
	r.skew = 4 * time.Hour
	r.readdress(elsewhere, "window-vn", 7, exchange.Cause{Code: exchange.CodeReaddressed})
	r.event(replayed, "window-vn", exchange.ContentConsignment, 2)
	r.skew = 0
	last := to("last", false, hours(5))
	r.consign(last, "window-vn")
	j := r.folded()
	for name, test := range map[string]struct {
		query exchange.ConsignedQuery
		want  string
	}{
		"all":              {exchange.ConsignedQuery{}, "[b held waited elsewhere replayed last]"},
		"one at a time":    {exchange.ConsignedQuery{Limit: 1}, "[b held waited elsewhere replayed last]"},
		"since the second": {exchange.ConsignedQuery{Since: hours(2), Limit: 2}, "[b held waited elsewhere replayed last]"},
		"since the third":  {exchange.ConsignedQuery{Since: hours(3), Limit: 2}, "[held elsewhere replayed last]"},
		"since the fourth": {exchange.ConsignedQuery{Since: hours(4)}, "[elsewhere replayed last]"},
		"since the end":    {exchange.ConsignedQuery{Since: hours(6)}, "[]"},
		"behind the last":  {exchange.ConsignedQuery{After: 1 << 40}, "[]"},
	} {
		test.query.Receiver = "window-vn"
		all := consigned(t, j, test.query)
		if got := fmt.Sprint(numbers(all)); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
		for _, x := range all {
			if len(x.Deliveries) != 1 || x.Deliveries[0].Receiver != "window-vn" {
				t.Errorf("%s carries %+v", x.Identity.Number, x.Deliveries)
			}
		}
	}
	if got := fmt.Sprint(numbers(consigned(t, j, exchange.ConsignedQuery{Receiver: "promotion"}))); got != "[elsewhere]" {
		t.Errorf("to another: %s", got)
	}
	if got := consigned(t, j, exchange.ConsignedQuery{Receiver: "nobody"}); len(got) != 0 {
		t.Errorf("to nobody: %v", numbers(got))
	}
}

// A walk that began before a replay misses nothing of it, and a cursor stays good: what it
// has passed is not shown again unless it was consigned again.
func TestConsignedDuringReplay(t *testing.T) {
	r := &record{tb: t}
	j := open(t)
	fold := func() {
		if err := j.Fold(t.Context(), r.take()); err != nil {
			t.Fatal(err)
		}
	}
	var ids []uuid.UUID
	for _, number := range []string{"a", "b", "c", "d"} {
		id := r.accept(document{Number: number, Receivers: []string{"window-vn"}})
		r.consign(id, "window-vn")
		r.event(id, "window-vn", exchange.ConsignmentRejection, 1, exchange.Cause{Code: "no"})
		ids = append(ids, id)
	}
	fold()
	first, next, err := j.Consigned(t.Context(), exchange.ConsignedQuery{Receiver: "window-vn", Limit: 2})
	if err != nil || fmt.Sprint(numbers(first)) != "[a b]" {
		t.Fatal(numbers(first), err)
	}
	r.event(ids[0], "window-vn", exchange.ContentConsignment, 2)
	r.event(ids[2], "window-vn", exchange.ContentConsignment, 2)
	fold()
	rest := consigned(t, j, exchange.ConsignedQuery{Receiver: "window-vn", After: next, Limit: 1})
	if got := fmt.Sprint(numbers(rest)); got != "[d a c]" {
		t.Errorf("then %s", got)
	}
}

// Many blocks are walked, with deliveries of others and later ones between.
func TestConsignedOfMany(t *testing.T) {
	r := &record{tb: t}
	var want []string
	var held []uuid.UUID
	for i := range 9_000 {
		d := document{Number: fmt.Sprint(i), Receivers: []string{"promotion"}, Held: i%5 == 0}
		if i%7 == 0 {
			d.Receivers = []string{"window-vn"}
		}
		id := r.accept(d)
		switch {
		case d.Held && i%7 == 0:
			held = append(held, id)
		case !d.Held:
			r.consign(id, d.Receivers...)
			if i%7 == 0 {
				want = append(want, d.Number)
			}
		}
	}
	for i, id := range held {
		r.event(id, "window-vn", exchange.ContentConsignment, 1)
		want = append(want, fmt.Sprint(i*35))
	}
	j := r.folded()
	for _, limit := range []int{0, 7, 500} {
		got := numbers(consigned(t, j, exchange.ConsignedQuery{Receiver: "window-vn", Limit: limit}))
		if !slices.Equal(got, want) {
			t.Errorf("in pages of %d: %d, want %d", limit, len(got), len(want))
		}
	}
}

// compareConsigned compares what was consigned to a receiver with the model.
func compareConsigned(t *rapid.T, j *journal.Journal, receiver string, all map[uuid.UUID]exchange.Exchange) {
	type placed struct {
		at     int64
		number string
	}
	since := began.Add(time.Duration(rapid.IntRange(-60, 120).Draw(t, "since")) * time.Minute)
	var want []placed
	for _, x := range all {
		for _, d := range x.Deliveries {
			if d.Receiver != receiver || d.ConsignedAt.Before(since) {
				continue
			}
			at := x.Sequence
			for _, e := range x.Events {
				if e.Receiver == receiver && e.Name == exchange.ContentConsignment && (e.Attempt > 1 || !e.At.Equal(x.AcceptedAt)) {
					at = e.Sequence
				}
			}
			want = append(want, placed{at, x.Identity.Number})
		}
	}
	slices.SortFunc(want, func(a, b placed) int { return cmp.Compare(a.at, b.at) })
	in := []string{}
	for _, p := range want {
		in = append(in, p.number)
	}
	q := exchange.ConsignedQuery{Receiver: receiver, Since: since, Limit: rapid.IntRange(1, 5).Draw(t, "page")}
	for got := []string{}; ; {
		page, next, err := j.Consigned(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, numbers(page)...)
		if q.After = next; next == 0 {
			if !slices.Equal(got, in) {
				t.Fatalf("consigned to %s since %s: %v, want %v", receiver, since, got, in)
			}
			return
		}
	}
}
