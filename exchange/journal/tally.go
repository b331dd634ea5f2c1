package journal

import (
	"context"
	"strings"

	"beibu/exchange"
	"beibu/queue/sqlitefile"
)

// A lot is the deliveries of one row of a count. By rule, they have the same rules.
type lot struct {
	exchange.Failure

	oldest, perishable int64    // sequences of exchanges; perishable is 0 if none is
	rules              []string // codes of the faults of the documents
}

// A tally adds up lots by rule: one with several rules is added to each of them.
type tally struct {
	known  map[string]bool // codes of rules, of which a refusal can be
	places map[[5]string]int
	all    []lot
}

// tally runs queries of counted, and returns the failures that they count. The column that
// is not in all of them is given to own.
func (j *Journal) tally(ctx context.Context, q exchange.FailureQuery, queries []*sentence, own func(f *exchange.Failure, value int64)) ([]exchange.Failure, error) {
	t := &tally{places: make(map[[5]string]int)}
	if q.ByRule {
		var err error
		if t.known, err = j.rules(ctx, q.Rules); err != nil {
			return nil, err
		}
	}
	for _, s := range queries {
		err := j.Query(ctx, s.text(), func(row sqlitefile.Row) error {
			l, err := scanLot(row, q)
			own(&l.Failure, row.Int(failureColumns))
			if q.ByRule {
				t.byRule(l)
			} else {
				t.all = append(t.all, l)
			}
			return err
		}, s.args...)
		if err != nil {
			return nil, err
		}
	}
	var failures []exchange.Failure
	for _, l := range t.all {
		failures = append(failures, l.Failure)
	}
	return failures, nil
}

// rules returns the codes of rules: some, and those of all faults that documents ever had.
func (j *Journal) rules(ctx context.Context, some []string) (map[string]bool, error) {
	known := make(map[string]bool, len(some))
	for _, code := range some {
		known[code] = true
	}
	err := j.Query(ctx, namesOfRole, func(row sqlitefile.Row) error {
		known[row.Text(0)] = true
		return nil
	}, roleRule)
	return known, err
}

const namesOfRole = `SELECT name FROM term WHERE role = ?`

// byRule adds a lot to each of its rules, one of which can be that of the refusal, or to
// no rule.
func (t *tally) byRule(l lot) {
	rules := l.rules
	if l.State == exchange.ConsignmentRejection && t.known[l.Code] {
		rules = append(rules, l.Code)
	}
	if len(rules) == 0 {
		rules = []string{""}
	}
	added := make(map[string]bool, len(rules))
	for _, rule := range rules {
		if !added[rule] {
			added[rule] = true
			l.Rule = rule
			t.add(l)
		}
	}
}

// add adds a lot to that of the same rule.
func (t *tally) add(l lot) {
	key := [5]string{string(l.State), l.Code, l.Receiver, l.Sender, l.Rule}
	place, ok := t.places[key]
	if !ok {
		t.places[key] = len(t.all)
		t.all = append(t.all, l)
		return
	}
	sum := &t.all[place]
	sum.Count += l.Count
	sum.Express += l.Express
	for h := range sum.Hours {
		sum.Hours[h] += l.Hours[h]
	}
	if l.First.Before(sum.First) {
		sum.First = l.First
	}
	if l.Last.After(sum.Last) {
		sum.Last = l.Last
	}
	if l.Next.Before(sum.Next) {
		sum.Next = l.Next
	}
	if l.isBefore(sum) {
		sum.Example, sum.oldest, sum.perishable = l.Example, l.oldest, l.perishable
	}
}

// isBefore reports whether the example of a lot is before that of another one: a perishable
// one, or else the older one.
func (l *lot) isBefore(o *lot) bool {
	switch {
	case l.perishable > 0 && o.perishable > 0:
		return l.perishable < o.perishable
	case l.perishable > 0 || o.perishable > 0:
		return l.perishable > 0
	}
	return l.oldest < o.oldest
}

// scanLot reads a row of counted.
func scanLot(row sqlitefile.Row, q exchange.FailureQuery) (lot, error) {
	l := lot{oldest: row.Int(6), perishable: row.Int(7)}
	l.Code, l.Receiver, l.Count, l.Express = row.Text(0), row.Text(1), int(row.Int(2)), int(row.Int(3))
	l.First, l.Last = moment(row.Int(4)), moment(row.Int(5))
	const hours = failureColumns - exchange.TrendHours // the column of the first
	later := 0                                         // than the hour
	for h := exchange.TrendHours - 1; h >= 0; h-- {
		since := int(row.Int(hours + h))
		l.Hours[h], later = since-later, since
	}
	example := failureColumns + 1 // behind the numbers of terms by which it is counted apart
	if q.BySender || q.ByRule {
		example++
	}
	if q.ByRule {
		example++
	}
	name := example + 1
	if q.BySender {
		l.Sender = row.Text(name)
		name++
	}
	if q.ByRule {
		l.rules = strings.Fields(row.Text(name))
	}
	return l, row.Fixed(example, l.Example[:])
}
