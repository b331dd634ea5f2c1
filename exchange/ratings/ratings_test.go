package ratings_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/ratings"
	"beibu/queue"
)

const (
	carnet = "pearls-beihai-laem-chabang"
	permit = "drinking-water-tieshan"
)

// An exchange is rated once it is finished, and once.
func TestRateOnce(t *testing.T) {
	w := newWorld(t)
	r := w.node()
	x := w.submit(samples.carnet())
	link, _ := r.Links.Offer(x.ID, port, noon)
	draft := ratings.Draft{Grade: ratings.Satisfied, Comment: " quick, call 13800138000\r\n"}
	if _, err := r.Rate(t.Context(), link, draft, noon); codeOf(err) != "not-finished" {
		t.Fatal(err)
	}
	w.finish(x)
	got, err := r.Rate(t.Context(), link, draft, noon)
	if err != nil {
		t.Fatal(err)
	}
	if got.Text != "quick, call "+ratings.Masked || got.Item != (ratings.Item{Kind: "ata-carnet", Unit: office}) || got.Day != "2026-11-30" ||
		got.Mending != ratings.NotNeeded || got.Public != ratings.Waiting {
		t.Errorf("%+v", got)
	}
	if _, err := r.Rate(t.Context(), link, draft, noon); codeOf(err) != "already-rated" {
		t.Errorf("a second rating: %v", err)
	}
	later, _ := r.Links.Offer(x.ID, port, noon.AddDate(0, 0, 5))
	if _, err := r.Rate(t.Context(), later, draft, noon.AddDate(0, 0, 5)); codeOf(err) != "already-rated" {
		t.Errorf("a second rating by a later link: %v", err)
	}
	if _, found, err := r.Of(t.Context(), x.ID, port); !found || err != nil {
		t.Error(found, err)
	}
}

// A link is for one exchange of one sender, and for nothing else.
func TestLinkOfAnother(t *testing.T) {
	w := newWorld(t)
	r := w.node()
	x := w.submit(samples.carnet())
	w.finish(x)
	until := noon.Add(time.Hour)
	for name, one := range map[string]ratings.Link{
		"of another party": {Exchange: x.ID, Party: office, Until: until},
		"of no exchange":   {Exchange: uuid.New(), Party: port, Until: until},
		"of a question":    {Party: uuid.NewString(), Until: until},
	} {
		if _, err := r.Rate(t.Context(), r.Links.Seal(one), ratings.Draft{Grade: ratings.Satisfied}, noon); codeOf(err) != "rating-link" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDraftsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	r := w.node()
	one, two := w.offered(samples.carnet()), w.offered(samples.permit())
	for _, c := range []struct {
		link  string
		draft ratings.Draft
		code  string
	}{
		{one, ratings.Draft{}, "rating-grade"},
		{one, ratings.Draft{Grade: ratings.Satisfied, Unit: other}, "rating-unit"},
		{one, ratings.Draft{Grade: ratings.Satisfied, Comment: strings.Repeat("字", 501)}, "rating-text"},
		{one, ratings.Draft{Grade: ratings.Satisfied, Comment: "\xff"}, "rating-text"},
		{two, ratings.Draft{Grade: ratings.Satisfied}, "rating-unit"}, // of two receivers, one is named
	} {
		if _, err := r.Rate(t.Context(), c.link, c.draft, noon); codeOf(err) != c.code {
			t.Errorf("%+v: %v, want %s", c.draft, err, c.code)
		}
	}
	if _, err := r.Rate(t.Context(), two, ratings.Draft{Grade: ratings.Satisfied, Unit: other}, noon); err != nil {
		t.Error(err)
	}
}

// Two nodes rate one exchange at once: the first in the record counts, on both.
func TestTwoNodesAtOnce(t *testing.T) {
	w := newWorld(t)
	nodes := []ratings.Ratings{w.node(), w.node()}
	link := w.offered(samples.carnet())
	// Both have looked before either has recorded.
	wait := newBarrier(2)
	errs := make([]error, 2)
	var g errgroup.Group
	for i, node := range nodes {
		node.Recorder = &exchange.Recorder{Appender: held{w.Store, wait}, Feed: w.Store, Fold: node.Index}
		g.Go(func() error {
			_, errs[i] = node.Rate(context.WithoutCancel(t.Context()), link, ratings.Draft{Grade: ratings.Grade(i + 1)}, noon)
			return nil
		})
	}
	_ = g.Wait()
	if (errs[0] == nil) == (errs[1] == nil) || codeOf(errs[0])+codeOf(errs[1]) != "already-rated" {
		t.Fatalf("%v, %v", errs[0], errs[1])
	}
	var seen []ratings.Remark
	for _, node := range nodes {
		if err := node.Recorder.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		page, _, err := node.Index.Remarks(t.Context(), ratings.Query{})
		if err != nil || len(page) != 1 {
			t.Fatal(page, err)
		}
		all, err := node.Index.Summaries(t.Context())
		if s := all[page[0].Item]; err != nil || s.Overall.Total() != 1 {
			t.Errorf("%+v, %v", s, err)
		}
		seen = append(seen, page[0])
	}
	if diff := cmp.Diff(seen[0], seen[1]); diff != "" {
		t.Error(diff)
	}
}

// The record and the index have nothing by which the rater or the exchange can be found.
func TestRaterIsNotKept(t *testing.T) {
	w := newWorld(t)
	r := w.node()
	x := w.submit(samples.carnet())
	w.finish(x)
	link, _ := r.Links.Offer(x.ID, port, noon)
	one, err := r.Rate(t.Context(), link, ratings.Draft{Grade: ratings.Dissatisfied, Comment: "slow"}, noon)
	if err != nil {
		t.Fatal(err)
	}
	var events int
	err = w.Store.Follow(t.Context(), 0, func(_ context.Context, changes []queue.Change) error {
		for _, c := range changes {
			if c.Event == nil || c.Event.Subject.Kind != queue.SubjectRating {
				continue
			}
			events++
			for _, what := range []string{port, x.ID.String(), string(x.ID[:]), x.Identity.Number, link} {
				if bytes.Contains(c.Event.Detail, []byte(what)) || strings.Contains(c.Event.Subject.ID+c.Event.Receiver, what) {
					t.Errorf("the record has %q: %s %s", what, c.Event.Subject.ID, c.Event.Detail)
				}
			}
			if !c.Event.At.Equal(ratings.Day("2026-11-30").Begin()) {
				t.Errorf("the record has the moment %s", c.Event.At)
			}
		}
		if events > 0 {
			return errSeen
		}
		return nil
	})
	if events != 1 {
		t.Error(events, err)
	}
	if one.ID == strings.ReplaceAll(x.ID.String(), "-", "") {
		t.Error("the id is that of the exchange")
	}
}

// A bad rating is answered by its department alone, within fifteen working days, and the
// rater says by the link whether that satisfies.
func TestMending(t *testing.T) {
	w := newWorld(t)
	r := w.node()
	link := w.offered(samples.carnet())
	bad, err := r.Rate(t.Context(), link, ratings.Draft{Grade: ratings.VeryDissatisfied, Comment: "slow"}, noon)
	if err != nil || bad.Mending != ratings.Open || bad.Due != "2026-12-21" {
		t.Fatalf("%+v, %v", bad, err)
	}
	if bad.Overdue("2026-12-21") || !bad.Overdue("2026-12-22") {
		t.Error("it is overdue after the last day, and not before")
	}
	take := func(who access.Principal, name exchange.State, at time.Time) (ratings.Remark, error) {
		return r.Take(t.Context(), who, bad.ID, ratings.Step{Name: name, Text: "we call back"}, at)
	}
	if _, err := r.GradeAnswer(t.Context(), link, ratings.Satisfied, noon); codeOf(err) != "rating-state" {
		t.Errorf("no answer yet: %v", err)
	}
	if _, err := take(access.Principal{Name: "x", Party: other}, ratings.RemarkAnswered, noon); codeOf(err) != "no-rating" {
		t.Errorf("another department: %v", err)
	}
	if _, err := take(operator, ratings.RemarkAnswered, noon); exchange.KindOf(err) != exchange.Forbidden {
		t.Errorf("an operator: %v", err)
	}
	if _, err := take(operator, ratings.RaterUnreached, noon); codeOf(err) != "rating-state" {
		t.Errorf("unreached before an answer: %v", err)
	}
	late := ratings.Day("2026-12-22").Begin()
	answered, err := take(department, ratings.RemarkAnswered, late)
	if err != nil || answered.Mending != ratings.Answered || answered.Answer.Actor != "clerk" || !answered.Overdue("2026-12-23") {
		t.Fatalf("%+v, %v", answered, err)
	}
	if _, err := take(department, ratings.RemarkAnswered, late); codeOf(err) != "rating-state" {
		t.Errorf("a second answer: %v", err)
	}
	visited, err := r.GradeAnswer(t.Context(), link, ratings.Dissatisfied, noon)
	if err != nil || visited.Mending != ratings.Discontent || visited.AnswerGrade != ratings.Dissatisfied {
		t.Fatalf("%+v, %v", visited, err)
	}
	if _, err := r.GradeAnswer(t.Context(), link, ratings.Satisfied, noon); codeOf(err) != "rating-state" {
		t.Errorf("a second grade: %v", err)
	}
}

// An appeal is decided by somebody who is neither of the department nor who appealed. What
// is excluded is counted apart.
func TestAppeal(t *testing.T) {
	w := newWorld(t)
	r := w.node()
	bad, err := r.Rate(t.Context(), w.offered(samples.carnet()), ratings.Draft{Grade: ratings.Dissatisfied, Grades: ratings.Indicators{Guide: ratings.Dissatisfied}}, noon)
	if err != nil {
		t.Fatal(err)
	}
	take := func(who access.Principal, s ratings.Step) (ratings.Remark, error) {
		return r.Take(t.Context(), who, bad.ID, s, noon)
	}
	if _, err := take(department, ratings.Step{Name: ratings.RatingAppealed, Text: "not ours"}); codeOf(err) != "appeal-cause" {
		t.Error(err)
	}
	if _, err := take(department, ratings.Step{Name: ratings.RatingAppealed, Cause: ratings.Mistaken}); codeOf(err) != "rating-text" {
		t.Error(err)
	}
	both := department
	both.Grants = access.Everywhere(access.ApproverRole)
	if _, err := take(both, ratings.Step{Name: ratings.RatingAppealed, Text: "not ours", Cause: ratings.Mistaken}); err != nil {
		t.Fatal(err)
	}
	grant := ratings.Step{Name: ratings.AppealGranted, Text: "another unit is meant"}
	for who, p := range map[string]access.Principal{"of the department": both, "who appealed": staff("clerk", access.ApproverRole)} {
		if _, err := take(p, grant); codeOf(err) != "own-appeal" {
			t.Errorf("by somebody %s: %v", who, err)
		}
	}
	if _, err := take(operator, grant); exchange.KindOf(err) != exchange.Forbidden {
		t.Error(err)
	}
	got, err := take(approver, grant)
	if err != nil || got.Mending != ratings.ExcludedOne || !got.Excluded() || got.Appeal.Decision.Text != grant.Text {
		t.Fatalf("%+v, %v", got, err)
	}
	all, err := r.Index.Summaries(t.Context())
	if s := all[bad.Item]; err != nil || s.Excluded != 1 || s.Overall.Total() != 0 || s.Indicators[1].Total() != 0 {
		t.Errorf("%+v, %v", s, err)
	}
}

// A text waits for an operator, and what is withheld has a reason.
func TestModeration(t *testing.T) {
	w := newWorld(t)
	r := w.node()
	one, err := r.Rate(t.Context(), w.offered(samples.carnet()), ratings.Draft{Grade: ratings.Satisfied, Comment: "good"}, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		name exchange.State
		want ratings.Publication
	}{{ratings.RemarkWithheld, ratings.Withheld}, {ratings.RemarkPublished, ratings.Published}, {ratings.RemarkWithheld, ratings.Withheld}} {
		got, err := r.Take(t.Context(), operator, one.ID, ratings.Step{Name: s.name, Text: "checked"}, noon)
		if err != nil || got.Public != s.want || got.Moderated.Text != "checked" || got.Moderated.Actor != "operator" {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if _, err := r.Take(t.Context(), department, one.ID, ratings.Step{Name: ratings.RemarkWithheld, Text: "x"}, noon); exchange.KindOf(err) != exchange.Forbidden {
		t.Errorf("a department: %v", err)
	}
}

// A question is asked by anybody, answered by the department, and the asker grades the answer.
func TestQuestion(t *testing.T) {
	w := newWorld(t)
	r := w.node()
	item := ratings.Item{Kind: "ata-carnet", Unit: office}
	q, link, err := r.Ask(t.Context(), item, "What does it take?", noon)
	if err != nil || !q.Question || q.Public != ratings.Waiting {
		t.Fatalf("%+v, %v", q, err)
	}
	if _, err := r.Rate(t.Context(), link, ratings.Draft{Grade: ratings.Satisfied}, noon); codeOf(err) != "rating-link" {
		t.Errorf("a question is rated: %v", err)
	}
	if _, err := r.Take(t.Context(), department, q.ID, ratings.Step{Name: ratings.RatingAppealed, Text: "x", Cause: ratings.Mistaken}, noon); codeOf(err) != "rating-state" {
		t.Errorf("an appeal against a question: %v", err)
	}
	unsolved, _, err := r.List(t.Context(), department, ratings.Query{Unsolved: true})
	if err != nil || len(unsolved) != 1 {
		t.Fatal(unsolved, err)
	}
	if _, err := r.Take(t.Context(), department, q.ID, ratings.Step{Name: ratings.RemarkAnswered, Text: "A general list."}, noon); err != nil {
		t.Fatal(err)
	}
	if got, err := r.GradeAnswer(t.Context(), link, ratings.VerySatisfied, noon); err != nil || got.AnswerGrade != ratings.VerySatisfied || got.Mending != ratings.NotNeeded {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := r.Asked(t.Context(), link, noon); err != nil || got.Answer.Text != "A general list." {
		t.Errorf("%+v, %v", got, err)
	}
	if all, _ := r.Index.Summaries(t.Context()); len(all) != 0 {
		t.Errorf("a question is counted: %+v", all)
	}
}

// Lists: each sees what is its own, in pages, and the nearest deadline comes first.
func TestLists(t *testing.T) {
	w := newWorld(t)
	r := w.node()
	x := w.submit(samples.permit())
	w.finish(x)
	for i := range 5 {
		unit := []string{office, other}[i%2]
		// A link for each of five senders, as if there were as many exchanges.
		_, _, err := r.Ask(t.Context(), ratings.Item{Kind: "health-permit", Unit: unit}, "What about it?", noon)
		if err != nil {
			t.Fatal(err)
		}
	}
	count := func(who access.Principal, q ratings.Query) (n int) {
		t.Helper()
		for {
			page, next, err := r.List(t.Context(), who, q)
			if err != nil {
				t.Fatal(err)
			}
			n += len(page)
			if next == 0 {
				return n
			}
			q.Before = next
		}
	}
	yes, no := true, false
	for _, c := range []struct {
		who  access.Principal
		q    ratings.Query
		want int
	}{
		{operator, ratings.Query{Limit: 2}, 5},
		{department, ratings.Query{Limit: 1}, 3},
		{department, ratings.Query{Item: ratings.Item{Unit: other}}, 0},
		{operator, ratings.Query{Item: ratings.Item{Unit: other}}, 2},
		{operator, ratings.Query{Item: ratings.Item{Kind: "ata-carnet"}}, 0},
		{operator, ratings.Query{Questions: &yes}, 5},
		{operator, ratings.Query{Questions: &no}, 0},
		{operator, ratings.Query{Public: ratings.Waiting}, 5},
		{operator, ratings.Query{Mending: ratings.Open}, 0},
		{operator, ratings.Query{Appeal: ratings.Pending}, 0},
	} {
		if got := count(c.who, c.q); got != c.want {
			t.Errorf("%+v by %s: %d, want %d", c.q, c.who.Name, got, c.want)
		}
	}
}
