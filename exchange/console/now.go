package console

import (
	"beibu/exchange"
	"beibu/exchange/access"
)

// nowPage is what is going on.
type nowPage struct {
	Backlog []Backlog // of the receivers that the caller may see, the largest first
	Open    int
	Failing int
	Newest  []exchange.Exchange
}

// showNow answers GET /console/.
func (s *Server) showNow(v *visit) error {
	var page nowPage
	if v.may(access.ReadExchanges) {
		all, err := s.Backlog(v.ctx())
		if err != nil {
			return err
		}
		for _, one := range all {
			if v.who.CoversParty(access.ReadExchanges, one.Receiver) {
				page.Backlog = append(page.Backlog, one)
				page.Open += one.Open
				page.Failing += one.Failing
			}
		}
		query := exchange.Query{Limit: 10}
		if err := v.who.ScopeList(&query); err != nil {
			return err
		}
		if page.Newest, _, err = v.who.Exchanges(v.ctx(), s.Journal, query); err != nil {
			return err
		}
	}
	return v.render("now", page)
}
