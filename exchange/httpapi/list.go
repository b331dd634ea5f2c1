package httpapi

import (
	"maps"
	"net/http"
	"net/url"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/lookup"
)

// A search is what a caller asks of a list of exchanges.
type search struct {
	query exchange.Query
	asked url.Values        // the parameters, with the values of terms
	terms map[string]string // the filters that any value may have, as they are compared; of a holder, asterisks
}

// searchOf reads the filters of a list.
func (s *Server) searchOf(p *parameters) search {
	found := search{asked: maps.Clone(p.values), terms: make(map[string]string)}
	found.query = exchange.Query{
		Party: p.text("party"), Sender: p.text("sender"), Kind: p.text("kind"), Rule: p.text("rule"), Cause: p.text("cause"),
		Number: p.documentNumber("number"), State: p.state("state"), Answered: p.answered("answered"), Since: p.time("since"), Until: p.time("until"),
	}
	if p.isSet("failing") {
		found.query.Failing = s.handovers
	}
	for _, role := range lookup.Roles() {
		if term := s.term(p, role, found.terms); term.Value != "" {
			found.query.Terms = append(found.query.Terms, []lookup.Term{term})
			if role != lookup.Holder { // it is sealed
				found.asked.Set(string(role), term.Value)
			}
		}
	}
	return found
}

// term returns the term for a parameter, whose value is "" if it is left out. It notes
// what is searched for.
func (s *Server) term(p *parameters, role lookup.Role, searched map[string]string) lookup.Term {
	text := p.text(string(role))
	if role == lookup.Holder && text != "" {
		return s.holder(p, text, searched)
	}
	t := lookup.TermOf(role, text)
	switch {
	case text == "":
		return lookup.Term{}
	case t.Value != "":
		searched[string(role)] = t.Value
	case role == lookup.HS:
		p.refuse(string(role), "2, 4, 6 or 8 to 10 digits of an HS code", "应为 HS 编码的前 2、4、6 或 8 至 10 位数字")
	default:
		p.refuse(string(role), "at least one letter or digit", "至少应有一个字母或数字")
	}
	return t
}

// holder returns the term for a holder that was sealed.
func (s *Server) holder(p *parameters, text string, searched map[string]string) lookup.Term {
	found, err := s.holders.Open(text)
	if err != nil {
		p.refuse(string(lookup.Holder), "what POST /v1/holders returns for a name, on a daemon of the same exchange; a name is never part of an address",
			"应为向本交换平台 POST /v1/holders 提交名称后返回的值；地址中不得包含名称")
		return lookup.Term{}
	}
	searched[string(lookup.Holder)] = "***"
	return found.Term
}

// checkFilters fails if a filter has a value that does not exist. What causes there are is
// for those to know who see all exchanges: others who name another find nothing.
func (s *Server) checkFilters(c *call, q exchange.Query) error {
	known, ctx := s.filters(c), c.request.Context()
	if err := known.Check(ctx, q.Kind, q.Party, q.Sender); err != nil {
		return err
	}
	if err := known.CheckRule(ctx, q.Rule); err != nil || !c.caller.CoversAll(access.ReadExchanges) {
		return err
	}
	return known.CheckCause(ctx, q.Cause)
}

// listExchanges answers GET /v1/exchanges with a page, or with all pages as a file.
func (s *Server) listExchanges(c *call) error {
	p := parametersOf(c.request)
	wanted := s.searchOf(p)
	as, isFile := formOf(c.request)
	q := &wanted.query
	if !isFile { // a file has all pages
		q.Before, q.Limit = p.cursor("cursor"), p.limit()
	}
	if err := p.err(); err != nil {
		return err
	}
	if err := c.caller.ScopeList(q); err != nil {
		return err
	}
	if isFile {
		return sendFile(s, c, wanted.asked, as, s.exchangeSheet(c, *q))
	}
	if err := c.ticket.ReserveList(q.Limit); err != nil {
		return err
	}
	found, next, err := c.caller.Exchanges(c.request.Context(), s.journal, *q)
	if err == nil && len(found) == 0 {
		err = s.checkFilters(c, *q)
	}
	if err != nil {
		return err
	}
	page := Page{Exchanges: make([]Exchange, 0, len(found)), Next: writeCursor(next), SearchedFor: wanted.terms}
	for _, x := range found {
		page.Exchanges = append(page.Exchanges, s.listed(c, *q, x))
	}
	return c.json(http.StatusOK, page)
}

// listed returns an exchange as a list shows it.
func (s *Server) listed(c *call, q exchange.Query, x exchange.Exchange) Exchange {
	shown := wireExchange(x, c.caller, s.handovers)
	shown.HeldBy, shown.HeldByOmitted = nil, 0 // a page of those would be long
	if q.Party != "" {
		shown.Direction = directionOf(x, q.Party)
	}
	return shown
}

// filters knows the values that filters can have.
func (s *Server) filters(c *call) exchange.Filters {
	return exchange.Filters{InForce: c.now.InForce, Journal: s.journal}
}
