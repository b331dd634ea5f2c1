package sqlite

import (
	"fmt"

	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// A transaction has the statements with which jobs write. Only the writer's goroutine
// uses it.
type transaction struct {
	last, entry         int64 // newest sequence, and newest one of an entry
	keptLast, keptEntry int64 // the same, as the last commit left them
	lowest, keptLowest  int64 // position of the newest body that no entry names, from -1 down, or 0
	owners              owners
	boundaries          boundaries
	added               []queue.Change // by the current transaction
	recent              *recent

	addBody, addEntry, addEvent, findEntry, setProgress, touch sqlitefile.Statement
}

func (tx *transaction) prepare(c *sqlitefile.Conn) error {
	for text, s := range map[string]*sqlitefile.Statement{
		`INSERT INTO body VALUES (?, ?, ?)`:                 &tx.addBody,
		`INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?)`:      &tx.addEntry,
		`INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)`: &tx.addEvent,
		entryAt: &tx.findEntry,
		`UPDATE progress SET sequence = ?2 WHERE name = ?1`:                                           &tx.setProgress,
		`INSERT INTO progress VALUES ('probed', 1) ON CONFLICT DO UPDATE SET sequence = sequence + 1`: &tx.touch,
	} {
		var err error
		if *s, err = c.Prepare(text); err != nil {
			return err
		}
	}
	entry, err := c.Number(`SELECT max(sequence) FROM log`)
	if err != nil {
		return fmt.Errorf("find newest entry: %w", err)
	}
	event, err := c.Number(`SELECT max(sequence) FROM event`)
	if err != nil {
		return fmt.Errorf("find newest event: %w", err)
	}
	lowest, err := c.Number(`SELECT min(position) FROM body`)
	if err != nil {
		return fmt.Errorf("find lowest body: %w", err)
	}
	tx.last, tx.entry, tx.lowest = max(entry, event), entry, min(lowest, 0)
	tx.keptLast, tx.keptEntry, tx.keptLowest = tx.last, tx.entry, tx.lowest
	tx.recent = &recent{after: tx.last}
	return tx.owners.prepare(c)
}

// undo resets the state after a rollback.
func (tx *transaction) undo() {
	tx.last, tx.entry, tx.lowest = tx.keptLast, tx.keptEntry, tx.keptLowest
	clear(tx.added)
	tx.added = tx.added[:0]
	tx.owners.undo()
	tx.boundaries.undo()
}

// keep updates the state after a commit.
func (tx *transaction) keep() {
	tx.keptLast, tx.keptEntry, tx.keptLowest = tx.last, tx.entry, tx.lowest
	tx.recent.add(tx.added)
	clear(tx.added) // so that they are not kept in memory
	tx.added = tx.added[:0]
	tx.owners.keep()
	tx.boundaries.keep()
}

// admit returns the owner of s.Key. That is s if there was none.
func (tx *transaction) admit(s queue.Submission, body *packing) (queue.Entry, error) {
	owner, slot, err := tx.owners.find(s.Key, tx.at)
	if err != nil || owner.Position != 0 {
		return owner, err
	}
	e := s.Entry(tx.last+1, tx.last+1)
	err = tx.addEntry.Exec(e.Position, e.ID[:], []byte(e.Key), e.Digest[:], e.Token[:], e.At.UnixMicro(), e.Head)
	if err != nil {
		return queue.Entry{}, fmt.Errorf("write entry: %w", err)
	}
	if err := tx.addBody.Exec(e.Body, body.packed, formPacked); err != nil {
		return queue.Entry{}, fmt.Errorf("write body: %w", err)
	}
	tx.last, tx.entry = e.Position, e.Position
	tx.owners.add(slot, e.Position)
	tx.added = append(tx.added, entryChange(e))
	return e, nil
}

// keepBody writes a body below all others: the positions above are those of entries.
func (tx *transaction) keepBody(body *packing) (position int64, err error) {
	if err := tx.addBody.Exec(tx.lowest-1, body.packed, formPacked); err != nil {
		return 0, fmt.Errorf("write body: %w", err)
	}
	tx.lowest--
	return tx.lowest, nil
}

// at returns the entry of a sequence.
func (tx *transaction) at(sequence int64) (e queue.Entry, err error) {
	e, err = scanOne(tx.findEntry, sequence)
	if err == nil && e.Position == 0 {
		err = fmt.Errorf("no entry %d", sequence)
	}
	return e, err
}

// append writes events in their order.
func (tx *transaction) append(events []queue.Event) error {
	for _, e := range events {
		id := []byte(e.Subject.ID)
		if e.Subject.Kind == queue.SubjectExchange {
			id = e.Subject.Exchange[:]
		}
		err := tx.addEvent.Exec(tx.last+1, id, []byte(e.Receiver), []byte(e.Name), int64(e.Attempt), e.At.UnixMicro(), e.Detail, int64(e.Subject.Kind))
		if err != nil {
			return fmt.Errorf("write event: %w", err)
		}
		tx.last++
		tx.added = append(tx.added, eventChange(tx.last, e))
	}
	return nil
}

// dispatched records that every entry up to sequence is dispatched.
func (tx *transaction) dispatched(sequence int64) error {
	if err := tx.setProgress.Exec("dispatched", sequence); err != nil {
		return fmt.Errorf("write progress: %w", err)
	}
	return nil
}
