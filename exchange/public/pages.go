package public

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"beibu/exchange"
	"beibu/exchange/kinds"
	"beibu/exchange/ratings"
)

var functions = template.FuncMap{"grades": ratings.Grades, "indicators": ratings.AllIndicators}

// A view is what a template sees.
type view struct {
	Lang  string
	visit *visit
	Data  any
}

// T returns one of two texts, by the language.
func (p view) T(en, zh string) string {
	if p.Lang == "zh" {
		return zh
	}
	return en
}

// Text returns a text in the language.
func (p view) Text(t exchange.Text) string { return p.T(t.EN, cmp.Or(t.ZH, t.EN)) }

// Unit returns the name of a party.
func (p view) Unit(id string) string {
	if party, known := p.visit.now.Parties.Get(id); known {
		return p.Text(party.Name)
	}
	return id
}

// Kind returns the name of a kind of document.
func (p view) Kind(kind string) string {
	v := p.visit
	if v.kinds == nil {
		v.kinds = make(map[string]exchange.Text)
		for _, k := range (kinds.Book{InForce: v.now.InForce}).List(v.at) {
			v.kinds[k.Kind] = k.Name
		}
	}
	if name, known := v.kinds[kind]; known {
		return p.Text(name)
	}
	return kind
}

// With returns the view of a part of a page.
func (p view) With(data any) view { return view{p.Lang, p.visit, data} }

// An item is a line of the list.
type item struct {
	ratings.Summary
}

// Share returns the interval for the share of ratings that are not bad, for people.
func (i item) Share() string {
	if i.Overall.Total() == 0 {
		return "–"
	}
	in := i.Overall.Interval()
	return fmt.Sprintf("%.1f–%.1f %%", 100*in.Low, 100*in.High)
}

// Count returns the number of ratings of a grade.
func (i item) Count(g ratings.Grade) int64 { return i.Overall[g] }

// items returns all items: those that parties receive, and those that were rated. The order
// is that of a column.
func (v *visit) items(by string) ([]item, error) {
	rated, err := v.s.Ratings.Index.Summaries(v.r.Context())
	if err != nil {
		return nil, err
	}
	for _, party := range v.now.Parties.All() {
		for _, kind := range party.Receives {
			one := ratings.Item{Kind: kind, Unit: party.ID}
			if _, known := rated[one]; !known {
				rated[one] = ratings.Summary{Item: one}
			}
		}
	}
	all := make([]item, 0, len(rated))
	for _, s := range rated {
		all = append(all, item{s})
	}
	slices.SortFunc(all, func(a, b item) int {
		order := 0
		switch by {
		case "ratings":
			order = cmp.Compare(b.Overall.Total(), a.Overall.Total())
		case "share":
			order = cmp.Compare(b.Overall.Interval().Low, a.Overall.Interval().Low)
		case "kind":
			order = cmp.Compare(a.Item.Kind, b.Item.Kind)
		}
		return cmp.Or(order, cmp.Compare(a.Item.Unit, b.Item.Unit), cmp.Compare(a.Item.Kind, b.Item.Kind))
	})
	return all, nil
}

// sorting returns by which column the list is ordered.
func (v *visit) sorting() (string, error) {
	by := cmp.Or(v.r.URL.Query().Get("sort"), "ratings")
	if !slices.Contains([]string{"ratings", "share", "kind", "unit"}, by) {
		return "", parameter("sort", "ratings, share, kind, unit")
	}
	return by, nil
}

func parameter(name, known string) error {
	return &exchange.Error{Op: "read address", Kind: exchange.BadRequest, Code: "parameter", Err: exchange.Because("%s: one of %s", "%s：应为以下之一：%s", name, known)}
}

// listItems answers GET /public/.
func (s *Server) listItems(v *visit) error {
	by, err := v.sorting()
	if err != nil {
		return err
	}
	all, err := v.items(by)
	if err != nil {
		return err
	}
	v.cacheable()
	v.render(http.StatusOK, "items", all)
	return nil
}

// exportCSV answers GET /public/items.csv.
func (s *Server) exportCSV(v *visit) error {
	all, err := v.items("unit")
	if err != nil {
		return err
	}
	v.cacheable()
	v.w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	out := csv.NewWriter(v.w)
	head := []string{"unit", "kind", "ratings"}
	for _, g := range ratings.Grades() {
		head = append(head, g.String())
	}
	_ = out.Write(append(head, "good", "low", "high", "excluded")) // Flush keeps the error
	for _, one := range all {
		row := []string{one.Item.Unit, one.Item.Kind, strconv.FormatInt(one.Overall.Total(), 10)}
		for _, g := range ratings.Grades() {
			row = append(row, strconv.FormatInt(one.Overall[g], 10))
		}
		in := one.Overall.Interval()
		_ = out.Write(append(row, strconv.FormatInt(one.Overall.Good(), 10), fmt.Sprintf("%.4f", in.Low), fmt.Sprintf("%.4f", in.High), strconv.FormatInt(one.Excluded, 10)))
	}
	out.Flush()
	return nil
}

// exportJSON answers GET /public/items.json.
func (s *Server) exportJSON(v *visit) error {
	all, err := v.items("unit")
	if err != nil {
		return err
	}
	type line struct {
		ratings.Item

		Ratings  int64            `json:"ratings"`
		Grades   map[string]int64 `json:"grades"`
		Good     int64            `json:"good"`
		Interval ratings.Interval `json:"interval"`
		Excluded int64            `json:"excluded"`
	}
	lines := make([]line, 0, len(all))
	for _, one := range all {
		grades := make(map[string]int64)
		for _, g := range ratings.Grades() {
			grades[g.String()] = one.Overall[g]
		}
		lines = append(lines, line{one.Item, one.Overall.Total(), grades, one.Overall.Good(), one.Overall.Interval(), one.Excluded})
	}
	v.cacheable()
	v.w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(v.w).Encode(lines)
}

// An itemPage is what is shown of an item.
type itemPage struct {
	Item   item
	Said   []ratings.Remark // that are published
	Before int64            // the next page, or 0
	Link   string           // of a question that was asked just now
}

// item returns the item that an address names.
func (v *visit) item() (item, error) {
	unit, kind := v.r.PathValue("unit"), v.r.PathValue("kind")
	all, err := v.items("unit")
	if err != nil {
		return item{}, err
	}
	at := slices.IndexFunc(all, func(one item) bool { return one.Item.Unit == unit && one.Item.Kind == kind })
	if at < 0 {
		return item{}, &exchange.Error{Op: "find item", Kind: exchange.NotFound, Err: exchange.Because("there is no such item", "没有该事项")}
	}
	return all[at], nil
}

// page returns the page of an item.
func (v *visit) page() (itemPage, error) {
	one, err := v.item()
	if err != nil {
		return itemPage{}, err
	}
	before := int64(0)
	if text := v.r.URL.Query().Get("before"); text != "" {
		if before, err = strconv.ParseInt(text, 10, 64); err != nil || before < 1 {
			return itemPage{}, parameter("before", "1, 2, 3 …")
		}
	}
	said, next, err := v.s.Ratings.Index.Remarks(v.r.Context(), ratings.Query{Item: one.Item, Public: ratings.Published, Before: before})
	return itemPage{Item: one, Said: said, Before: next}, err
}

// showItem answers GET /public/items/{unit}/{kind}.
func (s *Server) showItem(v *visit) error {
	page, err := v.page()
	if err != nil {
		return err
	}
	v.cacheable()
	v.render(http.StatusOK, "item", page)
	return nil
}

// ask answers POST /public/items/{unit}/{kind}/question.
func (s *Server) ask(v *visit) error {
	page, err := v.page()
	if err == nil {
		err = v.form()
	}
	if err != nil {
		return err
	}
	if _, page.Link, err = s.Ratings.Ask(v.r.Context(), page.Item.Item, v.r.PostForm.Get("text"), v.at); err != nil {
		return err
	}
	v.render(http.StatusOK, "item", page)
	return nil
}

// A ratePage is what a link shows.
type ratePage struct {
	Link   string
	Items  []ratings.Item
	Remark *ratings.Remark // or nil, before the rating
}

// showRate answers GET /public/rate/{link}.
func (s *Server) showRate(v *visit) error {
	link := v.r.PathValue("link")
	t, err := s.Ratings.Open(v.r.Context(), link, v.at)
	if err != nil {
		return err
	}
	v.render(http.StatusOK, "rate", ratePage{link, t.Items, t.Remark})
	return nil
}

// rate answers POST /public/rate/{link}.
func (s *Server) rate(v *visit) error {
	if err := v.form(); err != nil {
		return err
	}
	draft, err := draftOf(v.r.PostForm.Get)
	if err != nil {
		return err
	}
	link := v.r.PathValue("link")
	one, err := s.Ratings.Rate(v.r.Context(), link, draft, v.at)
	if err != nil {
		return err
	}
	v.render(http.StatusOK, "rate", ratePage{link, nil, &one})
	return nil
}

// draftOf reads the form of a rating.
func draftOf(get func(string) string) (ratings.Draft, error) {
	d := ratings.Draft{Unit: get("unit"), Comment: get("comment")}
	err := d.Grade.UnmarshalText([]byte(get("grade")))
	for _, one := range ratings.AllIndicators() {
		if err == nil {
			err = one.Of(&d.Grades).UnmarshalText([]byte(get(one.Name)))
		}
	}
	if err != nil {
		names := make([]string, 0, len(ratings.Grades()))
		for _, g := range ratings.Grades() {
			names = append(names, g.String())
		}
		return d, parameter("grade", strings.Join(names, " "))
	}
	return d, nil
}

// showQuestion answers GET /public/question/{link}.
func (s *Server) showQuestion(v *visit) error {
	link := v.r.PathValue("link")
	q, err := s.Ratings.Asked(v.r.Context(), link, v.at)
	if err != nil {
		return err
	}
	v.render(http.StatusOK, "question", ratePage{link, nil, &q})
	return nil
}

// gradeAnswer answers POST /public/rate/{link}/answer, and that of a question.
func (s *Server) gradeAnswer(v *visit) error {
	if err := v.form(); err != nil {
		return err
	}
	d, err := draftOf(v.r.PostForm.Get)
	if err != nil {
		return err
	}
	link := v.r.PathValue("link")
	one, err := s.Ratings.GradeAnswer(v.r.Context(), link, d.Grade, v.at)
	if err != nil {
		return err
	}
	name := "rate"
	if one.Question {
		name = "question"
	}
	v.render(http.StatusOK, name, ratePage{link, nil, &one})
	return nil
}
