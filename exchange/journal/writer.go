package journal

import (
	"github.com/google/uuid"

	"beibu/exchange/projection"
	"beibu/queue/sqlitefile"
)

// The statements of the fold.
const (
	findExchange   = `SELECT sequence, express, state FROM exchange WHERE id = ?`
	findDeliveries = `SELECT ` + keptColumns + ` FROM delivery d WHERE d.entry = ?`
	addExchange    = `INSERT INTO exchange (sequence, position, id, at, sender, kind, number, express, state, digest, body, head)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	changeState  = `UPDATE exchange SET state = ? WHERE sequence = ?`
	saveDelivery = `INSERT INTO delivery (entry, receiver, express, state, attempt, consigned, changed, holder, leased, cause, handovers)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET state = excluded.state, attempt = excluded.attempt,
				consigned = excluded.consigned, changed = excluded.changed,
				holder = excluded.holder, leased = excluded.leased, cause = excluded.cause,
				handovers = excluded.handovers`
	addStep   = `INSERT INTO timeline (entry, sequence, receiver, state, attempt, at, cause) VALUES (?, ?, ?, ?, ?, ?, ?)`
	addEvent  = `INSERT INTO event (sequence, kind, subject, name, at, cause) VALUES (?, ?, ?, ?, ?, ?)`
	widenHour = `INSERT INTO hour (hour, first, last) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last)`
)

// load reads what the fold needs of an exchange, or returns nil if the index does
// not have it.
func load(w *projection.Writer, id uuid.UUID) (*journey, error) {
	var found *journey
	err := w.Query(findExchange, func(row sqlitefile.Row) error {
		found = &journey{id: id, sequence: row.Int(0), express: row.Int(1) != 0, stored: row.Int(2)}
		found.state = stateOf(found.stored)
		return nil
	}, id[:])
	if err != nil || found == nil {
		return nil, err
	}
	err = w.Query(findDeliveries, func(row sqlitefile.Row) error {
		k := keptOf(row, 0)
		d, err := k.delivery(id)
		found.deliveries = append(found.deliveries, d)
		found.moved = append(found.moved, false)
		return err
	}, found.sequence)
	return found, err
}

// save writes what the fold changed of an exchange.
func save(w *projection.Writer, j *journey) error {
	state := number(j.state)
	switch {
	case j.entry != nil:
		if err := add(w, j, state); err != nil {
			return err
		}
	case state != j.stored:
		if err := w.Exec(changeState, state, j.sequence); err != nil {
			return err
		}
	}
	for i, d := range j.deliveries {
		if !j.moved[i] {
			continue
		}
		cause, err := encode(d.Cause)
		if err != nil {
			return err
		}
		err = w.Exec(saveDelivery, j.sequence, d.Receiver, truth(j.express), number(d.State), int64(d.Attempt), micro(d.ConsignedAt), micro(d.ChangedAt),
			d.Lease.Holder, until(d.Lease), cause, int64(d.Handovers))
		if err != nil {
			return err
		}
	}
	return addSteps(w, j)
}

// add writes an exchange that is new.
func add(w *projection.Writer, j *journey, state int64) error {
	e, x := j.entry, j.identity
	return w.Exec(addExchange, j.sequence, e.Position, e.ID[:], micro(e.At), x.Sender, x.Kind, x.Number, truth(j.express),
		state, e.Digest[:], e.Body, present(e.Head))
}

// addSteps writes the steps of the timeline that are new.
func addSteps(w *projection.Writer, j *journey) error {
	for _, e := range j.steps {
		cause, err := encode(e.Cause)
		if err != nil {
			return err
		}
		err = w.Exec(addStep, j.sequence, e.Sequence, e.Receiver, number(e.Name), int64(e.Attempt), micro(e.At), cause)
		if err != nil {
			return err
		}
	}
	return nil
}
