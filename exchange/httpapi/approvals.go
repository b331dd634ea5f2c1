package httpapi

import (
	"net/http"

	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/answer"
	"beibu/exchange/judge"
	"beibu/exchange/judge/approval"
)

// JointApprovalList answers GET /v1/joint-approvals.
type JointApprovalList struct {
	JointApprovals []*answer.JointApproval `json:"jointApprovals"` // newest first
	Next           string                  `json:"next,omitempty"` // for cursor; absent at the end
}

// listJointApprovals answers GET /v1/joint-approvals.
func (s *Server) listJointApprovals(c *call) error {
	p := parametersOf(c.request)
	q := judge.RoundQuery{Party: p.text("party"), Awaits: p.text("awaits"), State: approval.State(p.text("state")), Before: p.cursor("cursor"), Limit: p.limit()}
	if err := p.err(); err != nil {
		return err
	}
	if err := q.Check(); err != nil {
		return err
	}
	if err := s.filters(c).Check(c.request.Context(), "", q.Party, q.Awaits); err != nil {
		return err
	}
	if q.Party == "" && c.caller.OnlyForParty(access.ReadExchanges) {
		q.Party = c.caller.Party
	}
	scope := exchange.Query{Party: q.Party}
	if err := c.caller.ScopeList(&scope); err != nil {
		return err
	}
	if err := c.ticket.ReserveList(q.Limit); err != nil {
		return err
	}
	all, next, err := s.approvals.List(c.request.Context(), c.caller, q)
	if err != nil {
		return err
	}
	out := JointApprovalList{JointApprovals: make([]*answer.JointApproval, 0, len(all)), Next: writeCursor(next)}
	for _, round := range all {
		out.JointApprovals = append(out.JointApprovals, answer.JointApprovalOf(round))
	}
	return c.json(http.StatusOK, out)
}
