package journal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/journal"
)

func numbers(page []exchange.Exchange) []string {
	all := []string{}
	for _, x := range page {
		all = append(all, x.Identity.Number)
	}
	return all
}

// lists returns the record that the tests of lists share: five documents, an
// hour and five minutes apart.
func lists(t *testing.T) *record {
	t.Helper()
	r := &record{tb: t}
	at := func(n int) time.Time { return began.Add(time.Duration(n) * 65 * time.Minute) }
	a := r.accept(document{Number: "a", Sender: "qinzhou", Kind: "ata-carnet", Receivers: []string{"window-vn", "promotion"}, at: at(0)})
	r.event(a, "window-vn", exchange.ContentConsignment, 1)
	r.event(a, "promotion", exchange.ContentConsignment, 1)
	r.event(a, "window-vn", exchange.ConsignmentAcceptance, 1)
	r.event(a, "promotion", exchange.ConsignmentAcceptance, 1)
	b := r.accept(document{Number: "b", Sender: "qinzhou", Kind: "health-permit", Receivers: []string{"window-vn"}, Express: true, at: at(1)})
	r.event(b, "window-vn", exchange.ContentConsignment, 1)
	r.event(b, "window-vn", exchange.ConsignmentRejection, 1, exchange.Cause{Code: "no"})
	c := r.accept(document{Number: "c", Sender: "window-vn", Kind: "health-permit", Receivers: []string{"promotion"}, at: at(2)})
	r.event(c, "promotion", exchange.ContentConsignment, 1)
	d := r.accept(document{Number: "d", Sender: "beihai", Kind: "health-permit", Receivers: []string{"window-vn"}, Express: true, at: at(3)})
	r.event(d, "window-vn", exchange.ContentConsignment, 1)
	r.event(d, "window-vn", exchange.ContentHandover, 1)
	r.accept(document{Number: "e", Sender: "beihai", Kind: "ata-carnet", Receivers: []string{"window-vn"}, Held: true, at: at(4)})
	return r
}

func TestExchangesFilters(t *testing.T) {
	j := lists(t).folded()
	hours := func(n int) time.Time { return began.Add(time.Duration(n) * 65 * time.Minute) }
	tests := map[string]struct {
		query exchange.Query
		want  string
	}{
		"all, newest first":        {exchange.Query{}, "[e d c b a]"},
		"sender":                   {exchange.Query{Sender: "beihai"}, "[e d]"},
		"kind":                     {exchange.Query{Kind: "health-permit"}, "[d c b]"},
		"number":                   {exchange.Query{Number: "b"}, "[b]"},
		"party sends and receives": {exchange.Query{Party: "window-vn"}, "[d c b a]"},
		"what is held is nobody's": {exchange.Query{Party: "window-vn", State: exchange.SubmissionHeld}, "[]"},
		"held":                     {exchange.Query{State: exchange.SubmissionHeld}, "[e]"},
		"done":                     {exchange.Query{State: exchange.ConsignmentAcceptance}, "[a]"},
		"refused":                  {exchange.Query{State: exchange.ConsignmentRejection}, "[b]"},
		"party and state":          {exchange.Query{Party: "promotion", State: exchange.ContentConsignment}, "[c]"},
		"party and done":           {exchange.Query{Party: "promotion", State: exchange.ConsignmentAcceptance}, "[a]"},
		"party and sender":         {exchange.Query{Party: "window-vn", Sender: "qinzhou"}, "[b a]"},
		"party and other sender":   {exchange.Query{Party: "promotion", Sender: "beihai"}, "[]"},
		"party and kind":           {exchange.Query{Party: "window-vn", Kind: "ata-carnet"}, "[a]"},
		"party and number":         {exchange.Query{Party: "promotion", Number: "b"}, "[]"},
		"since":                    {exchange.Query{Since: hours(3)}, "[e d]"},
		"until":                    {exchange.Query{Until: hours(3)}, "[c b a]"},
		"window":                   {exchange.Query{Since: hours(1), Until: hours(3)}, "[c b]"},
		"window of a party":        {exchange.Query{Party: "promotion", Since: hours(1), Until: hours(3)}, "[c]"},
		"finer than a microsecond": {exchange.Query{Since: hours(4).Add(1)}, "[]"},
		"everything at once": {exchange.Query{
			Party: "window-vn", Sender: "qinzhou", Kind: "ata-carnet", Number: "a", State: exchange.ConsignmentAcceptance,
			Since: hours(0), Until: hours(1), Before: 100,
		}, "[a]"},
		"unknown": {exchange.Query{Kind: "no-such-kind"}, "[]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			page, next, err := j.Exchanges(t.Context(), test.query)
			if got := fmt.Sprint(numbers(page)); err != nil || got != test.want || next != 0 {
				t.Errorf("got %s, next %d, %v; want %s", got, next, err, test.want)
			}
			for _, x := range page {
				if whole := show(t, j, x.ID); len(x.Deliveries) != len(whole.Deliveries) || x.Events != nil {
					t.Errorf("%s has %d deliveries of %d, and %d events", x.ID, len(x.Deliveries), len(whole.Deliveries), len(x.Events))
				}
			}
		})
	}
}

// Pages follow one another without gap or repetition, for every filter, and
// nothing that comes meanwhile disturbs them.
func TestExchangesPages(t *testing.T) {
	r := &record{tb: t}
	for i := range 23 {
		id := r.accept(document{Number: fmt.Sprint(i), Receivers: []string{"window-vn"}})
		r.event(id, "window-vn", exchange.ContentConsignment, 1)
	}
	j := r.folded()
	for name, q := range map[string]exchange.Query{
		"all": {}, "kind": {Kind: "health-permit"}, "party": {Party: "window-vn"}, "sender": {Sender: "qinzhou-customs"},
		"state": {State: exchange.ContentConsignment}, "since": {Since: began},
	} {
		t.Run(name, func(t *testing.T) {
			q.Limit = 5
			var got []string
			for pages := 1; ; pages++ {
				page, next, err := j.Exchanges(t.Context(), q)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, numbers(page)...)
				if next == 0 {
					break
				}
				if q.Before = next; len(page) != 5 || pages > 5 {
					t.Fatalf("page %d has %d", pages, len(page))
				}
			}
			for i, number := range got {
				if number != fmt.Sprint(22-i) {
					t.Fatalf("out of order: %v", got)
				}
			}
			if len(got) != 23 {
				t.Errorf("%d of 23", len(got))
			}
		})
	}
}

func TestLimits(t *testing.T) {
	r := &record{tb: t}
	for i := range 600 {
		id := r.accept(document{Number: fmt.Sprint(i), Receivers: []string{"window-vn"}})
		r.event(id, "window-vn", exchange.ContentConsignment, 1)
	}
	j := r.folded()
	for limit, want := range map[int]int{0: 50, 1: 1, 500: 500, 501: 500} {
		if page, _, err := j.Exchanges(t.Context(), exchange.Query{Limit: limit}); err != nil || len(page) != want {
			t.Errorf("limit %d: got %d, %v; want %d", limit, len(page), err, want)
		}
	}
	for limit, want := range map[int]int{0: 100, 1: 1, 10_000: 600} {
		if page, err := j.Deliveries(t.Context(), exchange.DeliveryQuery{Limit: limit}); err != nil || len(page) != want {
			t.Errorf("limit %d: got %d deliveries, %v; want %d", limit, len(page), err, want)
		}
	}
}

func TestDeliveries(t *testing.T) {
	r := lists(t)
	f := r.accept(document{Number: "f", Kind: "ata-carnet", Receivers: []string{"window-vn"}})
	r.event(f, "window-vn", exchange.ContentConsignment, 1)
	j := r.folded()
	sequence := func(number string) int64 {
		page, _, err := j.Exchanges(t.Context(), exchange.Query{Number: number})
		if err != nil || len(page) != 1 {
			t.Fatal(page, err)
		}
		return page[0].Sequence
	}
	open := []exchange.State{exchange.ContentConsignment, exchange.ContentHandover}
	changed := func(i int) time.Time { return began.Add(time.Duration(i) * time.Minute) }
	tests := map[string]struct {
		query exchange.DeliveryQuery
		want  string
	}{
		"all, express first":        {exchange.DeliveryQuery{}, "[b/window-vn d/window-vn c/promotion f/window-vn]"},
		"of a receiver":             {exchange.DeliveryQuery{Receiver: "window-vn"}, "[b/window-vn d/window-vn f/window-vn]"},
		"open":                      {exchange.DeliveryQuery{States: open}, "[d/window-vn c/promotion f/window-vn]"},
		"open, states given twice":  {exchange.DeliveryQuery{States: append(open, open...)}, "[d/window-vn c/promotion f/window-vn]"},
		"open of a receiver":        {exchange.DeliveryQuery{States: open, Receiver: "promotion"}, "[c/promotion]"},
		"refused":                   {exchange.DeliveryQuery{States: []exchange.State{exchange.ConsignmentRejection}}, "[b/window-vn]"},
		"of a cause":                {exchange.DeliveryQuery{Cause: "no"}, "[b/window-vn]"},
		"of another cause":          {exchange.DeliveryQuery{Cause: "other"}, "[]"},
		"of a kind":                 {exchange.DeliveryQuery{Kind: "ata-carnet"}, "[f/window-vn]"},
		"acknowledged":              {exchange.DeliveryQuery{States: []exchange.State{exchange.ConsignmentAcceptance}, Receiver: "window-vn"}, "[]"},
		"after an express one":      {exchange.DeliveryQuery{After: sequence("b")}, "[d/window-vn c/promotion f/window-vn]"},
		"backlog":                   {exchange.DeliveryQuery{Backlog: true}, "[c/promotion f/window-vn]"},
		"backlog after":             {exchange.DeliveryQuery{Backlog: true, After: sequence("c")}, "[f/window-vn]"},
		"limited":                   {exchange.DeliveryQuery{Limit: 3}, "[b/window-vn d/window-vn c/promotion]"},
		"limited to express":        {exchange.DeliveryQuery{Limit: 2}, "[b/window-vn d/window-vn]"},
		"came to their state since": {exchange.DeliveryQuery{Since: changed(9)}, "[d/window-vn c/promotion f/window-vn]"},
		"came to their state until": {exchange.DeliveryQuery{Until: changed(9)}, "[b/window-vn]"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			found, err := j.Deliveries(t.Context(), test.query)
			if err != nil {
				t.Fatal(err)
			}
			names := []string{}
			for _, x := range found {
				names = append(names, x.Identity.Number+"/"+x.Deliveries[0].Receiver)
				whole := show(t, j, x.ID)
				if d := &x.Deliveries[0]; !d.DueSince.Equal(d.ChangedAt) {
					t.Errorf("%s is due since %s", x.ID, d.DueSince)
				}
				x.Deliveries[0].DueSince = time.Time{}
				if len(x.Deliveries) != 1 || !slices.Contains(whole.Deliveries, x.Deliveries[0]) || x.State != whole.State {
					t.Errorf("%s differs from what Exchange says", x.ID)
				}
			}
			if got := fmt.Sprint(names); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestCounts(t *testing.T) {
	r := lists(t)
	j := r.folded()
	got, err := j.Counts(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	want := "[{promotion 1 2026-11-20 08:09:00 +0000 UTC 2026-11-20 08:09:00 +0000 UTC 0 0} " +
		"{window-vn 1 2026-11-20 08:11:00 +0000 UTC 0001-01-01 00:00:00 +0000 UTC 1 0}]" // handed over
	if fmt.Sprint(got) != want {
		t.Errorf("got  %v\nwant %s", got, want)
	}
	if got, err := open(t).Counts(t.Context(), 1); err != nil || len(got) != 0 {
		t.Errorf("an empty index counts %v, %v", got, err)
	}
}

// A list is in the order of the record and a window of time is exact, however
// far the partitions of the log have drifted apart, clocks differ, and dispatch
// comes late: acceptance, log and record are in three different orders.
func TestWindowWhateverTheOrder(t *testing.T) {
	r := &record{tb: t}
	minutes := []int{0, 29, 600, 1, 30, 2, 100, 71, 2900, 101, 72, 200, 601, 5, 130}
	var ids []uuid.UUID
	for i, m := range minutes {
		id := r.accept(document{Number: fmt.Sprint(i), at: began.Add(time.Duration(m) * time.Minute), Receivers: []string{"window-vn"}})
		r.event(id, "window-vn", exchange.ContentConsignment, 1)
		ids = append(ids, id)
	}
	j := r.folded()
	for since := -10; since < 3000; since += 7 {
		for _, length := range []int{1, 10, 60, 300, 5000} {
			want := []string{}
			for i := range slices.Backward(ids) {
				if minutes[i] >= since && minutes[i] < since+length {
					want = append(want, fmt.Sprint(i))
				}
			}
			from, to := began.Add(time.Duration(since)*time.Minute), began.Add(time.Duration(since+length)*time.Minute)
			for _, q := range []exchange.Query{{}, {Kind: "health-permit"}, {Party: "window-vn"}, {Sender: "qinzhou-customs"}} {
				q.Since, q.Until, q.Limit = from, to, 4
				if got := paged(t, j, q); !slices.Equal(got, want) {
					t.Fatalf("from %d for %d, %+v: got %v, want %v", since, length, q, got, want)
				}
			}
		}
	}
}

// paged returns the numbers of all pages of a list.
func paged(t *testing.T, j *journal.Journal, q exchange.Query) []string {
	t.Helper()
	all := []string{}
	for {
		page, next, err := j.Exchanges(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, numbers(page)...)
		if next == 0 {
			return all
		}
		q.Before = next
	}
}

// Deliveries come in the order of the record too, from after a cursor on.
func TestDeliveriesInTheOrderOfTheRecord(t *testing.T) {
	r := &record{tb: t}
	want := []string{}
	for i := range 40 {
		number := fmt.Sprint(i)
		r.event(r.accept(document{Number: number, Receivers: []string{"window-vn"}}), "window-vn", exchange.ContentConsignment, 1)
		want = append(want, number)
	}
	j := r.folded()
	got := []string{}
	q := exchange.DeliveryQuery{Receiver: "window-vn", States: []exchange.State{exchange.ContentConsignment}, Backlog: true, Limit: 7}
	for {
		page, err := j.Deliveries(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		got = append(got, numbers(page)...)
		q.After = page[len(page)-1].Sequence
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

// What was handed over again and again comes by the number of its hand-overs, if it
// is under no lease; a new attempt begins at none.
func TestFailing(t *testing.T) {
	r := &record{tb: t}
	const receiver = "window-vn"
	handed := map[string]int{"once": 1, "twice": 2, "more": 4, "thrice": 3, "leased": 3, "ahead": 2, "replayed": 3, "done": 5}
	for _, number := range []string{"once", "twice", "more", "thrice", "leased", "ahead", "replayed", "done"} {
		id := r.accept(document{Number: number, Sender: "qinzhou", Receivers: []string{receiver}})
		r.event(id, receiver, exchange.ContentConsignment, 1)
		for i := range handed[number] {
			lease := exchange.Lease{Holder: fmt.Sprint(i), Until: r.now().Add(time.Second)}
			if last := i == handed[number]-1; last && number == "leased" {
				lease.Until = began.Add(10*time.Hour + time.Minute)
			} else if last && number == "ahead" { // a clock that was
				lease.Until = began.Add(20 * time.Hour)
			}
			r.handOver(id, receiver, 1, lease)
		}
		r.changes = append(r.changes, r.changes[len(r.changes)-1]) // the last one twice
		r.changes[len(r.changes)-1].Sequence = int64(len(r.changes))
		switch number {
		case "replayed":
			r.event(id, receiver, exchange.ContentHandoverFailure, 1)
			r.event(id, receiver, exchange.ContentConsignment, 2)
		case "done":
			r.event(id, receiver, exchange.ConsignmentAcceptance, 1)
		}
	}
	j := r.folded()
	due, err := j.FailingDeliveries(t.Context(), exchange.FailingQuery{Receiver: receiver, Handovers: 2, FreeAt: began.Add(10 * time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(numbers(due)); got != "[twice ahead thrice more]" {
		t.Errorf("failing and free: %s", got)
	}
	for name, test := range map[string]struct {
		query exchange.Query
		want  string
	}{
		"all":          {exchange.Query{Failing: 3}, "[leased thrice more]"},
		"sent":         {exchange.Query{Failing: 4, Party: "qinzhou"}, "[more]"},
		"received":     {exchange.Query{Failing: 3, Party: receiver}, "[leased thrice more]"},
		"of another":   {exchange.Query{Failing: 2, Party: "beihai"}, "[]"},
		"of a number":  {exchange.Query{Failing: 2, Number: "ahead"}, "[ahead]"},
		"in one state": {exchange.Query{Failing: 2, State: exchange.ConsignmentRejection}, "[]"},
	} {
		page, _, err := j.Exchanges(t.Context(), test.query)
		if got := fmt.Sprint(numbers(page)); err != nil || got != test.want {
			t.Errorf("%s: got %s, %v; want %s", name, got, err, test.want)
		}
	}
	counts, err := j.Counts(t.Context(), 3)
	if err != nil || len(counts) != 1 || counts[0].Failing != 3 || counts[0].Open != 7 {
		t.Errorf("counted %+v, %v", counts, err)
	}
}
