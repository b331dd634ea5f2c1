package licence

import (
	"iter"
	"slices"
	"strings"

	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
	"beibu/schemas/paths"
)

// chemicalRules are about precursor chemicals, most of which are dangerous goods.
var chemicalRules = []rules.Rule{
	{
		Code: "LIC-23", Kinds: licences(), Severity: rules.Warn,
		Source: "State Council Decree 445 (precursor chemicals), licences for import and export; UN Convention of 1988, article 12",
		From:   law.Decree445(),
		EN:     "{0} is a precursor chemical; the licence names no end user and end use",
		ZH:     "{1}属于易制毒化学品；许可证未注明最终用户和最终用途",
		Reads:  []rules.Input{endUser, commodity},
		Check:  checkPrecursorEndUser,
	},
	{
		Code: "LIC-23B", Kinds: licences(), Severity: rules.Warn,
		Source: "MOFCOM and GACC Order 2005/29 (dual-use licences), catalogue: precursor chemicals; common practice",
		From:   law.Order29(),
		EN:     "{0} is a precursor chemical; category {2} is not one of a dual-use licence: 2, 3, G",
		ZH:     "{1}属于易制毒化学品；证件代码{2}不是两用物项和技术许可证的代码（2、3、G）",
		Reads:  []rules.Input{categoryCode},
		Check:  checkPrecursorCategory,
	},
	{
		Code: "LIC-24", Kinds: licences(), Severity: rules.Warn,
		Source: "WCO Data Model, DangerousGoods/UNDGID; UN Recommendations on the Transport of Dangerous Goods, chapter 3.2",
		EN:     "{0} is dangerous goods; the line gives no UN number (UN {2})",
		ZH:     "{1}属于危险货物；该项未注明联合国编号（UN {2}）",
		Reads:  []rules.Input{commodity, dangerousGoods},
		Check:  checkDangerousNumber,
	},
	{
		Code: "LIC-24B", Kinds: licences(), Severity: rules.Warn,
		Source: "UN Recommendations on the Transport of Dangerous Goods, chapter 3.2",
		EN:     "UN {2} is not {0}, which is carried as UN {3}",
		ZH:     "UN {2}不是{1}的联合国编号，应为UN {3}",
		Reads:  []rules.Input{dangerousNumber},
		Check:  checkDangerousMatch,
	},
}

func checkPrecursorEndUser(d *rules.Document, report rules.Report) {
	if d.First(endUser).Exists() {
		return
	}
	for line, s := range precursors(d) {
		report(d.FirstIn(line.At, commodity), s.en, s.zh)
		return
	}
}

func checkPrecursorCategory(d *rules.Document, report rules.Report) {
	at := d.First(categoryCode)
	if !at.Exists() || isOneOf(dualUseCodes, at.Text()) {
		return
	}
	for _, s := range precursors(d) {
		report(at, s.en, s.zh, at.Text())
		return
	}
}

// checkDangerousNumber is for those who read the licence at the quay: they must
// see that the goods are dangerous.
func checkDangerousNumber(d *rules.Document, report rules.Report) {
	for line, s := range precursors(d) {
		if at := d.FirstIn(line.At, commodity); !d.FirstIn(at, dangerousGoods).Exists() {
			report(at, s.en, s.zh, strings.Join(s.numbers, ", "))
		}
	}
}

func checkDangerousMatch(d *rules.Document, report rules.Report) {
	for line, s := range precursors(d) {
		at := d.FirstIn(line.At, dangerousNumber)
		if at.Exists() && !s.carries(at.Text()) {
			report(at, s.en, s.zh, at.Text(), strings.Join(s.numbers, ", "))
		}
	}
}

// Precursor returns the name of the precursor chemical of a subheading (six
// digits) of the Harmonised System, and whether it is one. Such goods need a
// licence to cross the border.
func Precursor(subheading string) (en, zh string, ok bool) {
	s, ok := precursorOf(subheading)
	return s.en, s.zh, ok
}

// precursors iterates over the lines of a licence that are for precursor
// chemicals.
func precursors(d *rules.Document) iter.Seq2[facts.Line, substance] {
	return func(yield func(facts.Line, substance) bool) {
		for _, line := range d.Facts.Lines() {
			if s, ok := precursorOf(values.HSPrefix(line.Part(paths.HS), 6)); ok && !yield(line, s) {
				return
			}
		}
	}
}

// A substance is a precursor chemical that is listed with its subheading of
// the Harmonised System.
type substance struct {
	en, zh  string
	numbers []string // UN numbers under which it is carried
}

// precursorOf returns the precursor chemical of a subheading. It knows those of
// the United Nations Convention of 1988, Tables I and II, that this trade has and
// that are dangerous goods (UN Recommendations on the Transport of Dangerous
// Goods, list of chapter 3.2).
func precursorOf(subheading string) (substance, bool) {
	switch subheading {
	case "280610":
		return substance{"hydrochloric acid", "盐酸", []string{"1789", "1050"}}, true
	case "280700":
		return substance{"sulphuric acid", "硫酸", []string{"1830", "2796", "1831", "1832"}}, true
	case "284161":
		return substance{"potassium permanganate", "高锰酸钾", []string{"1490"}}, true
	case "290230":
		return substance{"toluene", "甲苯", []string{"1294"}}, true
	case "290911":
		return substance{"diethyl ether", "乙醚", []string{"1155"}}, true
	case "291411":
		return substance{"acetone", "丙酮", []string{"1090"}}, true
	case "291412":
		return substance{"butanone", "丁酮", []string{"1193"}}, true
	case "291524":
		return substance{"acetic anhydride", "醋酸酐", []string{"1715"}}, true
	case "293332":
		return substance{"piperidine", "哌啶", []string{"2401"}}, true
	}
	return substance{}, false
}

// carries reports whether the substance is carried under a UN number.
func (s substance) carries(number string) bool { return slices.Contains(s.numbers, number) }

// The paths of commodities and of their end user.
var (
	endUser         = rules.NewPath("EndUser")
	commodity       = itemAt.To("Commodity")
	dangerousGoods  = commodity.To("DangerousGoods")
	dangerousNumber = dangerousGoods.To("UNDGID")
)
