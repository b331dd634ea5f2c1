package origin

import (
	"strconv"

	"beibu/exchange/rules"
)

// grace is how many days after exportation a certificate may be issued without
// being called retroactive.
const grace = 3

// retroactive is CO-08.
func retroactive() rules.Rule {
	return rules.Rule{
		Code: "CO-08", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures: time of issue; Form E, box 13",
		EN:     "issued on {0}, {1} days after exportation; after more than {2} days “ISSUED RETROACTIVELY” must be ticked in box 13",
		ZH:     "证书于{0}签发，晚于出口{1}天；超过{2}天须在第13栏勾选“ISSUED RETROACTIVELY”",
		Check: func(d *rules.Document, report rules.Report) {
			left, ok := departure(d.Root)
			if !ok || d.Issued.IsZero() || !formE(d.Root) || ticked(d.Root, retroactively) {
				return
			}
			if days := rules.Days(left, d.Issued); days > grace {
				report(d.Root.Find("IssueDate"), written(d.Issued), strconv.Itoa(days), strconv.Itoa(grace))
			}
		},
	}
}
