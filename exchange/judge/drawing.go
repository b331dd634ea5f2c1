package judge

import (
	"context"
	"fmt"
	"slices"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/judge/ledger"
	"beibu/exchange/rules"
)

// opening opens the account of a document, or gives it the terms of a later version.
func (t *tentative) opening(ctx context.Context, c Case, v *Verdict) error {
	opening := c.Effects.Opens
	if opening == nil {
		return nil
	}
	if _, err := t.account(ctx, opening.Account); err != nil {
		return err
	}
	v.Postings = append(v.Postings, ledger.Posting{Account: opening.Account, Opens: true})
	for _, d := range opening.Drawn {
		if err := t.read(ctx, d.By); err != nil {
			return err
		}
	}
	return nil
}

// draw reserves what a document draws on each account.
func (t *tentative) draw(ctx context.Context, c Case, v *Verdict) error {
	by := make(map[effects.Account][]effects.Draw)
	for _, d := range c.Effects.Draws {
		by[d.From] = append(by[d.From], d)
	}
	for _, of := range c.Effects.Drawn() {
		a, err := t.account(ctx, of)
		if err != nil {
			return err
		}
		if a == nil {
			v.Unknown = append(v.Unknown, of)
			continue
		}
		own, err := t.position(of, c.citing().By)
		if err != nil {
			return err
		}
		posting, refusals := a.Reserve(own, c.citing(), by[of])
		for _, r := range refusals {
			v.Faults = append(v.Faults, fault(*a, r))
		}
		if len(refusals) == 0 {
			v.Postings = append(v.Postings, posting)
		}
	}
	return nil
}

// giveBack releases what an earlier version of a document draws on accounts that this one
// does not cite any more.
func (t *tentative) giveBack(ctx context.Context, c Case, v *Verdict) error {
	by := c.citing()
	for _, d := range t.drawings[by.By] {
		if slices.Contains(c.Effects.Drawn(), d.on) {
			continue
		}
		a, err := t.account(ctx, d.on)
		if err != nil {
			return err
		}
		if posting, ok := a.Release(d.position, by); ok {
			v.Postings = append(v.Postings, posting)
		}
	}
	return nil
}

// fault describes a refused draw in both languages.
func fault(a ledger.Account, r ledger.Refusal) exchange.Fault {
	text := texts[r.Code]
	values := []any{r.Draw.From.Number, r.Draw.Line, r.Line, r.Left, r.Unit, r.Want, r.Uses, r.Draw.HS, r.Draw.Office, r.Draw.Day, a.From, a.Until, r.Draw.Mode, a.Mode}
	return exchange.Fault{
		Code: string(r.Code), Severity: rules.Reject.String(), Path: r.Draw.Path, Source: text.source,
		Message: exchange.Text{EN: fmt.Sprintf(text.en, values...), ZH: fmt.Sprintf(text.zh, values...)},
	}
}

// A text is the message for a code. Its values are, by number: the account, the line
// that draws, the line of the account, what is left, its unit, what is asked for, how
// many documents may draw, the code of the goods, the office, the day, and the first and
// the last day of the account.
type text struct{ source, en, zh string }

var texts = map[ledger.Code]text{
	ledger.CodeExceeded: {
		"Chinese licence measures; revised OCP of ACFTA: no more is drawn than is left",
		"line %[2]s draws %[6]v %[5]s on line %[3]s of %[1]s, which has %[4]v %[5]s left",
		"第%[2]s项需核销 %[6]v %[5]s，但 %[1]s 第%[3]s项仅余 %[4]v %[5]s",
	},
	ledger.CodeNoLine: {
		"the declared goods are those of the licence or certificate",
		"%[1]s has no goods of HS code %[8]s, which line %[2]s draws",
		"%[1]s 不含第%[2]s项的商品（HS编码 %[8]s）",
	},
	ledger.CodeUnit: {
		"a quantity has a unit; each unit has a balance of its own",
		"line %[2]s states no quantity in %[5]s, the unit of line %[3]s of %[1]s",
		"第%[2]s项未按 %[1]s 第%[3]s项的计量单位 %[5]s 申报数量",
	},
	ledger.CodeUses: {
		"Chinese licence measures: one licence, one consignment (一批一证), or as many as it says, at most 12",
		"%[1]s has been used as often as it may be: %[7]d",
		"%[1]s 已达到可使用次数：%[7]d",
	},
	ledger.CodeOffice: {
		"Chinese licence measures: one licence, one customs office (一证一关)",
		"%[1]s is bound to other customs offices than %[9]s",
		"%[1]s 限定在其他海关使用，不得在 %[9]s 使用",
	},
	ledger.CodeMode: {
		"Chinese licence measures: the trade mode of the declaration is that of the licence",
		"%[1]s is bound to trade mode %[14]s, and the declaration states %[13]s",
		"%[1]s 限定监管方式 %[14]s，报关单填报的监管方式为 %[13]s",
	},
	ledger.CodePeriod: {
		"Chinese licence measures: the licence is valid on the day of declaration",
		"%[10]s is outside the validity of %[1]s, %[11]s to %[12]s",
		"%[10]s 不在 %[1]s 的有效期内（%[11]s 至 %[12]s）",
	},
	ledger.CodeSender: {
		"the number of a declaration is of one sender",
		"another party has drawn on %[1]s under the number of this document",
		"其他参与方已用本单证编号核销 %[1]s",
	},
	ledger.CodeCleared: {
		"a cleared quantity never comes back",
		"this document has been cleared against %[1]s, and cannot draw otherwise any more",
		"本单证已凭 %[1]s 结关，不得更改核销",
	},
}

// Codes returns the codes of all faults of verdicts, in alphabetical order.
func Codes() []string {
	all := []string{CodeAnother}
	for code := range texts {
		all = append(all, string(code))
	}
	for code := range carnetTexts {
		all = append(all, string(code))
	}
	for code := range approvalTexts {
		all = append(all, code)
	}
	for code := range clearingTexts {
		all = append(all, code)
	}
	slices.Sort(all)
	return all
}
