package console

import (
	"time"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/judge"
	"beibu/exchange/operator"
)

// deadlinesPage is a list of deadlines, with its filter.
type deadlinesPage struct {
	neighbours

	Fields    *fields
	Deadlines []deadlineView
}

// A deadlineView is a deadline for people.
type deadlineView struct {
	judge.Timer

	Title exchange.Text
	Last  string // its last day, in the country of the document
}

// deadlineTitles are what people call deadlines.
var deadlineTitles = map[effects.Deadline]exchange.Text{
	effects.Expiry:      {EN: "last day of validity", ZH: "有效期届满"},
	effects.ClaimPeriod: {EN: "last day for claims of customs", ZH: "海关索赔期届满"},
	effects.Proof:       {EN: "last day for the proof of re-exportation", ZH: "复运出境证明期限"},
	effects.Payment:     {EN: "last day before a provisional payment is final", ZH: "暂付转为最终的期限"},
	effects.TransitExit: {EN: "last day for goods in transit to leave", ZH: "过境货物出境期限"},
}

// deadlineViewOf returns a deadline for people. The day is the one that ends by it: every
// zone of the parties is between UTC+6:30 and UTC+8, so the day before in UTC+7 is the
// same in all.
func deadlineViewOf(t judge.Timer) deadlineView {
	middle := time.FixedZone("UTC+7", 7*60*60)
	return deadlineView{t, deadlineTitles[t.Name], t.At.Add(-12 * time.Hour).In(middle).Format(time.DateOnly)}
}

// deadlineStates are those of deadlines for people.
var deadlineStates = []shown[judge.TimerState]{
	{judge.TimerAhead, exchange.Text{EN: "ahead", ZH: "未到期"}, ""},
	{judge.TimerPassed, exchange.Text{EN: "passed", ZH: "已到期"}, "held"},
}

// deadlines are the use case of this page, and of that of an exchange.
func (s *Server) deadlines() operator.Deadlines {
	return operator.Deadlines{Timers: s.Deadlines, Exchanges: s.Journal}
}

// listDeadlines answers GET /console/deadlines.
func (s *Server) listDeadlines(v *visit) error {
	f := v.fields()
	q := judge.TimerQuery{Kind: f.text("kind"), Sender: f.text("sender"), State: judge.TimerState(f.text("state")), After: f.cursor()}
	if name := f.unknown(); name != "" {
		return noSuchFilter(name)
	}
	f.choices["state"] = choicesOf(v.lang, deadlineStates)
	for _, kind := range v.now.Checks.Kinds() {
		f.choices["kind"] = append(f.choices["kind"], choice{kind, v.lang.text(v.kindName(kind))})
	}
	filters := exchange.Filters{InForce: v.now.InForce, Journal: s.Journal}
	scope := exchange.Query{Kind: q.Kind}
	for _, one := range []struct {
		name string
		err  error
	}{
		{"state", q.Check()}, {"kind", filters.Check(v.ctx(), q.Kind)}, {"sender", filters.Check(v.ctx(), "", q.Sender)}, {"kind", v.who.ScopeList(&scope)},
	} {
		if err := f.refuseFor(one.name, one.err); err != nil {
			return err
		}
	}
	page := deadlinesPage{Fields: f}
	if !f.OK() {
		return v.afterwards(f, nil, "deadlines", page)
	}
	all, next, err := s.deadlines().List(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	for _, one := range all {
		page.Deadlines = append(page.Deadlines, deadlineViewOf(one))
	}
	page.neighbours = f.neighbours(next)
	return v.render("deadlines", page)
}
