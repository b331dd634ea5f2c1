package journal

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/queue/sqlitefile"
)

// Exchanges returns those that fit, newest first by the record, with their deliveries but
// without timelines, and the cursor for the next page, or 0 at the end. A
// party fits as the sender, or if a delivery to it was consigned.
func (j *Journal) Exchanges(ctx context.Context, q exchange.Query) (page []exchange.Exchange, next int64, err error) {
	limit := within(q.Limit, exchange.DefaultPage, exchange.MaxPage)
	s := list(q, limit+1) // one more shows whether there is a next page
	err = j.Query(ctx, s.text(), func(row sqlitefile.Row) error {
		x, _, err := scan(row)
		page = append(page, x)
		return err
	}, s.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list exchanges: %w", err)
	}
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].Sequence
	}
	for i := range page {
		if err := j.fill(ctx, &page[i]); err != nil {
			return nil, 0, err
		}
	}
	return page, next, nil
}

// within returns a limit, or what stands for none, and never more than most.
func within(limit, none, most int) int {
	if limit <= 0 {
		return none
	}
	return min(limit, most)
}

// A sentence is SQL in the making: its text and the values bound to it.
type sentence struct {
	parts strings.Builder
	args  []any
}

func (s *sentence) add(part string, args ...any) {
	s.parts.WriteString(part)
	s.args = append(s.args, args...)
}

func (s *sentence) text() string { return s.parts.String() }

// list returns the query for a page. It names the index: SQLite has no
// statistics here, and the choice must not change with the data. A number
// narrows most, then that a delivery is failing, then a state other than the last,
// then sender and party.
func list(q exchange.Query, limit int) *sentence {
	s := &sentence{}
	var index string
	switch {
	case q.Number != "":
		index = "INDEXED BY exchange_number"
	case q.Failing > 0:
		index = "NOT INDEXED" // they are few, and found first
	case unfinished(q.State):
		index = "INDEXED BY exchange_state"
	case q.Sender != "":
		index = "INDEXED BY exchange_sender"
	case q.Party != "":
		return ofParty(q, limit)
	case q.Kind != "":
		index = "INDEXED BY exchange_kind"
	default:
		index = "NOT INDEXED"
	}
	s.add(`SELECT ` + columns + ` FROM exchange x ` + index + ` WHERE TRUE`)
	narrow(s, q)
	if q.Party != "" {
		s.add(` AND (x.sender = ? OR EXISTS (SELECT 1 FROM delivery d WHERE d.entry = x.sequence AND d.receiver = ?))`, q.Party, q.Party)
	}
	if q.Failing > 0 {
		s.add(` AND x.sequence IN (SELECT d.entry FROM delivery d INDEXED BY delivery_again`)
		if q.Party == "" {
			s.add(` WHERE `+again()+` AND d.handovers >= ?)`, q.Failing)
		} else {
			s.add(` CROSS JOIN exchange s ON s.sequence = d.entry WHERE `+again()+` AND d.handovers >= ? AND (d.receiver = ? OR s.sender = ?))`,
				q.Failing, q.Party, q.Party)
		}
	}
	s.add(` ORDER BY x.sequence DESC LIMIT ?`, limit)
	return s
}

// ofParty returns the query for what a party sent or was sent: two walks in
// the order of the record, merged.
func ofParty(q exchange.Query, limit int) *sentence {
	s := &sentence{}
	s.add(`SELECT ` + columns + ` FROM (SELECT x.sequence FROM exchange x INDEXED BY exchange_sender WHERE TRUE`)
	sent := q
	sent.Sender = q.Party
	narrow(s, sent)
	s.add(` UNION SELECT d.entry FROM delivery d INDEXED BY delivery_receiver CROSS JOIN exchange x ON x.sequence = d.entry WHERE d.receiver = ?`, q.Party)
	if q.Before > 0 {
		s.add(` AND d.entry < ?`, q.Before)
	}
	narrow(s, q)
	s.add(` ORDER BY 1 DESC LIMIT ?) AS found CROSS JOIN exchange x ON x.sequence = found.sequence ORDER BY x.sequence DESC`, limit)
	return s
}

// unfinished reports whether index exchange_state has a state.
func unfinished(s exchange.State) bool { return s != "" && s != exchange.ConsignmentAcceptance }

// narrow adds the conditions of a query but for the party.
func narrow(s *sentence, q exchange.Query) {
	same := func(column, value string) {
		if value != "" {
			s.add(` AND x.`+column+` = ?`, value)
		}
	}
	same("sender", q.Sender)
	same("kind", q.Kind)
	same("number", q.Number)
	if q.State != "" {
		s.add(` AND x.state = ?`, number(q.State))
	}
	if unfinished(q.State) {
		s.add(` AND x.` + unsettled()) // word for word as in the index
	}
	if q.Before > 0 {
		s.add(` AND x.sequence < ?`, q.Before)
	}
	between(s, q.Since, q.Until)
}

// between adds the bounds of acceptance. The record is in the order of dispatch,
// which is not that of acceptance: clocks differ, and a partition of the log may
// wait hours for its dispatch. So the sequences are bounded by what table hour
// knows of the hours of the window, and a window long past is found without a
// walk to it.
func between(s *sentence, since, until time.Time) {
	if since.IsZero() && until.IsZero() {
		return
	}
	first, last := int64(math.MinInt64), int64(math.MaxInt64)
	if !since.IsZero() {
		s.add(` AND x.at >= ?`, ceiling(since))
		first = hourOf(ceiling(since))
	}
	if !until.IsZero() {
		s.add(` AND x.at < ?`, ceiling(until))
		last = hourOf(ceiling(until))
	}
	s.add(` AND x.sequence >= (SELECT min(first) FROM hour WHERE hour BETWEEN ? AND ?)`, first, last)
	s.add(` AND x.sequence <= (SELECT max(last) FROM hour WHERE hour BETWEEN ? AND ?)`, first, last)
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
