package main

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"beibu/cmd/internal/client"
	"beibu/exchange/answer"
	"beibu/exchange/judge/approval"
)

// jointApprovalsCommand lists joint approvals.
type jointApprovalsCommand struct {
	State  string `placeholder:"STATE" help:"open, approved, refused or void."`
	Awaits string `complete:"parties" placeholder:"ID" help:"For which this party has to decide now."`
	Party  string `complete:"parties" placeholder:"ID" help:"In which this party decides, or which it applied for."`
	Limit  int    `default:"50" help:"How many at most (${default})."`
	All    bool   `help:"All, however many."`
}

// Validate refuses what would list nothing.
func (c *jointApprovalsCommand) Validate() error {
	if c.Limit < 1 {
		return errors.New("--limit is at least 1; --all lists all")
	}
	return nil
}

// Run prints a table, newest first. JSON is one joint approval a line.
func (c *jointApprovalsCommand) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	all, more, err := c.read(ctx, caller)
	if err != nil {
		return err
	}
	if s.asJSON() {
		for _, one := range all {
			if err := s.json(one); err != nil {
				return err
			}
		}
		return nil
	}
	if len(all) == 0 {
		return s.printf("%s\n", s.say("no joint approval matches"))
	}
	t := s.newTable("DOCUMENT", "APPLICANT", "STATE", "STEP", "WAITS FOR", "EXCHANGE")
	for _, one := range all {
		t.Row(one.Document, one.Applicant, s.roundState(one.State), strconv.Itoa(one.Step)+"/"+strconv.Itoa(len(one.Steps)), strings.Join(one.Awaited, ", "), one.ExchangeID)
	}
	if err := s.table(t); err != nil {
		return err
	}
	if more {
		s.note("only the first %d are shown; --all shows all, --limit more of them", len(all))
	}
	return nil
}

// read returns as many as are asked for, and whether there are more.
func (c *jointApprovalsCommand) read(ctx context.Context, caller *client.Client) (all []*answer.JointApproval, more bool, err error) {
	query := make(url.Values)
	for name, value := range map[string]string{"state": c.State, "awaits": c.Awaits, "party": c.Party} {
		if value != "" {
			query.Set(name, value)
		}
	}
	list := client.List{Query: query, Limit: oneMore(c.Limit)}
	if c.All {
		list.Limit = 0
	}
	err = caller.JointApprovals(ctx, list, func(one *answer.JointApproval) error {
		all = append(all, one)
		return nil
	})
	if more = !c.All && len(all) > c.Limit; more {
		all = all[:c.Limit]
	}
	return all, more, err
}

// printJointApproval prints who decides on an exchange, step by step.
func (s *session) printJointApproval(a answer.JointApproval) error {
	if err := s.printf("\n%s\n", s.say("joint approval: %s", s.roundState(a.State))); err != nil {
		return err
	}
	t := s.newTable("STEP", "BY", "DECISION", "AT", "REASON", "EXCHANGE")
	for i, step := range a.Steps {
		decided := make(map[string]answer.JointApprovalDecision)
		for _, d := range step.Decisions {
			decided[d.By] = d
		}
		for _, party := range step.By {
			d, ok := decided[party]
			switch {
			case ok && d.Approves:
				t.Row(strconv.Itoa(i+1), party, s.word("approved"), stamp(d.At), d.Reason, d.ExchangeID)
			case ok:
				t.Row(strconv.Itoa(i+1), party, s.word("not approved"), stamp(d.At), d.Reason, d.ExchangeID)
			case i+1 == a.Step && a.State == approval.Open:
				t.Row(strconv.Itoa(i+1), party, s.word("has to decide"), "", "", "")
			default:
				t.Row(strconv.Itoa(i+1), party, "", "", "", "")
			}
		}
	}
	return s.table(t)
}

// roundState returns the state of a joint approval, for people.
func (s *session) roundState(of approval.State) string {
	switch of {
	case approval.Open:
		return s.word("under approval")
	case approval.Approved:
		return s.word("approved")
	case approval.Refused:
		return s.word("not approved")
	case approval.Void:
		return s.word("void")
	}
	return string(of)
}
