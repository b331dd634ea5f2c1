package sps

import (
	"strconv"

	"beibu/exchange/rules"
)

// lateIssue is SPS-21B.
func lateIssue() rules.Rule {
	return rules.Rule{
		Code: "SPS-21B", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 3: certificates are issued before dispatch, later only for good reason",
		EN:     "issued on {0}, {1} days after the goods had left",
		ZH:     "证书于{0}签发，晚于货物离境{1}天",
		Check: func(d *rules.Document, report rules.Report) {
			exit, ok := day(d, d.Root.Find(consignment+"/ExportExitDateTime"))
			if !ok || d.Issued.IsZero() {
				return
			}
			if days := rules.Days(exit, d.Issued); days > tolerance {
				report(d.Root.Find(head+"/IssueDateTime"), written(d.Issued), strconv.Itoa(days))
			}
		},
	}
}
