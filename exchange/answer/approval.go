package answer

import (
	"github.com/google/uuid"

	"beibu/exchange/judge/approval"
)

// JointApproval is the joint approval of an exchange: who decides on it, step by step.
type JointApproval struct {
	ExchangeID string              `json:"exchangeId"`
	Document   string              `json:"document"` // its kind and number
	Applicant  string              `json:"applicant"`
	State      approval.State      `json:"state"`
	Step       int                 `json:"step"` // whose turn it is, or was last; from 1
	Awaited    []string            `json:"awaited"`
	Steps      []JointApprovalStep `json:"steps"`
	EndedAt    *Time               `json:"endedAt,omitempty"`
	LaterID    string              `json:"laterExchangeId,omitempty"` // the later version, if it is void
}

// JointApprovalStep is what several parties decide side by side.
type JointApprovalStep struct {
	By          []string                `json:"by"`
	WorkingDays int                     `json:"workingDays,omitempty"` // within which they decide
	StartedAt   *Time                   `json:"startedAt,omitempty"`   // absent before its turn
	Decisions   []JointApprovalDecision `json:"decisions"`
}

// JointApprovalDecision is what one party decided.
type JointApprovalDecision struct {
	By         string `json:"by"`
	ExchangeID string `json:"exchangeId"` // of the signed answer
	Approves   bool   `json:"approves"`
	Reason     string `json:"reason,omitempty"` // or the condition
	At         Time   `json:"at"`
}

// JointApprovalOf returns a joint approval as the API shows it.
func JointApprovalOf(r approval.Round) *JointApproval {
	out := &JointApproval{
		ExchangeID: r.Exchange.String(), Document: r.Document, Applicant: r.Sender, State: r.State, Step: r.Step() + 1,
		Awaited: append([]string{}, r.Awaited()...), Steps: make([]JointApprovalStep, 0, len(r.Steps)),
	}
	if !r.Ended.IsZero() {
		out.EndedAt = new(TimeOf(r.Ended))
	}
	if r.Later != uuid.Nil {
		out.LaterID = r.Later.String()
	}
	for i, step := range r.Steps {
		s := JointApprovalStep{By: step.By, WorkingDays: step.Days, Decisions: []JointApprovalDecision{}}
		if i < len(r.Started) {
			s.StartedAt = new(TimeOf(r.Started[i]))
		}
		for _, party := range step.By {
			if g, decided := r.By(party); decided {
				s.Decisions = append(s.Decisions, JointApprovalDecision{g.By, g.Exchange.String(), g.Approves, g.Reason, TimeOf(g.At)})
			}
		}
		out.Steps = append(out.Steps, s)
	}
	return out
}
