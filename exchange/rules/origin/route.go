package origin

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/exchange/rules/codes"
	"beibu/signing/strict"
)

// route is CO-17E. Whether goods stayed as they were on the way is for a person
// to judge by the papers.
func route() rules.Rule {
	return rules.Rule{
		Code: "CO-17E", Kinds: certificates(), Severity: rules.Hold,
		Source: "ACFTA Rules of Origin, direct consignment; GACC announcement 2019/155: non-manipulation certificate",
		EN:     "the goods are transshipped in {0}, outside the Parties, and no certificate of non-manipulation is named",
		ZH:     "货物在缔约方以外的{0}转运，且未引用未再加工证明",
		Check: func(d *rules.Document, report rules.Report) {
			if !formE(d.Root) || untouched(d.Root) {
				return
			}
			for at := range d.Root.All(application + "/Shipment/ShipmentStage/TransshipPortLocation/ID") {
				if code := at.Text(); codes.LocationCode(code) && !party(code[:2]) {
					report(at, code)
				}
			}
		},
	}
}

// untouched tells whether a certificate of non-manipulation is among the papers.
func untouched(root strict.Node) bool {
	for kind := range root.All(application + "/SupportingDocumentReference/DocumentType") {
		text := strings.ToLower(kind.Text())
		if strings.Contains(text, "non-manipulation") || strings.Contains(text, "未再加工") {
			return true
		}
	}
	return false
}
