package httpapi

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/ratings"
)

// Rating is a rating of the service or a question about an item, and what became of it.
type Rating struct {
	ID          string              `json:"id"`
	Question    bool                `json:"question,omitempty"`
	Kind        string              `json:"kind"`
	Unit        string              `json:"unit"`
	Day         ratings.Day         `json:"day"`
	Text        string              `json:"text,omitempty"`
	Grade       ratings.Grade       `json:"grade,omitzero"`
	Indicators  ratings.Indicators  `json:"indicators,omitzero"`
	Mending     ratings.Mending     `json:"mending,omitempty"`
	Due         ratings.Day         `json:"due,omitempty"`
	Overdue     bool                `json:"overdue,omitempty"`
	Publication ratings.Publication `json:"publication,omitempty"`
	Moderation  *RatingText         `json:"moderation,omitempty"` // the newest, with its reason
	Answer      *RatingText         `json:"answer,omitempty"`
	AnswerGrade ratings.Grade       `json:"answerGrade,omitzero"`
	Unreached   *RatingText         `json:"unreached,omitempty"`
	Appeal      *RatingAppeal       `json:"appeal,omitempty"`
}

// RatingText is what somebody of a department or of the staff has written.
type RatingText struct {
	Text  string      `json:"text"`
	Actor string      `json:"actor"`
	Day   ratings.Day `json:"day"`
}

// RatingAppeal is that of a department against a rating.
type RatingAppeal struct {
	Cause    ratings.AppealCause `json:"cause"`
	Reason   RatingText          `json:"reason"`
	State    ratings.AppealState `json:"state"`
	Decision *RatingText         `json:"decision,omitempty"`
}

// RatingList is a page of ratings and questions.
type RatingList struct {
	Ratings []Rating `json:"ratings"`
	Next    string   `json:"next,omitempty"`
}

// RatingDraft is a rating that is to be given by the link of a finished exchange.
type RatingDraft struct {
	Link       string             `json:"link"`
	Unit       string             `json:"unit,omitempty"` // may be left out if the exchange has one receiver
	Grade      ratings.Grade      `json:"grade"`
	Indicators ratings.Indicators `json:"indicators,omitzero"`
	Comment    string             `json:"comment,omitempty"`
}

// AnswerGrade says by the same link whether the answer of the department satisfies.
type AnswerGrade struct {
	Link  string        `json:"link"`
	Grade ratings.Grade `json:"grade"`
}

// RatingStep is what a department or somebody of the staff does about a rating.
type RatingStep struct {
	Step  string              `json:"step"`
	Text  string              `json:"text"`
	Cause ratings.AppealCause `json:"cause,omitempty"` // of an appeal
}

// RatingSteps are the steps by their names in the API.
var RatingSteps = map[string]exchange.State{
	"answer": ratings.RemarkAnswered, "appeal": ratings.RatingAppealed,
	"publish": ratings.RemarkPublished, "withhold": ratings.RemarkWithheld, "unreached": ratings.RaterUnreached,
	"grant": ratings.AppealGranted, "dismiss": ratings.AppealDismissed,
}

// RatedItem is what is counted of an item: the documents of a kind that a party receives.
type RatedItem struct {
	Kind       string           `json:"kind"`
	Unit       string           `json:"unit"`
	Ratings    int64            `json:"ratings"`
	Grades     map[string]int64 `json:"grades"`             // by the names of the grades
	Good       int64            `json:"good"`               // ratings that are not bad
	Interval   ratings.Interval `json:"interval"`           // of the share of good ones, 95 %
	Excluded   int64            `json:"excluded,omitempty"` // ratings that were mistaken or malicious
	Indicators []RatedIndicator `json:"indicators,omitempty"`
}

// RatedIndicator is what is counted of an indicator of an item.
type RatedIndicator struct {
	Indicator string           `json:"indicator"`
	Grades    map[string]int64 `json:"grades"`
}

// RatedItems are all items that were rated.
type RatedItems struct {
	Items []RatedItem `json:"items"`
}

// listRatings answers GET /v1/ratings.
func (s *Server) listRatings(c *call) error {
	p := parametersOf(c.request)
	q := ratings.Query{
		Item:    ratings.Item{Kind: p.text("kind"), Unit: p.text("unit")},
		Mending: oneOf(p, "mending", ratings.Mendings()), Public: oneOf(p, "publication", ratings.Publications()),
		Appeal: oneOf(p, "appeal", ratings.AppealStates()), Unsolved: p.isSet("unanswered"), Before: p.cursor("cursor"), Limit: p.limit(),
	}
	if err := p.err(); err != nil {
		return err
	}
	if err := s.filters(c).Check(c.request.Context(), q.Item.Kind, q.Item.Unit); err != nil {
		return err
	}
	page, next, err := s.ratings.List(c.request.Context(), c.caller, q)
	if err != nil {
		return err
	}
	list := RatingList{Ratings: make([]Rating, 0, len(page)), Next: writeCursor(next)}
	for i := range page {
		list.Ratings = append(list.Ratings, wireRating(&page[i]))
	}
	return c.json(http.StatusOK, list)
}

// oneOf returns a parameter that has one of the given values, or "".
func oneOf[S ~string](p *parameters, name string, known []S) S {
	value := S(p.text(name))
	if value != "" && !slices.Contains(known, value) {
		p.refuse(name, "one of "+joined(known), "应为以下之一："+joined(known))
	}
	return value
}

// showRating answers GET /v1/ratings/{id}.
func (s *Server) showRating(c *call) error {
	one, err := s.ratings.Find(c.request.Context(), c.caller, c.request.PathValue("id"))
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, wireRating(&one))
}

// rate answers POST /v1/ratings.
func (s *Server) rate(c *call) error {
	var d RatingDraft
	if err := s.readJSON(c, &d); err != nil {
		return err
	}
	one, err := s.ratings.Rate(c.request.Context(), d.Link, ratings.Draft{Unit: d.Unit, Grade: d.Grade, Grades: d.Indicators, Comment: d.Comment}, time.Now())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, wireRating(&one))
}

// gradeAnswer answers POST /v1/ratings/grade.
func (s *Server) gradeAnswer(c *call) error {
	var d AnswerGrade
	if err := s.readJSON(c, &d); err != nil {
		return err
	}
	one, err := s.ratings.GradeAnswer(c.request.Context(), d.Link, d.Grade, time.Now())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, wireRating(&one))
}

// stepRating answers POST /v1/ratings/{id}/step.
func (s *Server) stepRating(c *call) error {
	var d RatingStep
	if err := s.readJSON(c, &d); err != nil {
		return err
	}
	name, known := RatingSteps[d.Step]
	if !known {
		return invalidField("step", exchange.Because("one of answer, appeal, publish, withhold, unreached, grant, dismiss", "应为以下之一：answer、appeal、publish、withhold、unreached、grant、dismiss"))
	}
	one, err := s.ratings.Take(c.request.Context(), c.caller, c.request.PathValue("id"), ratings.Step{Name: name, Text: d.Text, Cause: d.Cause}, time.Now())
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, wireRating(&one))
}

// listRatedItems answers GET /v1/ratings/items.
func (s *Server) listRatedItems(c *call) error {
	p := parametersOf(c.request)
	if err := p.err(); err != nil {
		return err
	}
	all, err := s.ratings.Index.Summaries(c.request.Context())
	if err != nil {
		return err
	}
	out := RatedItems{Items: make([]RatedItem, 0, len(all))}
	for _, one := range all {
		out.Items = append(out.Items, wireRatedItem(one))
	}
	slices.SortFunc(out.Items, func(a, b RatedItem) int { return cmp.Or(cmp.Compare(a.Unit, b.Unit), cmp.Compare(a.Kind, b.Kind)) })
	return c.json(http.StatusOK, out)
}

func wireRatedItem(s ratings.Summary) RatedItem {
	out := RatedItem{
		Kind: s.Item.Kind, Unit: s.Item.Unit, Ratings: s.Overall.Total(), Grades: wireGrades(s.Overall), Good: s.Overall.Good(),
		Interval: s.Overall.Interval(), Excluded: s.Excluded,
	}
	for i, one := range ratings.AllIndicators() {
		if s.Indicators[i].Total() > 0 {
			out.Indicators = append(out.Indicators, RatedIndicator{one.Name, wireGrades(s.Indicators[i])})
		}
	}
	return out
}

func wireGrades(d ratings.Distribution) map[string]int64 {
	out := make(map[string]int64)
	for _, g := range ratings.Grades() {
		out[g.String()] = d[g]
	}
	return out
}

func wireRating(r *ratings.Remark) Rating {
	out := Rating{
		ID: r.ID, Question: r.Question, Kind: r.Item.Kind, Unit: r.Item.Unit, Day: r.Day, Text: r.Text, Grade: r.Grade, Indicators: r.Grades,
		Mending: r.Mending, Due: r.Due, Overdue: r.Overdue(ratings.DayOf(time.Now())), Publication: r.Public,
		Moderation: wireSaid(r.Moderated), Answer: wireSaid(r.Answer), AnswerGrade: r.AnswerGrade, Unreached: wireSaid(r.Unreached),
	}
	if a := r.Appeal; a != nil {
		out.Appeal = &RatingAppeal{Cause: a.Cause, Reason: *wireSaid(&a.By), State: a.State, Decision: wireSaid(a.Decision)}
	}
	return out
}

func wireSaid(s *ratings.Said) *RatingText {
	if s == nil {
		return nil
	}
	return &RatingText{s.Text, s.Actor, s.Day}
}

// withRate adds to a finished exchange, for its sender alone, the link to rate it.
func (s *Server) withRate(c *call, x exchange.Exchange, shown *answer.Exchange) error {
	if c.caller.Party != x.Identity.Sender || c.caller.May(access.RateService) != nil {
		return nil
	}
	units := ratings.ItemsOf(x)
	given, found, err := s.ratings.Of(c.request.Context(), x.ID, x.Identity.Sender)
	if err != nil || len(units) == 0 && !found {
		return err
	}
	link, until := s.ratings.Links.Offer(x.ID, x.Identity.Sender, time.Now())
	shown.Rate = &answer.Rate{Link: link, Until: answer.TimeOf(until), Rated: found, Mending: string(given.Mending)}
	if given.Answer != nil {
		shown.Rate.Answer = given.Answer.Text
	}
	for _, one := range units {
		shown.Rate.Units = append(shown.Rate.Units, one.Unit)
	}
	return nil
}
