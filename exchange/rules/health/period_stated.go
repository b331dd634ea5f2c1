package health

import "beibu/exchange/rules"

// periodStated is HLT-02. Whether a date that is there can be is for GEN-25.
func periodStated() rules.Rule {
	return rules.Rule{
		Code: "HLT-02", Kinds: permits(), Severity: rules.Reject,
		Source: measures + ": a permit states how long it is valid",
		From:   decree182(),
		EN:     "the period of validity is not stated with its first and its last day",
		ZH:     "未完整注明有效期的起止日期",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("ValidityPeriod")
			if at.Find("StartDate").Exists() && at.Find("EndDate").Exists() {
				return
			}
			if !at.Exists() {
				at = d.Root
			}
			report(at)
		},
	}
}
