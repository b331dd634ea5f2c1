package lifecycle

import (
	"cmp"
	"slices"
	"strings"

	"beibu/exchange/effects"
	"beibu/exchange/rules"
)

// Words are what people call a state or an act.
type Words struct{ EN, ZH string }

// stateWords are what people call the states.
var stateWords = map[State]Words{
	Unknown: {"not known here", "未经本平台交换"}, Issued: {"issued", "已签发"}, Duplicated: {"issued again as a duplicate", "已补发"},
	InUse: {"in use", "使用中"}, Returned: {"returned", "已复运进境"}, Discharged: {"discharged", "已核销"}, Replaced: {"replaced", "已替换"},
	Withdrawn: {"withdrawn", "已撤回"}, Cancelled: {"cancelled", "已取消"}, Lodged: {"lodged", "已申报"},
	Claimed: {"claimed", "已提出索赔"}, Reminded: {"claimed, with a reminder", "已催询"}, PaymentDue: {"claimed, with payment due", "已要求付款"},
	Proved: {"proved", "已提供证明"},
}

// Words returns what people call the state.
func (s State) Words() Words { return stateWords[s] }

// verbWords complete "it cannot be …" and “不得……”.
var verbWords = map[effects.Verb]Words{
	effects.Issue: {"issued", "签发"}, effects.Amend: {"amended", "修改"}, effects.Reissue: {"issued again", "换发"},
	effects.Duplicate: {"issued as a duplicate", "补发"}, effects.Replace: {"replaced", "替换"}, effects.Withdraw: {"withdrawn", "撤回"},
	effects.Cancel: {"cancelled", "取消"}, effects.Present: {"presented at a border", "验放"}, effects.Return: {"returned", "复运进境"},
	effects.Discharge: {"discharged", "核销"}, effects.Use: {"relied on", "使用"}, effects.Claim: {"claimed", "提出索赔"},
	effects.Remind: {"the subject of a reminder", "催询"}, effects.Demand: {"the subject of a demand for payment", "要求付款"}, effects.Prove: {"proved", "提供证明"},
}

// Code returns the code of an act that is refused in a state, or that presupposes a
// document which the exchange has not seen.
func Code(does effects.Verb, in State) string {
	return "life." + string(does) + "-" + cmp.Or(string(in), "unknown")
}

// The codes of rules that need more than the state.
const (
	CodeAnother   = "life.of-another"
	CodeOlder     = "life.older-version"
	CodeExpired   = "life.use-expired"
	CodeAlike     = "life.alike"
	CodeClaimLate = "life.claim-late"
	CodeProveLate = "life.prove-late"
)

// others are the rules that need more than the state of a document. The arguments of all
// messages are: {0} the document, {1} the day since when it is in its state, {2} the
// exchange that brought it there, {3} what the rule compares, {4} with what.
var others = []rules.Rule{
	{
		Code: CodeAnother, Severity: rules.Reject, Source: "ISPM 12, section 4; Istanbul Convention, Annex A, Article 5(2): only the issuer alters a document",
		EN: "{0} was sent by party {3} as exchange {2}; another party cannot replace or withdraw it",
		ZH: "{0}由参与方{3}发出（交换编号{2}），其他参与方不得替换或撤回",
	},
	{
		Code: CodeOlder, Severity: rules.Reject, Source: "GACC receipt -301014: a message older than the last one that was processed is not processed",
		EN: "version {3} of {0} came after version {4}, exchange {2}",
		ZH: "{0}第{3}版晚于第{4}版（交换编号{2}）到达",
	},
	{
		Code: CodeExpired, Severity: rules.Reject, Source: "a document is relied on until its last day",
		Kinds: carriers,
		EN:    "{0} is relied on for {3}; its last day was {4}, by exchange {2}",
		ZH:    "{3}使用{0}；其有效期截止于{4}（交换编号{2}）",
	},
	{
		Code: CodeAlike, Severity: rules.Warn, Source: "ISPM 12; Form E: one certificate for one consignment",
		Kinds: []string{"certificate-of-origin", "health-certificate", "sps-certificate"},
		EN:    "{0}, exchange {2}, says the same of the same goods and is in force",
		ZH:    "{0}（交换编号{2}）就同一批货物载明相同内容，且仍有效",
	},
	{
		Code: CodeClaimLate, Severity: rules.Warn, Source: "Istanbul Convention, Annex A, Article 8(4): within one year of expiry",
		Kinds: []string{"ata-reexportation-request"},
		EN:    "the claim on {0} is of {3}; claims could be made until {4}",
		ZH:    "对{0}的索赔于{3}提出；最迟应于{4}提出",
	},
	{
		Code: CodeProveLate, Severity: rules.Warn, Source: "ATA Convention, Article 7; Istanbul Convention, Annex A, Article 9: six months for proof",
		Kinds: []string{"ata-reexportation-proof"},
		EN:    "the proof for {0} is of {3}; it was due by {4}, six months after the claim of exchange {2}",
		ZH:    "{0}的复运出境证明于{3}提供；最迟应于{4}即索赔（交换编号{2}）后六个月内提供",
	},
}

// Rules returns the rules of the tables, and those that need more than a state: the judge
// checks them behind the record. No two have the same code.
func Rules() []rules.Rule {
	all := slices.Clone(others)
	for _, t := range tables {
		for _, verb := range t.Verbs() {
			for _, state := range append([]State{Unknown}, t.States...) {
				step, legal := t.Next(state, verb)
				if legal && !step.Unseen {
					continue
				}
				all = added(all, refusal(t, verb, state))
			}
		}
	}
	for i := range all {
		all[i].Memory = true
	}
	return all
}

// carriers are the kinds whose documents rely on others.
var carriers = []string{"import-declaration", "export-declaration", "transit-declaration", "certificate-of-origin", "sps-certificate"}

// actors returns the kinds of document that do an act of a table.
func actors(t Table, does effects.Verb) []string {
	switch does { //nolint:exhaustive // the others are acts of a document on its own kind
	case effects.Use:
		return carriers
	case effects.Claim:
		return []string{"ata-reexportation-request"}
	case effects.Remind, effects.Demand:
		return []string{"ata-reexportation-reminder"}
	case effects.Prove:
		return []string{"ata-reexportation-proof"}
	}
	return []string{t.Kind}
}

// added adds a rule for kinds, or the kinds and their source to the rule of the same code.
func added(all []rules.Rule, r rules.Rule) []rules.Rule {
	i := slices.IndexFunc(all, func(one rules.Rule) bool { return one.Code == r.Code })
	if i < 0 {
		return append(all, r)
	}
	for _, kind := range r.Kinds {
		if !slices.Contains(all[i].Kinds, kind) {
			all[i].Kinds = append(slices.Clone(all[i].Kinds), kind)
		}
	}
	if !strings.Contains(all[i].Source, r.Source) {
		all[i].Source += "; " + r.Source
	}
	return all
}

// refusal returns the rule for an act in a state of a table.
func refusal(t Table, does effects.Verb, in State) rules.Rule {
	r := rules.Rule{
		Code: Code(does, in), Kinds: actors(t, does), Severity: rules.Reject, Source: t.Source,
		EN: "{0} has been " + in.Words().EN + " since {1}, by exchange {2}; it cannot be " + verbWords[does].EN,
		ZH: "{0}自{1}起" + in.Words().ZH + "（交换编号{2}），不得" + verbWords[does].ZH,
	}
	if in == Unknown {
		r.Severity = rules.Warn
		r.EN = "{0} is not known here, and is now " + verbWords[does].EN
		r.ZH = "{0}未经本平台交换，现予" + verbWords[does].ZH
	}
	return r
}

// byCode has the rules that the tables give, for those who report them.
var byCode = func() map[string]rules.Rule {
	all := make(map[string]rules.Rule)
	for _, r := range Rules() {
		all[r.Code] = r
	}
	return all
}()

// RuleOf returns the rule of a code and, for a code of a table, with the source for a kind.
func RuleOf(code, kind string) rules.Rule {
	r := byCode[code]
	if t, ok := TableOf(kind); ok && !slices.ContainsFunc(others, func(o rules.Rule) bool { return o.Code == code }) {
		r.Source = t.Source
	}
	return r
}
