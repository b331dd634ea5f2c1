package journal

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// columns are those of table exchange, under the name x, that scan reads, and width
// is how many they are.
const (
	columns = `x.sequence, x.position, x.id, x.at, x.state, x.digest, x.body, x.head`
	width   = 8
)

// Exchange returns one exchange with its deliveries and its timeline, which
// begins with the acceptance. It fails with an *exchange.Error of kind
// NotFound.
func (j *Journal) Exchange(ctx context.Context, id uuid.UUID) (exchange.Exchange, error) {
	var found *exchange.Exchange
	var first exchange.Event
	err := j.Query(ctx, `SELECT `+columns+` FROM exchange x WHERE x.id = ?`, func(row sqlitefile.Row) error {
		x, accepted, err := scan(row)
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
func scan(row sqlitefile.Row) (x exchange.Exchange, accepted exchange.State, err error) {
	entry := queue.Entry{Position: row.Int(1), At: moment(row.Int(3)), Body: row.Int(6), Head: row.Blob(7)}
	if err := errors.Join(row.Fixed(2, entry.ID[:]), row.Fixed(5, entry.Digest[:])); err != nil {
		return x, "", err
	}
	if x, err = exchange.FromEntry(entry); err != nil {
		return x, "", err
	}
	x.Sequence = row.Int(0)
	accepted, x.State = x.State, stateOf(row.Int(4))
	return x, accepted, nil
}

// fill reads the deliveries of an exchange, in route order.
func (j *Journal) fill(ctx context.Context, x *exchange.Exchange) error {
	text := `SELECT ` + keptColumns + ` FROM delivery d WHERE d.entry = ?`
	err := j.Query(ctx, text, func(row sqlitefile.Row) error {
		k := keptOf(row, 0)
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
	err := j.Query(ctx, text, func(row sqlitefile.Row) error {
		e := exchange.Event{
			Exchange: x.ID, Sequence: row.Int(0), Receiver: row.Text(1), Name: stateOf(row.Int(2)), Attempt: int(row.Int(3)), At: moment(row.Int(4)),
		}
		x.Events = append(x.Events, e)
		return decode(row.Blob(5), &x.Events[len(x.Events)-1].Cause)
	}, x.Sequence)
	if err != nil {
		return fmt.Errorf("read timeline of %s: %w", x.ID, err)
	}
	return nil
}
