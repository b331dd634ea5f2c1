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

// Insert inserts rows. Their values are one row behind the other.
func (w *Writer) Insert(r Rows, values []any) error {
	for many := r.columns * rowsAtOnce; len(values) >= many; values = values[many:] {
		if err := w.Exec(r.many, values[:many]...); err != nil {
			return err
		}
	}
	for ; len(values) > 0; values = values[r.columns:] {
		if err := w.Exec(r.one, values[:r.columns]...); err != nil {
			return err
		}
	}
	return nil
}
