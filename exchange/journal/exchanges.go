package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// columns are those of tables exchange and journey, under the names x and j, that scan
// reads.
const columns = `x.sequence, x.position, x.id, j.at, j.state, x.digest, x.body, x.head, j.deliveries, j.answers`

// withJourney joins table journey.
const withJourney = ` CROSS JOIN journey j ON j.entry = x.sequence`

// The statements that find one exchange, without and with the newest steps of its
// timeline, and the steps of it before one.
const (
	byID        = ` FROM exchange x` + withJourney + ` WHERE x.id = +?`
	currentByID = `SELECT ` + columns + byID
	wholeByID   = `SELECT ` + columns + `, j.steps` + byID
	stepsBefore = `SELECT steps FROM timeline WHERE entry = ? AND sequence < ? ORDER BY sequence`
)

// Exchange returns one exchange with its deliveries and its timeline, which
// begins with the acceptance. It fails with an *exchange.Error of kind
// NotFound.
func (j *Journal) Exchange(ctx context.Context, id uuid.UUID) (exchange.Exchange, error) {
	var steps []byte
	found, err := j.one(ctx, id, wholeByID, func(x *exchange.Exchange, accepted exchange.State, row sqlitefile.Row) {
		x.Events = []exchange.Event{{Sequence: x.Sequence, Exchange: x.ID, Name: accepted, At: x.AcceptedAt}}
		steps = row.Blob(10)
	})
	if err != nil {
		return exchange.Exchange{}, err
	}
	if err := j.timeline(ctx, &found, steps); err != nil {
		return exchange.Exchange{}, fmt.Errorf("read timeline of %s: %w", id, err)
	}
	if err := j.replies(ctx, &found); err != nil {
		return exchange.Exchange{}, fmt.Errorf("read answers to %s: %w", id, err)
	}
	sortDeliveries(&found)
	return found, nil
}

// Current returns one exchange as Exchange does, but without its timeline.
func (j *Journal) Current(ctx context.Context, id uuid.UUID) (exchange.Exchange, error) {
	found, err := j.one(ctx, id, currentByID, func(*exchange.Exchange, exchange.State, sqlitefile.Row) {})
	sortDeliveries(&found)
	return found, err
}

// one returns the exchange that a statement finds by its id, after the rest of its row
// was visited. Its deliveries are in the order in which they were consigned.
func (j *Journal) one(ctx context.Context, id uuid.UUID, text string, rest func(*exchange.Exchange, exchange.State, sqlitefile.Row)) (exchange.Exchange, error) {
	var found *exchange.Exchange
	err := j.Query(ctx, text, func(row sqlitefile.Row) error {
		x, accepted, err := scan(row, "")
		rest(&x, accepted, row)
		found = &x
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
	return *found, nil
}

// timeline reads the steps of an exchange, of which the newest are given.
func (j *Journal) timeline(ctx context.Context, x *exchange.Exchange, newest []byte) error {
	read := func(row sqlitefile.Row) error { return unpackSteps(row.Blob(0), x) }
	last := firstStep(newest, x.Sequence)
	err := j.Query(ctx, stepsBefore, read, x.Sequence, last)
	if err != nil {
		return err
	}
	if err := unpackSteps(newest, x); err != nil {
		return err
	}
	for _, e := range x.Events {
		switch {
		case e.Verdict == nil:
		case e.Name == exchange.SubmissionHeld:
			x.Held = exchange.Held{Faults: e.Verdict.Faults, Omitted: e.Verdict.Omitted}
		case e.Verdict.SameAs != uuid.Nil:
			x.SameAs = e.Verdict.SameAs
		}
	}
	return nil
}

// scan reads a row of columns. It returns also the state that the exchange had
// on acceptance. The deliveries are in the order in which they were consigned: all, or
// the one to a receiver.
func scan(row sqlitefile.Row, receiver string) (x exchange.Exchange, accepted exchange.State, err error) {
	at := row.Int(3)
	entry := queue.Entry{Position: row.Int(1), At: moment(at), Body: row.Int(6), Head: row.Blob(7)}
	if err := errors.Join(row.Fixed(2, entry.ID[:]), row.Fixed(5, entry.Digest[:])); err != nil {
		return x, "", err
	}
	if x, err = exchange.FromEntry(entry); err != nil {
		return x, "", err
	}
	x.Sequence = row.Int(0)
	accepted, x.State = x.State, stateOf(row.Int(4))
	if x.Latest, err = unpackLatest(row.Blob(9), x.Sequence, at); err != nil {
		return x, "", err
	}
	x.Deliveries, err = unpackDeliveries(row.Blob(8), at, x.ID, receiver)
	return x, accepted, err
}

// sortDeliveries puts the deliveries of an exchange into route order.
func sortDeliveries(x *exchange.Exchange) {
	slices.SortFunc(x.Deliveries, func(a, b exchange.Delivery) int {
		return cmp.Or(rank(x.Receivers, a.Receiver)-rank(x.Receivers, b.Receiver), strings.Compare(a.Receiver, b.Receiver))
	})
}

// rank returns the place of a receiver on the route, those that are not on it
// last.
func rank(route []string, receiver string) int {
	if i := slices.Index(route, receiver); i >= 0 {
		return i
	}
	return len(route)
}
