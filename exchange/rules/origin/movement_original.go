package origin

import "beibu/exchange/rules"

// movementOriginal is CO-10.
func movementOriginal() rules.Rule {
	return rules.Rule{
		Code: "CO-10", Kinds: certificates(), Severity: rules.Reject,
		Source: "GACC announcement 2011/11; ACFTA Revised Operational Certification Procedures, Rule 1",
		EN:     "a movement certificate must name the original Form E (a supporting document of type 861 or 864)",
		ZH:     "流动证明须引用原E类原产地证书（类型861或864的随附单证）",
		Check: func(d *rules.Document, report rules.Report) {
			if formE(d.Root) && ticked(d.Root, moved) && !original(d.Root).Exists() {
				report(d.Root.Find(application))
			}
		},
	}
}
