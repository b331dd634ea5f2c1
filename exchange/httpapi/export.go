package httpapi

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/export"
)

// formOf returns the form of a file that a request accepts first, if it is one.
func formOf(r *http.Request) (export.Form, bool) {
	first, _, _ := strings.Cut(r.Header.Get("Accept"), ",")
	media, _, _ := mime.ParseMediaType(first)
	for _, f := range export.Forms() {
		if f.Media == media {
			return f, true
		}
	}
	return export.Form{}, false
}

// sendFile answers with all that a sheet has, a page after another. What is wrong with the
// request is found with the first page, before anything is answered. A file that is not
// whole does not end as one: its last line is missing, and so is the last chunk.
func sendFile[T any](s *Server, c *call, filter url.Values, as export.Form, list export.Sheet[T]) error {
	if err := c.ticket.ReserveList(exchange.MaxPage); err != nil { // a row and its text are larger than an item
		return err
	}
	found, next, err := readPage(s, c, list, 0)
	if err != nil {
		return err
	}
	file := list.Begin(as, time.Now(), c.caller.Name, filter.Encode())
	c.Header().Set("Content-Type", as.ContentType())
	c.WriteHeader(http.StatusOK)
	for {
		file.Add(found)
		if next == 0 {
			file.End()
		}
		switch taken := file.Take(c.send); {
		case taken && next == 0:
			return nil
		case !taken || s.draining.Err() != nil:
			panic(http.ErrAbortHandler)
		}
		_ = http.NewResponseController(c).Flush() // so that the caller sees that it comes
		if found, next, err = readPage(s, c, list, next); err != nil {
			s.log.Error("file broken off, its caller has to ask again", zap.String("list", list.Name), zap.String("request", c.id), zap.Error(err))
			panic(http.ErrAbortHandler)
		}
	}
}

// readPage reads a page of a file. Each has the time of a request: the caller bounds the
// whole, by taking it at the least rate.
func readPage[T any](s *Server, c *call, list export.Sheet[T], cursor int64) ([]T, int64, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.request.Context()), s.admission.Limits().Request)
	defer cancel()
	return list.Read(ctx, cursor)
}

// exchangeSheet is the list of exchanges that are found.
func (s *Server) exchangeSheet(c *call, q exchange.Query) export.Sheet[Exchange] {
	return export.Exchanges(func(ctx context.Context, cursor int64) (page []Exchange, next int64, err error) {
		q.Before, q.Limit = cursor, export.PageSize
		found, next, err := c.caller.Exchanges(ctx, s.journal, q)
		if err == nil && len(found) == 0 && cursor == 0 {
			err = s.checkFilters(c, q) //nolint:contextcheck // the call has its own
		}
		for _, x := range found {
			shown := s.listed(c, q, x)
			shown.FoundBy = answer.FoundByOf(x.Keys)
			page = append(page, shown)
		}
		return page, next, err
	})
}
