package journal_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"beibu/exchange"
	"beibu/exchange/journal"
)

// described returns failures as a text, a line each, in an order of its own.
func described(all []exchange.Failure) string {
	lines := make([]string, 0, len(all))
	for _, f := range all {
		lines = append(lines, fmt.Sprintf("%s %s %s of %s: %d, %d express, %s to %s, %v, %s",
			f.State, f.Code, f.Receiver, f.Sender, f.Count, f.Express, f.First.UTC(), f.Last.UTC(), f.Hours, f.Example))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// compareFailures compares the counts of what has failed with those of the model.
func compareFailures(t *rapid.T, j *journal.Journal, all map[uuid.UUID]exchange.Exchange) {
	q := exchange.FailureQuery{Handovers: 2, Now: began.Add(time.Duration(rapid.IntRange(-2, 9).Draw(t, "hour")) * time.Hour)}
	q.Party = rapid.SampledFrom([]string{"", "promotion", "beihai"}).Draw(t, "party")
	q.BySender = rapid.Bool().Draw(t, "by sender")
	if rapid.Bool().Draw(t, "window") {
		q.Since, q.Until = began.Add(10*time.Minute), began.Add(40*time.Minute)
	}
	got, err := j.Failures(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	if want := counts(all, q); described(got) != described(want) {
		t.Fatalf("failures:\n%s\nwant\n%s", described(got), described(want))
	}
}

// counts counts what has failed in exchanges, the slow and plain way.
func counts(all map[uuid.UUID]exchange.Exchange, q exchange.FailureQuery) []exchange.Failure {
	exchanges := make([]exchange.Exchange, 0, len(all))
	for _, x := range all {
		exchanges = append(exchanges, x)
	}
	slices.SortFunc(exchanges, func(a, b exchange.Exchange) int {
		if a.Express != b.Express { // an example is the oldest perishable one
			return cmp.Compare(b2i(b.Express), b2i(a.Express))
		}
		return cmp.Compare(a.Sequence, b.Sequence)
	})
	groups := make(map[[4]string]*exchange.Failure)
	var order []*exchange.Failure
	for _, x := range exchanges {
		for _, d := range x.Deliveries {
			late := d.State == exchange.ContentHandover && d.Handovers >= q.Handovers
			switch {
			case !d.State.Failed() && !late,
				q.Party != "" && q.Party != d.Receiver && q.Party != x.Identity.Sender,
				!q.Since.IsZero() && (d.ChangedAt.Before(q.Since) || !d.ChangedAt.Before(q.Until)):
				continue
			}
			sender := ""
			if q.BySender {
				sender = x.Identity.Sender
			}
			key := [4]string{d.Cause.Code, d.Receiver, string(d.State), sender}
			f := groups[key]
			if f == nil {
				f = &exchange.Failure{State: d.State, Code: d.Cause.Code, Receiver: d.Receiver, Sender: sender, First: d.ChangedAt, Last: d.ChangedAt, Example: x.ID}
				groups[key], order = f, append(order, f)
			}
			count(f, x.Express, d.ChangedAt, q.Now)
		}
	}
	found := make([]exchange.Failure, 0, len(order))
	for _, f := range order {
		found = append(found, *f)
	}
	return found
}

// count adds one that failed at a time to a failure.
func count(f *exchange.Failure, express bool, at, now time.Time) {
	f.Count++
	f.Express += b2i(express)
	if at.Before(f.First) {
		f.First = at
	}
	if at.After(f.Last) {
		f.Last = at
	}
	for h := range f.Hours {
		from := now.Add(time.Duration(h-exchange.TrendHours) * time.Hour)
		if !at.Before(from) && (h == exchange.TrendHours-1 || at.Before(from.Add(time.Hour))) {
			f.Hours[h]++
		}
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
