package console

import (
	"fmt"
	"net/http"
	"slices"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator/replay"
	"beibu/exchange/operator/views"
)

// runsPage is a list of runs, with its filter.
type runsPage struct {
	neighbours

	Fields *fields
	Runs   []replay.Run
}

// A shown is how one of several values is shown.
type shown[T comparable] struct {
	Name  T
	Title exchange.Text
	Class string // good, bad, busy, held or none
}

// shownAs returns how a value is shown.
func shownAs[T comparable](name T, all []shown[T]) shown[T] {
	return all[slices.IndexFunc(all, func(one shown[T]) bool { return one.Name == name })]
}

// choicesOf returns the values for a field.
func choicesOf[T comparable](in language, all []shown[T]) []choice {
	var choices []choice
	for _, one := range all {
		choices = append(choices, choice{fmt.Sprint(one.Name), in.text(one.Title)})
	}
	return choices
}

// statuses are those of runs for people, as the glossary has them.
var statuses = []shown[replay.Status]{
	{replay.AwaitingApproval, exchange.Text{EN: "awaiting approval", ZH: "待批准"}, "held"},
	{replay.Running, exchange.Text{EN: "running", ZH: "执行中"}, "busy"},
	{replay.Paused, exchange.Text{EN: "paused", ZH: "已暂停"}, "held"},
	{replay.Stopped, exchange.Text{EN: "stopped", ZH: "已停止"}, "bad"},
	{replay.Cancelled, exchange.Text{EN: "cancelled", ZH: "已取消"}, ""},
	{replay.Lapsed, exchange.Text{EN: "not approved in time", ZH: "逾期未批准"}, ""},
	{replay.Finished, exchange.Text{EN: "finished", ZH: "已完成"}, "good"},
}

// listRuns answers GET /console/runs. A party sees those that it requested.
func (s *Server) listRuns(v *visit) error {
	f := v.fields()
	q := replay.RunQuery{Status: replay.Status(f.text("status")), Before: f.cursor()}
	if name := f.unknown(); name != "" {
		return noSuchFilter(name)
	}
	if f.hasBlanks() {
		return v.redirect(root + "runs?" + string(f.with("", "")))
	}
	f.choices["status"] = choicesOf(v.lang, statuses)
	if _, known := replay.ParseStatus(string(q.Status)); q.Status != "" && !known {
		f.refuse("status", "there is no such status", "没有该状态")
	}
	if err := s.addViews(v, views.Runs, f); err != nil {
		return err
	}
	page := runsPage{Fields: f}
	if !f.OK() {
		return v.page(http.StatusUnprocessableEntity, "runs", page)
	}
	if err := v.ticket.ReserveList(0); err != nil {
		return err
	}
	found, next, err := v.who.Runs(v.ctx(), s.Runs, q)
	if err != nil {
		return err
	}
	page.Runs = found
	page.neighbours = f.neighbours(next)
	return v.render("runs", page)
}

// approvalsPage is what waits for an approval.
type approvalsPage struct {
	Runs []waitingRun // that the caller may approve
	Own  []waitingRun // that another person has to approve, since the caller requested it
}

// A waitingRun is a run that waits for its approval, with the reasons.
type waitingRun struct {
	replay.Run

	Why []exchange.Text
}

// listApprovals answers GET /console/approvals, the oldest request first.
func (s *Server) listApprovals(v *visit) error {
	all, err := s.Runs.ActiveRuns(v.ctx())
	if err != nil {
		return err
	}
	var page approvalsPage
	for _, run := range all {
		if run.Status != replay.AwaitingApproval || !v.who.CoversRun(access.ApproveReplay, run) {
			continue
		}
		one := waitingRun{run, textsOf(run.Request.Approval, approvalTexts)}
		if run.Requested.Is(v.who.Name, v.who.Subject) {
			page.Own = append(page.Own, one)
		} else {
			page.Runs = append(page.Runs, one)
		}
	}
	return v.render("approvals", page)
}
