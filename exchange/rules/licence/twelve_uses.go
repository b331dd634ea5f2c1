package licence

import "beibu/exchange/rules"

// maxUses is how many draws a licence for several consignments may have.
const maxUses = 12

// twelveUses is LIC-03. Automatic import licences have LIC-04B instead.
func twelveUses() rules.Rule {
	return rules.Rule{
		Code: "LIC-03", Kinds: both(), Severity: rules.Reject,
		Source: "Chinese licence measures: a licence for several consignments (非一批一证) has at most 12 draws",
		EN:     "the licence permits {0} uses; at most {1} are allowed",
		ZH:     "许可证允许使用{0}次；非一批一证的许可证最多使用{1}次",
		Check: func(d *rules.Document, report rules.Report) {
			if isOneOf(automaticCodes, d.Root.Find("CategoryCode").Text()) {
				return
			}
			if n := permittedUses(d.Root); n > maxUses {
				report(d.Root.Find("PermittedUseQuantity"), count(n), count(maxUses))
			}
		},
	}
}
