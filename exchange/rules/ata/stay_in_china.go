package ata

import (
	"strconv"

	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// stayInChina is ATA-30: six months from entry, and six more for each extension that
// customs granted.
func stayInChina() rules.Rule {
	return rules.Rule{
		Code: "ATA-30", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "GACC decree 157 (2007) and its successor, by customs brokers' guides: 6 months, extended at most 3 times",
		From:   law.Decree157(),
		EN:     "final date for re-exportation {0}; goods that entered China on {1}, extended {2} times, leave by {3}",
		ZH:     "最迟复运出境日期为{0}；{1}进境、延期{2}次的货物须在{3}前复运出境",
		Check: func(d *rules.Document, report rules.Report) {
			for c := range recorded(d.Root, importation) {
				final, stated := rules.Date(c.Find("FinalReexportationDate"))
				entry, ok := rules.Date(c.Find("ImportationDocumentReference/IssueDate"))
				if !stated || !ok || c.country() != china {
					continue
				}
				extensions := c.extensions()
				if limit := rules.AddMonths(entry, 6*(1+min(extensions, 3))); final.After(limit) {
					report(c.Find("FinalReexportationDate"), rules.ISODate(final), rules.ISODate(entry), strconv.Itoa(extensions), rules.ISODate(limit))
				}
			}
		},
	}
}

// extensions counts the references to customs' decisions after the entry.
func (c counterfoil) extensions() int {
	n := -1
	for range c.All("ImportationDocumentReference") {
		n++
	}
	return max(n, 0)
}
