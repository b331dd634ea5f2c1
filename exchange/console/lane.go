package console

import (
	"context"
	"html/template"
	"net/http"
	"strconv"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator"
)

// A lanePage is what passes a border together.
type lanePage struct {
	Fields  *fields
	Lane    *operator.Lane // nil before a key is given
	Missing int            // cited documents of which there is neither an exchange nor a refusal
	Refused int            // documents that were refused, cited or not
	Older   template.URL   // the query of the page with older ones, or ""
	Newest  template.URL   // the query of the first page, if this is another
}

// showLane answers GET /console/lanes.
func (s *Server) showLane(v *visit) error {
	form := v.fields()
	key, q := form.text("key"), exchange.Query{Before: form.cursor()}
	if name := form.unknown(); name != "" {
		return noSuchFilter(name)
	}
	page := lanePage{Fields: form}
	if key == "" || !form.OK() {
		return v.afterwards(form, nil, "lane", page)
	}
	if err := v.who.ScopeList(&q); err != nil {
		return err
	}
	if err := v.ticket.ReserveList(q.Limit); err != nil {
		return err
	}
	seen := visibleTo{s, v}
	lane, err := operator.Lanes{Journal: seen, Refusals: seen}.Show(v.ctx(), operator.LaneQuery{Key: key, Party: q.Party, Before: q.Before, Limit: q.Limit})
	if exchange.KindOf(err) == exchange.BadRequest && err != nil {
		text := textOf(err)
		form.refuse("key", text.EN, text.ZH)
		return v.page(http.StatusUnprocessableEntity, "lane", page)
	}
	if err != nil {
		return err
	}
	page.Lane, page.Refused = &lane, len(lane.Refused)
	for _, one := range lane.Cited {
		switch {
		case one.Refusal != nil:
			page.Refused++
		case one.Exchange == nil:
			page.Missing++
		}
	}
	if lane.Next != 0 {
		page.Older = form.with("cursor", strconv.FormatInt(lane.Next, 10))
	}
	if q.Before != 0 {
		page.Newest = form.with("cursor", "")
	}
	return v.render("lane", page)
}

// visibleTo lists what the caller of a visit may see.
type visibleTo struct {
	server *Server
	visit  *visit
}

// Exchanges is operator.Lister's.
func (l visibleTo) Exchanges(ctx context.Context, q exchange.Query) ([]exchange.Exchange, int64, error) {
	return l.visit.who.Exchanges(ctx, l.server.Journal, q)
}

// Refusals is operator.RefusalLister's.
func (l visibleTo) Refusals(ctx context.Context, q exchange.RefusalQuery) (page []exchange.Refusal, next int64, err error) {
	if q.Sender, err = l.visit.who.ScopeSender(access.ReadRefusals, q.Sender); err != nil {
		return nil, 0, err
	}
	return l.visit.who.Refusals(ctx, access.ReadRefusals, l.server.Refusals, q)
}
