package httpapi

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
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

// exportPage is how many exchanges of a file are in memory at once.
const exportPage = 100

// A form is how a list is written as a file.
type form struct {
	media string
	more  string // of the media type
	begin func(out *bytes.Buffer, said Exported)
	row   func(out *bytes.Buffer, x Exchange, keys *FoundBy)
	end   func(out *bytes.Buffer, rows int)
}

var forms = []form{
	{mediaCSV, "; charset=utf-8", beginCSV, rowCSV, endCSV},
	{mediaLines, "", beginLines, rowLines, endLines},
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

// export answers with all exchanges that are found, a page after another. What is wrong
// with the request is found with the first page, before anything is answered. A file
// that is not whole does not end as one: its last line is missing, and so is the last
// chunk.
func (s *Server) export(c *call, wanted search, as form) error {
	q := wanted.query
	q.Limit = exportPage
	if err := c.ticket.ReserveList(exchange.MaxPage); err != nil { // a row and its text are larger than an item
		return err
	}
	found, next, err := s.pageOf(c, q)
	if err == nil && len(found) == 0 {
		err = s.checkFilters(c, q)
	}
	if err != nil {
		return err
	}
	var out bytes.Buffer
	as.begin(&out, Exported{answer.TimeOf(time.Now().UTC()), c.caller.Name, wanted.asked.Encode()})
	c.Header().Set("Content-Type", as.media+as.more)
	c.WriteHeader(http.StatusOK)
	for rows := 0; ; {
		for _, x := range found {
			rows++
			as.row(&out, s.listed(c, q, x), foundBy(x.Keys))
		}
		if next == 0 {
			as.end(&out, rows)
		}
		switch taken := c.send(out.Bytes()); {
		case taken && next == 0:
			return nil
		case !taken || s.draining.Err() != nil:
			panic(http.ErrAbortHandler)
		}
		_ = http.NewResponseController(c).Flush() // so that the caller sees that it comes
		out.Reset()
		q.Before = next
		if found, next, err = s.pageOf(c, q); err != nil {
			s.log.Error("file of exchanges broken off, its caller has to ask again", zap.String("request", c.id), zap.Error(err))
			panic(http.ErrAbortHandler)
		}
	}
}

// pageOf reads a page of a file. Each has the time of a request: the caller bounds the
// whole, by taking it at the least rate.
func (s *Server) pageOf(c *call, q exchange.Query) ([]exchange.Exchange, int64, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.request.Context()), s.admission.Limits().Request)
	defer cancel()
	return c.caller.Exchanges(ctx, s.journal, q)
}

// columns are those of a file of CSV.
var columns = []string{
	"exchangeId", "acceptedAt", "state", "sender", "kind", "documentNumber", "documentVersion", "receivers", "deliveries",
	"faultCodes", "causes", "hs", "vehicles", "containers", "transportDocuments", "size", "digestSHA256",
}

// beginCSV writes two lines that begin with #, which programs pass over, and the names of
// the columns. The filter is an encoded query, so it has neither comma nor quote.
func beginCSV(out *bytes.Buffer, said Exported) {
	_, _ = fmt.Fprintf(out, "# exported: %s\r\n# filter: %s\r\n", said.At.Format(time.RFC3339), said.Filter)
	recordCSV(out, columns...)
}

func rowCSV(out *bytes.Buffer, x Exchange, keys *FoundBy) {
	var deliveries, causes []string
	for _, d := range x.Deliveries {
		deliveries = append(deliveries, d.Receiver+"="+string(d.State))
		if d.Cause != nil && d.Cause.Code != "" {
			causes = append(causes, d.Receiver+"="+d.Cause.Code)
		}
	}
	if keys == nil {
		keys = &FoundBy{}
	}
	recordCSV(out, x.ExchangeID, x.AcceptedAt.Format(time.RFC3339), string(x.State), x.Sender, x.Kind, x.DocumentNumber, x.DocumentVersion,
		strings.Join(x.Receivers, " "), strings.Join(deliveries, " "), strings.Join(x.FaultCodes, " "), strings.Join(causes, " "),
		strings.Join(keys.HS, " "), strings.Join(keys.Vehicles, " "), strings.Join(keys.Containers, " "), strings.Join(keys.TransportDocuments, " "),
		strconv.Itoa(x.Size), x.DigestSHA256)
}

func endCSV(out *bytes.Buffer, rows int) { _, _ = fmt.Fprintf(out, "# end: %d\r\n", rows) }

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

func beginLines(out *bytes.Buffer, said Exported) { lineJSON(out, said) }

func rowLines(out *bytes.Buffer, x Exchange, keys *FoundBy) {
	x.FoundBy = keys
	lineJSON(out, x)
}

func endLines(out *bytes.Buffer, rows int) {
	lineJSON(out, struct {
		Exchanges int `json:"exchanges"`
	}{rows})
}

// lineJSON writes a value on a line.
func lineJSON(out *bytes.Buffer, value any) {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // a buffer takes all, and these have no value that JSON has not
}
