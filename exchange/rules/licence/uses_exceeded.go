package licence

import "beibu/exchange/rules"

// usesExceeded is LIC-03B: no more draws than the licence itself permits.
func usesExceeded() rules.Rule {
	return rules.Rule{
		Code: "LIC-03B", Kinds: both(), Severity: rules.Reject,
		Source: "Chinese licence measures: draws on a licence for several consignments (非一批一证)",
		EN:     "used by {0} declarations; the licence permits {1}",
		ZH:     "已被{0}份报关单使用；许可证只允许使用{1}次",
		Check: func(d *rules.Document, report rules.Report) {
			permitted := permittedUses(d.Root)
			if permitted == 1 {
				return // LIC-02
			}
			if used := uses(d.Root); len(used) > permitted {
				report(used[permitted], count(len(used)), count(permitted))
			}
		},
	}
}
