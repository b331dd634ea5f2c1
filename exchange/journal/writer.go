package journal

import (
	"database/sql/driver"
	"fmt"
	"slices"

	"github.com/google/uuid"
)

// A writer holds the statements of the fold. It is used by one goroutine at a
// time.
type writer struct {
	*connection
	begin, commit, rollback *statement
	progress, advance       *statement
	find, deliveries        *statement
	insert, restate         *statement
	deliver, step, widen    *statement
}

func newWriter(c *connection) (*writer, error) {
	w := &writer{connection: c}
	texts := map[**statement]string{
		&w.begin: `BEGIN IMMEDIATE`, &w.commit: `COMMIT`, &w.rollback: `ROLLBACK`,
		&w.progress:   `SELECT sequence, mark FROM progress`,
		&w.advance:    `UPDATE progress SET sequence = ?, mark = ?`,
		&w.find:       `SELECT sequence, express, state FROM exchange WHERE id = ?`,
		&w.deliveries: `SELECT ` + keptColumns + ` FROM delivery d WHERE d.entry = ?`,
		&w.insert: `INSERT INTO exchange (sequence, position, id, at, sender, kind, number, express, state, digest, body, head)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		&w.restate: `UPDATE exchange SET state = ? WHERE sequence = ?`,
		&w.deliver: `INSERT INTO delivery (entry, receiver, express, state, attempt, consigned, changed, holder, leased, cause, handovers)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET state = excluded.state, attempt = excluded.attempt,
				consigned = excluded.consigned, changed = excluded.changed,
				holder = excluded.holder, leased = excluded.leased, cause = excluded.cause,
				handovers = excluded.handovers`,
		&w.step: `INSERT INTO timeline (entry, sequence, receiver, state, attempt, at, cause) VALUES (?, ?, ?, ?, ?, ?, ?)`,
		&w.widen: `INSERT INTO hour (hour, first, last) VALUES (?, ?, ?)
			ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last)`,
	}
	for to, text := range texts {
		s, err := c.prepare(text)
		if err != nil {
			return nil, err
		}
		*to = s
	}
	return w, nil
}

// reached returns how far the index has come and the mark of its last change.
func (w *writer) reached() (sequence int64, last []byte, err error) {
	err = w.progress.query(func(row []driver.Value) error {
		sequence, last = integer(row[0]), slices.Clone(blob(row[1]))
		return nil
	})
	return sequence, last, err
}

// transact does something in one transaction, all or nothing.
func (w *writer) transact(do func() error) error {
	if err := w.begin.exec(); err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	err := do()
	if err == nil {
		err = w.commit.exec()
	}
	if err != nil {
		// SQLite may have rolled back by itself, as it does on a full disk:
		// then this fails and says nothing new.
		_ = w.rollback.exec()
	}
	return err
}

// reset makes the index empty.
func (w *writer) reset() error {
	return w.transact(func() error {
		for _, table := range []string{"exchange", "hour", "delivery", "timeline"} {
			if err := w.run(`DELETE FROM ` + table); err != nil {
				return fmt.Errorf("empty index: %w", err)
			}
		}
		return w.advance.exec(int64(0), []byte{})
	})
}

// load reads what the fold must know of an exchange, or returns nil where the
// index does not have it.
func (w *writer) load(id uuid.UUID) (*journey, error) {
	var found *journey
	err := w.find.query(func(row []driver.Value) error {
		found = &journey{id: id, sequence: integer(row[0]), express: integer(row[1]) != 0, stored: integer(row[2])}
		found.state = stateOf(found.stored)
		return nil
	}, id[:])
	if err != nil || found == nil {
		return nil, err
	}
	err = w.deliveries.query(func(row []driver.Value) error {
		k := keptOf(row)
		d, err := k.delivery(id)
		found.deliveries = append(found.deliveries, d)
		found.moved = append(found.moved, false)
		return err
	}, found.sequence)
	return found, err
}

// save writes what the fold changed of an exchange.
func (w *writer) save(j *journey) error {
	state := number(j.state)
	switch {
	case j.entry != nil:
		if err := w.add(j, state); err != nil {
			return err
		}
	case state != j.stored:
		if err := w.restate.exec(state, j.sequence); err != nil {
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
		err = w.deliver.exec(j.sequence, d.Receiver, truth(j.express), number(d.State), int64(d.Attempt), micro(d.ConsignedAt), micro(d.ChangedAt),
			d.Lease.Holder, until(d.Lease), cause, int64(d.Handovers))
		if err != nil {
			return err
		}
	}
	return w.tell(j)
}

// add writes an exchange that is new.
func (w *writer) add(j *journey, state int64) error {
	e, x := j.entry, j.identity
	return w.insert.exec(j.sequence, e.Position, e.ID[:], micro(e.At), x.Sender, x.Kind, x.Number, truth(j.express),
		state, e.Digest[:], e.Body, present(e.Head))
}

// tell writes the steps that are new.
func (w *writer) tell(j *journey) error {
	for _, e := range j.steps {
		cause, err := encode(e.Cause)
		if err != nil {
			return err
		}
		err = w.step.exec(j.sequence, e.Sequence, e.Receiver, number(e.Name), int64(e.Attempt), micro(e.At), cause)
		if err != nil {
			return err
		}
	}
	return nil
}
