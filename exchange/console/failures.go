package console

import (
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/export"
	"beibu/exchange/operator"
	"beibu/exchange/operator/views"
)

// failuresPage is what has failed, by its cause.
type failuresPage struct {
	Fields  *fields
	Filter  template.URL
	Some    bool        // not everybody's failures are counted, but those of parties wholly in the caller's scope
	Of      []string    // these parties
	Retries []retryPile // nothing of which has failed for good
	Waiting int         // for the receivers of Retries
	Theirs  []pile      // that a receiver or a sender has to mend
	Ours    []pile
	ByRule  bool
	Count   int // deliveries, of both
	Express int
	Causes  struct{ Theirs, Ours int } // each at each receiver
}

// A pile is a row of the page: what has failed for one cause at one receiver.
type pile struct {
	operator.Pile

	Trend     trend
	Exchanges template.URL // the address of the list of these exchanges, or ""
	Replay    template.URL // the address of a plan that replays them, or ""; a plan is for no rule
	ByRule    bool
}

// A retryPile is a row of what is still carried again.
type retryPile struct {
	operator.RetryPile

	Trend     trend
	Exchanges template.URL // the address of the list of what waits for the receiver
	ByRule    bool
}

// listFailures answers GET /console/failures.
func (s *Server) listFailures(v *visit) error {
	form, q, err := s.failureQuery(v)
	if err != nil {
		return err
	}
	if form.hasBlanks() {
		return v.redirect(root + "failures?" + string(form.with("", "")))
	}
	form.choices["party"] = v.partyChoices()
	form.choices["receiver"] = form.choices["party"]
	form.choices["by"] = []choice{
		{exchange.CountBySender, v.lang.text(exchange.Text{EN: "sender", ZH: "发送方"})},
		{exchange.CountByRule, v.lang.text(exchange.Text{EN: "rule", ZH: "规则"})},
		{exchange.CountBySender + "," + exchange.CountByRule, v.lang.text(exchange.Text{EN: "sender and rule", ZH: "发送方和规则"})},
	}
	page := failuresPage{
		Fields: form, Filter: form.with("", ""), Of: q.Parties,
		Some: q.Parties != nil && !form.isGiven("party") && !v.who.OnlyForParty(access.ReadExchanges),
	}
	if err := s.addViews(v, views.Failures, form); err != nil {
		return err
	}
	if !form.OK() {
		return v.page(http.StatusUnprocessableEntity, "failures", page)
	}
	if err := s.addFailed(v, &page, q); err != nil {
		return err
	}
	if page.Retries, page.Waiting, err = s.retries(v, q); err != nil {
		return err
	}
	return v.render("failures", page)
}

// failureQuery reads the filters of the failures. What is wrong with them is at the fields.
func (s *Server) failureQuery(v *visit) (*fields, exchange.FailureQuery, error) {
	form := v.fields()
	q := exchange.FailureQuery{Receiver: form.text("receiver"), Since: form.time("since"), Until: form.time("until"), Now: v.began.UTC()}
	party := form.text("party")
	if !q.CountBy(form.text("by"), v.now.InForce) {
		form.refuse("by", exchange.CountByText.EN, exchange.CountByText.ZH)
	} else if form.isGiven("by") {
		form.values.Set("by", q.CountedBy()) // in the form of the choices
	}
	if name := form.unknown(); name != "" {
		return form, q, noSuchFilter(name)
	}
	var err error
	q.Parties, err = v.who.ScopeFailures(party, v.now.Parties)
	if err := form.refuseFor("party", err); err != nil {
		return form, q, err
	}
	return form, q, s.checkParties(v, form, "party", "receiver")
}

// exportFailures answers GET /console/failures.csv and …ndjson with all causes.
func (s *Server) exportFailures(v *visit, as export.Form) error {
	form, q, err := s.failureQuery(v)
	if err != nil {
		return err
	}
	if !form.OK() {
		return v.redirect(root + "failures?" + string(form.with("", ""))) // the mistake is shown there
	}
	if err := v.ticket.ReserveList(exchange.MaxPage); err != nil {
		return err
	}
	list := export.Failures(q.Parties, func(ctx context.Context) ([]operator.Pile, []operator.RetryPile, error) {
		return s.failures().All(ctx, q)
	})
	found, next, err := readPage(v, list, 0)
	if err != nil {
		return err
	}
	sendFile(v, as, filterOf(form), list, found, next)
	return nil
}

func (s *Server) failures() operator.Failures {
	return operator.Failures{Log: s.Failures, Activity: s.Activity, Handovers: s.Handovers}
}

// addFailed adds to the page what has failed for good.
func (s *Server) addFailed(v *visit, page *failuresPage, q exchange.FailureQuery) error {
	piles, err := s.failures().List(v.ctx(), q)
	if err != nil {
		return err
	}
	for _, one := range piles {
		page.add(v.pile(one, q))
	}
	if page.ByRule = q.ByRule; q.ByRule || q.BySender { // a cause, and a delivery with several rules, is in several rows, and counts once above them
		q.ByRule, q.BySender = false, false
		if piles, err = s.failures().List(v.ctx(), q); err != nil {
			return err
		}
	}
	for _, one := range piles {
		page.Count += one.Count
		page.Express += one.Express
		if one.Side == operator.Ours {
			page.Causes.Ours++
		} else {
			page.Causes.Theirs++
		}
	}
	return nil
}

// retries returns the rows of what is still carried again, and how much waits for their
// receivers.
func (s *Server) retries(v *visit, q exchange.FailureQuery) (rows []retryPile, waiting int, err error) {
	found, err := s.failures().Retries(v.ctx(), q)
	counted := make(map[[2]string]bool) // receivers with several causes
	for _, one := range found {
		list := v.exchangesOf(one.Pile)
		list.Set("state", string(exchange.ContentConsignment))
		rows = append(rows, retryPile{one, trendOf(one.Hours[:]), address("exchanges", list), q.ByRule})
		if key := [2]string{one.Receiver, one.Sender}; !counted[key] {
			counted[key] = true
			waiting += one.Waiting
		}
	}
	return rows, waiting, err
}

// step returns the next step about a pile, with the names of parties.
func (v *visit) step(s operator.Step) string {
	return v.lang.text(s.Words(
		func(party string) exchange.Text {
			if p, ok := v.now.Parties.Get(party); ok {
				return p.Name
			}
			return exchange.Text{EN: party, ZH: party}
		},
		func(at time.Time) string { return timeViewOf(at).Local },
	))
}

// add puts a row on its side of the page.
func (p *failuresPage) add(one pile) {
	if one.Side == operator.Ours {
		p.Ours = append(p.Ours, one)
	} else {
		p.Theirs = append(p.Theirs, one)
	}
}

// pile returns the row of a pile, with the addresses that the caller may open.
func (v *visit) pile(p operator.Pile, q exchange.FailureQuery) pile {
	row := pile{Pile: p, Trend: trendOf(p.Hours[:]), ByRule: q.ByRule}
	list := v.exchangesOf(p)
	if p.State == exchange.ContentHandover {
		list.Set("failing", "true")
	} else {
		list.Set("cause", p.Code)
	}
	row.Exchanges = address("exchanges", list)
	if q.ByRule && p.Rule == "" {
		row.Exchanges = "" // no list is of the exchanges without a rule
	}
	if q.ByRule || p.State == exchange.ContentHandover || p.Code == exchange.CodeNotKept || !v.who.CoversPartOf(access.ReplayDelivery, p.Receiver) {
		return row
	}
	plan := url.Values{"receivers": {p.Receiver}, "cause": {p.Code}}
	if p.Sender != "" {
		plan.Set("sender", p.Sender)
	}
	for name, at := range map[string]time.Time{"since": q.Since, "until": q.Until} {
		if !at.IsZero() {
			plan.Set(name, at.In(port).Format(timeForms[0]))
		}
	}
	row.Replay = address("replays/new", plan)
	return row
}

// exchangesOf returns the query of the list of exchanges to the receiver of a pile.
func (v *visit) exchangesOf(p operator.Pile) url.Values {
	list := url.Values{"party": {p.Receiver}}
	if v.who.OnlyForParty(access.ReadExchanges) {
		list.Del("party") // its own list is all that it may ask for
	}
	if p.Sender != "" {
		list.Set("sender", p.Sender)
	}
	if p.Rule != "" && p.Rule != p.Code {
		list.Set("rule", p.Rule)
	}
	return list
}

// address returns the address of a page of the console with a query.
func address(path string, query url.Values) template.URL {
	return template.URL(root + path + "?" + query.Encode()) //nolint:gosec // all of it is encoded
}

// partyChoices are the parties, as a field offers them.
func (v *visit) partyChoices() []choice {
	var all []choice
	for _, p := range v.now.Parties.All() {
		all = append(all, choice{p.ID, v.lang.text(p.Name)})
	}
	return all
}

// partiesFor are the parties about whose documents the caller may do something, as a field
// offers them.
func (v *visit) partiesFor(a access.Action) []choice {
	return slices.DeleteFunc(v.partyChoices(), func(one choice) bool { return !v.who.CoversPartOf(a, one.Value) })
}

// checkParties notes the fields that name a party that does not exist.
func (s *Server) checkParties(v *visit, f *fields, names ...string) error {
	known := exchange.Filters{InForce: v.now.InForce, Journal: s.Journal}
	for _, name := range names {
		for _, party := range f.values[name] {
			if err := f.refuseFor(name, known.Check(v.ctx(), "", party)); err != nil {
				return err
			}
		}
	}
	return nil
}

// noSuchFilter is the error of an address with a filter that a page does not have.
func noSuchFilter(name string) error {
	return &exchange.Error{Op: "read filter", Kind: exchange.BadRequest, Code: "parameter", Err: exchange.Because("%q: there is no such filter", "%q：没有该筛选项", name)}
}

// A trend is a small chart of counts by hour, the newest at its right.
type trend struct {
	Bars   []bar
	Newest int // in the last hour
	Sum    int
}

// A bar is one hour of a trend, within a chart of trendHeight.
type bar struct {
	X, Y, Height int
	Count        int
}

// The measures of a trend, in px.
const (
	trendHeight = 24
	trendStep   = 10 // from a bar to the next
)

// trendOf returns the chart of counts, the oldest first.
func trendOf(hours []int) trend {
	t := trend{Newest: hours[len(hours)-1]}
	most := max(1, slices.Max(hours))
	for i, n := range hours {
		height := n * trendHeight / most
		if n > 0 {
			height = max(height, 2)
		}
		t.Sum += n
		t.Bars = append(t.Bars, bar{X: i * trendStep, Y: trendHeight - height, Height: height, Count: n})
	}
	return t
}

// Width returns the width of the chart.
func (t trend) Width() int { return len(t.Bars) * trendStep }
