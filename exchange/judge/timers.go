package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/judge/lifecycle"
	"beibu/exchange/projection"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// timerTables keep the deadlines that documents set, and the reminders ahead of them.
var timerTables = []string{
	`CREATE TABLE timer (
		place    INTEGER PRIMARY KEY,
		kind     TEXT NOT NULL,
		number   TEXT NOT NULL,
		sender   TEXT NOT NULL,
		name     TEXT NOT NULL,
		reminder INTEGER NOT NULL, -- 1: ahead of the deadline
		exchange BLOB NOT NULL,
		at       INTEGER NOT NULL,
		fired    INTEGER NOT NULL, -- when, or 0
		UNIQUE (kind, number, sender, name, reminder)) STRICT`,
	`CREATE INDEX timer_next ON timer (at) WHERE fired = 0`,
	`CREATE INDEX timer_of ON timer (exchange)`,
	`CREATE INDEX timer_list ON timer (at, place) WHERE reminder = 0`,
}

// nameFired is the name of the event that a deadline, or a reminder of one, has come. What
// it is about follows from the exchange, the deadline and its time, so a second one changes
// nothing.
const nameFired = "TimerFired"

// A firing is the detail of an event of that name.
type firing struct {
	Name     effects.Deadline `json:"name"`
	Reminder bool             `json:"reminder,omitempty"`
	Due      time.Time        `json:"due"`
}

// A source is the document that sets deadlines.
type source struct {
	document effects.Account
	sender   string
	exchange uuid.UUID
	from     time.Time // deadlines and reminders before are none
}

// setTimers sets the deadlines of a document in the place of those of an earlier version.
func setTimers(w *projection.Writer, s source, dues []effects.Due) error {
	for _, d := range dues {
		for reminder, at := range []time.Time{d.At, d.Remind} {
			if !at.After(s.from) { // also if there is no reminder
				continue
			}
			err := w.Exec(`INSERT INTO timer (kind, number, sender, name, reminder, exchange, at, fired) VALUES (?, ?, ?, ?, ?, ?, ?, 0)
				ON CONFLICT DO UPDATE SET fired = CASE WHEN at = excluded.at THEN fired ELSE 0 END, at = excluded.at, exchange = excluded.exchange`,
				s.document.Kind, s.document.Number, s.sender, string(d.Name), reminder, s.exchange[:], at.UnixMicro())
			if err != nil {
				return failed("set deadline", err)
			}
		}
	}
	w.Notify(changed) // the leader waits for the first
	return failed("remove deadlines", w.Exec(`DELETE FROM timer WHERE kind = ? AND number = ? AND sender = ? AND exchange != ? AND fired = 0`,
		s.document.Kind, s.document.Number, s.sender, s.exchange[:]))
}

// dropTimers removes the deadlines of an exchange that have not come.
func dropTimers(w *projection.Writer, id uuid.UUID) error {
	return failed("remove deadlines", w.Exec(`DELETE FROM timer WHERE exchange = ? AND fired = 0`, id[:]))
}

// endTimers removes the deadlines of documents whose lives a verdict ends.
func endTimers(w *projection.Writer, v Verdict) error {
	for _, m := range v.Moves {
		if table, ok := lifecycle.TableOf(m.Document.Kind); !ok || !table.Final(m.To) {
			continue
		}
		err := w.Exec(`DELETE FROM timer WHERE kind = ? AND number = ? AND fired = 0`, m.Document.Kind, m.Document.Number)
		if err != nil {
			return failed("remove deadlines", err)
		}
	}
	return nil
}

// addFired notes that a deadline has come.
func addFired(w *projection.Writer, id uuid.UUID, e *queue.Event) error {
	var f firing
	if err := json.Unmarshal(e.Detail, &f); err != nil {
		return fmt.Errorf("read event of a deadline: %w", err)
	}
	reminder := 0
	if f.Reminder {
		reminder = 1
	}
	w.Notify(changed)
	return failed("note a deadline", w.Exec(`UPDATE timer SET fired = ? WHERE exchange = ? AND name = ? AND reminder = ? AND at = ? AND fired = 0`,
		e.At.UnixMicro(), id[:], string(f.Name), reminder, f.Due.UnixMicro()))
}

// fire returns the events of deadlines that have come and that the record does not show.
func (l *Leader) fire(ctx context.Context) (all []queue.Event, err error) {
	now := l.Now()
	err = l.Ledger.Query(ctx, `SELECT exchange, name, reminder, at FROM timer WHERE fired = 0 AND at <= ? ORDER BY at LIMIT ?`, func(row sqlitefile.Row) error {
		var id uuid.UUID
		if err := row.Fixed(0, id[:]); err != nil {
			return err
		}
		text, err := json.Marshal(firing{effects.Deadline(row.Text(1)), row.Int(2) == 1, time.UnixMicro(row.Int(3)).UTC()})
		all = append(all, about(id, nameFired, now, text))
		return err
	}, now.UnixMicro(), batch)
	return all, failed("find deadlines that have come", err)
}

// longestWait bounds how long a leader waits for a deadline, so that a clock that is set
// is noticed.
const longestWait = time.Hour

// untilNext returns how long it is until the next deadline, at most longestWait.
func (l *Leader) untilNext(ctx context.Context) (time.Duration, error) {
	left := longestWait
	err := l.Ledger.Query(ctx, `SELECT at FROM timer WHERE fired = 0 ORDER BY at LIMIT 1`, func(row sqlitefile.Row) error {
		left = min(left, time.UnixMicro(row.Int(0)).Sub(l.Now()))
		return nil
	})
	return max(left, 0), failed("find the next deadline", err)
}

// A Timer is a deadline of a document.
type Timer struct {
	Document effects.Account
	Sender   string
	Exchange uuid.UUID
	Name     effects.Deadline
	At       time.Time
	Passed   time.Time // when the record noted that it has come, or zero
	Reminded time.Time // when it noted the reminder, or zero
}

// A TimerState says whether a deadline has come.
type TimerState string

// The states.
const (
	TimerAhead  TimerState = "ahead"
	TimerPassed TimerState = "passed"
)

// A TimerQuery selects deadlines.
type TimerQuery struct {
	Exchange uuid.UUID  // zero: of any
	Kind     string     // "": any
	Sender   string     // "": any
	State    TimerState // "": any
	Before   time.Time  // zero: any
	After    int64      // the cursor that the page before returned; 0: from the first
	Limit    int        // 1 to exchange.MaxPage
}

// filter returns the SQL of a query, and its values.
func (q TimerQuery) filter() (sql string, values []any) {
	sql = `t.reminder = 0`
	add := func(condition string, value ...any) { sql, values = sql+` AND `+condition, append(values, value...) }
	if q.Exchange != uuid.Nil {
		add(`t.exchange = ?`, q.Exchange[:])
	}
	if q.Kind != "" {
		add(`t.kind = ?`, q.Kind)
	}
	if q.Sender != "" {
		add(`t.sender = ?`, q.Sender)
	}
	switch q.State {
	case TimerAhead:
		add(`t.fired = 0`)
	case TimerPassed:
		add(`t.fired > 0`)
	}
	if !q.Before.IsZero() {
		add(`t.at < ?`, q.Before.UnixMicro())
	}
	if q.After != 0 {
		add(`(t.at, t.place) > (SELECT at, place FROM timer WHERE place = ?)`, q.After)
	}
	return sql, values
}

// Timers returns deadlines, the earliest first, and the cursor of the next page: 0 if there
// is none.
func (l *Ledger) Timers(ctx context.Context, q TimerQuery) (page []Timer, next int64, err error) {
	where, values := q.filter()
	var last int64
	err = l.Query(ctx, `SELECT t.place, t.kind, t.number, t.sender, t.exchange, t.name, t.at, t.fired, coalesce(r.fired, 0)
		FROM timer t LEFT JOIN timer r ON r.kind = t.kind AND r.number = t.number AND r.sender = t.sender AND r.name = t.name AND r.reminder = 1
		WHERE `+where+` ORDER BY t.at, t.place LIMIT ?`, func(row sqlitefile.Row) error {
		if len(page) == q.Limit {
			next = last
			return nil
		}
		last = row.Int(0)
		one := Timer{
			Document: effects.Account{Kind: row.Text(1), Number: row.Text(2)}, Sender: row.Text(3), Name: effects.Deadline(row.Text(5)),
			At: time.UnixMicro(row.Int(6)).UTC(), Passed: momentOf(row.Int(7)), Reminded: momentOf(row.Int(8)),
		}
		page = append(page, one)
		return row.Fixed(4, page[len(page)-1].Exchange[:])
	}, append(values, q.Limit+1)...)
	return page, next, failed("list deadlines", err)
}

// momentOf returns a moment that is kept, or zero.
func momentOf(micro int64) time.Time {
	if micro == 0 {
		return time.Time{}
	}
	return time.UnixMicro(micro).UTC()
}

// Check fails with an [*exchange.Error] of kind Invalid if there is no such state.
func (q TimerQuery) Check() error {
	if q.State == "" || q.State == TimerAhead || q.State == TimerPassed {
		return nil
	}
	return &exchange.Error{Op: "read filter", Kind: exchange.Invalid, Code: "unknown-state", Err: exchange.Because(
		"there is no state %q of a deadline: ahead, passed", "期限没有状态 %q：ahead、passed", q.State)}
}
