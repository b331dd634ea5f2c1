package httpapi

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/answer"
)

// The media types of a list as a file.
const (
	mediaCSV   = "text/csv"
	mediaLines = "application/x-ndjson"
)

// exportPage is how many items of a file are in memory at once.
const exportPage = 100

// A form is how a list is written as a file.
type form struct {
	media string
	more  string // of the media type
}

var forms = []form{{mediaCSV, "; charset=utf-8"}, {mediaLines, ""}}

// A sheet is a list that can be had as a file.
type sheet[T any] struct {
	name    string   // of its items, in the last line of JSON and in the log
	columns []string // of CSV
	cells   func(T) []string
	read    func(ctx context.Context, cursor int64) (page []T, next int64, err error)
}

// formOf returns the form of a file that a request accepts first, if it is one.
func formOf(r *http.Request) (form, bool) {
	first, _, _ := strings.Cut(r.Header.Get("Accept"), ",")
	media, _, _ := mime.ParseMediaType(first)
	for _, f := range forms {
		if f.media == media {
			return f, true
		}
	}
	return form{}, false
}

// Exported is what the first line of a file says.
type Exported struct {
	At     answer.Time `json:"exportedAt"`
	By     string      `json:"exportedBy"`
	Filter string      `json:"filter"` // the parameters of the list, as a query
}

// export answers with all that a sheet has, a page after another. What is wrong with the
// request is found with the first page, before anything is answered. A file that is not
// whole does not end as one: its last line is missing, and so is the last chunk.
func export[T any](s *Server, c *call, filter url.Values, as form, list sheet[T]) error {
	if err := c.ticket.ReserveList(exchange.MaxPage); err != nil { // a row and its text are larger than an item
		return err
	}
	found, next, err := readPage(s, c, list, 0)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	list.begin(&out, as, Exported{answer.TimeOf(time.Now().UTC()), c.caller.Name, filter.Encode()})
	c.Header().Set("Content-Type", as.media+as.more)
	c.WriteHeader(http.StatusOK)
	for rows := 0; ; {
		for _, item := range found {
			rows++
			list.row(&out, as, item)
		}
		if next == 0 {
			list.end(&out, as, rows)
		}
		switch taken := c.send(out.Bytes()); {
		case taken && next == 0:
			return nil
		case !taken || s.draining.Err() != nil:
			panic(http.ErrAbortHandler)
		}
		_ = http.NewResponseController(c).Flush() // so that the caller sees that it comes
		out.Reset()
		if found, next, err = readPage(s, c, list, next); err != nil {
			s.log.Error("file broken off, its caller has to ask again", zap.String("list", list.name), zap.String("request", c.id), zap.Error(err))
			panic(http.ErrAbortHandler)
		}
	}
}

// readPage reads a page of a file. Each has the time of a request: the caller bounds the
// whole, by taking it at the least rate.
func readPage[T any](s *Server, c *call, list sheet[T], cursor int64) ([]T, int64, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.request.Context()), s.admission.Limits().Request)
	defer cancel()
	return list.read(ctx, cursor)
}

// begin writes what a file says of itself. In CSV these are two lines that begin with #,
// which programs pass over, and the names of the columns. The filter is an encoded query,
// so it has neither comma nor quote.
func (list sheet[T]) begin(out *bytes.Buffer, as form, said Exported) {
	if as.media == mediaLines {
		lineJSON(out, said)
		return
	}
	_, _ = fmt.Fprintf(out, "# exported: %s\r\n# filter: %s\r\n", said.At.Format(time.RFC3339), said.Filter)
	recordCSV(out, list.columns...)
}

func (list sheet[T]) row(out *bytes.Buffer, as form, item T) {
	if as.media == mediaLines {
		lineJSON(out, item)
		return
	}
	recordCSV(out, list.cells(item)...)
}

// end writes the last line of a file that is whole.
func (list sheet[T]) end(out *bytes.Buffer, as form, rows int) {
	if as.media == mediaLines {
		lineJSON(out, map[string]int{list.name: rows})
		return
	}
	_, _ = fmt.Fprintf(out, "# end: %d\r\n", rows)
}

// exchangeSheet is the list of exchanges that are found.
func (s *Server) exchangeSheet(c *call, q exchange.Query) sheet[Exchange] {
	return sheet[Exchange]{
		name: "exchanges", cells: exchangeCells,
		columns: []string{
			"exchangeId", "acceptedAt", "state", "sender", "kind", "documentNumber", "documentVersion", "receivers", "deliveries",
			"faultCodes", "causes", "hs", "vehicles", "containers", "transportDocuments", "size", "digestSHA256",
		},
		read: func(ctx context.Context, cursor int64) (page []Exchange, next int64, err error) {
			q.Before, q.Limit = cursor, exportPage
			found, next, err := c.caller.Exchanges(ctx, s.journal, q)
			if err == nil && len(found) == 0 && cursor == 0 {
				err = s.checkFilters(c, q)
			}
			for _, x := range found {
				shown := s.listed(c, q, x)
				shown.FoundBy = foundBy(x.Keys)
				page = append(page, shown)
			}
			return page, next, err
		},
	}
}

func exchangeCells(x Exchange) []string {
	var deliveries, causes []string
	for _, d := range x.Deliveries {
		deliveries = append(deliveries, d.Receiver+"="+string(d.State))
		if d.Cause != nil && d.Cause.Code != "" {
			causes = append(causes, d.Receiver+"="+d.Cause.Code)
		}
	}
	keys := x.FoundBy
	if keys == nil {
		keys = &FoundBy{}
	}
	words := func(all []string) string { return strings.Join(all, " ") }
	return []string{
		x.ExchangeID, x.AcceptedAt.Format(time.RFC3339), string(x.State), x.Sender, x.Kind, x.DocumentNumber, x.DocumentVersion,
		words(x.Receivers), words(deliveries), words(x.FaultCodes), words(causes),
		words(keys.HS), words(keys.Vehicles), words(keys.Containers), words(keys.TransportDocuments),
		strconv.Itoa(x.Size), x.DigestSHA256,
	}
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
