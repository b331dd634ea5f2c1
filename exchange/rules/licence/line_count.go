package licence

import (
	"strconv"

	"beibu/exchange/rules"
)

// lineCount is LIC-22.
func lineCount() rules.Rule {
	return rules.Rule{
		Code: "LIC-22", Kinds: both(), Severity: rules.Reject,
		Source: "WCO Data Model, GoodsItemQuantity; arithmetic",
		EN:     "{0} goods items are announced; {1} are there",
		ZH:     "注明商品项数为{0}，实有{1}项",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("GoodsItemQuantity")
			announced, err := strconv.Atoi(at.Text())
			if err != nil {
				return
			}
			lines := 0
			for range d.Root.All("GoodsItem") {
				lines++
			}
			if lines != announced {
				report(at, count(announced), count(lines))
			}
		},
	}
}
