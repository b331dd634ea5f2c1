package journal

import (
	"context"
	"fmt"
	"time"

	"beibu/exchange"
	"beibu/queue/sqlitefile"
)

// failed is the SQL for rows of table delivery that came to a bad end.
func failed() string {
	return fmt.Sprintf("state IN (%d, %d)", number(exchange.ConsignmentRejection), number(exchange.ContentHandoverFailure))
}

// Failures is exchange.FailureLog's. It reads a row of an index for each delivery that
// has failed.
func (j *Journal) Failures(ctx context.Context, q exchange.FailureQuery) ([]exchange.Failure, error) {
	var all []exchange.Failure
	for _, s := range failures(q) {
		err := j.Query(ctx, s.text(), func(row sqlitefile.Row) error {
			f, err := scanFailure(row, q.BySender)
			all = append(all, f)
			return err
		}, s.args...)
		if err != nil {
			return nil, fmt.Errorf("count failures: %w", err)
		}
	}
	return all, nil
}

// failures returns the queries for what has failed, and for what was handed over too
// often.
func failures(q exchange.FailureQuery) []*sentence {
	all := []*sentence{counted(q, `delivery_failed`, failed())}
	if q.Handovers > 0 {
		s := counted(q, `delivery_again`, handed()+` AND d.handovers > 1`)
		s.add(` AND d.handovers >= +?`, q.Handovers)
		all = append(all, s)
	}
	for _, s := range all {
		s.add(` GROUP BY d.cause, d.receiver, d.state`)
		if q.BySender {
			s.add(`, d.sender`)
		}
		s.add(`) g`)
	}
	return all
}

// counted returns the query that counts rows of table delivery with an index, up to its
// GROUP BY. For the trend it counts those since the beginning of each hour, and it looks
// up the examples by the groups, which are few.
func counted(q exchange.FailureQuery, index, condition string) *sentence {
	s := &sentence{}
	s.add(`SELECT g.*, (SELECT x.id FROM exchange x WHERE x.sequence = coalesce(g.perishable, g.oldest))`)
	if q.BySender {
		s.add(`, (SELECT t.name FROM term t WHERE t.id = g.sender)`)
	}
	s.add(` FROM (
		SELECT d.cause, d.receiver, d.state, count(*), sum(d.express), min(d.changed), max(d.changed),
		min(d.entry) AS oldest, min(CASE WHEN d.express THEN d.entry END) AS perishable`)
	for h := range exchange.TrendHours {
		s.add(`, sum(d.changed >= +?)`, micro(q.Now.Add(time.Duration(h-exchange.TrendHours)*time.Hour)))
	}
	if q.BySender {
		s.add(`, d.sender`)
	}
	s.add(` FROM delivery d INDEXED BY ` + index + ` WHERE d.` + condition)
	if q.Receiver != "" {
		s.add(` AND +d.receiver = +?`, q.Receiver) // the groups stay in the order of the index
	}
	if q.Party != "" {
		s.add(` AND (d.receiver = +? OR d.sender = (`+findTerm+`))`, q.Party, roleSender, q.Party)
	}
	if !q.Since.IsZero() {
		s.add(` AND d.changed >= +?`, ceiling(q.Since))
	}
	if !q.Until.IsZero() {
		s.add(` AND d.changed < +?`, ceiling(q.Until))
	}
	return s
}

func scanFailure(row sqlitefile.Row, bySender bool) (exchange.Failure, error) {
	f := exchange.Failure{
		Code: row.Text(0), Receiver: row.Text(1), State: stateOf(row.Int(2)), Count: int(row.Int(3)), Express: int(row.Int(4)),
		First: moment(row.Int(5)), Last: moment(row.Int(6)),
	}
	const hours = 9 // the column of the first
	later := 0      // than the hour
	for h := exchange.TrendHours - 1; h >= 0; h-- {
		since := int(row.Int(hours + h))
		f.Hours[h], later = since-later, since
	}
	example := hours + exchange.TrendHours
	if bySender { // its number in table term comes before, and its name behind
		example++
		f.Sender = row.Text(example + 1)
	}
	return f, row.Fixed(example, f.Example[:])
}
