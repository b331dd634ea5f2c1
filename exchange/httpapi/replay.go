package httpapi

import (
	"net/http"
	"time"

	"beibu/exchange"
)

// planReplay answers POST /v1/replays/plans: what a replay would do, and the
// digest that stands for exactly that.
func (s *Server) planReplay(c *call) error {
	var query exchange.ReplayQuery
	if err := s.readJSON(c, &query); err != nil {
		return err
	}
	if err := c.caller.mayReplay(&query); err != nil {
		return err
	}
	if err := s.filters().Check(c.request.Context(), query.Kind, query.Receiver); err != nil {
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
	if err := c.caller.mayReplay(&order.Query); err != nil {
		return err
	}
	if err := goodReason(order.Reason); err != nil {
		return err
	}
	if err := s.filters().Check(c.request.Context(), order.Query.Kind, order.Query.Receiver); err != nil {
		return err
	}
	plan, err := s.replay.Do(c.request.Context(), exchange.Order{
		Query: order.Query, Digest: order.Digest, Actor: c.caller.Name, Reason: order.Reason, At: time.Now(),
	})
	if err != nil {
		return err
	}
	done := wirePlan(plan)
	done.Begun = &plan.Begun
	return c.json(http.StatusOK, done)
}

// mayReplay refuses a replay to a receiver that is not the caller, unless the
// caller is an operator. A party that names no receiver means itself.
func (c Caller) mayReplay(q *exchange.ReplayQuery) error {
	if c.Operator {
		return nil
	}
	if q.Receiver == "" {
		q.Receiver = c.Party
	}
	if q.Receiver != c.Party {
		return errForbidden.because("receiver may only be your own party", "receiver 只能是调用方自己")
	}
	return nil
}
