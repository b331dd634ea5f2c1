package console

import (
	"context"
	"maps"
	"net/http"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/export"
	"beibu/exchange/lookup"
)

// takeTime is the longest that a browser may need to take one page of a file.
const takeTime = 30 * time.Second

// exportExchanges answers GET /console/exchanges.csv and …ndjson with all exchanges that are
// found, a page after another. What is wrong with the request is found with the first page,
// before anything is answered.
func (s *Server) exportExchanges(v *visit, as export.Form) error {
	form, q, err := s.exchangeQuery(v)
	if err != nil {
		return err
	}
	if err := v.ticket.ReserveList(exchange.MaxPage); err != nil { // a row and its text are larger than an item
		return err
	}
	list := export.Exchanges(func(ctx context.Context, cursor int64) (page []answer.Exchange, next int64, err error) {
		q.Before, q.Limit = cursor, export.PageSize
		found, next, err := v.who.Exchanges(ctx, s.Journal, q)
		for _, x := range found {
			x.Held = exchange.Held{} // a list of those would be long
			shown := answer.ExchangeOf(x, s.Handovers)
			shown.FoundBy = answer.FoundByOf(x.Keys)
			page = append(page, shown)
		}
		return page, next, err
	})
	var found []answer.Exchange
	var next int64
	if form.OK() {
		found, next, err = readPage(v, list, 0)
	}
	if err == nil && len(found) == 0 {
		err = s.checkFilters(v, form, q)
	}
	switch {
	case err != nil:
		return err
	case !form.OK():
		return v.redirect(root + "exchanges?" + string(form.with("", ""))) // the mistake is shown there
	}
	sendFile(v, as, filterOf(form), list, found, next)
	return nil
}

// sendFile answers with a file of which the first page is read. One that is not whole has
// no last line, and ends without its last chunk.
func sendFile[T any](v *visit, as export.Form, filter string, list export.Sheet[T], found []T, next int64) {
	file := list.Begin(as, v.began, v.who.Name, filter)
	name := list.Name + "-" + v.began.In(port).Format("20060102-150405") + as.Extension
	v.w.Header().Set("Content-Type", as.ContentType())
	v.w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	v.status = http.StatusOK
	v.w.WriteHeader(v.status)
	for {
		file.Add(found)
		if next == 0 {
			file.End()
		}
		switch taken := file.Take(v.send); {
		case taken && next == 0:
			return
		case !taken || v.server.draining.Err() != nil:
			panic(http.ErrAbortHandler)
		}
		var err error
		if found, next, err = readPage(v, list, next); err != nil {
			v.server.Log.Error("file broken off, its caller has to ask again", zap.String("list", list.Name), zap.String("request", v.id), zap.Error(err))
			panic(http.ErrAbortHandler)
		}
	}
}

// filterOf returns the filters of an address as a file repeats them: with the values that
// are compared, and with times that have their zone.
func filterOf(f *fields) string {
	shown := maps.Clone(f.values)
	for _, name := range []string{"since", "until"} {
		if at := fieldsOf(f.values).time(name); !at.IsZero() {
			shown.Set(name, at.UTC().Format(time.RFC3339))
		}
	}
	for _, role := range lookup.Roles() {
		if name := string(role); shown.Get(name) != "" && role != lookup.Holder { // it is sealed
			shown.Set(name, lookup.TermOf(role, shown.Get(name)).Value)
		}
	}
	return shown.Encode()
}

// send writes a part of a file, and reports whether the browser has taken it.
func (v *visit) send(part []byte) bool {
	connection := http.NewResponseController(v.w)
	_ = connection.SetWriteDeadline(time.Now().Add(takeTime)) // one without deadlines, as in tests, has none
	_, err := v.w.Write(part)
	return err == nil && connection.Flush() == nil
}

// readPage reads a page of a file. Each has the time of a request: the caller bounds the
// whole, by taking it.
func readPage[T any](v *visit, list export.Sheet[T], cursor int64) ([]T, int64, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(v.ctx()), v.server.Admission.Limits().Request)
	defer cancel()
	return list.Read(ctx, cursor)
}
