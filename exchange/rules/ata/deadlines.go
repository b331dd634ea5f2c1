package ata

import (
	"strconv"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// deadlineRules are about the day by which goods leave the country of temporary
// admission.
var deadlineRules = []rules.Rule{
	{
		Code: "ATA-07", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 7",
		From:   law.IstanbulConvention(),
		EN:     "final date for re-exportation {0} is after the last day of the carnet, {1}",
		ZH:     "最迟复运出境日期{0}晚于单证册有效期截止日{1}",
		Reads:  []rules.Input{finalDate},
		Check:  checkFinalDate,
	},
	{
		Code: "ATA-07B", Kinds: withCounterfoils(), Severity: rules.Hold,
		Source: "Istanbul Convention, Annex A, Articles 7 and 9",
		From:   law.IstanbulConvention(),
		EN:     "re-exported on {0}, after the final date {1}",
		ZH:     "于{0}复运出境，晚于最迟复运出境日期{1}",
		Reads:  []rules.Input{counterfoils},
		Check:  checkLateReexportation,
	},
	{
		Code: "ATA-30", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "GACC decree 157 (2007) and its successor, by customs brokers' guides: 6 months, extended at most 3 times",
		From:   law.Decree157(),
		EN:     "final date for re-exportation {0}; goods that entered China on {1}, extended {2} times, leave by {3}",
		ZH:     "最迟复运出境日期为{0}；{1}进境、延期{2}次的货物须在{3}前复运出境",
		Reads:  []rules.Input{counterfoils},
		Check:  checkStayInChina,
	},
	{
		Code: "ATA-30B", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "GACC decree 157 (2007) and its successor, by customs brokers' guides: extended at most 3 times",
		From:   law.Decree157(),
		EN:     "{0} extensions; China extends the stay of goods three times at most",
		ZH:     "延期{0}次；在中国最多延期三次",
		Reads:  []rules.Input{counterfoils},
		Check:  checkExtensionCount,
	},
}

func checkFinalDate(d *rules.Document, report rules.Report) {
	end := d.Facts.Period().Until
	if end.IsZero() {
		return
	}
	for _, at := range d.All(finalDate) {
		if day, ok := values.Date(at); ok && day.After(end) {
			report(at, values.ISODate(day), values.ISODate(end))
		}
	}
}

// checkLateReexportation holds the document for a person: customs may claim, or
// may have granted more time.
func checkLateReexportation(d *rules.Document, report rules.Report) {
	for _, c := range counterfoils.Of(d) {
		if c.stage != reexportation {
			continue
		}
		final, ok := values.Date(c.final)
		if day, stated := values.Date(c.left); ok && stated && day.After(final) {
			report(c.left, values.ISODate(day), values.ISODate(final))
		}
	}
}

// checkStayInChina allows six months from entry, and six more for each extension
// that customs granted.
func checkStayInChina(d *rules.Document, report rules.Report) {
	for _, c := range counterfoils.Of(d) {
		if c.stage != importation || c.country != china {
			continue
		}
		final, stated := values.Date(c.final)
		entry, ok := values.Date(c.entry)
		if !stated || !ok {
			continue
		}
		if limit := values.AddMonths(entry, 6*(1+min(c.extensions, 3))); final.After(limit) {
			report(c.final, values.ISODate(final), values.ISODate(entry), strconv.Itoa(c.extensions), values.ISODate(limit))
		}
	}
}

func checkExtensionCount(d *rules.Document, report rules.Report) {
	for _, c := range counterfoils.Of(d) {
		if c.stage == importation && c.extensions > 3 && c.country == china {
			report(c.at, strconv.Itoa(c.extensions))
		}
	}
}
