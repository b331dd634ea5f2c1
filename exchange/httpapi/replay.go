package httpapi

import (
	"net/http"
	"time"

	"beibu/exchange/operator/replay"
)

// planReplay answers POST /v1/replays/plans: what a replay would do, and the
// digest that stands for exactly that.
func (s *Server) planReplay(c *call) error {
	var query replay.Query
	if err := s.readJSON(c, &query); err != nil {
		return err
	}
	if err := c.caller.ScopeReplay(&query); err != nil {
		return err
	}
	if err := s.filters(c).Check(c.request.Context(), query.Kind, query.Receiver); err != nil {
		return err
	}
	plan, err := s.replay.Plan(c.request.Context(), query)
	if err != nil {
		return err
	}
	return c.json(http.StatusOK, wirePlan(plan))
}

// doReplay answers POST /v1/replays: it does the plan that has the digest.
func (s *Server) doReplay(c *call) error {
	var order ReplayOrder
	if err := s.readJSON(c, &order); err != nil {
		return err
	}
	if err := c.caller.ScopeReplay(&order.Query); err != nil {
		return err
	}
	if err := goodReason(order.Reason); err != nil {
		return err
	}
	if err := s.filters(c).Check(c.request.Context(), order.Query.Kind, order.Query.Receiver); err != nil {
		return err
	}
	plan, err := s.replay.Do(c.request.Context(), replay.Order{
		Query: order.Query, Digest: order.Digest, Actor: c.caller.Name, Reason: order.Reason, At: time.Now(),
	})
	if err != nil {
		return err
	}
	done := wirePlan(plan)
	done.Started = &plan.Started
	return c.json(http.StatusOK, done)
}
