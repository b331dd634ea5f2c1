package judge

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/projection"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// changed is what the fold notifies if there is something for the leader to do.
const changed = "changed"

func fold(w *projection.Writer, changes []queue.Change) error {
	for _, c := range changes {
		var err error
		switch {
		case c.Entry != nil:
			err = addEntry(w, c.Sequence, c.Entry)
		case c.Event != nil && c.Event.Subject.Kind == queue.SubjectVerdict:
			err = addEvent(w, c.Sequence, c.Event)
		case c.Event != nil && c.Event.Name == string(exchange.SubmissionRejection):
			err = dropTimers(w, c.Event.Subject.Exchange)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// named is how the head of an entry names its effects.
var named = []byte(`"effects":`)

// addEntry adds an exchange that awaits a verdict. Most entries have no effects: their
// heads are not read.
func addEntry(w *projection.Writer, sequence int64, e *queue.Entry) error {
	if !bytes.Contains(e.Head, named) {
		return nil
	}
	x, err := exchange.FromEntry(*e)
	if err != nil {
		return err
	}
	if x.Effects.None() && x.State != exchange.SubmissionHeld { // it sets deadlines alone
		return setTimers(w, source{caseOf(x).document(), x.Identity.Sender, x.ID, x.AcceptedAt}, x.Effects.Due)
	}
	text, err := json.Marshal(caseOf(x))
	if err != nil {
		return fmt.Errorf("write case %s: %w", x.ID, err)
	}
	waits := waitsForVerdict
	if x.State == exchange.SubmissionHeld {
		waits = waitsForPerson
	}
	err = w.Exec(`INSERT INTO pending (sequence, exchange, waits, text) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
		sequence, x.ID[:], waits, text)
	if err != nil {
		return fmt.Errorf("add case %s: %w", x.ID, err)
	}
	w.Notify(changed)
	return nil
}

func addEvent(w *projection.Writer, sequence int64, e *queue.Event) error {
	id, err := uuid.Parse(e.Subject.ID)
	if err != nil {
		return fmt.Errorf("read event about a verdict: %w", err)
	}
	switch e.Name {
	case nameVerdict:
		v, err := readVerdict(id, e)
		if err != nil {
			return err
		}
		return addVerdict(w, sequence, v)
	case nameDone:
		return failed("note the consequences of a verdict", w.Exec(`UPDATE verdict SET done = 1 WHERE exchange = ?`, id[:]))
	case nameFired:
		return addFired(w, id, e)
	case nameAsked:
		return addAsked(w, id, e)
	case exchange.HeldReleased:
		w.Notify(changed)
		return failed("release a case", w.Exec(`UPDATE pending SET waits = 0 WHERE exchange = ? AND waits = 1`, id[:]))
	case exchange.HeldRefused:
		return failed("remove a case", w.Exec(`DELETE FROM pending WHERE exchange = ? AND waits = 1`, id[:]))
	}
	return nil
}

// addVerdict posts a verdict, if it counts.
func addVerdict(w *projection.Writer, sequence int64, v Verdict) error {
	w.Notify(changed) // the leader that made it continues, also if it is void
	c, revision, found, err := awaiting(w, v.Exchange)
	if err != nil || !found || revision != v.Revision {
		return err
	}
	for _, p := range v.Postings {
		if err := apply(rows{w}, c, p); err != nil {
			return fmt.Errorf("post verdict on %s: %w", v.Exchange, err)
		}
	}
	for _, m := range v.Moves {
		if err := move(w, c, v, m); err != nil {
			return fmt.Errorf("move by verdict on %s: %w", v.Exchange, err)
		}
	}
	for _, p := range v.Carnets {
		if err := postCarnet(w, c, p); err != nil {
			return fmt.Errorf("post verdict on %s: %w", v.Exchange, err)
		}
	}
	if err := moveRounds(w, sequence, c, v); err != nil {
		return err
	}
	if err := endTimers(w, v); err != nil {
		return err
	}
	switch v.Outcome {
	case Ask:
		err = w.Exec(`UPDATE pending SET waits = ? WHERE exchange = ?`, waitsForRound, v.Exchange[:])
	case Hold:
		err = holdCase(w, sequence, c, v)
	case Consign, Reject:
		if err = keepVerdict(w, sequence, c, v); err == nil {
			err = w.Exec(`DELETE FROM pending WHERE exchange = ?`, v.Exchange[:])
		}
	}
	if err == nil {
		err = w.Exec(`INSERT INTO revision VALUES (1, ?) ON CONFLICT DO UPDATE SET number = excluded.number`, revision+1)
	}
	return failed("write verdict", err)
}

// holdCase has a case wait for a person. What that decides counts in the next verdict.
func holdCase(w *projection.Writer, sequence int64, c Case, v Verdict) error {
	if err := keepVerdict(w, sequence, c, v); err != nil {
		return err
	}
	c.Released, c.Decided = true, true
	text, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("write case %s: %w", c.Exchange, err)
	}
	return w.Exec(`UPDATE pending SET waits = 1, text = ? WHERE exchange = ?`, text, c.Exchange[:])
}

// keepVerdict keeps the verdict on an exchange, in the place of the one that held it.
func keepVerdict(w *projection.Writer, sequence int64, c Case, v Verdict) error {
	asked := c.Effects.Round != nil
	text, err := json.Marshal(stored{v, c.Receivers, c.Released && !asked, asked})
	if err != nil {
		return fmt.Errorf("write verdict on %s: %w", v.Exchange, err)
	}
	err = w.Exec(`INSERT INTO verdict (exchange, sequence, at, done, text) VALUES (?, ?, ?, 0, ?)
		ON CONFLICT DO UPDATE SET sequence = excluded.sequence, at = excluded.at, done = 0, text = excluded.text`,
		v.Exchange[:], sequence, v.At.UnixMicro(), text)
	if err == nil && v.Outcome == Consign && v.SameAs == uuid.Nil && len(c.Effects.Due) > 0 {
		err = setTimers(w, source{c.document(), c.Sender, c.Exchange, v.At}, c.Effects.Due)
	}
	return err
}

// awaiting returns the case of an exchange that awaits a verdict, and the revision.
func awaiting(w *projection.Writer, id uuid.UUID) (c Case, revision int64, found bool, err error) {
	err = w.Query(`SELECT exchange, text, coalesce((SELECT number FROM revision), 0) FROM pending WHERE exchange = ?`, func(row sqlitefile.Row) error {
		c, err = readCase(row)
		found, revision = true, row.Int(2)
		return err
	}, id[:])
	return c, revision, found, failed("read case", err)
}
