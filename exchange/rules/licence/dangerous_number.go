package licence

import (
	"strings"

	"beibu/exchange/rules"
)

// dangerousNumber is LIC-24: who reads the licence at the quay must see that
// the goods are dangerous.
func dangerousNumber() rules.Rule {
	return rules.Rule{
		Code: "LIC-24", Kinds: both(), Severity: rules.Warn,
		Source: "WCO Data Model, DangerousGoods/UNDGID; UN Recommendations on the Transport of Dangerous Goods, chapter 3.2",
		EN:     "{0} is dangerous goods; the line gives no UN number (UN {2})",
		ZH:     "{1}属于危险货物；该项未注明联合国编号（UN {2}）",
		Check: func(d *rules.Document, report rules.Report) {
			for line, s := range precursors(d.Root) {
				if at := line.Find("Commodity"); !at.Find("DangerousGoods").Exists() {
					report(at, s.en, s.zh, strings.Join(s.numbers, ", "))
				}
			}
		},
	}
}
