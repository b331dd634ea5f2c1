package console

import (
	"html/template"
	"net/http"
	"strconv"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator/replay"
)

// runsPage is a list of runs, with its filter.
type runsPage struct {
	Fields *fields
	Runs   []replay.Run
	Next   template.URL // the query of the next page, or ""
	First  template.URL // the query of the first page, if this is another
}

// A statusView is how the status of a run is shown.
type statusView struct {
	Name  replay.Status
	Title exchange.Text
	Class string
}

// statusViews are the statuses for people, as the glossary has them.
var statusViews = []statusView{
	{replay.AwaitingApproval, exchange.Text{EN: "awaiting approval", ZH: "待批准"}, "held"},
	{replay.Running, exchange.Text{EN: "running", ZH: "执行中"}, "busy"},
	{replay.Paused, exchange.Text{EN: "paused", ZH: "已暂停"}, "held"},
	{replay.Stopped, exchange.Text{EN: "stopped", ZH: "已停止"}, "bad"},
	{replay.Cancelled, exchange.Text{EN: "cancelled", ZH: "已取消"}, ""},
	{replay.Lapsed, exchange.Text{EN: "not approved in time", ZH: "逾期未批准"}, ""},
	{replay.Finished, exchange.Text{EN: "finished", ZH: "已完成"}, "good"},
}

func statusViewOf(s replay.Status) statusView {
	for _, one := range statusViews {
		if one.Name == s {
			return one
		}
	}
	return statusView{s, exchange.Text{EN: string(s), ZH: string(s)}, ""}
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
	known := q.Status == ""
	for _, one := range statusViews {
		known = known || one.Name == q.Status
		f.choices["status"] = append(f.choices["status"], choice{string(one.Name), v.lang.text(one.Title)})
	}
	if !known {
		f.refuse("status", "there is no such status", "没有该状态")
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
	if next != 0 {
		page.Next = f.with("cursor", strconv.FormatInt(next, 10))
	}
	if q.Before != 0 {
		page.First = f.with("cursor", "")
	}
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
