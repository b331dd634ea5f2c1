package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"beibu/exchange/effects"
	"beibu/exchange/judge/ledger"
	"beibu/exchange/projection"
	"beibu/queue/sqlitefile"
)

// A Ledger is the projection of what verdicts have posted, and of what awaits one. It is
// safe for concurrent use.
type Ledger struct{ *projection.Projection }

// definition is that of the ledger. The text of an account, a case or a verdict is JSON.
func definition() projection.Definition {
	return projection.Definition{
		Name: "ledger", Application: 0x4265694c, // "BeiL"
		Tables: slices.Concat([]string{
			`CREATE TABLE revision (
				one    INTEGER PRIMARY KEY CHECK (one = 1),
				number INTEGER NOT NULL) STRICT`,
			// Exchanges that await a verdict.
			`CREATE TABLE pending (
				sequence INTEGER PRIMARY KEY,
				exchange BLOB NOT NULL UNIQUE,
				waits    INTEGER NOT NULL, -- for a verdict, a person, or its round
				text     BLOB NOT NULL) STRICT`,
			`CREATE TABLE verdict (
				exchange BLOB PRIMARY KEY,
				sequence INTEGER NOT NULL,
				at       INTEGER NOT NULL,
				done     INTEGER NOT NULL,
				text     BLOB NOT NULL) STRICT, WITHOUT ROWID`,
			`CREATE INDEX verdict_open ON verdict (sequence) WHERE done = 0`,
			`CREATE TABLE account (
				kind   TEXT NOT NULL,
				number TEXT NOT NULL,
				terms  BLOB NOT NULL,
				totals BLOB NOT NULL,
				PRIMARY KEY (kind, number)) STRICT, WITHOUT ROWID`,
			// What documents, by their kinds and numbers, draw on accounts.
			`CREATE TABLE position (
				document TEXT NOT NULL,
				kind     TEXT NOT NULL,
				number   TEXT NOT NULL,
				made     INTEGER NOT NULL, -- how many the account had, with this one
				sender   TEXT NOT NULL,
				text     BLOB NOT NULL,
				PRIMARY KEY (document, kind, number)) STRICT, WITHOUT ROWID`,
			`CREATE UNIQUE INDEX position_of ON position (kind, number, made)`,
			// Carnets by their number, with their transactions.
			`CREATE TABLE carnet (
				number TEXT PRIMARY KEY,
				text   BLOB NOT NULL) STRICT, WITHOUT ROWID`,
			// The lives of documents, by their kind and number.
			`CREATE TABLE life (
				kind     TEXT NOT NULL,
				number   TEXT NOT NULL,
				likeness TEXT NOT NULL,
				text     BLOB NOT NULL,
				PRIMARY KEY (kind, number)) STRICT, WITHOUT ROWID`,
			`CREATE INDEX life_alike ON life (kind, likeness) WHERE likeness <> ''`,
		}, roundTables, timerTables),
		Fold: fold,
	}
}

// Open opens the ledger at path, or makes it. See [projection.Open].
func Open(ctx context.Context, path string) (*Ledger, error) {
	p, err := projection.Open(ctx, path, definition())
	if err != nil {
		return nil, err
	}
	return &Ledger{p}, nil
}

// revision returns the number of verdicts that count.
func (l *Ledger) revision(ctx context.Context) (number int64, err error) {
	err = l.Query(ctx, `SELECT number FROM revision`, func(row sqlitefile.Row) error {
		number = row.Int(0)
		return nil
	})
	return number, failed("read revision of the ledger", err)
}

// pending returns the first cases that await a verdict, in the order of the record.
func (l *Ledger) pending(ctx context.Context, limit int) (all []Case, err error) {
	err = l.Query(ctx, `SELECT exchange, text FROM pending WHERE waits = 0 ORDER BY sequence LIMIT ?`, func(row sqlitefile.Row) error {
		c, err := readCase(row)
		all = append(all, c)
		return err
	}, limit)
	return all, failed("read what awaits a verdict", err)
}

// Pending returns how many exchanges await a verdict, those that wait for a person left out.
func (l *Ledger) Pending(ctx context.Context) (n int64, err error) {
	err = l.Query(ctx, `SELECT count(*) FROM pending WHERE waits = 0`, func(row sqlitefile.Row) error {
		n = row.Int(0)
		return nil
	})
	return n, failed("count what awaits a verdict", err)
}

// undone returns the first verdicts that count whose consequences are not in the record.
func (l *Ledger) undone(ctx context.Context, limit int) (all []decided, err error) {
	err = l.Query(ctx, `SELECT exchange, at, text FROM verdict WHERE done = 0 ORDER BY sequence LIMIT ?`, func(row sqlitefile.Row) error {
		d, err := readDecided(row)
		all = append(all, d)
		return err
	}, limit)
	return all, failed("read what has a verdict", err)
}

// Account returns an account, and false if there is none.
func (l *Ledger) Account(ctx context.Context, of effects.Account) (a ledger.Account, found bool, err error) {
	err = l.Query(ctx, `SELECT terms, totals, (SELECT sequence FROM cursor) FROM account WHERE kind = ? AND number = ?`, func(row sqlitefile.Row) error {
		found, a.Sequence = true, row.Int(2)
		if err := readText(row.Blob(0), &a.Terms); err != nil {
			return err
		}
		return readText(row.Blob(1), &a.Totals)
	}, of.Kind, of.Number)
	return a, found, failed("read account", err)
}

// positionsBy returns the positions of a document, in the order of the keys of their
// accounts.
func (l *Ledger) positionsBy(ctx context.Context, document string) (all []drawing, err error) {
	err = l.Query(ctx, `SELECT text, kind, number FROM position WHERE document = ? ORDER BY kind, number`, func(row sqlitefile.Row) error {
		d := drawing{on: effects.Account{Kind: row.Text(1), Number: row.Text(2)}}
		err := readText(row.Blob(0), &d.position)
		all = append(all, d)
		return err
	}, document)
	return all, failed("read what is drawn", err)
}

// Positions returns positions of an account, in the order in which they were first made.
// next is the place of the last if there are more, or else 0.
func (l *Ledger) Positions(ctx context.Context, q ledger.Query) (all []ledger.Position, next int64, err error) {
	senders, err := json.Marshal(append([]string{}, q.Senders...))
	if err != nil {
		return nil, 0, fmt.Errorf("write senders: %w", err)
	}
	last := q.After
	err = l.Query(ctx, `SELECT made, text FROM position WHERE kind = ? AND number = ? AND made > ?
		AND (? = 0 OR sender IN (SELECT value FROM json_each(?))) ORDER BY made LIMIT ?`, func(row sqlitefile.Row) error {
		if len(all) == q.Limit {
			next = last
			return nil
		}
		last = row.Int(0)
		var p ledger.Position
		err := readText(row.Blob(1), &p)
		all = append(all, p)
		return err
	}, q.Of.Kind, q.Of.Number, q.After, len(q.Senders), string(senders), q.Limit+1)
	return all, next, failed("read positions", err)
}

// Verdict returns the verdict on an exchange, and false if there is none.
func (l *Ledger) Verdict(ctx context.Context, id uuid.UUID) (v Verdict, found bool, err error) {
	err = l.Query(ctx, `SELECT exchange, at, text FROM verdict WHERE exchange = ?`, func(row sqlitefile.Row) error {
		d, err := readDecided(row)
		v, found = d.Verdict, true
		return err
	}, id[:])
	return v, found, failed("read verdict", err)
}

// readText reads what is stored as JSON.
func readText(text []byte, into any) error {
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("read row of the ledger: %w", err)
	}
	return nil
}

func failed(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
