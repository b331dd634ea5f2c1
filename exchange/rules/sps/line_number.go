package sps

import "beibu/exchange/rules"

// lineNumber is SPS-16.
func lineNumber() rules.Rule {
	return rules.Rule{
		Code: "SPS-16", Kinds: certificates(), Severity: rules.Warn,
		Source: "IPPC hub sample: each line has a number of its own, 0 describes the consignment",
		EN:     "line number {0} is taken by an earlier line",
		ZH:     "项号{0}与前面的项重复",
		Check: func(d *rules.Document, report rules.Report) {
			taken := make(map[string]bool)
			for line := range d.Root.All(allLines) {
				at := line.Find("SequenceNumeric")
				n, ok := rules.Number(at)
				if !ok {
					continue
				}
				key := n.RatString()
				if taken[key] {
					report(at, at.Text())
				}
				taken[key] = true
			}
		},
	}
}
