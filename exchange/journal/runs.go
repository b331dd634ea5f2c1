package journal

import (
	"encoding/json"
	"fmt"

	"beibu/exchange"
	"beibu/exchange/operator/replay"
	"beibu/exchange/projection"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// RunsChanged is the name that [projection.Projection.Changed] takes for replay runs: no
// party has it as its id.
const RunsChanged = ":runs"

// openItem is the SQL for items of runs that have no outcome yet. A query must have it
// word for word for SQLite to use the index of those.
func openItem() string { return fmt.Sprintf("state < %d", replay.Acknowledged) }

// The statements of the fold of runs. Table run has a row with an empty body from the
// first items of a run on, and is of no list before the run is requested.
const (
	findRun     = `SELECT sequence, id, body FROM run INDEXED BY run_id WHERE id = ?`
	addRun      = `INSERT INTO run (sequence, id, party, active, body) VALUES (?, ?, '', 0, x'')`
	moveRun     = `UPDATE run SET party = ?, active = ?, body = ? WHERE sequence = ?`
	hasItem     = `SELECT 1 FROM run_item NOT INDEXED WHERE run = ? AND number = ?`
	addItem     = `INSERT INTO run_item (run, number, entry, receiver, attempt, after, state, changed, before, cause) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '')`
	moveItem    = `UPDATE run_item SET state = ?, changed = ?, cause = ? WHERE run = ? AND number = ?`
	countItem   = `INSERT INTO run_count (run, state, items) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET items = items + excluded.items`
	countsOfRun = `SELECT state, items FROM run_count NOT INDEXED WHERE run = ?`
)

// countAgain is the number, in table run_count, of items that failed again for the same
// cause as before, or failed at a receiver that is new.
const countAgain = 255

// run folds an event of a run.
func (b *batch) run(sequence int64, raw *queue.Event) error {
	e, err := replay.FromEvent(*raw)
	if err != nil {
		return err
	}
	if e.Items != nil {
		return b.items(sequence, e)
	}
	r, err := loadRun(b.w, e.Run)
	if err != nil || r == nil {
		return err
	}
	if r.Status == "" {
		first, ok := replay.Begin(e)
		if !ok {
			return nil
		}
		first.Sequence = r.Sequence
		r = &first
	} else if !r.Apply(e) {
		return nil
	}
	body, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write run %s: %w", r.ID, err)
	}
	b.w.Notify(RunsChanged)
	return b.w.Exec(moveRun, r.Request.Party, truth(r.Status.Active()), body, r.Sequence)
}

// loadRun reads a run with its counts. Before it is requested, it has no status. It
// returns nil if there are not even items of it.
func loadRun(w *projection.Writer, id string) (found *replay.Run, err error) {
	err = w.Query(findRun, func(row sqlitefile.Row) error {
		r, err := scanRun(row)
		found = &r
		return err
	}, id)
	if err != nil || found == nil {
		return nil, err
	}
	return found, w.Query(countsOfRun, func(row sqlitefile.Row) error {
		addCount(&found.Counts, row.Int(0), int(row.Int(1)))
		return nil
	}, found.Sequence)
}

// scanRun reads the row of a run: its sequence, id and body.
func scanRun(row sqlitefile.Row) (r replay.Run, err error) {
	if body := row.Blob(2); len(body) > 0 {
		err = json.Unmarshal(body, &r)
	}
	r.Sequence, r.ID = row.Int(0), row.Text(1)
	return r, err
}

// addCount adds items in a state to the counts of a run.
func addCount(c *replay.Counts, state int64, items int) {
	if state == countAgain {
		c.Again = items
		return
	}
	for s, into := range map[replay.ItemState]*int{
		replay.Waiting: &c.Waiting, replay.Started: &c.Started, replay.Acknowledged: &c.Acknowledged,
		replay.Refused: &c.Refused, replay.Expired: &c.Expired, replay.Superseded: &c.Superseded,
	} {
		if int64(s) == state {
			*into = items
		}
	}
}

// items folds a part of the items of a run that is not requested yet.
func (b *batch) items(sequence int64, e replay.Event) error {
	items, err := e.Items.Unpack()
	if err != nil || len(items) == 0 {
		return err
	}
	r, err := loadRun(b.w, e.Run)
	if err != nil {
		return err
	}
	if r == nil {
		r = &replay.Run{Sequence: sequence}
		if err := b.w.Exec(addRun, sequence, e.Run); err != nil {
			return err
		}
	}
	known := r.Status != ""
	err = b.w.Query(hasItem, func(sqlitefile.Row) error {
		known = true // the same part, recorded twice
		return nil
	}, r.Sequence, items[0].Number)
	if err != nil || known {
		return err
	}
	for _, i := range items {
		if err := b.item(r.Sequence, i, micro(e.At)); err != nil {
			return err
		}
	}
	return nil
}

// item adds an item to a run.
func (b *batch) item(run int64, i replay.PartItem, at int64) error {
	j, err := b.journey(i.Exchange)
	if err != nil {
		return err
	}
	state, entry, before := replay.Superseded, int64(0), ""
	if j != nil {
		entry = j.sequence
		var d exchange.Delivery // none yet, if the exchange is to be readdressed
		if known := j.delivery(i.Receiver); known != nil {
			d = *known
		}
		state, before = replay.FirstState(d, i.Attempt), d.Cause.Code
	}
	if err := b.w.Exec(addItem, run, i.Number, entry, i.Receiver, i.Attempt, i.After, int64(state), at, before); err != nil {
		return err
	}
	return b.w.Exec(countItem, run, int64(state), 1)
}

// An openRow is an item of a run that has no outcome yet.
type openRow struct {
	run, number int64
	id          string // of the run
	attempt     int
	state       replay.ItemState
	before      string
}

// replayed moves the items of a delivery that an event has changed. It is called alone for
// deliveries that failed before or were readdressed, so that all others cost nothing.
func (b *batch) replayed(j *journey, d *exchange.Delivery, e exchange.Event) error {
	var open []openRow
	err := b.w.Query(findOpenItems(), func(row sqlitefile.Row) error {
		open = append(open, openRow{
			run: row.Int(0), number: row.Int(1), attempt: int(row.Int(2)), state: replay.ItemState(row.Int(3)), before: row.Text(4), id: row.Text(5), //nolint:gosec // it was one
		})
		return nil
	}, j.sequence, e.Receiver)
	if err != nil {
		return err
	}
	for _, i := range open {
		next := replay.NextState(i.state, i.attempt, *d, e.Run == i.id)
		if next == i.state {
			continue
		}
		if err := b.moveItem(i, next, d, micro(e.At)); err != nil {
			return err
		}
	}
	return nil
}

// findOpenItems returns the query for the items of one delivery that have no outcome.
func findOpenItems() string {
	return `SELECT i.run, i.number, i.attempt, i.state, i.before, r.id FROM run_item i INDEXED BY run_item_open
		CROSS JOIN run r ON r.sequence = i.run WHERE i.` + openItem() + ` AND i.entry = ? AND i.receiver = ?`
}

// moveItem writes the next state of an item, and counts it.
func (b *batch) moveItem(i openRow, next replay.ItemState, d *exchange.Delivery, at int64) error {
	failed := next == replay.Refused || next == replay.Expired
	cause := ""
	if failed {
		cause = d.Cause.Code
	}
	b.w.Notify(RunsChanged)
	if err := b.w.Exec(moveItem, int64(next), at, cause, i.run, i.number); err != nil {
		return err
	}
	if err := b.w.Exec(countItem, i.run, int64(i.state), -1); err != nil {
		return err
	}
	if failed && (cause == i.before || i.attempt == 0) {
		if err := b.w.Exec(countItem, i.run, countAgain, 1); err != nil {
			return err
		}
	}
	return b.w.Exec(countItem, i.run, int64(next), 1)
}
