package judge

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/judge/ledger/carnet"
	"beibu/exchange/projection"
	"beibu/exchange/rules"
	"beibu/queue/sqlitefile"
)

const readCarnet = `SELECT text FROM carnet WHERE number = ?`

// Carnet returns the account of a carnet, and false if there is none.
func (l *Ledger) Carnet(ctx context.Context, number string) (c carnet.Carnet, found bool, err error) {
	err = l.Query(ctx, readCarnet, func(row sqlitefile.Row) error {
		found = true
		return readText(row.Blob(0), &c)
	}, number)
	return c, found, failed("read carnet", err)
}

// carnet returns the account of a carnet, or nil if there is none.
func (t *tentative) carnet(ctx context.Context, of effects.Account) (*carnet.Carnet, error) {
	if c, ok := t.carnets[of]; ok {
		return c, nil
	}
	c, found, err := t.ledger.Carnet(ctx, of.Number)
	if err != nil {
		return nil, err
	}
	if t.carnets[of] = nil; found {
		t.carnets[of] = &c
	}
	return t.carnets[of], nil
}

// documentOf returns the document of a case as one about a carnet.
func (c Case) documentOf() carnet.Document {
	return carnet.Document{Exchange: c.Exchange, Sender: c.Sender}
}

// openCarnet opens the account of a carnet, or gives it the terms of a later version.
func (t *tentative) openCarnet(ctx context.Context, c Case, v *Verdict) error {
	opening := c.Effects.Carnet
	if opening == nil {
		return nil
	}
	before, err := t.carnet(ctx, opening.Account)
	if err != nil {
		return err
	}
	var earlier *carnet.Carnet
	if of := opening.Earlier; of != nil {
		if earlier, err = t.carnet(ctx, *of); err != nil {
			return err
		}
		if earlier == nil {
			v.Unknown = append(v.Unknown, *of)
		}
	}
	postings, refusals := carnet.Open(before, earlier, *opening)
	v.Carnets = append(v.Carnets, postings...)
	v.Faults = append(v.Faults, carnetFaults(opening.Account, "", refusals)...)
	return nil
}

// moveGoods moves goods under a carnet as a transaction does.
func (t *tentative) moveGoods(ctx context.Context, c Case, v *Verdict) error {
	m := c.Effects.Moved
	if m == nil {
		return nil
	}
	under, err := t.carnet(ctx, m.Carnet)
	if err != nil {
		return err
	}
	if under == nil {
		v.Unknown = append(v.Unknown, m.Carnet)
		return nil
	}
	posting, refusals := under.Move(m.Movement, c.documentOf())
	if len(refusals) == 0 {
		v.Carnets = append(v.Carnets, posting)
	}
	v.Faults = append(v.Faults, carnetFaults(m.Carnet, m.Path, refusals)...)
	return nil
}

// postCarnets posts a verdict on the carnets that were read.
func (t *tentative) postCarnets(c Case, v Verdict) {
	for _, p := range v.Carnets {
		var now carnet.Carnet
		if before := t.carnets[p.Carnet]; before != nil {
			now = *before
			now.Transactions = slices.Clone(before.Transactions)
		}
		now.Post(p, c.documentOf(), c.Effects.Carnet)
		t.carnets[p.Carnet] = &now
	}
}

// postCarnet applies a posting to its carnet.
func postCarnet(w *projection.Writer, c Case, p carnet.Posting) error {
	var one carnet.Carnet
	if err := w.Query(readCarnet, func(row sqlitefile.Row) error { return readText(row.Blob(0), &one) }, p.Carnet.Number); err != nil {
		return err
	}
	one.Post(p, c.documentOf(), c.Effects.Carnet)
	text, err := json.Marshal(one)
	if err != nil {
		return fmt.Errorf("write carnet: %w", err)
	}
	return failed("write carnet", w.Exec(`INSERT INTO carnet (number, text) VALUES (?, ?) ON CONFLICT DO UPDATE SET text = excluded.text`, p.Carnet.Number, text))
}

// carnetFaults describes why a document about a carnet is refused, in both languages.
func carnetFaults(of effects.Account, path string, refusals []carnet.Refusal) (all exchange.Faults) {
	for _, r := range refusals {
		text := carnetTexts[r.Code]
		values := func(in int) []any {
			return []any{of.Number, r.Item, r.Want, r.Left, r.Unit, r.Value, r.Known, rest(r.Rest, in)}
		}
		all = append(all, exchange.Fault{
			Code: string(r.Code), Severity: rules.Reject.String(), Path: path, Source: text.source,
			Message: exchange.Text{EN: written(text.en, values(0)), ZH: written(text.zh, values(1))},
		})
	}
	return all
}

// written writes a text with the values that it names.
func written(text string, values []any) string {
	for i, value := range values {
		text = strings.ReplaceAll(text, fmt.Sprintf("{%d}", i), fmt.Sprint(value))
	}
	return text
}

// rest says where the other pieces of an item are: in English, or in Chinese if in is 1.
func rest(all []carnet.Rest, in int) string {
	if len(all) == 0 {
		return ""
	}
	places := map[string][2]string{"home": {"at home", "在签发国"}, "way": {"on the way", "在途"}}
	var parts []string
	for _, r := range all {
		place, ok := places[r.Place]
		if !ok {
			place = [2]string{"in " + r.Place, "在" + r.Place}
		}
		parts = append(parts, [2]string{r.Quantity.String() + " " + place[0], place[1] + r.Quantity.String()}[in])
	}
	return [2]string{"; ", "；其余："}[in] + strings.Join(parts, [2]string{", ", "，"}[in])
}

// carnetTexts are the messages for the codes of carnets. Their values are, by number: the
// carnet, the item, what is asked for, what is left, its unit, what the document says, what is
// known, and where the rest is.
var carnetTexts = map[carnet.Code]text{
	carnet.CodeItem: {
		"HMRC, ATACPD04360: a voucher lists items of the general list, never more",
		"item {1} is not on the general list of carnet {0}", "单证册{0}的总清单没有第{1}项",
	},
	carnet.CodeUnit: {
		"a quantity has the unit of the general list", "item {1} is in {5}; the general list of carnet {0} has it in {4}",
		"第{1}项以{5}申报，单证册{0}的总清单以{4}计",
	},
	carnet.CodeExceeded: {
		"Istanbul Convention, Annex A; HMRC, ATACPD04360 and ATACPD06200: exported, imported, re-exported and re-imported, each no more than the one before",
		"{2} {4} of item {1} are asked for; carnet {0} has {3} left there{7}", "第{1}项申报{2} {4}，单证册{0}在该处仅余{3}{7}",
	},
	carnet.CodeCountry: {
		"Istanbul Convention, Annex A, Article 6; model form, box P", "carnet {0} is not valid in {5}", "单证册{0}在{5}无效",
	},
	carnet.CodePeriod: {
		"Istanbul Convention, Annex A, Article 5(1)", "{5} is outside the validity of carnet {0}", "{5}不在单证册{0}的有效期内",
	},
	carnet.CodeFinalDay: {
		"Istanbul Convention, Annex A, Article 7; in China GACC decree 157 (2007) and its successor: 6 months, and 6 by each extension",
		"final date for re-exportation {5}; it is {6} at the latest", "最迟复运出境日期{5}，最晚为{6}",
	},
	carnet.CodeEarlier: {
		"Irish Revenue; HMRC, ATACPD06200, boxes H(b) and H(c)",
		"{5} is no {6} under carnet {0} in this country that customs have committed", "{5}不是单证册{0}在该国已办结的{6}记录",
	},
	carnet.CodeWhole: {
		"HMRC, ATA carnet handbook: the second transit voucher closes the first",
		"{3} {4} of item {1} would stay in transit {5}; the end of a transit closes all of it", "过境{5}尚余第{1}项{3} {4}；过境终点须全部核销",
	},
	carnet.CodeCounterfoil: {
		"Irish Revenue, ATA carnets: each consignment has a voucher of its own",
		"counterfoil {5} is of transaction {6}", "存根{5}已用于通关记录{6}",
	},
	carnet.CodeVoucher: {
		"Irish Revenue, ATA carnets: each consignment has a voucher of its own",
		"voucher {5} is not one of carnet {0}, or was used before: {6}", "凭证{5}不属于单证册{0}，或已使用：{6}",
	},
	carnet.CodeVouchers: {
		"model form: the vouchers that the carnet was issued with", "all {6} vouchers of carnet {0} are used", "单证册{0}的{6}份凭证已全部使用",
	},
	carnet.CodeState: {
		"ICC, eATA help pages, 2026: prepared, then committed or rejected; cancelled once committed",
		"the transaction cannot be {5}; its state is now: {6}", "通关记录不能变更为{5}，当前状态：{6}",
	},
	carnet.CodeUnprepared: {
		"ICC, eATA help pages, 2026: the holder prepares a travel", "the holder has not prepared this {5} transaction", "持证人未准备该通关记录（介质：{5}）",
	},
	carnet.CodeDiffers: {
		"ICC, eATA help pages, 2026: customs commit or reject what the holder prepared",
		"movement, country, medium or goods are not what the holder prepared; reject it, and it can be prepared again",
		"移动种类、国家、介质或货物与持证人准备的不一致；可予拒绝，由持证人重新准备",
	},
	carnet.CodeProof: {
		"ICC, eATA help pages, 2026: a cancellation needs the holder's code", "the holder's cancellation code is not proved", "未能证明持证人的撤销码",
	},
	carnet.CodeSender: {
		"a transaction is of the party that made it", "the transaction is of party {6}", "该通关记录属于参与方{6}",
	},
	carnet.CodeUsed: {
		"a balance is never negative",
		"{2} {4} of item {1} were moved, and {3} are still there: later transactions are cancelled first{7}",
		"第{1}项移动了{2} {4}，该处仅余{3}；须先撤销后续通关记录{7}",
	},
	carnet.CodeExtensions: {
		"GACC decree 157 (2007) and its successor, by customs brokers' guides: extended at most 3 times",
		"extension {5}; China extends a stay {6} times at most", "第{5}次延期；在中国最多延期{6}次",
	},
	carnet.CodeReplaced: {
		"chamber instructions: a replacement carnet covers the same goods", "carnet {6} has taken the goods of carnet {0} over", "单证册{0}的货物已由单证册{6}接续",
	},
	carnet.CodeFull: {
		"a bound of this exchange", "carnet {0} has {6} transactions, and no more are kept", "单证册{0}已有{6}条通关记录，不再接收",
	},
	carnet.CodeActivated: {
		"ICC, eATA help pages, 2026: the first committed transaction locks the carnet; Istanbul Convention, Annex A, Article 5(2)",
		"customs have committed a transaction under carnet {0}: its association changes it no more", "海关已办结单证册{0}的通关记录，出证协会不得再更改",
	},
	carnet.CodeGrown: {
		"Istanbul Convention, Annex A, Article 5(3)", "item {1}: {2} {4}; carnet {0} was issued with {3}, and nothing is added after issue",
		"第{1}项为{2} {4}；单证册{0}签发时为{3}，签发后不得增加",
	},
	carnet.CodeGoods: {
		"chamber instructions: a replacement or duplicate carnet covers the same goods", "item {1} is not the same as in the carnet that {0} replaces or duplicates",
		"第{1}项与单证册{0}所替换或补发的原单证册不一致",
	},
	carnet.CodeEnd: {
		"chamber instructions: a duplicate expires on the same day as the original", "the duplicate of carnet {0} ends on {5}, the original on {6}",
		"单证册{0}的副本有效期至{5}，原单证册至{6}",
	},
}
