package judge

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/judge/approval"
	"beibu/exchange/rules"
)

// The rounds of joint approval that a tentative state has read, with what verdicts that
// are not in the record yet did to them.
type rounds struct {
	ledger *Ledger
	read   map[uuid.UUID]*approval.Round // nil if there is none
	open   map[string]*approval.Round    // by document; nil if there is none
}

func newRounds(l *Ledger) rounds {
	return rounds{l, make(map[uuid.UUID]*approval.Round), make(map[string]*approval.Round)}
}

// of returns the round of an exchange, or nil if none has started.
func (r rounds) of(ctx context.Context, id uuid.UUID) (*approval.Round, error) {
	if round, ok := r.read[id]; ok {
		return round, nil
	}
	round, found, err := r.ledger.Round(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.read[id] = nil; found {
		r.read[id] = &round
	}
	return r.read[id], nil
}

// openOf returns the open round of an earlier version of a document, or nil.
func (r rounds) openOf(ctx context.Context, c Case) (*approval.Round, error) {
	key := versionsOf(started(c))
	if round, ok := r.open[key]; ok {
		return round, nil
	}
	id, found, err := r.ledger.openRound(ctx, key)
	if err != nil || !found {
		return nil, err
	}
	round, err := r.of(ctx, id)
	if err != nil || round.State != approval.Open { // it has ended in this state
		return nil, err
	}
	r.open[key] = round
	return round, nil
}

// apply applies the moves of a verdict on a case.
func (r rounds) apply(c Case, v Verdict) {
	for _, m := range v.Rounds {
		if m.Starts {
			round := started(c)
			r.read[c.Exchange], r.open[versionsOf(round)] = &round, &round
		}
		round := r.read[m.Exchange]
		if round.Apply(m, v.At); round.State != approval.Open && r.open[versionsOf(*round)] == round {
			r.open[versionsOf(*round)] = nil
		}
	}
}

// versionsOf returns what the versions of the document of a round share.
func versionsOf(r approval.Round) string { return r.Sender + " " + r.Document }

// started returns the round of a case before its first move.
func started(c Case) approval.Round {
	r := approval.Round{Exchange: c.Exchange, Document: c.document().String(), Sender: c.Sender}
	if c.Effects.Round != nil {
		r.Round = *c.Effects.Round
	}
	return r
}

// ask starts the round of a case that nothing else refuses, and voids the one of an
// earlier version.
func (t *tentative) ask(ctx context.Context, c Case, v *Verdict) error {
	earlier, err := t.rounds.openOf(ctx, c)
	if err != nil {
		return err
	}
	if earlier != nil {
		v.Rounds = append(v.Rounds, approval.Move{Exchange: earlier.Exchange, State: approval.Void, Later: c.Exchange})
	}
	v.Rounds = append(v.Rounds, approval.Move{Exchange: c.Exchange, Starts: true})
	v.Outcome, v.Postings, v.Moves, v.Unknown = Ask, nil, nil, nil // what it does to balances, it does once it is approved
	return nil
}

// unapproved returns the verdict on a case that has come back from its round without an
// approval.
func (t *tentative) unapproved(round *approval.Round, v Verdict) Verdict {
	fault := approvalFault(string(approval.CodeVoid), round.Later)
	if refusal, refused := round.Refusal(); refused {
		fault = approvalFault(codeRefused, refusal.By, refusal.Reason, refusal.Exchange)
	}
	v.Outcome, v.Faults = Reject, exchange.Faults{fault}
	t.revision++
	return v
}

// decides has the decisions of an answer count, or refuses the answer.
func (t *tentative) decides(ctx context.Context, c Case, v *Verdict) error {
	for _, d := range c.Effects.Decides {
		round, err := t.rounds.of(ctx, d.Exchange)
		if err != nil {
			return err
		}
		if round == nil {
			continue // it was refused before its round started; no party was asked
		}
		move, code := round.Decide(approval.Given{By: c.Sender, Exchange: c.Exchange, Approves: d.Approves, Reason: d.Reason, At: v.At})
		switch {
		case code != "":
			v.Faults = append(v.Faults, approvalFault(string(code), refusedWith(code, round, c.Sender)...))
		case move != nil:
			v.Rounds = append(v.Rounds, *move)
		}
	}
	return nil
}

// refusedWith returns the values of the text for a decision that does not count.
func refusedWith(code approval.Code, round *approval.Round, by string) []any {
	switch code {
	case approval.CodeVoid:
		return []any{round.Later}
	case approval.CodeNotYet:
		return []any{by, round.Awaited(), round.Exchange}
	case approval.CodeDecided, approval.CodeClosed:
	}
	given, _ := round.By(by)
	return []any{by, round.Exchange, given.Exchange, round.State}
}

// codeRefused is the code of a document that a party of its joint approval refused.
const codeRefused = "approval.refused"

// approvalTexts are the messages for the codes of joint approvals.
var approvalTexts = map[string]text{
	codeRefused: {
		"one refusal ends a joint approval, with its reason",
		"%s has not approved it: %s (exchange %s)",
		"%s 不予批准：%s（交换编号 %s）",
	},
	string(approval.CodeVoid): {
		"an approval is of one content; another content starts again",
		"a later version of the document has come, as exchange %s: what was decided on this one is void",
		"该单证已有新版本（交换编号 %s），原审批意见作废",
	},
	string(approval.CodeNotYet): {
		"the units of a joint approval decide in the order of its steps",
		"it is not the turn of %s yet: %v have to decide on exchange %s first",
		"尚未轮到 %s 审批：须先由 %v 对交换 %s 作出决定",
	},
	string(approval.CodeDecided): {
		"a unit decides once on one content",
		"%s has decided otherwise on exchange %s, by exchange %s",
		"%s 已对交换 %s 作出相反决定（交换编号 %s）",
	},
	string(approval.CodeClosed): {
		"one refusal ends a joint approval, and so does the last approval",
		"%[1]s can decide on exchange %[2]s no more: its joint approval has ended (%[4]s)",
		"交换 %[2]s 的联合审批已结束（%[4]s），%[1]s 不得再作决定",
	},
}

func approvalFault(code string, values ...any) exchange.Fault {
	text := approvalTexts[code]
	return exchange.Fault{
		Code: code, Severity: rules.Reject.String(), Path: "", Source: text.source,
		Message: exchange.Text{EN: fmt.Sprintf(text.en, values...), ZH: fmt.Sprintf(text.zh, values...)},
	}
}
