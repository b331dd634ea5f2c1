package sps

import "beibu/exchange/rules"

// wholeNumber is SPS-16B: the schema allows any decimal.
func wholeNumber() rules.Rule {
	return rules.Rule{
		Code: "SPS-16B", Kinds: certificates(), Severity: rules.Warn,
		Source: "IPPC hub sample: lines are counted from 1, 0 describes the consignment",
		EN:     "{0} is not a line number; lines are counted with whole numbers from 0",
		ZH:     "{0}不是项号；项号须为从0开始的整数",
		Check: func(d *rules.Document, report rules.Report) {
			for at := range d.Root.All(allLines + "/SequenceNumeric") {
				if n, ok := rules.Number(at); ok && (n.Sign() < 0 || !n.IsInt()) {
					report(at, at.Text())
				}
			}
		},
	}
}
