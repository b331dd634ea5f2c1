package journal

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"beibu/exchange"
)

// The sizes of a page of exchanges.
const (
	defaultPage = 50
	maxPage     = 500
)

// Exchanges returns those that fit, newest first, with their deliveries but
// without timelines, and the cursor for the next page, or 0 at the end. A
// party fits as the sender or where a delivery to it was consigned.
func (j *Journal) Exchanges(ctx context.Context, q exchange.Query) (page []exchange.Exchange, next int64, err error) {
	limit := within(q.Limit, defaultPage, maxPage)
	s := list(q, limit+1) // one more tells whether there is a next page
	err = j.each(ctx, s.text(), func(rows *sql.Rows) error {
		x, _, _, err := scan(rows)
		page = append(page, x)
		return err
	}, s.args...)
	if err != nil {
		return nil, 0, fmt.Errorf("list exchanges: %w", err)
	}
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].Position
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
// narrows most, then a state other than the last, then sender and party.
func list(q exchange.Query, limit int) *sentence {
	s := &sentence{}
	var index string
	switch {
	case q.Number != "":
		index = "INDEXED BY exchange_number"
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
		s.add(` AND (x.sender = ? OR EXISTS (SELECT 1 FROM delivery d WHERE d.position = x.position AND d.receiver = ?))`, q.Party, q.Party)
	}
	s.add(` ORDER BY x.position DESC LIMIT ?`, limit)
	return s
}

// ofParty returns the query for what a party sent or was sent: two walks in
// the order of the log, merged.
func ofParty(q exchange.Query, limit int) *sentence {
	s := &sentence{}
	s.add(`SELECT ` + columns + ` FROM (SELECT x.position FROM exchange x INDEXED BY exchange_sender WHERE TRUE`)
	sent := q
	sent.Sender = q.Party
	narrow(s, sent)
	s.add(` UNION SELECT d.position FROM delivery d INDEXED BY delivery_receiver CROSS JOIN exchange x ON x.position = d.position WHERE d.receiver = ?`, q.Party)
	if q.Before > 0 {
		s.add(` AND d.position < ?`, q.Before)
	}
	narrow(s, q)
	s.add(` ORDER BY 1 DESC LIMIT ?) AS found CROSS JOIN exchange x ON x.position = found.position ORDER BY x.position DESC`, limit)
	return s
}

// unfinished tells whether index exchange_state has a state.
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
		s.add(` AND x.position < ?`, q.Before)
	}
	between(s, q.Since, q.Until)
}

// skew is by how much the clocks of two nodes may differ, doubled and more.
const skew = time.Hour

// between adds the bounds of acceptance. Times rise with places in the log but
// for the skew of clocks, so the places are bounded too, with the skew as
// margin, and a window long past is found without a walk to it.
func between(s *sentence, since, until time.Time) {
	if !since.IsZero() {
		s.add(` AND x.at >= ?`, ceiling(since))
		s.add(` AND x.position > coalesce((SELECT position FROM exchange INDEXED BY exchange_at WHERE at < ? ORDER BY at DESC LIMIT 1), 0)`,
			micro(since.Add(-skew)))
	}
	if !until.IsZero() {
		s.add(` AND x.at < ?`, ceiling(until))
		s.add(` AND x.position < coalesce((SELECT position FROM exchange INDEXED BY exchange_at WHERE at >= ? ORDER BY at LIMIT 1), ?)`,
			micro(until.Add(skew)), int64(1<<62))
	}
}

// ceiling returns the first whole microsecond that is not before t.
func ceiling(t time.Time) int64 {
	n := t.UnixMicro()
	if time.UnixMicro(n).Before(t) {
		n++
	}
	return n
}
