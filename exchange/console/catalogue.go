package console

import (
	"slices"
	"time"

	"beibu/exchange"
	"beibu/exchange/kinds"
	"beibu/exchange/rules"
)

// A routeRow is a route for people.
type routeRow struct {
	exchange.Route

	Conditions []exchange.Text
	Receivers  []exchange.Text
	Approval   [][]exchange.Text // who decides first, step by step
}

// listRoutes answers GET /console/routes.
func (s *Server) listRoutes(v *visit) error {
	var rows []routeRow
	for _, route := range v.who.Routes(v.now.InForce) {
		row := routeRow{Route: route, Conditions: route.When.Words()}
		row.Receivers = v.receiverNames(route.To)
		for _, step := range route.Approval {
			row.Approval = append(row.Approval, v.receiverNames(step.By))
		}
		rows = append(rows, row)
	}
	return v.render("routes", rows)
}

// receiverNames returns what people call receivers of a route.
func (v *visit) receiverNames(names []string) (all []exchange.Text) {
	for _, to := range names {
		words := exchange.ReceiverWords(to)
		if p, ok := v.now.Parties.Get(to); ok {
			words = p.Name
		}
		all = append(all, words)
	}
	return all
}

// book answers questions about kinds, by the configuration of the visit.
func (v *visit) book() kinds.Book {
	return kinds.Book{InForce: v.now.InForce, Routes: v.who.Routes(v.now.InForce)}
}

// showServices answers GET /console/catalogue.
func (s *Server) showServices(v *visit) error { return v.render("services", s.Catalogue.Report()) }

// listKinds answers GET /console/kinds.
func (s *Server) listKinds(v *visit) error { return v.render("kinds", v.book().List(v.began)) }

// showKind answers GET /console/kinds/{kind}.
func (s *Server) showKind(v *visit) error {
	guide, err := v.book().Show(v.r.PathValue("kind"), v.began)
	if err != nil {
		return err
	}
	v.title = guide.Name
	return v.render("kind-page", guide)
}

// downloadSample answers GET /console/kinds/{kind}/samples/{name} with a document to submit.
func (s *Server) downloadSample(v *visit) error {
	if err := v.ticket.TakeSlot(); err != nil {
		return err
	}
	document, err := v.book().Sample(v.ctx(), v.r.PathValue("kind"), v.r.PathValue("name"), time.Now())
	if err != nil {
		return err
	}
	v.file("application/xml", v.r.PathValue("name")+".xml", document)
	return nil
}

// A rulesPage is all rules, or those of a kind.
type rulesPage struct {
	Fields *fields
	Rules  []ruleRow
}

// A ruleRow is a rule for people.
type ruleRow struct {
	*rules.Rule

	Message exchange.Text
}

// listRules answers GET /console/rules.
func (s *Server) listRules(v *visit) error {
	form := v.fields()
	kind := form.text("kind")
	if name := form.unknown(); name != "" {
		return noSuchFilter(name)
	}
	for _, one := range v.now.Checks.Kinds() {
		form.choices["kind"] = append(form.choices["kind"], choice{one, v.lang.text(v.kindName(one))})
	}
	if err := form.refuseFor("kind", exchange.Filters{InForce: v.now.InForce, Journal: s.Journal}.Check(v.ctx(), kind)); err != nil {
		return err
	}
	page := rulesPage{Fields: form}
	all := v.now.Checks.Rules().All()
	for i := range all {
		if r := &all[i]; kind == "" || len(r.Kinds) == 0 || slices.Contains(r.Kinds, kind) {
			page.Rules = append(page.Rules, ruleRow{r, exchange.Text{EN: r.EN, ZH: r.ZH}})
		}
	}
	return v.afterwards(form, nil, "rules", page)
}
