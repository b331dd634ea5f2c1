package httpapi

import (
	"net/http"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/judge"
)

// DeadlineList answers GET /v1/deadlines.
type DeadlineList struct {
	Deadlines []answer.DocumentDeadline `json:"deadlines"`      // the earliest first
	Next      string                    `json:"next,omitempty"` // for cursor; absent at the end
}

// listDeadlines answers GET /v1/deadlines.
func (s *Server) listDeadlines(c *call) error {
	p := parametersOf(c.request)
	q := judge.TimerQuery{
		Kind: p.text("kind"), Sender: p.text("sender"), State: judge.TimerState(p.text("state")), Before: p.time("before"),
		After: p.cursor("cursor"), Limit: p.limit(),
	}
	if err := p.err(); err != nil {
		return err
	}
	if err := q.Check(); err != nil {
		return err
	}
	if err := s.filters(c).Check(c.request.Context(), q.Kind, q.Sender); err != nil {
		return err
	}
	scope := exchange.Query{Kind: q.Kind}
	if err := c.caller.ScopeList(&scope); err != nil {
		return err
	}
	if err := c.ticket.ReserveList(q.Limit); err != nil {
		return err
	}
	all, next, err := s.deadlines.List(c.request.Context(), c.caller, q)
	if err != nil {
		return err
	}
	out := DeadlineList{Deadlines: make([]answer.DocumentDeadline, 0, len(all)), Next: writeCursor(next)}
	for _, one := range all {
		out.Deadlines = append(out.Deadlines, answer.DeadlineOf(one))
	}
	return c.json(http.StatusOK, out)
}
