package licence

import (
	"math/big"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// exhaustion is LIC-17: the status tells what the draws tell. UNCL 1373: 12
// and 14 are exhausted, 13 and 15 not exhausted.
func exhaustion() rules.Rule {
	return rules.Rule{
		Code: "LIC-17", Kinds: both(), Severity: rules.Warn,
		Source: "UNCL 1373, codes 12 to 15",
		EN:     "status {0} does not fit the draws: {1} lines of {2} have something left",
		ZH:     "状态代码{0}与核销记录不符：{2}项商品中有{1}项仍有余额",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("StatusCode")
			status := at.Text()
			exhausted := status == "12" || status == "14"
			if !exhausted && status != "13" && status != "15" {
				return
			}
			lines, open, ok := openLines(d.Root)
			if ok && exhausted != (open == 0) {
				report(at, status, count(open), count(lines))
			}
		},
	}
}

// openLines counts the lines of a licence and those that have something left.
// It reports false where a line's balance cannot be followed.
func openLines(licence strict.Node) (lines, open int, ok bool) {
	for line := range licence.All("GoodsItem") {
		left, ok := drawDown(line, func(strict.Node, *big.Rat, *big.Rat) {})
		if !ok {
			return 0, 0, false
		}
		lines++
		open += left.Sign()
	}
	return lines, open, true
}
