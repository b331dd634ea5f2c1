package licence

import "beibu/exchange/rules"

// maxAutomaticUses is how often an automatic import licence may be used.
const maxAutomaticUses = 6

// automaticUses is LIC-04B.
func automaticUses() rules.Rule {
	return rules.Rule{
		Code: "LIC-04B", Kinds: imports(), Severity: rules.Reject,
		Source: "Chinese automatic import licence: at most 6 uses",
		EN:     "permits {0} uses; an automatic import licence allows at most {1}",
		ZH:     "允许使用{0}次；自动进口许可证最多使用{1}次",
		Check: func(d *rules.Document, report rules.Report) {
			if !isOneOf(automaticCodes, d.Root.Find("CategoryCode").Text()) {
				return
			}
			if n := permittedUses(d.Root); n > maxAutomaticUses {
				report(d.Root.Find("PermittedUseQuantity"), count(n), count(maxAutomaticUses))
			}
		},
	}
}
