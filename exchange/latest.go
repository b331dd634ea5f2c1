package exchange

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"beibu/exchange/facts/codes"
)

// A LatestAnswer is the newest answer of one party to an exchange, as lists show it. The
// newest is the one whose entry is the last in the record, whenever it was released if it
// was held.
type LatestAnswer struct {
	Party    string // that answers
	Verdict  codes.Verdict
	Code     string // as the answer has it, with its list
	List     string
	Exchange uuid.UUID // of the answer
	Kind     string    // of the answer
	At       time.Time // when the answer was accepted
	Sequence int64     // of its entry in the record
}

// Add returns answers to one exchange with one more, in the order of their entries, and of
// each party the newest.
func (l LatestAnswer) Add(to []LatestAnswer) []LatestAnswer {
	before := slices.IndexFunc(to, func(one LatestAnswer) bool { return one.Party == l.Party })
	if before >= 0 && to[before].Sequence > l.Sequence {
		return to
	}
	if before >= 0 {
		to = slices.Delete(slices.Clone(to), before, before+1)
	}
	place, _ := slices.BinarySearchFunc(to, l.Sequence, func(one LatestAnswer, sequence int64) int {
		return int(one.Sequence - sequence)
	})
	return slices.Insert(to, place, l)
}

// Says returns what the exchange answers to another one, and false if it does not. If it
// answers it several times, the last counts.
func (x Exchange) Says(to uuid.UUID) (LatestAnswer, bool) {
	for _, a := range slices.Backward(x.Answers) {
		if a.To == to {
			return LatestAnswer{
				Party: x.Identity.Sender, Verdict: a.Verdict, Code: a.Code, List: a.List,
				Exchange: x.ID, Kind: x.Identity.Kind, At: x.AcceptedAt, Sequence: x.Sequence,
			}, true
		}
	}
	return LatestAnswer{}, false
}

// AnswerOf returns the newest answer of a party to the exchange, or nil.
func (x Exchange) AnswerOf(party string) *LatestAnswer {
	for i := range x.Latest {
		if x.Latest[i].Party == party {
			return &x.Latest[i]
		}
	}
	return nil
}

// Earlier reports whether the party that gave a reply has given another one since.
func (x Exchange) Earlier(r Reply) bool {
	latest := x.AnswerOf(r.Identity.Sender)
	return latest != nil && latest.Exchange != r.Exchange
}

// An AnswerFilter selects exchanges by the newest answers of parties: one of the words
// below, or a verdict, of which one answer must be. The zero value selects all.
type AnswerFilter string

// The words that are no verdicts.
const (
	AnyAnswer AnswerFilter = "yes"
	NoAnswer  AnswerFilter = "no"
)

// AnswerFilters returns all that a filter can be.
func AnswerFilters() []AnswerFilter {
	all := []AnswerFilter{AnyAnswer, NoAnswer}
	for _, v := range codes.Verdicts() {
		all = append(all, AnswerFilter(v))
	}
	return all
}

// Words returns what people call a filter.
func (f AnswerFilter) Words() Text {
	switch f {
	case AnyAnswer:
		return Text{EN: "answered", ZH: "已答复"}
	case NoAnswer:
		return Text{EN: "not answered", ZH: "未答复"}
	}
	return VerdictWords(codes.Verdict(f))
}

// FitsAnswers reports whether the newest answers to an exchange are as a query asks. With
// a party, they are those to it, if it is the sender, or its own.
func (q *Query) FitsAnswers(x *Exchange) bool {
	fits := func(l LatestAnswer) bool {
		own := q.Party == "" || q.Party == x.Identity.Sender || q.Party == l.Party
		return own && (q.Answered == AnyAnswer || q.Answered == NoAnswer || string(l.Verdict) == string(q.Answered))
	}
	return q.Answered == "" || slices.ContainsFunc(x.Latest, fits) == (q.Answered != NoAnswer)
}
