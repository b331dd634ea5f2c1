package projection

import "strings"

// rowsAtOnce is how many rows one statement inserts: to begin and end a statement costs
// more than a row.
const rowsAtOnce = 16

// Rows inserts rows into a table. It is for variables.
type Rows struct {
	columns   int
	one, many string
}

// NewRows returns what inserts rows of so many values each. The text is that of the
// statement up to its values, such as INSERT INTO a (b, c).
func NewRows(text string, columns int) Rows {
	row := "(?" + strings.Repeat(", ?", columns-1) + ")"
	one := text + " VALUES " + row
	return Rows{columns, one, one + strings.Repeat(", "+row, rowsAtOnce-1)}
}

// An Inserter collects rows until they are as many as one statement inserts.
type Inserter struct {
	w      *Writer
	rows   Rows
	values []any // of one row behind the other
}

// Inserter returns what inserts rows. The last of them are inserted by Flush.
func (w *Writer) Inserter(r Rows) *Inserter { return &Inserter{w: w, rows: r} }

// Add inserts a row, now or later.
func (i *Inserter) Add(values ...any) error {
	if i.values == nil {
		i.values = make([]any, 0, rowsAtOnce*i.rows.columns)
	}
	if i.values = append(i.values, values...); len(i.values) < cap(i.values) {
		return nil
	}
	all := i.values
	i.values = i.values[:0]
	return i.w.Exec(i.rows.many, all...)
}

// Flush inserts the rows that are left.
func (i *Inserter) Flush() error {
	n := i.rows.columns
	for ; len(i.values) > 0; i.values = i.values[n:] {
		if err := i.w.Exec(i.rows.one, i.values[:n]...); err != nil {
			return err
		}
	}
	return nil
}
