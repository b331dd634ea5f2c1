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
		lines = append(lines, fmt.Sprintf("%s %s %s of %s, rule %q: %d, %d express, %s to %s, %v, %s",
			f.State, f.Code, f.Receiver, f.Sender, f.Rule, f.Count, f.Express, f.First.UTC(), f.Last.UTC(), f.Hours, f.Example)+
			fmt.Sprintf(", next %s, %d wait, %d express", f.Next.UTC(), f.Waiting, f.WaitingExpress))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// compareFailures compares the counts of what has failed with those of the model.
func compareFailures(t *rapid.T, j *journal.Journal, all map[uuid.UUID]exchange.Exchange) {
	q := exchange.FailureQuery{Handovers: 2, Now: began.Add(time.Duration(rapid.IntRange(-2, 9).Draw(t, "hour")) * time.Hour)}
	q.Parties = rapid.SampledFrom([][]string{nil, {}, {"promotion"}, {"beihai"}, {"promotion", "beihai", "nobody"}}).Draw(t, "parties")
	q.BySender, q.ByRule = rapid.Bool().Draw(t, "by sender"), rapid.Bool().Draw(t, "by rule")
	q.Rules = rapid.SampledFrom([][]string{nil, {"other"}, {"ATA-1", "no"}}).Draw(t, "rules")
	if rapid.Bool().Draw(t, "window") {
		q.Since, q.Until = began.Add(10*time.Minute), began.Add(40*time.Minute)
	}
	got, err := j.Failures(context.Background(), q)
	if err != nil {
		t.Fatal(err)
	}
	if want := counts(all, q, failed); described(got) != described(want) {
		t.Fatalf("failures:\n%s\nwant\n%s", described(got), described(want))
	}
	if got, err = j.Retries(context.Background(), q); err != nil {
		t.Fatal(err)
	}
	want := counts(all, q, retried)
	for i := range want {
		wait(&want[i], all, q)
	}
	if described(got) != described(want) {
		t.Fatalf("retries:\n%s\nwant\n%s", described(got), described(want))
	}
}

// failed returns how a delivery counts, if it failed for good.
func failed(d exchange.Delivery, q exchange.FailureQuery) (counted exchange.Failure, counts bool) {
	late := d.State == exchange.ContentHandover && d.Handovers >= q.Handovers
	return exchange.Failure{State: d.State, Code: d.Cause.Code, First: d.ChangedAt, Last: d.ChangedAt}, d.State.Failed() || late
}

// retried returns how a delivery counts, if it is carried again.
func retried(d exchange.Delivery, _ exchange.FailureQuery) (counted exchange.Failure, counts bool) {
	r := d.Retry
	return exchange.Failure{State: exchange.ContentConsignment, Code: r.Code, First: r.First, Last: r.Last, Next: r.Next}, r.Tries > 0
}

// wait counts what waits for the receiver of a failure, the slow and plain way.
func wait(f *exchange.Failure, all map[uuid.UUID]exchange.Exchange, q exchange.FailureQuery) {
	n, express := 0, 0
	for _, x := range all {
		for _, d := range x.Deliveries {
			switch {
			case d.Receiver != f.Receiver || d.State != exchange.ContentConsignment,
				f.Sender != "" && x.Identity.Sender != f.Sender,
				q.Parties != nil && !slices.Contains(q.Parties, d.Receiver) && !slices.Contains(q.Parties, x.Identity.Sender):
				continue
			}
			n++
			express += b2i(x.Express)
		}
	}
	f.Waiting, f.WaitingExpress = max(n, f.Count), max(express, f.Express)
}

// counts counts deliveries that failed in a way, the slow and plain way.
func counts(
	all map[uuid.UUID]exchange.Exchange, q exchange.FailureQuery, way func(exchange.Delivery, exchange.FailureQuery) (exchange.Failure, bool),
) []exchange.Failure {
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
	ever := append([]string(nil), q.Rules...)
	for _, x := range all {
		ever = append(ever, x.Faults...)
	}
	groups := make(map[[5]string]*exchange.Failure)
	var order []*exchange.Failure
	for _, x := range exchanges {
		for _, d := range x.Deliveries {
			one, ok := way(d, q)
			switch {
			case !ok,
				q.Parties != nil && !slices.Contains(q.Parties, d.Receiver) && !slices.Contains(q.Parties, x.Identity.Sender),
				!q.Since.IsZero() && (one.Last.Before(q.Since) || !one.First.Before(q.Until)):
				continue
			}
			sender := ""
			if q.BySender {
				sender = x.Identity.Sender
			}
			for _, rule := range rulesOf(x, one, q, ever) {
				key := [5]string{one.Code, d.Receiver, string(one.State), sender, rule}
				f := groups[key]
				if f == nil {
					f = &exchange.Failure{
						State: one.State, Code: one.Code, Receiver: d.Receiver, Sender: sender, Rule: rule,
						First: one.First, Last: one.Last, Next: one.Next, Example: x.ID,
					}
					groups[key], order = f, append(order, f)
				}
				count(f, x.Express, one, q.Now)
			}
		}
	}
	found := make([]exchange.Failure, 0, len(order))
	for _, f := range order {
		found = append(found, *f)
	}
	return found
}

// rulesOf returns the rules that a failure counts in.
func rulesOf(x exchange.Exchange, one exchange.Failure, q exchange.FailureQuery, ever []string) []string {
	if !q.ByRule {
		return []string{""}
	}
	rules := slices.Clone(x.Faults)
	if one.State == exchange.ConsignmentRejection && slices.Contains(ever, one.Code) {
		rules = append(rules, one.Code)
	}
	if len(rules) == 0 {
		return []string{""}
	}
	slices.Sort(rules)
	return slices.Compact(rules)
}

// count adds one more to a failure.
func count(f *exchange.Failure, express bool, one exchange.Failure, now time.Time) {
	f.Count++
	f.Express += b2i(express)
	at := one.First
	if at.Before(f.First) {
		f.First = at
	}
	if one.Last.After(f.Last) {
		f.Last = one.Last
	}
	if one.Next.Before(f.Next) {
		f.Next = one.Next
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
