package console

import (
	"errors"

	"beibu/exchange"
	"beibu/exchange/answer"
)

// A problemView is how a page shows an error.
type problemView struct {
	Code      string
	Status    int
	Title     exchange.Text
	Detail    exchange.Text
	Remedy    exchange.Text
	Faults    []exchange.Fault
	Omitted   int
	RequestID string
	Page      string // of the code, with cause and remedy
	SignIn    bool   // signing in may help
}

// problemView returns the problem of a visit, or nil.
func (v *visit) problemView() *problemView {
	if v.problem == nil {
		return nil
	}
	return v.shown(*v.problem)
}

// viewOf returns what an error says, for a page that shows it and is no answer to it.
func (v *visit) viewOf(err error) *problemView {
	p, _ := answer.ProblemOf(err, v.id)
	return v.shown(p)
}

// shown returns a problem as pages show it.
func (v *visit) shown(p answer.Problem) *problemView {
	shown := &problemView{
		Code: p.Code, Status: p.Status, Title: exchange.Text{EN: p.Title, ZH: p.ZH.Title}, Detail: exchange.Text{EN: p.Detail, ZH: p.ZH.Detail},
		Faults: p.Faults, Omitted: p.Omitted, RequestID: p.RequestID, Page: p.Type, SignIn: v.who.IsAnonymous(),
	}
	if _, explained, ok := answer.Explain(p.Code); ok {
		shown.Remedy = explained.Remedy
	}
	return shown
}

// textOf returns what people read of an error of the domain.
func textOf(err error) exchange.Text {
	if e, ok := errors.AsType[*exchange.Error](err); ok {
		return e.Text()
	}
	return exchange.Text{EN: err.Error()}
}
