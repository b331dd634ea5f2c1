package console

import (
	"strconv"
	"time"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator/replay"
)

// runPage is one run.
type runPage struct {
	runNow
	neighbours // of the items

	Live   string // the address of runNow that follows the record, while the run is not over
	Why    []exchange.Text
	Fields *fields // the filter of the items
	Items  []replay.Item
}

// runNow is how far a run is, and what the caller can decide about it.
type runNow struct {
	Progress progress
	Own      bool // the caller requested it, and another person has to approve it
	Approve  bool // the caller may
	Pause    bool
	Resume   bool
	Cancel   bool
	Form     *fields // the decision
}

// Decides reports whether there is something that the caller may decide.
func (r runNow) Decides() bool { return r.Approve || r.Pause || r.Resume || r.Cancel }

// A progress is how far a run is.
type progress struct {
	replay.Run

	Done  int // items that have their outcome
	Bar   []segment
	Steps []runStep
	Why   exchange.Text // it stopped by itself
}

// A segment is a part of a bar that is barWidth wide: the items in some state.
type segment struct {
	shown[replay.ItemState]

	Count int
	X     int
	Width int
}

// barWidth is of the bar of a progress, in units of its picture.
const barWidth = 1000

// A runStep is one step of a run.
type runStep struct {
	Items int
	Last  bool // the rest
	Done  bool
	Now   bool
}

// outcomes are the states of items for people, in the order of a bar.
var outcomes = []shown[replay.ItemState]{
	{replay.Acknowledged, exchange.Text{EN: "acknowledged", ZH: "已签收"}, "good"},
	{replay.Refused, exchange.Text{EN: "refused again", ZH: "再次拒收"}, "bad"},
	{replay.Expired, exchange.Text{EN: "given up again", ZH: "再次失败"}, "bad"},
	{replay.Superseded, exchange.Text{EN: "superseded", ZH: "已被取代"}, ""},
	{replay.Started, exchange.Text{EN: "sent, no answer yet", ZH: "已发送，未答复"}, "busy"},
	{replay.Waiting, exchange.Text{EN: "waiting", ZH: "待发送"}, ""},
}

// stopTexts are the codes of the causes for which a run stops by itself, for people.
var stopTexts = map[string]exchange.Text{
	replay.CodeFailedAgain: {EN: "A delivery failed again for the same cause, or a new receiver refused one. Mend the cause before you resume the run.", ZH: "有交付以同一原因再次失败，或被新接收方拒收。请先排除原因，再恢复执行。"},
	replay.CodeNoAnswer:    {EN: "The receivers of a step did not answer in time. See that they fetch and acknowledge before you resume the run.", ZH: "某一步的接收方未及时答复。请确认其已提取并签收，再恢复执行。"},

	replay.CodeRoutesChanged: {
		EN: "The routes in force do not lead to the receivers of the plan any more, so nothing more was sent. Cancel the run and make another plan, or set the routes right and resume it.",
		ZH: "现行路由与计划不再一致，未继续发送。请取消本次执行并重新制定计划，或更正路由后恢复执行。",
	},
}

// progressOf returns how far a run is.
func progressOf(r replay.Run) progress {
	p := progress{Run: r, Done: r.Request.Items - r.Counts.Open(), Why: stopTexts[r.Cause.Code]}
	c, before := r.Counts, 0
	counts := map[replay.ItemState]int{
		replay.Acknowledged: c.Acknowledged, replay.Refused: c.Refused, replay.Expired: c.Expired,
		replay.Superseded: c.Superseded, replay.Started: c.Started, replay.Waiting: c.Waiting,
	}
	items := max(1, r.Request.Items)
	for _, one := range outcomes {
		n := counts[one.Name]
		from, to := before*barWidth/items, (before+n)*barWidth/items
		p.Bar = append(p.Bar, segment{shown: one, Count: n, X: from, Width: to - from})
		before += n
	}
	last := 0
	for i, bound := range r.Request.Steps {
		p.Steps = append(p.Steps, runStep{
			Items: bound - last, Last: i > 0 && i == len(r.Request.Steps)-1,
			Done: i+1 < r.Step || r.Status == replay.Finished, Now: i+1 == r.Step && r.Status.Active(),
		})
		last = bound
	}
	return p
}

// showRun answers GET /console/runs/{id}.
func (s *Server) showRun(v *visit) error {
	run, err := s.findRun(v, access.ReadRuns)
	if err != nil {
		return err
	}
	page, err := s.runPage(v, run, fieldsOf(nil))
	if err != nil {
		return err
	}
	return v.afterwards(page.Fields, nil, "run", page)
}

// followRun answers GET /console/runs/{id}/live with the progress, and what can be decided.
func (s *Server) followRun(v *visit) error {
	return v.follow("run-now", func(v *visit) (any, error) {
		run, err := s.findRun(v, access.ReadRuns)
		return s.decisions(v, run), err
	})
}

// findRun returns the run that the path names, if the caller may do something about it.
func (s *Server) findRun(v *visit, a access.Action) (replay.Run, error) {
	id := v.r.PathValue("id")
	run, err := s.Runs.FindRun(v.ctx(), id)
	if err == nil && !v.who.CoversRun(a, run) {
		err = replay.NoSuchRun(id)
	}
	return run, err
}

// runPage returns the page of a run, with a decision as it was filled in.
func (s *Server) runPage(v *visit, run replay.Run, form *fields) (*runPage, error) {
	v.title = exchange.Text{
		EN: "Run of " + strconv.Itoa(run.Request.Items) + " deliveries", ZH: "重放执行：" + strconv.Itoa(run.Request.Items) + " 个交付",
	}
	page := &runPage{runNow: s.decisions(v, run), Why: textsOf(run.Request.Approval, approvalTexts)}
	page.Form = form
	if run.Status.Active() {
		page.Live = root + "runs/" + run.ID + "/live"
	}
	return page, s.items(v, page, run)
}

// decisions returns how far a run is, and what the caller can decide about it.
func (s *Server) decisions(v *visit, run replay.Run) runNow {
	now := runNow{Progress: progressOf(run), Form: fieldsOf(nil)}
	decides := v.may(access.ReplayDelivery) && v.who.CoversRun(access.ReplayDelivery, run)
	now.Pause = decides && run.Status == replay.Running
	now.Resume = decides && (run.Status == replay.Paused || run.Status == replay.Stopped)
	now.Cancel = decides && run.Status.Active()
	if run.Status == replay.AwaitingApproval {
		now.Own = run.Requested.Is(v.who.Name, v.who.Subject)
		now.Approve = !now.Own && v.may(access.ApproveReplay) && v.who.CoversRun(access.ApproveReplay, run)
	}
	return now
}

// items reads the items of a run that the filter of the address names.
func (s *Server) items(v *visit, page *runPage, run replay.Run) error {
	f := v.fields()
	page.Fields = f
	q := replay.ItemQuery{Run: run.ID, Limit: exchange.DefaultPage + 1, After: int(f.cursor())} // one more than is shown
	f.choices["state"] = choicesOf(v.lang, outcomes)
	if name := f.text("state"); name != "" {
		state, known := replay.ParseItemState(name)
		if !known {
			f.refuse("state", "there is no such state", "没有该状态")
		}
		q.States = []replay.ItemState{state}
	}
	if name := f.unknown(); name != "" {
		return noSuchFilter(name)
	}
	if !f.OK() {
		return nil
	}
	if err := v.ticket.ReserveList(q.Limit); err != nil {
		return err
	}
	var err error
	if page.Items, err = s.Runs.RunItems(v.ctx(), q); err != nil {
		return err
	}
	next := 0
	if len(page.Items) == q.Limit {
		page.Items = page.Items[:q.Limit-1]
		next = page.Items[q.Limit-2].Number
	}
	page.neighbours = f.neighbours(int64(next))
	return nil
}

// approveRun answers POST /console/runs/{id}/approve.
func (s *Server) approveRun(v *visit) error {
	return s.decideRun(v, access.ApproveReplay, "replay run approved", func(d replay.Decision) (replay.Run, error) { return s.runs().Approve(v.ctx(), d) })
}

// pauseRun answers POST /console/runs/{id}/pause.
func (s *Server) pauseRun(v *visit) error {
	return s.decideRun(v, access.ReplayDelivery, "replay run paused", func(d replay.Decision) (replay.Run, error) { return s.runs().Pause(v.ctx(), d) })
}

// resumeRun answers POST /console/runs/{id}/resume.
func (s *Server) resumeRun(v *visit) error {
	return s.decideRun(v, access.ReplayDelivery, "replay run resumed", func(d replay.Decision) (replay.Run, error) { return s.runs().Resume(v.ctx(), d) })
}

// cancelRun answers POST /console/runs/{id}/cancel.
func (s *Server) cancelRun(v *visit) error {
	return s.decideRun(v, access.ReplayDelivery, "replay run cancelled", func(d replay.Decision) (replay.Run, error) { return s.runs().Cancel(v.ctx(), d) })
}

// decideRun has a decision about a run recorded, and shows the run.
func (s *Server) decideRun(v *visit, a access.Action, what string, decide func(replay.Decision) (replay.Run, error)) error {
	form, err := v.posted()
	if err != nil {
		return err
	}
	run, err := s.findRun(v, a)
	if err != nil {
		return err
	}
	d := replay.Decision{Run: run.ID, Digest: form.text("digest"), Actor: v.who.Name, Person: v.who.Subject, Reason: form.reason(), At: time.Now()}
	if form.OK() {
		var decided replay.Run
		if decided, err = decide(d); err == nil {
			v.logRun(what, decided, d.Reason)
			return v.redirect(root + "runs/" + run.ID)
		}
		if run, _ = s.findRun(v, a); run.ID == "" { // as it is now
			return err
		}
	}
	page, broken := s.runPage(v, run, form)
	if broken != nil {
		return broken
	}
	return v.afterwards(form, err, "run", page)
}
