package origin

import (
	"strconv"

	"beibu/exchange/rules"
)

// needlessFlag is CO-08C.
func needlessFlag() rules.Rule {
	return rules.Rule{
		Code: "CO-08C", Kinds: certificates(), Severity: rules.Warn,
		Source: "ACFTA Revised Operational Certification Procedures: time of issue; Form E, box 13",
		EN:     "“ISSUED RETROACTIVELY” is ticked although the certificate of {0} was issued within {1} days of exportation on {2}",
		ZH:     "证书于{0}签发，在{2}出口后{1}天以内，却勾选了“ISSUED RETROACTIVELY”",
		Check: func(d *rules.Document, report rules.Report) {
			left, ok := departure(d.Root)
			if !ok || d.Issued.IsZero() || !formE(d.Root) || !ticked(d.Root, retroactively) {
				return
			}
			if rules.Days(left, d.Issued) <= grace {
				report(d.Root.Find("IssueDate"), written(d.Issued), strconv.Itoa(grace), written(left))
			}
		},
	}
}
