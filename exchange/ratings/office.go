package ratings

import (
	"context"
	"slices"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
)

// Find returns a remark that somebody may see. It fails with an [*exchange.Error] of code
// no-rating.
func (r Ratings) Find(ctx context.Context, who access.Principal, id string) (Remark, error) {
	one, found, err := r.Index.Remark(ctx, id)
	if err == nil && (!found || !who.Covers(access.ReadRatings, one.Item.Unit, one.Item.Kind)) {
		err = errNoRemark()
	}
	return one, err
}

// A Step is what a department or somebody of the staff does about a remark.
type Step struct {
	Name  exchange.State // one of [Events], but that of the rater
	Text  string         // the answer or the reason: 1 to MaxAnswer characters
	Cause AppealCause    // of an appeal
}

// steps says what each step takes.
var steps = map[exchange.State]access.Action{
	RemarkAnswered:  access.AnswerRating,
	RatingAppealed:  access.AnswerRating,
	RemarkPublished: access.ModerateRating,
	RemarkWithheld:  access.ModerateRating,
	RaterUnreached:  access.ModerateRating,
	AppealGranted:   access.DecideAppeal,
	AppealDismissed: access.DecideAppeal,
}

// ActionOf returns the action that a step takes.
func ActionOf(name exchange.State) access.Action { return steps[name] }

// May reports whether somebody may take a step about a remark now.
func May(who access.Principal, one *Remark, name exchange.State) bool {
	return one.May(name) && permit(who, one, name) == nil
}

// permit fails unless somebody may take a step about a remark: a department about what is
// said of it, and somebody else than the department and the person who appealed about the
// appeal.
func permit(who access.Principal, one *Remark, name exchange.State) error {
	action := steps[name]
	if err := who.May(action); err != nil {
		return err
	}
	if !who.Covers(action, one.Item.Unit, one.Item.Kind) {
		return errNoRemark()
	}
	if action == access.DecideAppeal && (who.Party == one.Item.Unit || one.Appeal != nil && one.Appeal.By.Actor == who.Name) {
		return &exchange.Error{Op: "decide appeal", Kind: exchange.Forbidden, Code: "own-appeal", Err: exchange.Because(
			"an appeal is decided by somebody who is neither of the department nor the person who appealed",
			"申诉须由非本单位且非申诉人的人员决定")}
	}
	return nil
}

// Take takes a step about a remark. It fails with an [*exchange.Error]: of code no-rating, of
// code rating-state if the step cannot be taken now, of kind Forbidden, of code own-appeal, of
// code appeal-cause, and of code rating-text.
func (r Ratings) Take(ctx context.Context, who access.Principal, id string, s Step, at time.Time) (Remark, error) {
	one, err := r.Find(ctx, who, id)
	if err == nil {
		err = permit(who, &one, s.Name)
	}
	if err != nil {
		return Remark{}, err
	}
	if s.Name == RatingAppealed && !slices.Contains([]AppealCause{Mistaken, Malicious}, s.Cause) {
		return Remark{}, &exchange.Error{Op: "appeal", Kind: exchange.BadRequest, Code: "appeal-cause", Err: exchange.Because(
			"an appeal has a cause: mistaken or malicious", "申诉须注明原因：mistaken（误评）或 malicious（恶意）")}
	}
	text, err := readText(s.Text, 1, MaxAnswer)
	if err != nil {
		return Remark{}, err
	}
	e := newEvent(s.Name, id, detail{Day: DayOf(at), Text: text, Cause: s.Cause})
	e.actor = who.Name
	if err := r.check(ctx, e); err != nil {
		return Remark{}, err
	}
	return r.append(ctx, e, func() error { return errState(s.Name) })
}

// maxPages bounds the pages that are read for one page of a list.
const maxPages = 10

// List returns the remarks of a query that somebody may see, and the sequence to continue
// after, or 0 at the end.
func (r Ratings) List(ctx context.Context, who access.Principal, q Query) (visible []Remark, next int64, err error) {
	if who.OnlyForParty(access.ReadRatings) {
		q.Units = []string{who.Party}
	}
	if q.Limit <= 0 || q.Limit > exchange.MaxPage {
		q.Limit = exchange.DefaultPage
	}
	for range maxPages {
		page, after, err := r.Index.Remarks(ctx, q)
		if err != nil {
			return nil, 0, err
		}
		for i := range page {
			if who.Covers(access.ReadRatings, page[i].Item.Unit, page[i].Item.Kind) {
				visible = append(visible, page[i])
			}
			if len(visible) == q.Limit && (i < len(page)-1 || after != 0) {
				return visible, page[i].Sequence, nil
			}
		}
		if q.Before = after; after == 0 {
			break
		}
	}
	return visible, q.Before, nil
}
