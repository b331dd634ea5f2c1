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
		Check:  checkFinalDate,
	},
	{
		Code: "ATA-07B", Kinds: withCounterfoils(), Severity: rules.Hold,
		Source: "Istanbul Convention, Annex A, Articles 7 and 9",
		From:   law.IstanbulConvention(),
		EN:     "re-exported on {0}, after the final date {1}",
		ZH:     "于{0}复运出境，晚于最迟复运出境日期{1}",
		Check:  checkLateReexportation,
	},
	{
		Code: "ATA-30", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "GACC decree 157 (2007) and its successor, by customs brokers' guides: 6 months, extended at most 3 times",
		From:   law.Decree157(),
		EN:     "final date for re-exportation {0}; goods that entered China on {1}, extended {2} times, leave by {3}",
		ZH:     "最迟复运出境日期为{0}；{1}进境、延期{2}次的货物须在{3}前复运出境",
		Check:  checkStayInChina,
	},
	{
		Code: "ATA-30B", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "GACC decree 157 (2007) and its successor, by customs brokers' guides: extended at most 3 times",
		From:   law.Decree157(),
		EN:     "{0} extensions; China extends the stay of goods three times at most",
		ZH:     "延期{0}次；在中国最多延期三次",
		Check:  checkExtensionCount,
	},
}

func checkFinalDate(d *rules.Document, report rules.Report) {
	end := d.Facts.Period().Until
	if end.IsZero() {
		return
	}
	for at := range d.Root.All("GoodsItemPassportCounterfoil/FinalReexportationDate") {
		if day, ok := values.Date(at); ok && day.After(end) {
			report(at, values.ISODate(day), values.ISODate(end))
		}
	}
}

// checkLateReexportation holds the document for a person: customs may claim, or
// may have granted more time.
func checkLateReexportation(d *rules.Document, report rules.Report) {
	for c := range recorded(d.Root, reexportation) {
		final, ok := values.Date(c.Find("FinalReexportationDate"))
		left := c.Find("ReexportationDocumentReference/IssueDate")
		if day, stated := values.Date(left); ok && stated && day.After(final) {
			report(left, values.ISODate(day), values.ISODate(final))
		}
	}
}

// checkStayInChina allows six months from entry, and six more for each extension
// that customs granted.
func checkStayInChina(d *rules.Document, report rules.Report) {
	for c := range recorded(d.Root, importation) {
		final, stated := values.Date(c.Find("FinalReexportationDate"))
		entry, ok := values.Date(c.Find("ImportationDocumentReference/IssueDate"))
		if !stated || !ok || c.country() != china {
			continue
		}
		extensions := c.extensions()
		if limit := values.AddMonths(entry, 6*(1+min(extensions, 3))); final.After(limit) {
			report(c.Find("FinalReexportationDate"), values.ISODate(final), values.ISODate(entry), strconv.Itoa(extensions), values.ISODate(limit))
		}
	}
}

// extensions counts the references to decisions of customs after the entry.
func (c counterfoil) extensions() int {
	n := -1
	for range c.All("ImportationDocumentReference") {
		n++
	}
	return max(n, 0)
}

func checkExtensionCount(d *rules.Document, report rules.Report) {
	for c := range recorded(d.Root, importation) {
		if n := c.extensions(); n > 3 && c.country() == china {
			report(c.Node, strconv.Itoa(n))
		}
	}
}
