package origin

import (
	"strings"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// ownCode is CO-07B.
func ownCode() rules.Rule {
	return rules.Rule{
		Code: "CO-07B", Kinds: certificates(), Severity: rules.Reject,
		Source: "Form E, overleaf notes: HS code of the importing Party, six digits at least",
		EN:     "item {0} has the HS code {1}; six digits at least are needed",
		ZH:     "第{0}项的HS编码为{1}；至少需要六位数字",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range formItems(d.Root) {
				code := harmonized(item)
				digits := rules.HSDigits(code)
				if len(digits) < 6 || strings.Trim(digits, "0123456789") != "" {
					report(item, itemName(item), code.Text())
				}
			}
		},
	}
}

// harmonized returns the element that holds the HS code of an item, or none.
func harmonized(item strict.Node) strict.Node {
	return rules.HS(item, "RequiredCustomsID", "Item/CommodityClassification/ItemClassificationCode")
}
