package console

import (
	"slices"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
)

// nowPage is what is going on.
type nowPage struct {
	At      time.Time
	Retries []retryPile // that the caller may see
	Backlog []Backlog   // of the receivers that the caller may see, the largest first
	Open    int
	Oldest  time.Time // when the oldest of them was consigned
	Failing int
	Newest  []exchange.Exchange
	Parties []partyRow // of which the caller sees the status: those that need somebody first
	Well    int        // parties that are ok
	Ending  []ending
	Maps    []drawing
	Flows   []flowCount // what the maps show, as text
	Hours   trend       // exchanges accepted in each of the last hours
	Partly  bool        // more were accepted than are counted
}

// An ending is a key or certificate that ends soon, or has ended.
type ending struct {
	Party   string // "" for a key of the exchange
	Subject string
	Until   time.Time
	End     light
}

// The span of time of the charts.
const (
	shownHours = 12
	newestRows = 10
)

// showNow answers GET /console/.
func (s *Server) showNow(v *visit) error {
	page, err := s.nowPage(v)
	if err != nil {
		return err
	}
	return v.render("now", page)
}

// followNow answers GET /console/live with the content of the first page.
func (s *Server) followNow(v *visit) error {
	return v.follow("now-live", func(v *visit) (any, error) { return s.nowPage(v) })
}

// nowPage reads what is going on.
func (s *Server) nowPage(v *visit) (*nowPage, error) {
	page := &nowPage{At: v.began}
	rows, err := s.partyRows(v, v.now.Parties.All())
	if err != nil {
		return nil, err
	}
	page.look(rows, v)
	if v.may(access.ReadExchanges) {
		if err := s.count(v, page); err != nil {
			return nil, err
		}
	}
	lights := make(map[string]light)
	for _, row := range rows {
		if at, ok := placeOf(row.Party); ok && row.Status != nil {
			lights[at.id] = worse(lights[at.id], row.Light)
		}
	}
	page.Maps = []drawing{
		gulfSheet.draw(exchange.Text{EN: "The gulf and the land ports", ZH: "北部湾与陆路口岸"}, page.Flows, lights, false),
		regionSheet.draw(exchange.Text{EN: "The capitals", ZH: "各国首都"}, page.Flows, lights, true),
	}
	return page, nil
}

// look sorts parties by whether they need somebody, and lists what ends soon.
func (p *nowPage) look(rows []partyRow, v *visit) {
	for _, row := range rows {
		switch {
		case row.Status == nil:
			continue
		case row.Light == lightOK:
			p.Well++
		default:
			p.Parties = append(p.Parties, row)
		}
		for _, key := range keysOf(row.Party, v.began) {
			if key.End.Class != "good" {
				p.Ending = append(p.Ending, ending{row.ID, key.Subject, key.Until, key.End})
			}
		}
	}
	if !v.who.IsStaff() {
		return
	}
	for _, seal := range v.now.Keys.Seals {
		if end := endOf(seal.NotBefore, seal.NotAfter, v.began); end.Class != "good" {
			p.Ending = append(p.Ending, ending{"", seal.Subject.String(), seal.NotAfter, end})
		}
	}
}

// count reads what waits, and the newest exchanges.
func (s *Server) count(v *visit, page *nowPage) error {
	all, err := s.Backlog(v.ctx())
	if err != nil {
		return err
	}
	for _, one := range all {
		if v.who.CoversParty(access.ReadExchanges, one.Receiver) {
			page.Backlog = append(page.Backlog, one)
			page.Open += one.Open
			if page.Oldest.IsZero() || one.Oldest.Before(page.Oldest) {
				page.Oldest = one.Oldest
			}
			page.Failing += one.Failing
		}
	}
	retried := exchange.FailureQuery{Now: v.began.UTC()}
	if retried.Parties, err = v.who.ScopeFailures("", v.now.Parties); err != nil {
		return err
	}
	if page.Retries, _, err = s.retries(v, retried); err != nil {
		return err
	}
	first := v.began.UTC().Truncate(time.Hour).Add(-(shownHours - 1) * time.Hour)
	query := exchange.Query{Since: first, Limit: exchange.MaxPage}
	if err := v.who.ScopeList(&query); err != nil {
		return err
	}
	if err := v.ticket.ReserveList(query.Limit); err != nil {
		return err
	}
	found, next, err := v.who.Exchanges(v.ctx(), s.Journal, query)
	if err != nil {
		return err
	}
	page.Partly = next != 0
	page.Flows = flowsOf(found, v.now.Parties)
	page.Newest = slices.Clone(found[:min(newestRows, len(found))])
	hours := make([]int, shownHours)
	for _, x := range found {
		if i := int(x.AcceptedAt.Sub(first) / time.Hour); i >= 0 && i < shownHours {
			hours[i]++
		}
	}
	page.Hours = trendOf(hours)
	return nil
}
