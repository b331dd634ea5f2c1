package judge

import (
	"cmp"
	"context"
	"fmt"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/facts/codes"
	"beibu/exchange/judge/ledger"
	"beibu/exchange/rules"
)

// The codes of answers that clear declarations.
const (
	CodeMayNotClear = "clearing.authority"  // the sender may not clear the declaration
	CodeReplaced    = "clearing.replaced"   // a later version of the declaration draws
	CodeGivenBack   = "clearing.given-back" // the goods were released, but what they draw was given back before
	CodeIsCleared   = "clearing.cleared"    // the declaration is void, but its goods were released before
)

// clearingSource is the source of all of these.
const clearingSource = "UK DEFRA gateway decision record 0006: on release reserved becomes consumed; on cancellation it returns"

var clearingTexts = map[string]exchange.Text{
	CodeMayNotClear: {
		EN: "this party may not clear %s: the customs that received it may, if the map of parties lets them",
		ZH: "本参与方不得对 %s 作放行或撤销处理：须由收到该报关单且经参与方登记授权的海关作出",
	},
	CodeReplaced: {
		EN: "another version of %s draws now: nothing is cleared",
		ZH: "%s 已由其他版本核销，本次不作处理",
	},
	CodeGivenBack: {
		EN: "what %s draws was given back before: nothing is cleared",
		ZH: "%s 的核销已释放，本次不作处理",
	},
	CodeIsCleared: {
		EN: "%s was cleared before: nothing is given back",
		ZH: "%s 已结关，核销不予恢复",
	},
}

// clear decides on the declarations that an answer of customs clears. What is void gives
// back, what is released uses up, and what was used up once never comes back.
func (t *tentative) clear(ctx context.Context, c Case, v *Verdict) error {
	seen := make(map[string]bool)
	for _, one := range c.Effects.Clears {
		by := one.Declaration.String()
		if seen[by] { // the first word of an answer counts
			continue
		}
		seen[by] = true
		if one.Exchange == uuid.Nil {
			v.Unknown = append(v.Unknown, one.Declaration)
			continue
		}
		if err := t.read(ctx, by); err != nil {
			return err
		}
		if !one.Authority || t.drawnBySender(by, c.Sender) {
			v.Faults = append(v.Faults, clearingFault(CodeMayNotClear, rules.Reject, one.Declaration))
			continue
		}
		why := ""
		for _, d := range t.drawings[by] {
			if _, err := t.account(ctx, d.on); err != nil {
				return err
			}
			posting, code := cleared(d, one)
			if posting != nil {
				v.Postings = append(v.Postings, *posting)
			}
			why = cmp.Or(why, code)
		}
		if why != "" {
			v.Faults = append(v.Faults, clearingFault(why, rules.Warn, one.Declaration))
		}
	}
	return nil
}

// drawnBySender reports whether a document that draws is of a sender.
func (t *tentative) drawnBySender(by, sender string) bool {
	for _, d := range t.drawings[by] {
		if d.position.Sender == sender {
			return true
		}
	}
	return false
}

// cleared returns what a clearing posts, or why it posts nothing: "" if it was made before.
func cleared(d drawing, by effects.Clearing) (p *ledger.Posting, code string) {
	if d.position.Exchange != by.Exchange {
		return nil, CodeReplaced
	}
	if now, ok := d.position.Cleared(by.Outcome); ok {
		return &ledger.Posting{Account: d.on, Position: &now}, ""
	}
	switch {
	case d.position.State == ledger.Consumed && by.Outcome == codes.Invalidated:
		return nil, CodeIsCleared
	case d.position.State == ledger.Released && by.Outcome == codes.Cleared:
		return nil, CodeGivenBack
	}
	return nil, ""
}

func clearingFault(code string, s rules.Severity, of effects.Account) exchange.Fault {
	text := clearingTexts[code]
	return exchange.Fault{
		Code: code, Severity: s.String(), Source: clearingSource,
		Message: exchange.Text{EN: fmt.Sprintf(text.EN, of), ZH: fmt.Sprintf(text.ZH, of.Number)},
	}
}
