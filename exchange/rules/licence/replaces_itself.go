package licence

import "beibu/exchange/rules"

// replacesItself is LIC-10B: an edition replaces another licence or an earlier
// edition of the same one.
func replacesItself() rules.Rule {
	return rules.Rule{
		Code: "LIC-10B", Kinds: both(), Severity: rules.Reject,
		Source: "WCO Data Model, PreviousDocument: a document that came before",
		EN:     "names edition {0} of this licence as one that came before; this is edition {1}",
		ZH:     "将本许可证第{0}版列为原许可证，而本证为第{1}版",
		Check: func(d *rules.Document, report rules.Report) {
			number, current := d.Root.Find("ID").Text(), edition(d.Root.Find("VersionID").Text())
			for previous := range d.Root.All("PreviousDocument") {
				before := edition(previous.Find("VersionID").Text())
				if previous.Find("ID").Text() == number && before >= current {
					report(previous, count(before), count(current))
				}
			}
		},
	}
}
