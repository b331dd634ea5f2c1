package exchange

import (
	"fmt"
	"slices"
	"strings"

	"beibu/exchange/effects"
	"beibu/exchange/facts"
	"beibu/exchange/facts/codes"
	"beibu/signing/strict"
)

// An ApprovalStep is what several parties decide side by side on a document.
type ApprovalStep struct {
	// By names the parties as [Route.To] does, but for "sender:answered". Each decides by a
	// signed response that names the exchange.
	By []string `yaml:"by" json:"by"`
	// Within is how many working days they have; 0: as many as they need.
	Within int `yaml:"within" json:"within,omitempty"`
}

// checkApproval returns what is wrong with the approval of a route.
func (r *Routes) checkApproval(route Route) (mistakes []error) {
	wrong := func(format string, args ...any) {
		mistakes = append(mistakes, fmt.Errorf("approval: "+format, args...))
	}
	if len(route.Approval) > effects.MaxSteps {
		wrong("%d steps are more than %d", len(route.Approval), effects.MaxSteps)
	}
	seen := make(map[string]bool)
	for i, step := range route.Approval {
		if len(step.By) == 0 {
			wrong("step %d: by must not be empty", i+1)
		}
		if step.Within < 0 || step.Within > effects.MaxDays {
			wrong("step %d: within is %d working days; it may be 1 to %d, or absent", i+1, step.Within, effects.MaxDays)
		}
		for _, by := range step.By {
			if seen[by] {
				wrong("step %d: %s decides twice", i+1, by)
			}
			seen[by] = true
			if strings.TrimSuffix(by, "?") == SenderAnswered {
				wrong("step %d: %s cannot decide; it is the receiver of answers", i+1, by)
				continue
			}
			if err := r.checkReceiver(route, by); err != nil {
				wrong("step %d: %w", i+1, err)
			}
			if party, ok := r.parties.Get(by); ok && !party.MaySend(codeResponse) {
				wrong("step %d: party %s may not send %s, by which it would decide", i+1, by, codeResponse)
			}
		}
	}
	if len(seen) > effects.MaxDeciders {
		wrong("%d parties are more than %d", len(seen), effects.MaxDeciders)
	}
	return mistakes
}

// codeResponse is the kind of document by which a party decides.
const codeResponse = "response"

// Approvals are the steps of all routes that fit a document: the first steps together,
// then the second ones, and so on.
type approvals []effects.Step

// add adds the steps of a route. The faults say which parties are not to be found.
func (a *approvals) add(r *Routes, route *Route, kind string, f facts.Facts) (missing Faults) {
	for i, step := range route.Approval {
		if i == len(*a) {
			*a = append(*a, effects.Step{})
		}
		joint := &(*a)[i]
		if step.Within > 0 && (joint.Days == 0 || step.Within < joint.Days) {
			joint.Days = step.Within
		}
		for _, name := range step.By {
			ids, faults := r.find(name, kind, f, nil)
			missing = append(missing, faults...)
			for _, id := range ids {
				if !slices.ContainsFunc(*a, func(s effects.Step) bool { return slices.Contains(s.By, id) }) {
					joint.By = append(joint.By, id)
				}
			}
		}
	}
	return missing
}

// first puts those that decide before the other receivers.
func (a approvals) first(to *Routing) {
	steps := slices.DeleteFunc(slices.Clone(a), func(s effects.Step) bool { return len(s.By) == 0 }) // of those that need not be found
	if len(steps) == 0 {
		return
	}
	to.Round = &effects.Round{Steps: steps}
	var all []string
	for _, step := range steps {
		all = append(all, step.By...)
	}
	for _, id := range to.Receivers {
		if !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	to.Receivers = all
}

// The codes of answers that cannot decide, although their senders are asked.
const (
	CodeApprovalUnsigned = "approval.unsigned"  // the answer is not signed
	CodeApprovalUnnamed  = "approval.unnamed"   // the answer does not name the exchange, so that it may be about another content
	CodeApprovalNoReason = "approval.no-reason" // it refuses and does not say why
)

// A decisive answer is one whose sender is asked in the round of the exchange that it
// answers.
type decisive struct {
	answer int         // index among the answers
	at     strict.Node // the element that has it
	named  bool        // it names the exchange by its id
}

// decide gives an exchange the decisions of its answers. It fails with an [*Error] of kind
// Invalid if one of them cannot be a decision, though its sender is asked.
func (a *Answered) decide(x *Exchange) error {
	var faults Faults
	for _, one := range a.decisive {
		answer := a.Answers[one.answer]
		if answer.Verdict == codes.Received || answer.Verdict == codes.Unclear {
			continue // nothing is decided
		}
		d := effects.Decision{
			Exchange: answer.To, Approves: answer.Verdict == codes.Accepted || answer.Verdict == codes.Conditional, Reason: answer.why(),
		}
		refuse := func(code string, why Text) {
			fault := answerFault(one.at, code, why)
			fault.Source = "each unit of a joint approval decides on the same content, by its signature"
			faults = append(faults, fault)
		}
		if x.Signature.Signer == "" {
			refuse(CodeApprovalUnsigned, Text{
				EN: fmt.Sprintf("a decision on %s %s must be signed by %s", answer.Kind, answer.Number, x.Identity.Sender),
				ZH: fmt.Sprintf("对%s %s 的审批意见须由 %s 签名", answer.Kind, answer.Number, x.Identity.Sender),
			})
		}
		if !one.named {
			refuse(CodeApprovalUnnamed, Text{
				EN: fmt.Sprintf("a decision on %s %s must name the exchange, as UUID %s: its number alone may mean another content", answer.Kind, answer.Number, answer.To),
				ZH: fmt.Sprintf("对%s %s 的审批意见须注明交换编号（UUID %s）：仅以单证编号可能指另一内容", answer.Kind, answer.Number, answer.To),
			})
		}
		if !d.Approves && d.Reason == "" {
			refuse(CodeApprovalNoReason, Text{
				EN: fmt.Sprintf("the refusal of %s %s must say why", answer.Kind, answer.Number),
				ZH: fmt.Sprintf("不予批准%s %s须说明理由", answer.Kind, answer.Number),
			})
		}
		x.Effects.Decides = append(x.Effects.Decides, d)
	}
	if len(faults) > 0 {
		return &Error{Op: "check decision", Kind: Invalid, Code: "invalid", Faults: faults}
	}
	return nil
}

// why returns the reasons of an answer as one text, within the bound of a decision.
func (a Answer) why() string {
	var all []string
	for _, r := range a.Reasons {
		if r.Text != "" {
			all = append(all, r.Text)
		}
	}
	return strings.Clone(clip(strings.Join(all, "; "), effects.MaxReason))
}

// First returns the receivers that get the exchange first: those that decide in the first
// step of its joint approval, or all.
func (x Exchange) First() []string {
	if x.Effects.Round != nil {
		return x.Effects.Round.First()
	}
	return x.Receivers
}
