package licence

import "beibu/exchange/rules"

// oneConsignment is LIC-02: a licence that says nothing else is used once.
func oneConsignment() rules.Rule {
	return rules.Rule{
		Code: "LIC-02", Kinds: both(), Severity: rules.Reject,
		Source: "Chinese licence measures: one licence, one consignment (一批一证) by default",
		EN:     "used by {0} declarations; the licence may be used by one",
		ZH:     "已被{0}份报关单使用；该许可证实行一批一证，只能使用一次",
		Check: func(d *rules.Document, report rules.Report) {
			if permittedUses(d.Root) != 1 {
				return
			}
			if used := uses(d.Root); len(used) > 1 {
				report(used[1], count(len(used)))
			}
		},
	}
}
