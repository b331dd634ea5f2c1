package licence

import (
	"strings"

	"beibu/exchange/rules"
)

// dangerousMatch is LIC-24B: the UN number is one of the substance.
func dangerousMatch() rules.Rule {
	return rules.Rule{
		Code: "LIC-24B", Kinds: both(), Severity: rules.Warn,
		Source: "UN Recommendations on the Transport of Dangerous Goods, chapter 3.2",
		EN:     "UN {2} is not {0}, which is carried as UN {3}",
		ZH:     "UN {2}不是{1}的联合国编号，应为UN {3}",
		Check: func(d *rules.Document, report rules.Report) {
			for line, s := range precursors(d.Root) {
				at := line.Find("Commodity/DangerousGoods/UNDGID")
				if at.Exists() && !s.carries(at.Text()) {
					report(at, s.en, s.zh, at.Text(), strings.Join(s.numbers, ", "))
				}
			}
		},
	}
}
