package sps

import "beibu/exchange/rules"

// status is SPS-10. A draft stays with its author: what is exchanged has been
// issued, and may have ended since.
func status() rules.Rule {
	return rules.Rule{
		Code: "SPS-10", Kinds: certificates(), Severity: rules.Reject,
		Source: "ePhyto status list: 70 issued, 40 withdrawn, 44 replaced, 64 cancelled",
		EN:     "status {0} is not one that is exchanged; allowed are 70 issued, 40 withdrawn, 44 replaced and 64 cancelled",
		ZH:     "状态{0}不可交换；可用70已签发、40已撤回、44已替换、64已取消",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find(head + "/StatusCode")
			switch code := at.Text(); code {
			case "70", "40", "44", "64":
			default:
				report(at, code)
			}
		},
	}
}
