package health

import "beibu/exchange/rules"

// traders is HLT-15.
func traders() rules.Rule {
	return rules.Rule{
		Code: "HLT-15", Kinds: certificates(), Severity: rules.Reject,
		Source: "Codex CXG 38-2001: consignor or exporter, consignee or importer",
		EN:     "neither {0} nor {1} is named",
		ZH:     "未注明{0}或{1}的名称",
		Check: func(d *rules.Document, report rules.Report) {
			for _, pair := range [...][2]string{{"ExporterParty", "ConsignorParty"}, {"ImporterParty", "ConsigneeParty"}} {
				if !named(d.Root.Find(pair[0])) && !named(d.Root.Find(pair[1])) {
					report(d.Root, pair[0], pair[1])
				}
			}
		},
	}
}
