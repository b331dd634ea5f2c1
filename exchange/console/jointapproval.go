package console

import (
	"beibu/exchange"
	"beibu/exchange/access"
	"beibu/exchange/judge"
	"beibu/exchange/judge/approval"
	"beibu/exchange/operator"
)

// jointApprovalsPage is a list of joint approvals, with its filter.
type jointApprovalsPage struct {
	neighbours

	Fields *fields
	Rounds []roundView
}

// A roundView is a joint approval for people.
type roundView struct {
	approval.Round

	Kind, Number string
	ByStep       []roundStep
}

// A roundStep is a step with what its parties decided.
type roundStep struct {
	Days     int
	Started  bool
	Deciders []decider
}

// A decider is a party that decides, and its decision if it has decided.
type decider struct {
	Party   string
	Given   *approval.Given
	Awaited bool
}

func roundViewOf(x exchange.Exchange, r approval.Round) roundView {
	out := roundView{Round: r, Kind: x.Identity.Kind, Number: x.Identity.Number}
	for i, step := range r.Steps {
		one := roundStep{Days: step.Days, Started: i < len(r.Started)}
		for _, party := range step.By {
			d := decider{Party: party, Awaited: r.State == approval.Open && i == r.Step()}
			if given, decided := r.By(party); decided {
				d.Given, d.Awaited = &given, false
			}
			one.Deciders = append(one.Deciders, d)
		}
		out.ByStep = append(out.ByStep, one)
	}
	return out
}

// roundStates are those of joint approvals for people.
var roundStates = []shown[approval.State]{
	{approval.Open, exchange.Text{EN: "under approval", ZH: "审批中"}, "busy"},
	{approval.Approved, exchange.Text{EN: "approved", ZH: "已批准"}, "good"},
	{approval.Refused, exchange.Text{EN: "not approved", ZH: "不予批准"}, "bad"},
	{approval.Void, exchange.Text{EN: "void", ZH: "已作废"}, ""},
}

// jointApprovals are the use case of this page, and of that of an exchange.
func (s *Server) jointApprovals() operator.Approvals {
	return operator.Approvals{Rounds: s.Approvals, Exchanges: s.Journal}
}

// listJointApprovals answers GET /console/joint-approvals.
func (s *Server) listJointApprovals(v *visit) error {
	f := v.fields()
	q := judge.RoundQuery{Party: f.text("party"), Awaits: f.text("awaits"), State: approval.State(f.text("state")), Before: f.cursor()}
	if name := f.unknown(); name != "" {
		return noSuchFilter(name)
	}
	f.choices["state"] = choicesOf(v.lang, roundStates)
	filters := exchange.Filters{InForce: v.now.InForce, Journal: s.Journal}
	scope := exchange.Query{Party: q.Party}
	for _, one := range []struct {
		name string
		err  error
	}{
		{"state", q.Check()},
		{"party", filters.Check(v.ctx(), "", q.Party)},
		{"awaits", filters.Check(v.ctx(), "", q.Awaits)},
		{"party", v.who.ScopeList(&scope)},
	} {
		if err := f.refuseFor(one.name, one.err); err != nil {
			return err
		}
	}
	page := jointApprovalsPage{Fields: f}
	if !f.OK() {
		return v.afterwards(f, nil, "joint-approvals", page)
	}
	if v.who.OnlyForParty(access.ReadExchanges) {
		q.Party = v.who.Party
	}
	rounds, next, err := s.jointApprovals().List(v.ctx(), v.who, q)
	if err != nil {
		return err
	}
	for _, round := range rounds {
		x, err := s.Journal.Current(v.ctx(), round.Exchange)
		if err != nil {
			return err
		}
		page.Rounds = append(page.Rounds, roundViewOf(x, round))
	}
	page.neighbours = f.neighbours(next)
	return v.render("joint-approvals", page)
}
