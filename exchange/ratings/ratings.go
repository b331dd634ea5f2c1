package ratings

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
)

// Ratings are the use cases: of raters, of those who ask, of departments and of the staff.
type Ratings struct {
	Index     *Index
	Recorder  *exchange.Recorder // its fold is Index
	Links     *Links
	Exchanges Exchanges
	Calendar  Calendar // by which deadlines are set
}

// Exchanges are looked up by their ids: an [exchange.Journal].
type Exchanges interface {
	Current(ctx context.Context, id uuid.UUID) (exchange.Exchange, error)
}

// ItemsOf returns the items that a finished exchange was about, and none if it is not
// finished: one for each receiver. An exchange is finished once no delivery is open, or once
// it was refused behind the door.
func ItemsOf(x exchange.Exchange) []Item {
	var items []Item
	if x.State == exchange.SubmissionRejection {
		for _, unit := range x.Receivers {
			items = append(items, Item{x.Identity.Kind, unit})
		}
		return items
	}
	for i := range x.Deliveries {
		if x.Deliveries[i].State.Open() {
			return nil
		}
		items = append(items, Item{x.Identity.Kind, x.Deliveries[i].Receiver})
	}
	return items
}

// A Ticket is what a link lets a rater do.
type Ticket struct {
	Until  time.Time
	Items  []Item  // of which one is rated
	Remark *Remark // the rating that was given, or nil
	id     string
}

// Open returns what a link to rate is for. It fails as [Links.Open] does, with code
// rating-link if the exchange is not kept any more, and with code not-finished.
func (r Ratings) Open(ctx context.Context, link string, at time.Time) (Ticket, error) {
	one, err := r.Links.Open(link, at)
	if err != nil {
		return Ticket{}, err
	}
	if one.Exchange == uuid.Nil {
		return Ticket{}, errLink()
	}
	x, err := r.Exchanges.Current(ctx, one.Exchange)
	switch {
	case err != nil && exchange.KindOf(err) == exchange.NotFound, err == nil && x.Identity.Sender != one.Party:
		return Ticket{}, errLink()
	case err != nil:
		return Ticket{}, err
	}
	t := Ticket{Until: one.Until, Items: ItemsOf(x), id: r.Links.ratingID(one.Exchange, one.Party)}
	if err := r.Recorder.Wait(ctx); err != nil { // another node may have recorded a rating a moment ago
		return Ticket{}, err
	}
	found, exists, err := r.Index.Remark(ctx, t.id)
	if err != nil {
		return Ticket{}, err
	}
	if exists {
		t.Remark = &found
	} else if len(t.Items) == 0 {
		return Ticket{}, &exchange.Error{Op: "rate exchange", Kind: exchange.Stale, Code: "not-finished", Err: exchange.Because(
			"the exchange is not finished: a receiver has still to acknowledge it", "该交换尚未办结：仍有接收方未签收")}
	}
	return t, nil
}

// Of returns the rating that a sender has given of an exchange, and false if there is none.
func (r Ratings) Of(ctx context.Context, id uuid.UUID, sender string) (Remark, bool, error) {
	return r.Index.Remark(ctx, r.Links.ratingID(id, sender))
}

// A Draft is a rating that is to be given.
type Draft struct {
	Unit    string // that is rated; may be "" if the exchange has one receiver
	Grade   Grade
	Grades  Indicators
	Comment string // 0 to MaxComment characters
}

// Rate gives a rating by a link. It fails as Open does, with an [*exchange.Error] of code
// already-rated if the exchange was rated, of code rating-unit if the exchange has no such
// receiver, of code rating-grade if a grade is missing, and of code rating-text.
func (r Ratings) Rate(ctx context.Context, link string, d Draft, at time.Time) (Remark, error) {
	t, err := r.Open(ctx, link, at)
	if err != nil {
		return Remark{}, err
	}
	if t.Remark != nil {
		return Remark{}, errRated()
	}
	item, err := t.item(d.Unit)
	if err != nil {
		return Remark{}, err
	}
	if d.Grade == NoGrade {
		return Remark{}, errGrade()
	}
	comment, err := readText(d.Comment, 0, MaxComment)
	if err != nil {
		return Remark{}, err
	}
	day := DayOf(at)
	given := detail{Day: day, Item: item, Grade: d.Grade, Grades: d.Grades, Text: Mask(comment)}
	if d.Grade.Bad() {
		given.Due = r.Calendar.After(day, MendingDays)
	}
	return r.append(ctx, newEvent(RatingGiven, t.id, given), errRated)
}

// item returns the item of a unit, or the only one.
func (t Ticket) item(unit string) (Item, error) {
	var units []string
	for _, one := range t.Items {
		if one.Unit == unit || unit == "" && len(t.Items) == 1 {
			return one, nil
		}
		units = append(units, one.Unit)
	}
	return Item{}, &exchange.Error{Op: "rate exchange", Kind: exchange.BadRequest, Code: "rating-unit", Err: exchange.Because(
		"name the unit that is rated, one of: %s", "请指明被评价的单位，应为以下之一：%s", strings.Join(units, ", "))}
}

// GradeAnswer says by a link to rate, or by one of a question, whether the answer of the
// department satisfies. If the rating is bad, this is the visit back. It fails as Open does,
// and with an [*exchange.Error] of code rating-state if there is no answer or it was graded.
func (r Ratings) GradeAnswer(ctx context.Context, link string, g Grade, at time.Time) (Remark, error) {
	id, err := r.subject(ctx, link, at)
	if err != nil {
		return Remark{}, err
	}
	if g == NoGrade {
		return Remark{}, errGrade()
	}
	e := newEvent(RemarkAnswerGraded, id, detail{Day: DayOf(at), Grade: g})
	if err := r.check(ctx, e); err != nil {
		return Remark{}, err
	}
	return r.append(ctx, e, func() error { return errState(e.name) })
}

// subject returns the id of the remark that a link is about.
func (r Ratings) subject(ctx context.Context, link string, at time.Time) (string, error) {
	one, err := r.Links.Open(link, at)
	if err != nil {
		return "", err
	}
	if one.Exchange == uuid.Nil {
		return one.Party, nil
	}
	t, err := r.Open(ctx, link, at)
	return t.id, err
}

// Ask asks a question about an item. It returns a link by which the asker reads the answer
// and says whether it satisfies. It fails with an [*exchange.Error] of code rating-text. The
// caller has checked that there is such an item.
func (r Ratings) Ask(ctx context.Context, item Item, text string, at time.Time) (q Remark, link string, err error) {
	text, err = readText(text, 2, MaxComment)
	if err != nil {
		return Remark{}, "", err
	}
	id := uuid.NewString()
	q, err = r.append(ctx, newEvent(QuestionAsked, id, detail{Day: DayOf(at), Item: item, Text: Mask(text)}), errRated)
	if err != nil {
		return Remark{}, "", err
	}
	return q, r.Links.Seal(Link{Party: id, Until: DayOf(at).Begin().AddDate(1, 0, 0)}), nil
}

// Asked returns the question that a link is about. It fails as [Links.Open] does.
func (r Ratings) Asked(ctx context.Context, link string, at time.Time) (Remark, error) {
	one, err := r.Links.Open(link, at)
	if err != nil {
		return Remark{}, err
	}
	if one.Exchange != uuid.Nil {
		return Remark{}, errLink()
	}
	q, found, err := r.Index.Remark(ctx, one.Party)
	if err == nil && !found {
		err = errLink()
	}
	return q, err
}

// append makes an event durable and returns the remark as the record has it. It fails with
// what lost returns if another event came first.
func (r Ratings) append(ctx context.Context, e event, lost func() error) (Remark, error) {
	raw, err := e.record()
	if err == nil {
		err = r.Recorder.Append(ctx, raw)
	}
	if err != nil {
		return Remark{}, err
	}
	found, exists, err := r.Index.Remark(ctx, e.id)
	switch {
	case err != nil:
		return Remark{}, err
	case !exists:
		return Remark{}, fmt.Errorf("remark %s is not in the index that has its event", e.id)
	case !found.has(e.detail.Token):
		return Remark{}, lost()
	}
	return found, nil
}

// check fails if an event cannot happen to its remark now, so that the record has no event
// that changes nothing but those that collide.
func (r Ratings) check(ctx context.Context, e event) error {
	found, exists, err := r.Index.Remark(ctx, e.id)
	switch {
	case err != nil:
		return err
	case !exists:
		return errNoRemark()
	case !found.May(e.name):
		return errState(e.name)
	}
	return nil
}

func errRated() error {
	return &exchange.Error{Op: "rate exchange", Kind: exchange.Stale, Code: "already-rated", Err: exchange.Because(
		"the exchange was rated: each is rated once", "该交换已评价：一事一评，不可重复评价")}
}

func errGrade() error {
	return &exchange.Error{Op: "read grade", Kind: exchange.BadRequest, Code: "rating-grade", Err: exchange.Because(
		"choose one of the five grades: very-satisfied, satisfied, basically-satisfied, dissatisfied, very-dissatisfied",
		"请选择五个等级之一：非常满意、满意、基本满意、不满意、非常不满意")}
}

func errState(name exchange.State) error {
	return &exchange.Error{Op: "change rating", Kind: exchange.Stale, Code: "rating-state", Err: exchange.Because(
		"the rating or question is not in a state in which this can be done (%s): it was done before, or something else comes first",
		"该评价或咨询的当前状态不允许此操作（%s）：可能已办理，或须先办理其他事项", name)}
}

func errNoRemark() error {
	return &exchange.Error{Op: "find rating", Kind: exchange.NotFound, Code: "no-rating", Err: exchange.Because(
		"there is no such rating or question, or none that you may see", "没有该评价或咨询，或您无权查看")}
}
