package journal

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
)

// columns are those of table exchange, under the name x, that scan reads.
const columns = `x.sequence, x.position, x.id, x.at, x.state, x.digest, x.body, x.head`

// Exchange returns one exchange with its deliveries and its timeline, which
// begins with the acceptance. It fails with an *exchange.Error of kind
// NotFound.
func (j *Journal) Exchange(ctx context.Context, id uuid.UUID) (exchange.Exchange, error) {
	var found *exchange.Exchange
	var first exchange.Event
	err := j.each(ctx, `SELECT `+columns+` FROM exchange x WHERE x.id = ?`, func(rows *sql.Rows) error {
		x, accepted, err := scan(rows)
		found, first = &x, exchange.Event{Sequence: x.Sequence, Exchange: x.ID, Name: accepted, At: x.AcceptedAt}
		return err
	}, id[:])
	if err != nil {
		return exchange.Exchange{}, fmt.Errorf("read exchange %s: %w", id, err)
	}
	if found == nil {
		return exchange.Exchange{}, &exchange.Error{
			Op: "read exchange", Kind: exchange.NotFound, Err: exchange.Because("there is no exchange %s", "没有交换 %s", id),
		}
	}
	found.Events = []exchange.Event{first}
	if err := j.fill(ctx, found); err != nil {
		return exchange.Exchange{}, err
	}
	return *found, j.timeline(ctx, found)
}

// scan reads a row of columns. It returns also the state that the exchange had
// on acceptance.
func scan(rows *sql.Rows, more ...any) (x exchange.Exchange, accepted exchange.State, err error) {
	var (
		id, digest, head sql.RawBytes
		entry            queue.Entry
		sequence         int64
		at, state        int64
	)
	into := append([]any{&sequence, &entry.Position, &id, &at, &state, &digest, &entry.Body, &head}, more...)
	if err := rows.Scan(into...); err != nil {
		return x, "", err
	}
	copy(entry.ID[:], id)
	copy(entry.Digest[:], digest)
	entry.Head, entry.At = head, moment(at)
	if x, err = exchange.FromEntry(entry); err != nil {
		return x, "", err
	}
	x.Sequence = sequence
	accepted, x.State = x.State, stateOf(state)
	return x, accepted, nil
}

// fill reads the deliveries of an exchange, in route order.
func (j *Journal) fill(ctx context.Context, x *exchange.Exchange) error {
	text := `SELECT ` + keptColumns + ` FROM delivery d WHERE d.entry = ?`
	err := j.each(ctx, text, func(rows *sql.Rows) error {
		var k kept
		if err := rows.Scan(k.into()...); err != nil {
			return err
		}
		d, err := k.delivery(x.ID)
		x.Deliveries = append(x.Deliveries, d)
		return err
	}, x.Sequence)
	if err != nil {
		return fmt.Errorf("read deliveries of %s: %w", x.ID, err)
	}
	slices.SortStableFunc(x.Deliveries, func(a, b exchange.Delivery) int {
		return rank(x.Receivers, a.Receiver) - rank(x.Receivers, b.Receiver)
	})
	return nil
}

// rank returns the place of a receiver on the route, those that are not on it
// last.
func rank(route []string, receiver string) int {
	if i := slices.Index(route, receiver); i >= 0 {
		return i
	}
	return len(route)
}

// timeline reads the steps of an exchange.
func (j *Journal) timeline(ctx context.Context, x *exchange.Exchange) error {
	text := `SELECT sequence, receiver, state, attempt, at, cause FROM timeline WHERE entry = ? ORDER BY sequence`
	err := j.each(ctx, text, func(rows *sql.Rows) error {
		var state, at int64
		var cause sql.RawBytes
		e := exchange.Event{Exchange: x.ID}
		if err := rows.Scan(&e.Sequence, &e.Receiver, &state, &e.Attempt, &at, &cause); err != nil {
			return err
		}
		e.Name, e.At = stateOf(state), moment(at)
		x.Events = append(x.Events, e)
		return decode(cause, &x.Events[len(x.Events)-1].Cause)
	}, x.Sequence)
	if err != nil {
		return fmt.Errorf("read timeline of %s: %w", x.ID, err)
	}
	return nil
}

// each runs a query and calls visit for each row.
func (j *Journal) each(ctx context.Context, text string, visit func(*sql.Rows) error, args ...any) error {
	s, err := j.query(ctx, text)
	if err != nil {
		return j.noticed(err)
	}
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return j.noticed(err)
	}
	defer func() { _ = rows.Close() }() // Err has told what there is to tell
	for rows.Next() {
		if err := visit(rows); err != nil {
			return err
		}
	}
	return j.noticed(rows.Err())
}

// query returns a prepared query. There are only so many texts, since values
// are bound.
func (j *Journal) query(ctx context.Context, text string) (*sql.Stmt, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if s, ok := j.prepared[text]; ok {
		return s, nil
	}
	s, err := j.readers.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("prepare query: %w", err)
	}
	j.prepared[text] = s
	return s, nil
}
