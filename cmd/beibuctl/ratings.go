package main

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange/httpapi"
	"beibu/exchange/ratings"
)

// ratingsCommand is about ratings of the service.
type ratingsCommand struct {
	List  listRatings  `cmd:"" help:"List ratings of your party or, for the staff, of all in your scope, and questions about items."`
	Show  showRating   `cmd:"" help:"Show a rating or a question."`
	Items ratedItems   `cmd:"" help:"Show how each item was rated."`
	Give  giveRating   `cmd:"" help:"Rate a finished exchange of yours, once."`
	Grade gradeAnswer  `cmd:"" help:"Say whether the answer to your rating satisfies."`
	Step  ratingAction `cmd:"" help:"Answer a rating, appeal against it, publish or withhold its text, or decide an appeal."`
}

type listRatings struct {
	Kind        string `placeholder:"KIND" help:"Of documents of this kind."`
	Unit        string `placeholder:"PARTY" help:"Of this receiver."`
	Mending     string `placeholder:"STATE" help:"Bad ratings in this state: open, answered, satisfied, unsatisfied, unreached or excluded. The nearest deadline comes first."`
	Publication string `placeholder:"STATE" help:"Texts in this state: waiting, published or withheld."`
	Appeal      string `placeholder:"STATE" help:"Appeals in this state: pending, granted or dismissed."`
	Unanswered  bool   `help:"Questions without an answer."`
}

// Run lists the ratings, all pages. JSON is one rating a line.
func (c *listRatings) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	query := url.Values{}
	for name, value := range map[string]string{"kind": c.Kind, "unit": c.Unit, "mending": c.Mending, "publication": c.Publication, "appeal": c.Appeal} {
		if value != "" {
			query.Set(name, value)
		}
	}
	if c.Unanswered {
		query.Set("unanswered", "true")
	}
	t := s.newTable("RATING", "DAY", "RECEIVER", "KIND", "GRADE", "MENDING", "DUE", "TEXT")
	for {
		page, err := client.Get[httpapi.RatingList](ctx, caller, "/v1/ratings", query)
		if err != nil {
			return err
		}
		for _, r := range page.Ratings {
			if s.asJSON() {
				if err := s.json(r); err != nil {
					return err
				}
				continue
			}
			due := string(r.Due)
			if r.Overdue {
				due += ", " + s.word("overdue")
			}
			t.Row(r.ID, string(r.Day), r.Unit, r.Kind, s.grade(r), string(r.Mending), due, r.Text)
		}
		if page.Next == "" {
			break
		}
		query.Set("cursor", page.Next)
	}
	if s.asJSON() {
		return nil
	}
	return s.table(t)
}

// grade returns the grade of a rating, for people.
func (s *session) grade(r httpapi.Rating) string {
	switch {
	case r.Question:
		return s.word("question")
	case s.Lang == "zh":
		return r.Grade.Text().ZH
	}
	return r.Grade.Text().EN
}

// ratingName names a rating on the command line.
type ratingName struct {
	ID string `arg:"" help:"Id of the rating or question."`
}

func (c *ratingName) path() string { return "/v1/ratings/" + url.PathEscape(c.ID) }

type showRating struct{ ratingName }

// Run shows a rating.
func (c *showRating) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	one, err := client.Get[httpapi.Rating](ctx, caller, c.path(), nil)
	if err != nil {
		return err
	}
	return s.printRating(one)
}

func (s *session) printRating(r httpapi.Rating) error {
	if s.asJSON() {
		return s.json(r)
	}
	facts := terminal.NewTable(s.word("rating"), terminal.Clean(r.ID))
	fact := func(name, value string) {
		if value != "" {
			facts.Row(s.word(name), value)
		}
	}
	said := func(t *httpapi.RatingText) string {
		if t == nil {
			return ""
		}
		return string(t.Day) + " " + t.Actor + ": " + t.Text
	}
	fact("rated on", string(r.Day))
	fact("unit", r.Unit)
	fact("kind", r.Kind)
	fact("grade", s.grade(r))
	fact("text", r.Text)
	fact("mending", string(r.Mending))
	fact("due", string(r.Due))
	fact("publication", string(r.Publication))
	fact("moderation", said(r.Moderation))
	fact("answer", said(r.Answer))
	fact("answer graded", r.AnswerGrade.String())
	fact("unreached", said(r.Unreached))
	if r.Appeal != nil {
		fact("appeal", string(r.Appeal.Cause)+", "+string(r.Appeal.State))
		fact("appeal reason", said(&r.Appeal.Reason))
		fact("decision", said(r.Appeal.Decision))
	}
	return s.printf("%s", facts)
}

type ratedItems struct{}

// Run shows the items. JSON is one item a line.
func (c *ratedItems) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	all, err := client.Get[httpapi.RatedItems](ctx, caller, "/v1/ratings/items", nil)
	if err != nil {
		return err
	}
	t := s.newTable("RECEIVER", "KIND", "RATINGS", "NOT BAD", "95 % INTERVAL", "EXCLUDED")
	for _, one := range all.Items {
		if s.asJSON() {
			if err := s.json(one); err != nil {
				return err
			}
			continue
		}
		t.Row(one.Unit, one.Kind, strconv.FormatInt(one.Ratings, 10), strconv.FormatInt(one.Good, 10),
			fmt.Sprintf("%.1f–%.1f %%", 100*one.Interval.Low, 100*one.Interval.High), strconv.FormatInt(one.Excluded, 10))
	}
	if s.asJSON() {
		return nil
	}
	return s.table(t)
}

// parseGrade reads a grade of the command line.
func parseGrade(text string) (ratings.Grade, error) {
	g, known := ratings.ParseGrade(text)
	if !known {
		names := make([]string, 0, len(ratings.Grades()))
		for _, one := range ratings.Grades() {
			names = append(names, one.String())
		}
		return g, fmt.Errorf("there is no grade %q; the grades are %s", text, strings.Join(names, ", "))
	}
	return g, nil
}

// exchangeName names an exchange of the caller's, whose link the daemon gives.
type exchangeName struct {
	Exchange string `arg:"" help:"Id of a finished exchange that you sent."`
	Grade    string `arg:"" help:"very-satisfied, satisfied, basically-satisfied, dissatisfied or very-dissatisfied."`
}

// link returns the link to rate the exchange.
func (c *exchangeName) link(ctx context.Context, caller *client.Client) (string, error) {
	x, err := client.Get[httpapi.Exchange](ctx, caller, "/v1/exchanges/"+url.PathEscape(c.Exchange), nil)
	if err != nil {
		return "", err
	}
	if x.Rate == nil {
		return "", fmt.Errorf("exchange %s cannot be rated: it is not finished, or you are not its sender", c.Exchange)
	}
	return x.Rate.Link, nil
}

type giveRating struct {
	exchangeName

	Unit       string            `placeholder:"PARTY" help:"The receiver that is rated, if there are several."`
	Comment    string            `placeholder:"TEXT" help:"At most 500 characters. Numbers of persons are masked."`
	Indicators map[string]string `placeholder:"NAME=GRADE" help:"Grades of efficiency, guide, convenience or operability, such as efficiency=satisfied."`
}

// Run rates the exchange and shows the rating.
func (c *giveRating) Run(ctx context.Context, s *session) error {
	grade, err := parseGrade(c.Grade)
	if err != nil {
		return err
	}
	draft := httpapi.RatingDraft{Unit: c.Unit, Grade: grade, Comment: c.Comment}
	known := map[string]ratings.Indicator{}
	for _, one := range ratings.AllIndicators() {
		known[one.Name] = one
	}
	for name, value := range c.Indicators {
		one, ok := known[name]
		if !ok {
			return fmt.Errorf("there is no indicator %q; the indicators are %s", name, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		if *one.Of(&draft.Indicators), err = parseGrade(value); err != nil {
			return err
		}
	}
	caller, err := s.client()
	if err != nil {
		return err
	}
	if draft.Link, err = c.link(ctx, caller); err != nil {
		return err
	}
	one, err := client.Post[httpapi.Rating](ctx, caller, "/v1/ratings", draft)
	if err != nil {
		return err
	}
	return s.printRating(one)
}

type gradeAnswer struct{ exchangeName }

// Run grades the answer and shows the rating.
func (c *gradeAnswer) Run(ctx context.Context, s *session) error {
	grade, err := parseGrade(c.Grade)
	if err != nil {
		return err
	}
	caller, err := s.client()
	if err != nil {
		return err
	}
	link, err := c.link(ctx, caller)
	if err != nil {
		return err
	}
	one, err := client.Post[httpapi.Rating](ctx, caller, "/v1/ratings/grade", httpapi.AnswerGrade{Link: link, Grade: grade})
	if err != nil {
		return err
	}
	return s.printRating(one)
}

type ratingAction struct {
	ratingName

	Step  string `arg:"" help:"answer, appeal, publish, withhold, unreached, grant or dismiss."`
	Text  string `arg:"" help:"The answer or the reason, at most 1,000 characters."`
	Cause string `placeholder:"CAUSE" help:"Of an appeal: mistaken or malicious."`
}

// Run takes the step and shows the rating.
func (c *ratingAction) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	one, err := client.Post[httpapi.Rating](ctx, caller, c.path()+"/step", httpapi.RatingStep{Step: c.Step, Text: c.Text, Cause: ratings.AppealCause(c.Cause)})
	if err != nil {
		return err
	}
	return s.printRating(one)
}
