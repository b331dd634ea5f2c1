// Package export writes lists as files that people take away: CSV for spreadsheets, and
// JSON lines for programs. A file says in its first lines when it was taken and by which
// filter, and in its last line how many items it has: one without its last line is not
// whole.
package export

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"beibu/exchange/answer"
)

// PageSize is how many items of a file are in memory at once.
const PageSize = 100

// A Form is how a list is written.
type Form struct {
	Media     string // its media type
	Extension string // of the name of a file, with its dot

	more string // of the media type
}

// The forms.
var (
	CSV   = Form{"text/csv", ".csv", "; charset=utf-8"}
	Lines = Form{"application/x-ndjson", ".ndjson", ""}
)

// Forms returns every form.
func Forms() []Form { return []Form{CSV, Lines} }

// ContentType returns the media type with its parameters.
func (f Form) ContentType() string { return f.Media + f.more }

// A Sheet is a list that can be had as a file.
type Sheet[T any] struct {
	Name    string   // of its items, in the last line of JSON and in logs
	Parties []string // whose items alone are on it; nil if everybody's are
	Columns []string // of CSV
	Cells   func(T) []string
	Read    func(ctx context.Context, cursor int64) (page []T, next int64, err error)
}

// A Heading is what the first line of a file says.
type Heading struct {
	At     answer.Time `json:"exportedAt"`
	By     string      `json:"exportedBy"`
	Filter string      `json:"filter"` // the parameters of the list, as a query

	Parties []string `json:"parties,omitzero"` // whose items alone the file has; absent if everybody's
}

// A File is a list that is being written, a part after another.
type File[T any] struct {
	list Sheet[T]
	form Form
	out  bytes.Buffer
	rows int
}

// Begin returns a file with what it says of itself. In CSV these are two lines that begin
// with #, or three with the parties, which programs pass over, and the names of the columns.
// The filter is an encoded query, so it has neither comma nor quote.
func (list Sheet[T]) Begin(as Form, at time.Time, by, filter string) *File[T] {
	f := &File[T]{list: list, form: as}
	if as == Lines {
		lineJSON(&f.out, Heading{answer.TimeOf(at.UTC()), by, filter, list.Parties})
		return f
	}
	_, _ = fmt.Fprintf(&f.out, "# exported: %s\r\n# filter: %s\r\n", at.UTC().Format(time.RFC3339), filter)
	if list.Parties != nil {
		_, _ = fmt.Fprintf(&f.out, "# parties: %s\r\n", strings.Join(list.Parties, " "))
	}
	recordCSV(&f.out, list.Columns...)
	return f
}

// Add writes a page.
func (f *File[T]) Add(page []T) {
	for _, item := range page {
		f.rows++
		if f.form == Lines {
			lineJSON(&f.out, item)
		} else {
			recordCSV(&f.out, f.list.Cells(item)...)
		}
	}
}

// End writes the last line of a file that is whole.
func (f *File[T]) End() {
	if f.form == Lines {
		lineJSON(&f.out, map[string]int{f.list.Name: f.rows})
		return
	}
	_, _ = fmt.Fprintf(&f.out, "# end: %d\r\n", f.rows)
}

// Take calls send with what was written since the last call.
func (f *File[T]) Take(send func([]byte) bool) bool {
	defer f.out.Reset()
	return send(f.out.Bytes())
}

// recordCSV writes a record as RFC 4180 has it.
func recordCSV(out *bytes.Buffer, fields ...string) {
	w := csv.NewWriter(out)
	w.UseCRLF = true
	safe := make([]string, 0, len(fields))
	for _, field := range fields {
		safe = append(safe, inert(field))
	}
	_ = w.Write(safe) // a buffer takes all
	w.Flush()
}

// inert returns a field that no spreadsheet takes for a formula: what begins like one gets
// an apostrophe before it, which they do not show.
func inert(field string) string {
	if strings.IndexAny(field, "=+-@\t\r\n|%＝＋－＠") == 0 || strings.HasPrefix(field, "#") {
		return "'" + field
	}
	return field
}

// lineJSON writes a value on a line.
func lineJSON(out *bytes.Buffer, value any) {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // a buffer takes all, and these have no value that JSON has not
}
