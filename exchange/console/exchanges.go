package console

import (
	"html/template"
	"net/http"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/lookup"
	"beibu/exchange/operator/views"
)

// exchangesPage is a list of exchanges, with its filters.
type exchangesPage struct {
	neighbours

	Fields    *fields
	Holder    holderView
	Exchanges []exchange.Exchange
	Live      template.URL // the address of the rows that follow the record, of the first page
	Filter    template.URL // the query without a page
	More      bool         // a filter is set that is not among the first
}

// furtherFilters are those that a page shows only when they are asked for.
var furtherFilters = []string{
	"sender", "rule", "cause", "answered", "failing", "hs", "vehicle", "container", "transportDocument", "carnet", "licence", "holder",
}

// listExchanges answers GET /console/exchanges. A filter with a value that does not exist
// is a mistake at its field, never an empty list.
func (s *Server) listExchanges(v *visit) error {
	form, q, err := s.exchangeQuery(v)
	if err != nil {
		return err
	}
	if form.hasBlanks() {
		return v.redirect(root + "exchanges?" + string(form.with("", "")))
	}
	page := exchangesPage{Fields: form, Holder: s.holderView(form, "exchanges"), Filter: form.with("cursor", ""), More: form.isGiven(furtherFilters...)}
	if form.OK() {
		if err := v.ticket.ReserveList(q.Limit); err != nil {
			return err
		}
		var next int64
		if page.Exchanges, next, err = v.who.Exchanges(v.ctx(), s.Journal, q); err != nil {
			return err
		}
		page.neighbours = form.neighbours(next)
	}
	if len(page.Exchanges) == 0 {
		if err := s.checkFilters(v, form, q); err != nil {
			return err
		}
	}
	if q.Before == 0 {
		page.Live = root + "exchanges/live?" + page.Filter
	}
	if err := s.addViews(v, views.Exchanges, form); err != nil {
		return err
	}
	status := http.StatusOK
	if !form.OK() {
		status = http.StatusUnprocessableEntity
	}
	return v.page(status, "exchanges", page)
}

// followExchanges answers GET /console/exchanges/live with the rows of the first page.
func (s *Server) followExchanges(v *visit) error {
	form, q, err := s.exchangeQuery(v)
	if err != nil {
		return err
	}
	if !form.OK() || q.Before != 0 {
		return &exchange.Error{Op: "read filter", Kind: exchange.BadRequest, Code: "parameter", Err: exchange.Because("only the first page of a list can be followed", "只能跟踪列表的第一页")}
	}
	return v.follow("exchange-rows", func(v *visit) (any, error) {
		if err := v.ticket.ReserveList(q.Limit); err != nil {
			return nil, err
		}
		limited := q
		if err := v.who.ScopeList(&limited); err != nil { // it may have changed since
			return nil, err
		}
		found, _, err := v.who.Exchanges(v.ctx(), s.Journal, limited)
		return found, err
	})
}

// exchangeQuery reads the filters of a list of exchanges, within what the caller may see.
func (s *Server) exchangeQuery(v *visit) (*fields, exchange.Query, error) {
	f := v.fields()
	q := exchange.Query{
		Party: f.text("party"), Sender: f.text("sender"), Kind: f.text("kind"), Rule: f.text("rule"), Cause: f.text("cause"),
		Number: f.number("number"), State: f.state("state"), Answered: f.answered("answered"), Since: f.time("since"), Until: f.time("until"), Before: f.cursor(),
	}
	if f.isSet("failing") {
		q.Failing = s.Handovers
	}
	q.Terms = s.terms(f, lookup.Roles())
	if name := f.unknown(); name != "" {
		return nil, q, noSuchFilter(name)
	}
	for _, state := range exchange.States() {
		f.choices["state"] = append(f.choices["state"], choice{string(state), stateViewOf(state, v.lang).Title})
	}
	for _, filter := range exchange.AnswerFilters() {
		f.choices["answered"] = append(f.choices["answered"], choice{string(filter), v.lang.text(filter.Words())})
	}
	for _, kind := range v.now.Checks.Kinds() {
		f.choices["kind"] = append(f.choices["kind"], choice{kind, v.lang.text(v.kindName(kind))})
	}
	f.choices["party"] = v.partyChoices()
	f.choices["sender"] = f.choices["party"]
	field := "party"
	if q.Party == "" {
		field = "kind" // the other that a scope limits
	}
	return f, q, f.refuseFor(field, v.who.ScopeList(&q))
}

// checkFilters notes the filters with a value that does not exist. What causes there are
// is for those to know who see all exchanges.
func (s *Server) checkFilters(v *visit, f *fields, q exchange.Query) error {
	known := exchange.Filters{InForce: v.now.InForce, Journal: s.Journal}
	checks := []struct {
		name string
		err  error
	}{
		{"kind", known.Check(v.ctx(), q.Kind)},
		{"party", known.Check(v.ctx(), "", f.values.Get("party"))},
		{"sender", known.Check(v.ctx(), "", q.Sender)},
		{"rule", known.CheckRule(v.ctx(), q.Rule)},
	}
	for _, one := range checks {
		if err := f.refuseFor(one.name, one.err); err != nil {
			return err
		}
	}
	if !v.who.CoversAll(access.ReadExchanges) {
		return nil
	}
	return f.refuseFor("cause", known.CheckCause(v.ctx(), q.Cause))
}
