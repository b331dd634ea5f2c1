package ata

import (
	"strconv"

	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// extensionCount is ATA-30B.
func extensionCount() rules.Rule {
	return rules.Rule{
		Code: "ATA-30B", Kinds: withCounterfoils(), Severity: rules.Reject,
		Source: "GACC decree 157 (2007) and its successor, by customs brokers' guides: extended at most 3 times",
		From:   law.Decree157(),
		EN:     "{0} extensions; China extends the stay of goods three times at most",
		ZH:     "延期{0}次；在中国最多延期三次",
		Check: func(d *rules.Document, report rules.Report) {
			for c := range recorded(d.Root, importation) {
				if n := c.extensions(); n > 3 && c.country() == china {
					report(c.Node, strconv.Itoa(n))
				}
			}
		},
	}
}
