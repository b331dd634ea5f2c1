package journal

import (
	"context"
	"fmt"
	"slices"
	"time"

	"beibu/exchange"
	"beibu/queue/sqlitefile"
)

// failed is the SQL for rows of table delivery that came to a bad end.
func failed() string {
	return fmt.Sprintf("state IN (%d, %d)", number(exchange.ConsignmentRejection), number(exchange.ContentHandoverFailure))
}

// retried is the SQL for rows of table delivery that could not be carried, and are
// carried again.
const retried = `tried > 0`

// Failures is exchange.FailureLog's. It reads a row of an index for each delivery that
// has failed.
func (j *Journal) Failures(ctx context.Context, q exchange.FailureQuery) ([]exchange.Failure, error) {
	all, err := j.tally(ctx, q, failures(q), func(f *exchange.Failure, state int64) { f.State = stateOf(state) })
	if err != nil {
		return nil, fmt.Errorf("count failures: %w", err)
	}
	return all, nil
}

// Retries is exchange.FailureLog's. It reads a row of an index for each delivery that is
// carried again, and the row of each that waits for one of the receivers.
func (j *Journal) Retries(ctx context.Context, q exchange.FailureQuery) ([]exchange.Failure, error) {
	all, err := j.tally(ctx, q, []*sentence{retries(q)}, func(f *exchange.Failure, next int64) {
		f.State, f.Next = exchange.ContentConsignment, moment(next)
	})
	if err != nil {
		return nil, fmt.Errorf("count what is carried again: %w", err)
	}
	for i := range all {
		all[i].Waiting, all[i].WaitingExpress = all[i].Count, all[i].Express
		if err := j.countWaiting(ctx, q, &all[i]); err != nil {
			return nil, fmt.Errorf("count what waits for %s: %w", all[i].Receiver, err)
		}
	}
	return all, nil
}

// countWaiting counts what waits for the receiver of a failure.
func (j *Journal) countWaiting(ctx context.Context, q exchange.FailureQuery, f *exchange.Failure) error {
	s := waiting(q, *f)
	return j.Query(ctx, s.text(), func(row sqlitefile.Row) error {
		f.Waiting, f.WaitingExpress = max(f.Waiting, int(row.Int(0))), max(f.WaitingExpress, int(row.Int(1)))
		return nil
	}, s.args...)
}

// sentBy adds the condition that one of some parties is the sender of a delivery.
func (s *sentence) sentBy(parties []string) {
	s.add(`d.sender IN (SELECT id FROM term WHERE role = ? AND name IN (`, roleSender)
	s.list(parties)
	s.add(`))`)
}

// waiting returns the query that counts what waits for the receiver of a failure.
func waiting(q exchange.FailureQuery, f exchange.Failure) *sentence {
	s := &sentence{}
	s.add(`SELECT count(*), coalesce(sum(d.express), 0) FROM delivery d WHERE d.state = +? AND d.receiver = +?`, number(exchange.ContentConsignment), f.Receiver)
	if f.Sender != "" {
		s.add(` AND d.sender = (`+findTerm+`)`, roleSender, f.Sender)
	}
	if q.Parties != nil && !slices.Contains(q.Parties, f.Receiver) {
		s.add(` AND `)
		s.sentBy(q.Parties)
	}
	return s
}

// failures returns the queries for what has failed, and for what was handed over too
// often.
func failures(q exchange.FailureQuery) []*sentence {
	all := []*sentence{counted(q, columnsOfFailed)}
	if q.Handovers > 0 {
		again := columnsOfFailed
		again.index, again.condition = `delivery_again`, handed()+` AND d.handovers > 1`
		s := counted(q, again)
		s.add(` AND d.handovers >= +?`, q.Handovers)
		all = append(all, s)
	}
	for _, s := range all {
		grouped(s, q, `, d.state`)
	}
	return all
}

// retries returns the query for what is carried again.
func retries(q exchange.FailureQuery) *sentence {
	s := counted(q, columnsOfRetried)
	grouped(s, q, ``)
	return s
}

// grouped ends a query with its GROUP BY.
func grouped(s *sentence, q exchange.FailureQuery, last string) {
	s.add(` GROUP BY 1, 2` + last)
	s.apart(q)
	s.add(`) g`)
}

// counting is what a count reads of table delivery.
type counting struct {
	index, condition     string
	cause, first, latest string // columns
	rest                 string // one more column of a group
}

var (
	columnsOfFailed  = counting{`delivery_failed`, failed(), `cause`, `changed`, `changed`, `d.state`}
	columnsOfRetried = counting{`delivery_retried`, retried, `failure`, `since`, `tried`, `min(d.next)`}
)

// failureColumns is the number of columns that scanLot reads before the one more.
const failureColumns = 8 + exchange.TrendHours

// counted returns the query that counts rows of table delivery with an index, up to its
// GROUP BY. For the trend it counts those since the beginning of each hour, and it looks
// up the examples by the groups, which are few.
func counted(q exchange.FailureQuery, of counting) *sentence {
	s := &sentence{}
	s.add(`SELECT g.*, (SELECT x.id FROM exchange x WHERE x.sequence = coalesce(g.perishable, g.oldest))`)
	if q.BySender {
		s.add(`, (SELECT t.name FROM term t WHERE t.id = g.sender)`)
	}
	if q.ByRule {
		s.add(`, (SELECT t.name FROM term t WHERE t.id = g.rules)`)
	}
	s.add(` FROM (
		SELECT d.` + of.cause + `, d.receiver, count(*), sum(d.express), min(d.` + of.first + `), max(d.` + of.latest + `),
		min(d.entry) AS oldest, min(CASE WHEN d.express THEN d.entry END) AS perishable`)
	for h := range exchange.TrendHours {
		s.add(`, sum(d.`+of.first+` >= +?)`, micro(q.Now.Add(time.Duration(h-exchange.TrendHours)*time.Hour)))
	}
	s.add(`, ` + of.rest)
	s.apart(q)
	s.add(` FROM delivery d INDEXED BY ` + of.index + ` WHERE d.` + of.condition)
	if q.Receiver != "" {
		s.add(` AND +d.receiver = +?`, q.Receiver) // the groups stay in the order of the index
	}
	if q.Parties != nil {
		s.add(` AND (d.receiver IN (`)
		s.list(q.Parties)
		s.add(`) OR `)
		s.sentBy(q.Parties)
		s.add(`)`)
	}
	if !q.Since.IsZero() {
		s.add(` AND d.`+of.latest+` >= +?`, ceiling(q.Since))
	}
	if !q.Until.IsZero() {
		s.add(` AND d.`+of.first+` < +?`, ceiling(q.Until))
	}
	return s
}

// apart adds the columns by which deliveries are counted apart, beside cause and receiver.
// Those of each set of rules are so within each sender, in the order of the index; a tally
// adds them up.
func (s *sentence) apart(q exchange.FailureQuery) {
	if q.BySender || q.ByRule {
		s.add(`, d.sender`)
	}
	if q.ByRule {
		s.add(`, d.rules`)
	}
}
