package sps

import (
	"strconv"

	"beibu/exchange/rules"
)

// tolerance is how many days usually may lie between the issue of a certificate
// and the departure of the goods. Importing countries set their own.
const tolerance = 14

// lateDeparture is SPS-21.
func lateDeparture() rules.Rule {
	return rules.Rule{
		Code: "SPS-21", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 3: inspection within the time the importing country sets, often 14 days",
		EN:     "the goods left on {0}, {1} days after the certificate was issued; usual are at most {2}",
		ZH:     "货物于{0}离境，距证书签发已{1}天；通常不超过{2}天",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find(consignment + "/ExportExitDateTime")
			exit, ok := day(d, at)
			if !ok || d.Issued.IsZero() {
				return
			}
			if days := rules.Days(d.Issued, exit); days > tolerance {
				report(at, written(exit), strconv.Itoa(days), strconv.Itoa(tolerance))
			}
		},
	}
}
