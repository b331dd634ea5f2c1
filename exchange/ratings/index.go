package ratings

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"beibu/exchange"
	"beibu/exchange/projection"
	"beibu/queue"
	"beibu/queue/sqlitefile"
)

// An Index is the projection of remarks. It is safe for concurrent use.
type Index struct{ *projection.Projection }

// Definition returns that of the index. The text of a remark is JSON; the other columns are
// what lists narrow and order by.
func Definition() projection.Definition {
	return projection.Definition{
		Name: "ratings", Application: 0x42656952, // "BeiR"
		Tables: []string{
			`CREATE TABLE remark (
				id       TEXT PRIMARY KEY,
				sequence INTEGER NOT NULL UNIQUE,
				question INTEGER NOT NULL,
				kind     TEXT NOT NULL,
				unit     TEXT NOT NULL,
				grade    INTEGER NOT NULL,
				mending  TEXT NOT NULL,
				due      TEXT NOT NULL,
				public   TEXT NOT NULL,
				appeal   TEXT NOT NULL,
				answered INTEGER NOT NULL,
				text     BLOB NOT NULL) STRICT, WITHOUT ROWID`,
			`CREATE INDEX remark_item ON remark (kind, unit, sequence)`,
			`CREATE INDEX remark_unit ON remark (unit, sequence)`,
			`CREATE INDEX remark_mending ON remark (mending, due, sequence) WHERE mending <> ''`,
			`CREATE INDEX remark_public ON remark (public, sequence) WHERE public = 'waiting'`,
			`CREATE INDEX remark_appeal ON remark (appeal, sequence) WHERE appeal = 'pending'`,
			`CREATE INDEX remark_question ON remark (answered, sequence) WHERE question = 1`,
			// The numbers of ratings of an item. Indicator 0 is the rating as a whole.
			`CREATE TABLE tally (
				kind      TEXT NOT NULL,
				unit      TEXT NOT NULL,
				indicator INTEGER NOT NULL,
				grade     INTEGER NOT NULL,
				excluded  INTEGER NOT NULL,
				number    INTEGER NOT NULL,
				PRIMARY KEY (kind, unit, indicator, grade, excluded)) STRICT, WITHOUT ROWID`,
		},
		Fold: fold,
	}
}

// OpenIndex opens the index at path, or makes it. See [projection.Open].
func OpenIndex(ctx context.Context, path string) (*Index, error) {
	p, err := projection.Open(ctx, path, Definition())
	if err != nil {
		return nil, err
	}
	return &Index{p}, nil
}

func fold(w *projection.Writer, changes []queue.Change) error {
	for _, c := range changes {
		if c.Event == nil || c.Event.Subject.Kind != queue.SubjectRating {
			continue
		}
		e, err := readEvent(c.Event)
		if err == nil {
			err = foldEvent(w, c.Sequence, e)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

const findRemark = `SELECT id, sequence, text FROM remark WHERE id = ?`

func foldEvent(w *projection.Writer, sequence int64, e event) error {
	old, err := readRemarks(w.Query, findRemark, e.id)
	if err != nil {
		return err
	}
	if len(old) == 0 {
		r, begins := e.begin(sequence)
		if !begins {
			return nil
		}
		return failed("add remark", addRemark(w, &r))
	}
	r, excluded := old[0], old[0].Excluded()
	if !r.apply(e) {
		return nil
	}
	if r.Excluded() != excluded {
		if err := count(w, &r, false, -1); err != nil {
			return err
		}
		if err := count(w, &r, true, 1); err != nil {
			return err
		}
	}
	return failed("change remark", putRemark(w, &r))
}

func addRemark(w *projection.Writer, r *Remark) error {
	if err := count(w, r, false, 1); err != nil {
		return err
	}
	return putRemark(w, r)
}

func putRemark(w *projection.Writer, r *Remark) error {
	text, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("write remark %s: %w", r.ID, err)
	}
	appeal := NoAppeal
	if r.Appeal != nil {
		appeal = r.Appeal.State
	}
	return w.Exec(`INSERT OR REPLACE INTO remark (id, sequence, question, kind, unit, grade, mending, due, public, appeal, answered, text)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		r.ID, r.Sequence, number(r.Question), r.Item.Kind, r.Item.Unit, int(r.Grade), string(r.Mending), string(r.Due), string(r.Public), string(appeal), number(r.Answer != nil), text)
}

func number(is bool) int {
	if is {
		return 1
	}
	return 0
}

// count adds a number to those of a rating's grades. Of a question it adds nothing.
func count(w *projection.Writer, r *Remark, excluded bool, n int) error {
	grades := []Grade{r.Grade}
	for _, one := range AllIndicators() {
		grades = append(grades, *one.Of(&r.Grades))
	}
	for i, g := range grades {
		if g == NoGrade {
			continue
		}
		err := w.Exec(`INSERT INTO tally (kind, unit, indicator, grade, excluded, number) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT DO UPDATE SET number = number + excluded.number`, r.Item.Kind, r.Item.Unit, i, int(g), number(excluded), n)
		if err != nil {
			return fmt.Errorf("count rating: %w", err)
		}
	}
	return nil
}

// queryer is how rows are read: in a fold, or beside it.
type queryer = func(text string, visit func(sqlitefile.Row) error, values ...any) error

func readRemarks(query queryer, text string, values ...any) (all []Remark, err error) {
	err = query(text, func(row sqlitefile.Row) error {
		var r Remark
		if err := json.Unmarshal(row.Blob(2), &r); err != nil {
			return fmt.Errorf("read row of ratings: %w", err)
		}
		r.ID, r.Sequence = row.Text(0), row.Int(1)
		all = append(all, r)
		return nil
	}, values...)
	return all, failed("read remarks", err)
}

func (x *Index) read(ctx context.Context, text string, values ...any) ([]Remark, error) {
	return readRemarks(func(text string, visit func(sqlitefile.Row) error, values ...any) error {
		return x.Query(ctx, text, visit, values...)
	}, text, values...)
}

// Remark returns a remark, and false if there is none.
func (x *Index) Remark(ctx context.Context, id string) (Remark, bool, error) {
	found, err := x.read(ctx, findRemark, id)
	if err != nil || len(found) == 0 {
		return Remark{}, false, err
	}
	return found[0], true, nil
}

// A Query narrows a list of remarks. Zero fields do not narrow. A list of one Mending is
// ordered by deadline, the nearest first; others are ordered by the record, newest first.
type Query struct {
	Item      Item // Kind and Unit each narrow
	Units     []string
	Questions *bool // questions alone, or ratings alone
	Mending   Mending
	Public    Publication
	Appeal    AppealState
	Unsolved  bool  // questions without an answer
	Before    int64 // the sequence of the remark to continue after, in the order of the list; 0 is its beginning
	Limit     int   // 1 to [exchange.MaxPage]; 0 means [exchange.DefaultPage]
}

// conditions returns those of a query. Values are bound.
func (q Query) conditions() (text string, values []any) {
	var all []string
	add := func(is bool, condition string, bound ...any) {
		if is {
			all, values = append(all, condition), append(values, bound...)
		}
	}
	add(q.Item.Kind != "", `kind = ?`, q.Item.Kind)
	add(q.Item.Unit != "", `unit = ?`, q.Item.Unit)
	if q.Units != nil {
		bound := make([]any, 0, len(q.Units))
		for _, unit := range q.Units {
			bound = append(bound, unit)
		}
		add(true, `unit IN (`+strings.TrimSuffix(strings.Repeat(`?,`, len(bound)), `,`)+`)`, bound...)
	}
	if q.Questions != nil {
		add(true, `question = ?`, number(*q.Questions))
	}
	add(q.Mending != "", `mending = ? AND mending <> ''`, string(q.Mending))
	add(q.Public != "", `public = ?`, string(q.Public))
	add(q.Appeal != "", `appeal = ?`, string(q.Appeal))
	add(q.Unsolved, `question = 1 AND answered = 0`)
	if q.Mending != "" {
		add(q.Before > 0, `(due, sequence) > (SELECT due, sequence FROM remark WHERE sequence = ?)`, q.Before)
	} else {
		add(q.Before > 0, `sequence < ?`, q.Before)
	}
	if len(all) == 0 {
		return "", nil
	}
	return ` WHERE ` + strings.Join(all, ` AND `), values
}

// Remarks returns those that fit, and the sequence to continue after, or 0 at the end.
func (x *Index) Remarks(ctx context.Context, q Query) (page []Remark, next int64, err error) {
	limit := q.Limit
	if limit <= 0 || limit > exchange.MaxPage {
		limit = exchange.DefaultPage
	}
	where, values := q.conditions()
	order := ` ORDER BY sequence DESC`
	if q.Mending != "" {
		order = ` ORDER BY due, sequence`
	}
	page, err = x.read(ctx, `SELECT id, sequence, text FROM remark`+where+order+` LIMIT ?`, append(values, limit+1)...)
	if err == nil && len(page) > limit {
		page = page[:limit]
		next = page[limit-1].Sequence
	}
	return page, next, err
}

func failed(what string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
