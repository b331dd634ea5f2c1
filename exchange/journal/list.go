package journal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/lookup"
	"beibu/queue/sqlitefile"
)

// Exchanges returns those that fit, newest first by the record, with their deliveries but
// without timelines, and the cursor for the next page, or 0 at the end. A
// party fits as the sender, or if a delivery to it was consigned.
func (j *Journal) Exchanges(ctx context.Context, q exchange.Query) (page []exchange.Exchange, next int64, err error) {
	limit := within(q.Limit, exchange.DefaultPage, exchange.MaxPage)
	l := &listing{journal: j, query: q, most: limit + 1} // one more shows whether there is a next page
	if err := l.read(ctx); err != nil {
		return nil, 0, fmt.Errorf("list exchanges: %w", err)
	}
	page = l.page
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].Sequence
	}
	return page, next, nil
}

// Causes returns the codes of the reasons for which deliveries were ever refused, given
// up or replayed, in order.
func (j *Journal) Causes(ctx context.Context) ([]string, error) {
	var codes []string
	err := j.Query(ctx, causes, func(row sqlitefile.Row) error {
		codes = append(codes, row.Text(0))
		return nil
	}, roleCause, exchange.MaxCauses)
	if err != nil {
		return nil, fmt.Errorf("list causes: %w", err)
	}
	return codes, nil
}

const causes = `SELECT name FROM term WHERE role = ? ORDER BY name LIMIT ?`

// within returns a limit, or what stands for none, and never more than most.
func within(limit, none, most int) int {
	if limit <= 0 {
		return none
	}
	return min(limit, most)
}

// A sentence is SQL in the making: its text and the values bound to it. A value with
// which a column is compared is written +?: SQLite prepares a join again whenever such a
// value is bound, since its plan may depend on it, and the sign hides the value.
type sentence struct {
	parts strings.Builder
	args  []any
}

func (s *sentence) add(part string, args ...any) {
	s.parts.WriteString(part)
	s.args = append(s.args, args...)
}

// list adds a list of values, with commas between them.
func (s *sentence) list(values []string) {
	for i, value := range values {
		if i > 0 {
			s.add(`, `)
		}
		s.add(`+?`, value)
	}
}

func (s *sentence) text() string { return s.parts.String() }

// A listing is a page of exchanges in the making.
type listing struct {
	journal     *Journal
	query       exchange.Query
	most        int
	first, last int64 // bounds of the sequences
	page        []exchange.Exchange
}

// read fills the page.
func (l *listing) read(ctx context.Context) error {
	var some bool
	var err error
	l.first, l.last, some, err = l.journal.bounds(ctx, l.query.Since, l.query.Until, l.query.Before)
	if err != nil || !some {
		return err
	}
	if groups, without := groupsOf(l.query); len(groups) > 0 && l.query.Failing == 0 { // those that are failing are fewer
		return l.find(ctx, groups, without)
	}
	return l.collect(ctx, list(l.query, l.first, l.last))
}

// bounds finds the bounds of the sequences of what happened in a window and comes before
// a cursor, and returns false if there is nothing between them. The record is in the
// order of dispatch, which is not that of
// acceptance: clocks differ, and a partition of the log may wait hours for its
// dispatch. So the sequences are bounded by what table hour knows of the hours of the
// window, and a window long past is found without a walk to it.
func (j *Journal) bounds(ctx context.Context, since, until time.Time, before int64) (first, last int64, some bool, err error) {
	first, last = 0, math.MaxInt64
	if before > 0 {
		last = before - 1
	}
	if since.IsZero() && until.IsZero() {
		return first, last, true, nil
	}
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if !since.IsZero() {
		from = hourOf(ceiling(since))
	}
	if !until.IsZero() {
		to = hourOf(ceiling(until))
	}
	err = j.Query(ctx, hoursBetween, func(row sqlitefile.Row) error {
		if some = !row.Null(0); some {
			first, last = row.Int(0), min(last, row.Int(1))
		}
		return nil
	}, from, to)
	return first, last, some, err
}

const hoursBetween = `SELECT min(first), max(last) FROM hour WHERE hour BETWEEN ? AND ?`

// collect adds to the page what a query finds, until the page is full.
func (l *listing) collect(ctx context.Context, s *sentence) error {
	err := l.journal.Query(ctx, s.text(), func(row sqlitefile.Row) error {
		x, _, err := scan(row, "")
		if err != nil || !l.fits(&x) {
			return err
		}
		sortDeliveries(&x)
		if l.page = append(l.page, x); len(l.page) == l.most {
			return errEnough
		}
		return nil
	}, s.args...)
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// fits reports whether an exchange is one of the party, the terms, the rule, the cause and
// the answers of the query. What was found by a key may be another term's, and a delivery may be
// another party's.
func (l *listing) fits(x *exchange.Exchange) bool {
	q := &l.query
	sent := q.Party == "" || x.Identity.Sender == q.Party
	own := func(d exchange.Delivery) bool { return sent || d.Receiver == q.Party }
	switch {
	case !sent && !slices.ContainsFunc(x.Deliveries, own):
	case q.Rule != "" && !slices.Contains(x.Faults, q.Rule):
	case !q.FitsAnswers(x):
	case q.Cause != "" && !slices.ContainsFunc(x.Deliveries, func(d exchange.Delivery) bool { return own(d) && d.Cause.Code == q.Cause }):
	default:
		return !slices.ContainsFunc(q.Terms, func(group []lookup.Term) bool { return !slices.ContainsFunc(group, x.FoundBy) })
	}
	return false
}

// find fills the page with what is in a source of each group, and not without.
func (l *listing) find(ctx context.Context, groups [][]source, without []source) error {
	f, err := l.journal.finder(ctx, groups, without)
	if err != nil || f == nil {
		return err
	}
	return f.each(ctx, l.first, l.last, l.most, func(some []int64) (full bool, err error) {
		err = l.collect(ctx, named(l.query, some))
		return len(l.page) == l.most, err
	})
}

// list returns the query for exchanges between two sequences, if they are not found by a
// finder. It names the index: SQLite has no statistics here, and the choice must not
// change with the data.
func list(q exchange.Query, first, last int64) *sentence {
	s := &sentence{}
	s.add(`SELECT `+columns+` FROM exchange x NOT INDEXED`+withJourney+` WHERE x.sequence BETWEEN ? AND ?`, first, last)
	narrow(s, q)
	if q.Failing > 0 {
		s.add(` AND x.sequence IN (SELECT d.entry FROM delivery d INDEXED BY delivery_again`)
		if q.Party == "" {
			s.add(` WHERE `+again()+` AND d.handovers >= +?)`, q.Failing)
		} else {
			s.add(` CROSS JOIN exchange s ON s.sequence = d.entry WHERE `+again()+` AND d.handovers >= +? AND (d.receiver = +? OR s.sender = (`+findTerm+`)))`,
				q.Failing, q.Party, roleSender, q.Party)
		}
	}
	s.add(` ORDER BY x.sequence DESC`)
	return s
}

// named returns the query for those exchanges that are named and fit, in that order.
func named(q exchange.Query, sequences []int64) *sentence {
	names, _ := json.Marshal(sequences) // numbers have no error
	s := &sentence{}
	s.add(`SELECT `+columns+` FROM json_each(?) n CROSS JOIN exchange x ON x.sequence = n.value`+withJourney+` WHERE TRUE`, string(names))
	narrow(s, q)
	s.add(` ORDER BY n.key`)
	return s
}

// unfinished reports whether index journey_state has a state.
func unfinished(s exchange.State) bool { return s != "" && s != exchange.ConsignmentAcceptance }

// narrow adds the conditions of a query but for the party and the sequences.
func narrow(s *sentence, q exchange.Query) {
	if q.Sender != "" {
		s.add(` AND x.sender = (`+findTerm+`)`, roleSender, q.Sender)
	}
	if q.Kind != "" {
		s.add(` AND x.kind = (`+findTerm+`)`, roleKind, q.Kind)
	}
	if q.Number != "" {
		s.add(` AND x.number = +?`, q.Number)
	}
	if q.State != "" {
		s.add(` AND j.state = +?`, number(q.State))
	}
	if !q.Since.IsZero() {
		s.add(` AND j.at >= +?`, ceiling(q.Since))
	}
	if !q.Until.IsZero() {
		s.add(` AND j.at < +?`, ceiling(q.Until))
	}
}

// hourOf returns the hour of a time in microseconds, as table hour counts them.
func hourOf(at int64) int64 {
	const hour = int64(time.Hour / time.Microsecond)
	if at < 0 {
		at -= hour - 1 // division rounds towards zero
	}
	return at / hour
}

// ceiling returns the first whole microsecond that is not before t.
func ceiling(t time.Time) int64 {
	n := t.UnixMicro()
	if time.UnixMicro(n).Before(t) {
		n++
	}
	return n
}
