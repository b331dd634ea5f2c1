package ata

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
)

// noProcessing is ATA-26. Words do not prove it, so a person looks at it.
func noProcessing() rules.Rule {
	return rules.Rule{
		Code: "ATA-26", Kinds: carnets(), Severity: rules.Hold,
		Source: "ATA Convention, Article 3(4)",
		From:   law.ATAConvention(),
		EN:     "intended use \"{0}\" speaks of processing or repair, for which a carnet is not given",
		ZH:     "用途“{0}”涉及加工或修理；此类货物不得使用单证册",
		Check: func(d *rules.Document, report rules.Report) {
			for at := range d.Root.All("ExportReason") {
				text := strings.ToLower(at.Text())
				for _, word := range [...]string{"repair", "processing", "refurbish", "修理", "维修", "加工"} {
					if strings.Contains(text, word) {
						report(at, at.Text())
						break
					}
				}
			}
		},
	}
}
