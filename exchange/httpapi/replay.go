package httpapi

import (
	"net/http"
	"time"

	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/operator/replay"
)

// planReplay answers POST /v1/replays/plans: what a run would do, and the digest that
// is of exactly that.
func (s *Server) planReplay(c *call) error {
	var query replay.Query
	if err := s.readJSON(c, &query); err != nil {
		return err
	}
	scope, err := s.replayScope(c, &query)
	if err != nil {
		return err
	}
	plan, err := s.runs.Planner.Plan(c.request.Context(), query, scope)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, wirePlan(plan, s.runs.Planner.Policy.Rate))
}

// replayScope limits a query to what the caller may replay, checks its filters, and
// returns what a plan is made by in addition.
func (s *Server) replayScope(c *call, q *replay.Query) (replay.Scope, error) {
	if err := c.caller.ScopeReplay(q); err != nil {
		return replay.Scope{}, err
	}
	if err := s.filters(c).Check(c.request.Context(), q.Kind, q.Parties()...); err != nil {
		return replay.Scope{}, err
	}
	scope := c.caller.PlanScope(c.now.InForce, s.shut)
	if q.Routing != replay.Now {
		return scope, nil
	}
	scope.Router = exchange.Rerouting{Now: c.now.InForce, Answered: s.answered, Bodies: s.envelopes.Bodies}
	if err := c.ticket.TakeSlot(); err != nil {
		return scope, err
	}
	return scope, c.ticket.Reserve(s.admission.Limits().Document) // it reads one document at a time
}

// requestRun answers POST /v1/runs: it requests a run of the plan that has the digest.
func (s *Server) requestRun(c *call) error {
	var order RunOrder
	if err := s.readJSON(c, &order); err != nil {
		return err
	}
	scope, err := s.replayScope(c, &order.Query)
	if err != nil {
		return err
	}
	if err := goodReason(order.Reason); err != nil {
		return err
	}
	run, err := s.runs.Request(c.request.Context(), replay.Order{
		Query: order.Query, Digest: order.Digest, Rate: order.Rate, Actor: c.caller.Name, Reason: order.Reason, At: time.Now(),
	}, scope)
	if err != nil {
		return err
	}
	s.logRun(c, "replay run requested", run, order.Reason)
	return c.json(http.StatusCreated, wireRun(run))
}

// listRuns answers GET /v1/runs. A party sees those that it requested.
func (s *Server) listRuns(c *call) error {
	p := parametersOf(c.request)
	q := replay.RunQuery{Status: p.runStatus("status"), Before: p.cursor("cursor"), Limit: p.limit()}
	if err := p.err(); err != nil {
		return err
	}
	found, next, err := c.caller.Runs(c.request.Context(), s.runs.Register, q)
	if err != nil {
		return err
	}
	page := RunPage{Runs: make([]Run, 0, len(found)), Next: writeCursor(next)}
	for _, r := range found {
		page.Runs = append(page.Runs, wireRun(r))
	}
	return c.json(http.StatusOK, page)
}

// showRun answers GET /v1/runs/{id}.
func (s *Server) showRun(c *call) error {
	run, err := s.findRun(c, access.ReadRuns)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, wireRun(run))
}

// findRun returns the run that a path names, if the caller may do something about
// it.
func (s *Server) findRun(c *call, a access.Action) (replay.Run, error) {
	id := c.request.PathValue("id")
	run, err := s.runs.Register.FindRun(c.request.Context(), id)
	if err == nil && !c.caller.CoversRun(a, run) {
		err = replay.NoSuchRun(id)
	}
	return run, err
}

// listRunItems answers GET /v1/runs/{id}/items.
func (s *Server) listRunItems(c *call) error {
	p := parametersOf(c.request)
	q := replay.ItemQuery{After: int(p.cursor("cursor")), Limit: p.limit(), States: p.itemState("state")}
	if err := p.err(); err != nil {
		return err
	}
	run, err := s.findRun(c, access.ReadRuns)
	if err != nil {
		return err
	}
	if q.Limit == 0 {
		q.Limit = defaultItems
	}
	q.Run = run.ID
	q.Limit++ // so that it is known whether there are more
	found, err := s.runs.Register.RunItems(c.request.Context(), q)
	if err != nil {
		return err
	}
	page := RunItemPage{Items: make([]RunItem, 0, len(found))}
	if len(found) == q.Limit {
		found = found[:q.Limit-1]
		page.Next = writeCursor(int64(found[len(found)-1].Number))
	}
	for _, i := range found {
		page.Items = append(page.Items, wireRunItem(i))
	}
	return c.json(http.StatusOK, page)
}

// approveRun answers POST /v1/runs/{id}/approve.
func (s *Server) approveRun(c *call) error {
	var approval Approval
	if err := s.readJSON(c, &approval); err != nil {
		return err
	}
	d, err := s.decision(c, access.ApproveReplay, approval.Reason)
	if err != nil {
		return err
	}
	d.Digest = approval.Digest
	run, err := s.runs.Approve(c.request.Context(), d)
	if err != nil {
		return err
	}
	s.logRun(c, "replay run approved", run, d.Reason)
	return c.json(http.StatusOK, wireRun(run))
}

// pauseRun answers POST /v1/runs/{id}/pause.
func (s *Server) pauseRun(c *call) error {
	return s.changeRun(c, "replay run paused", func(d replay.Decision) (replay.Run, error) { return s.runs.Pause(c.request.Context(), d) })
}

// resumeRun answers POST /v1/runs/{id}/resume.
func (s *Server) resumeRun(c *call) error {
	return s.changeRun(c, "replay run resumed", func(d replay.Decision) (replay.Run, error) { return s.runs.Resume(c.request.Context(), d) })
}

// cancelRun answers POST /v1/runs/{id}/cancel.
func (s *Server) cancelRun(c *call) error {
	return s.changeRun(c, "replay run cancelled", func(d replay.Decision) (replay.Run, error) { return s.runs.Cancel(c.request.Context(), d) })
}

// changeRun has a decision about a run recorded.
func (s *Server) changeRun(c *call, what string, decide func(replay.Decision) (replay.Run, error)) error {
	var judgement Judgement
	if err := s.readJSON(c, &judgement); err != nil {
		return err
	}
	d, err := s.decision(c, access.ReplayDelivery, judgement.Reason)
	if err != nil {
		return err
	}
	run, err := decide(d)
	if err != nil {
		return err
	}
	s.logRun(c, what, run, d.Reason)
	return c.json(http.StatusOK, wireRun(run))
}

// decision returns the decision of a caller about the run that a path names, if it may
// know of the run.
func (s *Server) decision(c *call, a access.Action, reason string) (replay.Decision, error) {
	if err := goodReason(reason); err != nil {
		return replay.Decision{}, err
	}
	run, err := s.findRun(c, a)
	return replay.Decision{Run: run.ID, Actor: c.caller.Name, Reason: reason, At: time.Now()}, err
}

// logRun logs what a person did to a run.
func (s *Server) logRun(c *call, what string, run replay.Run, reason string) {
	s.log.Info(what, zap.String("run", run.ID), zap.Int("items", run.Request.Items), zap.String("reason", reason),
		zap.String("actor", c.caller.Name), zap.String("request", c.id), zap.String("remote", c.request.RemoteAddr))
}
