package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/judge/approval"
	"beibu/exchange/projection"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// roundTables are the tables of rounds of joint approval.
var roundTables = []string{
	`CREATE TABLE round (
		exchange BLOB PRIMARY KEY,
		sequence INTEGER NOT NULL UNIQUE, -- of the verdict that started it
		document TEXT NOT NULL,
		state    TEXT NOT NULL,
		started    INTEGER NOT NULL, -- steps that have started
		asked    INTEGER NOT NULL, -- steps whose parties the record shows as asked
		text     BLOB NOT NULL) STRICT`,
	`CREATE INDEX round_open ON round (document) WHERE state = 'open'`,
	`CREATE INDEX round_state ON round (state, sequence)`,
	`CREATE INDEX round_unasked ON round (sequence) WHERE asked < started`,
	// The parties that decide in a round, and its applicant.
	`CREATE TABLE round_party (
		party    TEXT NOT NULL,
		sequence INTEGER NOT NULL,
		awaited  INTEGER NOT NULL, -- 1: it has to decide now
		PRIMARY KEY (party, sequence)) STRICT, WITHOUT ROWID`,
	`CREATE INDEX round_awaited ON round_party (party, sequence) WHERE awaited = 1`,
	`CREATE INDEX round_awaited_in ON round_party (sequence) WHERE awaited = 1`,
}

// How a pending exchange waits.
const (
	waitsForVerdict = iota
	waitsForPerson
	waitsForRound // of its joint approval
)

// moveRounds applies the moves of a verdict on a case.
func moveRounds(w *projection.Writer, sequence int64, c Case, v Verdict) error {
	for _, m := range v.Rounds {
		round, found, err := started(c), c.Effects.Round != nil, error(nil)
		if !m.Starts {
			round, found, err = readRound(w.Query, m.Exchange)
		}
		if err != nil {
			return err
		}
		if !found {
			continue // no verdict of this or an earlier version moves it
		}
		round.Apply(m, v.At)
		text, err := json.Marshal(round)
		if err != nil {
			return fmt.Errorf("write round: %w", err)
		}
		if err := keepRound(w, sequence, m, round, text); err != nil {
			return fmt.Errorf("write round of %s: %w", m.Exchange, err)
		}
	}
	return nil
}

func keepRound(w *projection.Writer, sequence int64, m approval.Move, round approval.Round, text []byte) error {
	if m.Starts {
		if err := w.Exec(`INSERT INTO round (exchange, sequence, document, state, started, asked, text) VALUES (?, ?, ?, ?, 1, 0, ?)`,
			m.Exchange[:], sequence, versionsOf(round), string(round.State), text); err != nil {
			return err
		}
		err := keepParties(w, sequence, round)
		if err == nil {
			err = keepAwaited(w, m, round)
		}
		return err
	}
	err := w.Exec(`UPDATE round SET state = ?, started = ?, text = ? WHERE exchange = ?`, string(round.State), len(round.Started), text, m.Exchange[:])
	if err == nil {
		err = keepAwaited(w, m, round)
	}
	if err == nil && m.State != "" { // now a verdict on its exchange is due
		err = w.Exec(`UPDATE pending SET waits = ? WHERE exchange = ? AND waits = ?`, waitsForVerdict, m.Exchange[:], waitsForRound)
	}
	return err
}

func keepParties(w *projection.Writer, sequence int64, round approval.Round) error {
	parties := []string{round.Sender}
	for _, step := range round.Steps {
		parties = append(parties, step.By...)
	}
	for _, party := range parties {
		if err := w.Exec(`INSERT INTO round_party (party, sequence, awaited) VALUES (?, ?, 0) ON CONFLICT DO NOTHING`, party, sequence); err != nil {
			return err
		}
	}
	return nil
}

// keepAwaited notes who has to decide after a move.
func keepAwaited(w *projection.Writer, m approval.Move, round approval.Round) error {
	err := w.Exec(`UPDATE round_party SET awaited = 0 WHERE awaited = 1 AND sequence = (SELECT sequence FROM round WHERE exchange = ?)`, m.Exchange[:])
	for _, party := range round.Awaited() {
		if err == nil {
			err = w.Exec(`UPDATE round_party SET awaited = 1 WHERE party = ? AND sequence = (SELECT sequence FROM round WHERE exchange = ?)`, party, m.Exchange[:])
		}
	}
	return err
}

// A query reads rows, in a fold or beside it.
type query func(sql string, row func(sqlitefile.Row) error, values ...any) error

func readRound(q query, id uuid.UUID) (round approval.Round, found bool, err error) {
	err = q(`SELECT text FROM round WHERE exchange = ?`, func(row sqlitefile.Row) error {
		found = true
		return readText(row.Blob(0), &round)
	}, id[:])
	return round, found, failed("read round", err)
}

// Round returns the joint approval of an exchange, or false if none has started.
func (l *Ledger) Round(ctx context.Context, id uuid.UUID) (approval.Round, bool, error) {
	return readRound(func(sql string, row func(sqlitefile.Row) error, values ...any) error {
		return l.Query(ctx, sql, row, values...)
	}, id)
}

// openRound returns the exchange of the open round of a document.
func (l *Ledger) openRound(ctx context.Context, document string) (id uuid.UUID, found bool, err error) {
	err = l.Query(ctx, `SELECT exchange FROM round WHERE document = ? AND state = 'open'`, func(row sqlitefile.Row) error {
		found = true
		return row.Fixed(0, id[:])
	}, document)
	return id, found, failed("find open round", err)
}

// A RoundQuery selects rounds.
type RoundQuery struct {
	Party  string         // that decides in it, or sent the document; "": any
	Awaits string         // the party that has to decide now; "": any or none
	State  approval.State // "": any
	Before int64          // the cursor that the page before returned; 0: from the newest
	Limit  int            // 1 to exchange.MaxPage
}

// Check fails with an [*exchange.Error] of kind Invalid if there is no such state.
func (q RoundQuery) Check() error {
	if q.State == "" || slices.Contains(approval.States(), q.State) {
		return nil
	}
	return &exchange.Error{Op: "read filter", Kind: exchange.Invalid, Code: "unknown-state", Err: exchange.Because(
		"there is no state %q of a joint approval: open, approved, refused, void", "联合审批没有状态 %q：open、approved、refused、void", q.State)}
}

// filter returns the SQL of a query, and its values.
func (q RoundQuery) filter() (sql string, values []any) {
	sql = `1`
	add := func(condition string, value any) { sql, values = sql+` AND `+condition, append(values, value) }
	if q.Awaits != "" {
		add(`r.sequence IN (SELECT sequence FROM round_party WHERE party = ? AND awaited = 1)`, q.Awaits)
	}
	if q.Party != "" {
		add(`r.sequence IN (SELECT sequence FROM round_party WHERE party = ?)`, q.Party)
	}
	if q.State != "" {
		add(`r.state = ?`, string(q.State))
	}
	if q.Before != 0 {
		add(`r.sequence < ?`, q.Before)
	}
	return sql, values
}

// Rounds returns joint approvals, newest first, and the cursor of the next page: 0 if
// there is none.
func (l *Ledger) Rounds(ctx context.Context, q RoundQuery) (page []approval.Round, next int64, err error) {
	where, values := q.filter()
	var last int64
	err = l.Query(ctx, `SELECT r.sequence, r.text FROM round r WHERE `+where+` ORDER BY r.sequence DESC LIMIT ?`, func(row sqlitefile.Row) error {
		if len(page) == q.Limit {
			next = last
			return nil
		}
		var round approval.Round
		last = row.Int(0)
		err := readText(row.Blob(1), &round)
		page = append(page, round)
		return err
	}, append(values, q.Limit+1)...)
	return page, next, failed("list rounds", err)
}

// An unasked step is one that has started, whose parties have not been asked yet.
type unasked struct {
	round approval.Round
	step  int
}

// unasked returns some steps that have started, in the order of the record.
func (l *Ledger) unasked(ctx context.Context, limit int) (all []unasked, err error) {
	err = l.Query(ctx, `SELECT asked, text FROM round WHERE asked < started ORDER BY sequence LIMIT ?`, func(row sqlitefile.Row) error {
		one := unasked{step: int(row.Int(0))}
		err := readText(row.Blob(1), &one.round)
		all = append(all, one)
		return err
	}, limit)
	return all, failed("find steps that have started", err)
}

// nameAsked is the name of the event that the parties of a step were asked.
const nameAsked = "RoundAsked"

// An asking is the detail of an event of that name.
type asking struct {
	Step int `json:"step"` // from 0
}

// steps returns the steps of the exchange by which the parties are asked.
func (u unasked) steps() (all []exchange.Event) {
	for _, party := range u.round.Steps[u.step].By {
		all = append(all, exchange.Event{
			Exchange: u.round.Exchange, Receiver: party, Name: exchange.ContentConsignment, Attempt: 1, At: u.at(),
		})
	}
	return all
}

func (u unasked) at() time.Time { return u.round.Started[u.step] }

// mark returns the event that the parties were asked.
func (u unasked) mark() (queue.Event, error) {
	text, err := json.Marshal(asking{u.step})
	if err != nil {
		return queue.Event{}, fmt.Errorf("write mark of a round: %w", err)
	}
	return about(u.round.Exchange, nameAsked, u.at(), text), nil
}

// addAsked notes that the parties of a step were asked.
func addAsked(w *projection.Writer, id uuid.UUID, e *queue.Event) error {
	var a asking
	if err := json.Unmarshal(e.Detail, &a); err != nil {
		return fmt.Errorf("read event of a round: %w", err)
	}
	w.Notify(changed)
	return failed("note who was asked", w.Exec(`UPDATE round SET asked = ? WHERE exchange = ? AND asked = ?`, a.Step+1, id[:], a.Step))
}
