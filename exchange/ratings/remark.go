package ratings

import (
	"slices"

	"beibu/exchange"
)

// An Item is a thing that a department does for others: it takes documents of a kind.
type Item struct {
	Kind string `json:"kind"` // of document
	Unit string `json:"unit"` // the party that receives it
}

// A Mending says how far the department has come with a bad rating.
type Mending string

// The states of mending.
const (
	NotNeeded   Mending = ""            // the rating is not bad
	Open        Mending = "open"        // the department has to answer until the deadline
	Answered    Mending = "answered"    // the department has; the rater is asked whether that satisfies
	Contented   Mending = "satisfied"   // visited back: the answer satisfies the rater
	Discontent  Mending = "unsatisfied" // visited back: it does not
	Unreached   Mending = "unreached"   // the rater did not say whether it does
	ExcludedOne Mending = "excluded"    // the rating was mistaken or malicious
)

// Mendings returns all states of mending of a bad rating.
func Mendings() []Mending {
	return []Mending{Open, Answered, Contented, Discontent, Unreached, ExcludedOne}
}

// A Publication says whether the public sees the text of a remark.
type Publication string

// The states of publication.
const (
	NoText    Publication = ""          // there is none
	Waiting   Publication = "waiting"   // for an operator
	Published Publication = "published" // the public sees it
	Withheld  Publication = "withheld"  // the public does not, for a reason that is kept
)

// Publications returns all states of publication of a text.
func Publications() []Publication { return []Publication{Waiting, Published, Withheld} }

// An AppealCause is why a department appeals.
type AppealCause string

// The causes of appeals (GB/T 39735-2020).
const (
	Mistaken  AppealCause = "mistaken"  // it is not about this department or item
	Malicious AppealCause = "malicious" // it is meant to harm
)

// An AppealState says how far an appeal has come.
type AppealState string

// The states of appeals.
const (
	NoAppeal  AppealState = ""
	Pending   AppealState = "pending"   // for a decision
	Granted   AppealState = "granted"   // the rating is excluded
	Dismissed AppealState = "dismissed" // the rating counts
)

// AppealStates returns all states of an appeal.
func AppealStates() []AppealState { return []AppealState{Pending, Granted, Dismissed} }

// A Said is what somebody of a department or of the staff has written.
type Said struct {
	Text  string `json:"text"`
	Actor string `json:"actor"`
	Day   Day    `json:"day"`
	Token string `json:"token"` // of the event
}

// An Appeal is that of a department against a rating.
type Appeal struct {
	Cause    AppealCause `json:"cause"`
	By       Said        `json:"by"`
	State    AppealState `json:"state"`
	Decision *Said       `json:"decision,omitempty"`
}

// A Remark is a rating or a question, and what became of it.
type Remark struct {
	ID       string      `json:"-"` // says nothing about the rater
	Sequence int64       `json:"-"` // in the record
	Question bool        `json:"question,omitempty"`
	Item     Item        `json:"item"`
	Day      Day         `json:"day"`
	Token    string      `json:"token"` // of the event
	Text     string      `json:"text,omitempty"`
	Grade    Grade       `json:"grade,omitzero"` // of a rating
	Grades   Indicators  `json:"indicators,omitzero"`
	Mending  Mending     `json:"mending,omitempty"`
	Due      Day         `json:"due,omitempty"` // the last day on which a bad rating can be mended in time
	Public   Publication `json:"public,omitempty"`

	Moderated   *Said   `json:"moderated,omitempty"` // by whom and why Public is what it is
	Answer      *Said   `json:"answer,omitempty"`    // of the department
	AnswerGrade Grade   `json:"answerGrade,omitzero"`
	GradeToken  string  `json:"gradeToken,omitempty"`
	Unreached   *Said   `json:"unreached,omitempty"` // why the rater could not be visited back
	Appeal      *Appeal `json:"appeal,omitempty"`
}

// Overdue reports whether a bad rating was not mended in time, on a day.
func (r *Remark) Overdue(today Day) bool {
	return r.Mending == Open && today > r.Due || r.Due != "" && r.Answer != nil && r.Answer.Day > r.Due
}

// Excluded reports whether the rating is counted apart.
func (r *Remark) Excluded() bool { return r.Appeal != nil && r.Appeal.State == Granted }

// The names of the events of a remark.
const (
	RatingGiven        exchange.State = "RatingGiven"
	QuestionAsked      exchange.State = "QuestionAsked"
	RemarkAnswered     exchange.State = "RemarkAnswered"
	RemarkAnswerGraded exchange.State = "RemarkAnswerGraded"
	RemarkPublished    exchange.State = "RemarkPublished"
	RemarkWithheld     exchange.State = "RemarkWithheld"
	RaterUnreached     exchange.State = "RaterUnreached"
	RatingAppealed     exchange.State = "RatingAppealed"
	AppealGranted      exchange.State = "AppealGranted"
	AppealDismissed    exchange.State = "AppealDismissed"
)

// may is the one table of what can happen to a remark.
var may = map[exchange.State]func(*Remark) bool{
	RemarkAnswered:     func(r *Remark) bool { return r.Answer == nil && !r.Excluded() },
	RemarkAnswerGraded: func(r *Remark) bool { return r.Answer != nil && r.AnswerGrade == NoGrade },
	RemarkPublished:    func(r *Remark) bool { return r.Public == Waiting || r.Public == Withheld },
	RemarkWithheld:     func(r *Remark) bool { return r.Public == Waiting || r.Public == Published },
	RaterUnreached:     func(r *Remark) bool { return r.Mending == Answered },
	RatingAppealed:     func(r *Remark) bool { return !r.Question && r.Appeal == nil },
	AppealGranted:      func(r *Remark) bool { return r.Appeal != nil && r.Appeal.State == Pending },
	AppealDismissed:    func(r *Remark) bool { return r.Appeal != nil && r.Appeal.State == Pending },
}

// Events returns the names of what can happen to a remark once it exists, in order.
func Events() []exchange.State {
	var names []exchange.State
	for name := range may {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// May reports whether an event can happen to the remark now.
func (r *Remark) May(name exchange.State) bool {
	fits, known := may[name]
	return known && fits(r)
}

// apply changes the remark by an event, and reports whether it could happen. An event that
// cannot changes nothing, so that of two that collide the first counts, on every node.
func (r *Remark) apply(e event) bool {
	if !r.May(e.name) {
		return false
	}
	said := &Said{Text: e.detail.Text, Actor: e.actor, Day: e.detail.Day, Token: e.detail.Token}
	switch e.name { //nolint:exhaustive // the table has no others
	case RemarkAnswered:
		r.Answer = said
		if r.Mending == Open {
			r.Mending = Answered
		}
	case RemarkAnswerGraded:
		r.gradeAnswer(e.detail)
	case RemarkPublished:
		r.Public, r.Moderated = Published, said
	case RemarkWithheld:
		r.Public, r.Moderated = Withheld, said
	case RaterUnreached:
		r.Mending, r.Unreached = Unreached, said
	case RatingAppealed:
		r.Appeal = &Appeal{Cause: e.detail.Cause, By: *said, State: Pending}
	case AppealGranted:
		r.Appeal.State, r.Appeal.Decision = Granted, said
		if r.Mending != NotNeeded {
			r.Mending = ExcludedOne
		}
	case AppealDismissed:
		r.Appeal.State, r.Appeal.Decision = Dismissed, said
	}
	return true
}

// gradeAnswer keeps what the rater says of the answer. If the rating is bad, this is the
// visit back.
func (r *Remark) gradeAnswer(d detail) {
	r.AnswerGrade, r.GradeToken = d.Grade, d.Token
	switch {
	case r.Mending != Answered && r.Mending != Unreached:
	case d.Grade.Bad():
		r.Mending = Discontent
	default:
		r.Mending = Contented
	}
}

// has reports whether an event with a token is among those that count.
func (r *Remark) has(token string) bool {
	said := []*Said{r.Moderated, r.Answer, r.Unreached}
	if r.Appeal != nil {
		said = append(said, &r.Appeal.By, r.Appeal.Decision)
	}
	return r.Token == token || r.GradeToken == token ||
		slices.ContainsFunc(said, func(one *Said) bool { return one != nil && one.Token == token })
}
