package health

import "beibu/exchange/rules"

// holder is HLT-08.
func holder() rules.Rule {
	return rules.Rule{
		Code: "HLT-08", Kinds: permits(), Severity: rules.Reject,
		Source: measures + ": a permit is granted to a named unit",
		From:   decree182(),
		EN:     "the holder of the permit is not named (ApplicantParty)",
		ZH:     "未注明许可证持有人（ApplicantParty）",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("ApplicantParty")
			if named(at) {
				return
			}
			if !at.Exists() {
				at = d.Root
			}
			report(at)
		},
	}
}
