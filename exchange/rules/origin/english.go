package origin

import (
	"strings"
	"unicode"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// english is CO-13. A description in another language may stand beside.
func english() rules.Rule {
	return rules.Rule{
		Code: "CO-13", Kinds: certificates(), Severity: rules.Warn,
		Source: "ACFTA Revised Operational Certification Procedures: Form E is in English",
		EN:     "item {0} is not described in English",
		ZH:     "第{0}项没有英文品名",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range formItems(d.Root) {
				if !describedInLatin(item) {
					report(item, itemName(item))
				}
			}
		},
	}
}

// describedInLatin tells whether any description has Latin letters and no Han.
func describedInLatin(item strict.Node) bool {
	for _, path := range [...]string{"Description", "Item/Description", "Item/Name"} {
		for at := range item.All(path) {
			text := at.Text()
			latin := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Latin, r) })
			han := strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
			if latin && !han {
				return true
			}
		}
	}
	return false
}
