package journal

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/queue/sqlitefile"
)

// The statements that keep the order of the deliveries of one document number to one
// receiver.
const (
	findVersion = `SELECT x.id FROM exchange x INDEXED BY exchange_number WHERE x.number = +? AND x.sender = +? AND x.kind = +? AND x.sequence <> +?
			ORDER BY x.sequence DESC LIMIT 1`
	findNumber = `SELECT kind, number FROM exchange WHERE sequence = +?`
	ofNumber   = `receiver = +? AND number = +? AND sender = +? AND kind = +?`
	findHead   = `SELECT entry, state, express FROM turn WHERE ` + ofNumber + ` ORDER BY entry LIMIT 1`
	findFreed  = `SELECT freed FROM turn WHERE ` + ofNumber + ` AND entry = +?`
	addTurn    = `INSERT INTO turn (receiver, number, sender, kind, entry, state, express, leased, freed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)
			ON CONFLICT DO UPDATE SET state = excluded.state, leased = excluded.leased`
	endTurn  = `DELETE FROM turn WHERE ` + ofNumber + ` AND entry = +?`
	freeTurn = `UPDATE turn SET freed = ? WHERE ` + ofNumber + ` AND entry = +?`
	holdBack = `UPDATE delivery SET behind = 1 WHERE state = +? AND receiver = +? AND behind = 0 AND express = +? AND entry = +?`
	letPass  = `UPDATE delivery SET behind = 0, changed = max(changed, ?) WHERE state = +? AND receiver = +? AND behind = 1 AND express = +? AND entry = +?`
)

// findOut finds what is under a lease that is in force.
func findOut() string {
	return `SELECT 1 FROM turn INDEXED BY turn_out WHERE ` + ofNumber + ` AND ` + handed() + ` AND leased > +? AND leased <= +? AND entry <> +? LIMIT 1`
}

// A turn is the first open delivery of a document number to a receiver.
type turn struct{ entry, state, express int64 }

// share finds out whether an exchange that is new is a version of a number that has
// another. If it is the second, the first one takes its turns from now on.
func (b *batch) share(j *journey) error {
	first, err := b.version(j)
	if err != nil || first == nil {
		return err
	}
	j.versions, j.number = true, j.identity.Number
	if first.versions {
		return nil
	}
	first.versions, first.kind, first.number = true, j.kind, j.identity.Number
	b.change(first)
	for i := range first.deliveries {
		if err := b.takeTurn(first, &first.deliveries[i]); err != nil {
			return err
		}
	}
	return nil
}

// version returns another exchange with the number of one that is new, or nil. All but
// the first of them know already that they are not alone.
func (b *batch) version(j *journey) (*journey, error) {
	var id uuid.UUID
	err := b.w.Query(findVersion, func(row sqlitefile.Row) error { return row.Fixed(0, id[:]) }, j.identity.Number, j.sender, j.kind, j.sequence)
	if err != nil || id == uuid.Nil {
		return nil, err
	}
	return b.journey(id)
}

// numbered makes an exchange that has versions know its kind and number.
func (b *batch) numbered(j *journey) error {
	if j.number != "" || j.kind != 0 {
		return nil
	}
	return b.w.Query(findNumber, func(row sqlitefile.Row) error {
		j.kind, j.number = row.Int(0), row.Text(1)
		return nil
	}, j.sequence)
}

// mayHandOver reports whether the record permits a hand-over: while one delivery of a
// number is under lease, no other of the same number and receiver is handed over. So two
// nodes that hand over at once do not hand over two of them.
func (b *batch) mayHandOver(j *journey, e exchange.Event) (bool, error) {
	if !j.versions || e.Name != exchange.ContentHandover || e.Lease.Holder == "" {
		return true, nil
	}
	if err := b.numbered(j); err != nil {
		return false, err
	}
	free := true
	err := b.w.Query(findOut(), func(sqlitefile.Row) error {
		free = false
		return nil
	}, e.Receiver, j.number, j.sender, j.kind, micro(e.At), micro(exchange.LastEnd(e.At)), j.sequence)
	return free, err
}

// moveTurn keeps the order after an event that has moved a delivery: the first that is open,
// by the record, is next, and those behind it wait until it is closed.
func (b *batch) moveTurn(j *journey, e exchange.Event) error {
	d := j.delivery(e.Receiver)
	if !j.versions || d == nil {
		return nil
	}
	if err := b.numbered(j); err != nil {
		return err
	}
	before, some, err := b.head(j, d.Receiver)
	if err != nil {
		return err
	}
	if err := b.takeTurn(j, d); err != nil {
		return err
	}
	if !d.State.Open() { // whatever waits may be free: the next one, or one for whom this was in the way
		b.w.Notify(d.Receiver)
	}
	after, more, err := b.head(j, d.Receiver)
	if err != nil || before.entry == after.entry {
		return err
	}
	if some && before.entry != j.sequence {
		if err := b.w.Exec(holdBack, before.state, d.Receiver, before.express, before.entry); err != nil {
			return fmt.Errorf("hold back entry %d: %w", before.entry, err)
		}
	}
	if more && after.entry != j.sequence {
		return b.free(j, d.Receiver, after, micro(e.At))
	}
	return nil
}

// takeTurn gives a delivery its turn, or ends it if the delivery is closed.
func (b *batch) takeTurn(j *journey, d *exchange.Delivery) error {
	if !d.State.Open() {
		return b.w.Exec(endTurn, d.Receiver, j.number, j.sender, j.kind, j.sequence)
	}
	return b.w.Exec(addTurn, d.Receiver, j.number, j.sender, j.kind, j.sequence, number(d.State), truth(j.express), until(d.Lease))
}

// free lets the delivery pass whose turn has come. Its time to be acknowledged begins now.
func (b *batch) free(j *journey, receiver string, next turn, at int64) error {
	if err := b.w.Exec(freeTurn, at, receiver, j.number, j.sender, j.kind, next.entry); err != nil {
		return fmt.Errorf("free entry %d: %w", next.entry, err)
	}
	if err := b.w.Exec(letPass, at, next.state, receiver, next.express, next.entry); err != nil {
		return fmt.Errorf("free entry %d: %w", next.entry, err)
	}
	return nil
}

// head returns the first open delivery of the number of an exchange to a receiver, or
// false if there is none.
func (b *batch) head(j *journey, receiver string) (first turn, some bool, err error) {
	err = b.w.Query(findHead, func(row sqlitefile.Row) error {
		first, some = turn{row.Int(0), row.Int(1), row.Int(2)}, true
		return nil
	}, receiver, j.number, j.sender, j.kind)
	return first, some, err
}

// standing returns whether an open delivery waits for an earlier one of its number, and
// when its turn came, or 0.
func (b *batch) standing(j *journey, d *exchange.Delivery) (behind bool, freed int64, err error) {
	if !j.versions || !d.State.Open() {
		return false, 0, nil
	}
	if err := b.numbered(j); err != nil {
		return false, 0, err
	}
	first, _, err := b.head(j, d.Receiver)
	if err != nil {
		return false, 0, err
	}
	err = b.w.Query(findFreed, func(row sqlitefile.Row) error {
		freed = row.Int(0)
		return nil
	}, d.Receiver, j.number, j.sender, j.kind, j.sequence)
	return first.entry != j.sequence, freed, err
}

// unless adds to a query for deliveries, under the name d, that none of the same number is
// out. Those of an exchange without versions are not looked for.
func unless(s *sentence, o exchange.Out) {
	if o == (exchange.Out{}) {
		return
	}
	s.add(` AND (j.versions = 0 OR NOT EXISTS (SELECT 1 FROM turn o INDEXED BY turn_out WHERE o.receiver = d.receiver
		AND o.number = x.number AND o.sender = x.sender AND o.kind = x.kind AND o.` + handed())
	if !o.HandedOver {
		s.add(` AND o.leased > +? AND o.leased <= +?`, micro(o.LeasedAt), micro(exchange.LastEnd(o.LeasedAt)))
	}
	s.add(` AND o.entry <> d.entry))`)
}

// NextLease returns when the first lease of a delivery to a receiver ends, after a time,
// of those whose number has other open deliveries or had them. It is zero if there is none.
func (j *Journal) NextLease(ctx context.Context, receiver string, after time.Time) (time.Time, error) {
	var end time.Time
	err := j.Query(ctx, nextLease, func(row sqlitefile.Row) error {
		end = moment(row.Int(0))
		return nil
	}, receiver, micro(after))
	if err != nil {
		return time.Time{}, fmt.Errorf("find end of lease: %w", err)
	}
	return end, nil
}

const nextLease = `SELECT leased FROM turn INDEXED BY turn_leased WHERE receiver = ? AND leased > ? AND leased > 0 ORDER BY leased LIMIT 1`

// The statements that find the numbers of which deliveries to a receiver wait: the first
// entry of each, the next delivery with when those that wait were consigned, and what else
// is handed over of a number.
const (
	heldNumbers = `SELECT min(entry), count(*) FROM turn WHERE receiver = +? GROUP BY number, sender, kind HAVING count(*) > 1`
	nextOfHeld  = `SELECT ` + columns + `, (SELECT min(w.consigned) FROM turn o CROSS JOIN delivery w ON w.state = o.state AND w.receiver = o.receiver
			AND w.behind = 1 AND w.express = o.express AND w.entry = o.entry
			WHERE o.receiver = +? AND o.number = x.number AND o.sender = x.sender AND o.kind = x.kind)
		FROM exchange x` + withJourney + ` WHERE x.sequence = +?`
	outOfHeld = `SELECT o.leased FROM exchange x CROSS JOIN turn o INDEXED BY turn_out ON o.receiver = +? AND o.number = x.number
		AND o.sender = x.sender AND o.kind = x.kind AND o.%s AND o.entry <> x.sequence WHERE x.sequence = +?`
)

// HeldBack is exchange.ActivityLog's.
func (j *Journal) HeldBack(ctx context.Context, receiver string) (some []exchange.HeldNumber, all int, err error) {
	type number struct{ entry, open int64 }
	var found []number
	err = j.Query(ctx, heldNumbers, func(row sqlitefile.Row) error {
		found = append(found, number{row.Int(0), row.Int(1)})
		return nil
	}, receiver)
	if err != nil {
		return nil, 0, fmt.Errorf("list held numbers: %w", err)
	}
	slices.SortFunc(found, func(a, b number) int { return cmp.Compare(a.entry, b.entry) })
	for _, n := range found[:min(len(found), exchange.MaxHeldNumbers)] {
		h, known, err := j.heldNumber(ctx, receiver, n.entry)
		if err != nil {
			return nil, 0, fmt.Errorf("list held numbers: %w", err)
		}
		if known { // it was not closed meanwhile
			h.Waiting = int(n.open - 1)
			some = append(some, h)
		}
	}
	return some, len(found), nil
}

// heldNumber returns the number of which the delivery of an entry is the next, or false if
// no delivery waits for it any more.
func (j *Journal) heldNumber(ctx context.Context, receiver string, entry int64) (h exchange.HeldNumber, known bool, err error) {
	err = j.Query(ctx, nextOfHeld, func(row sqlitefile.Row) (err error) {
		h.Next, _, err = scan(row, receiver)
		if known = len(h.Next.Deliveries) > 0 && !row.Null(10); !known || err != nil {
			return err
		}
		if h.Since = moment(row.Int(10)); h.Since.Before(h.Next.Deliveries[0].ConsignedAt) {
			h.Since = h.Next.Deliveries[0].ConsignedAt
		}
		return nil
	}, receiver, entry)
	if err != nil || !known {
		return h, known, err
	}
	err = j.Query(ctx, fmt.Sprintf(outOfHeld, handed()), func(row sqlitefile.Row) error {
		until := row.Int(0)
		switch {
		case until == 0:
			h.Out = exchange.Lease{}
		case !h.IsOut || !h.Out.Until.IsZero() && moment(until).After(h.Out.Until):
			h.Out = exchange.Lease{Until: moment(until)}
		}
		h.IsOut = true
		return nil
	}, receiver, entry)
	return h, known, err
}
