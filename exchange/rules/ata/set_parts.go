package ata

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// setParts is ATA-10B. A set may share one number if column 2 says of every part what
// it is, what it is worth and what it weighs.
func setParts() rules.Rule {
	return rules.Rule{
		Code: "ATA-10B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Model form, note 4 on the general list",
		EN:     "a part of set {0} lacks its {1}; every part of a set is given with description, value and weight",
		ZH:     "成套货物第{0}项的部件缺少{1}；成套货物须逐件注明品名、价值和重量",
		Check: func(d *rules.Document, report rules.Report) {
			for item := range d.Root.All(generalList) {
				for part := range item.All("ContainedGoodsItem") {
					if lacking := lacks(part); lacking != "" {
						report(part, number(item), lacking)
					}
				}
			}
		},
	}
}

// lacks returns what a part of a set does not say, or "".
func lacks(part strict.Node) string {
	switch {
	case part.Find("Description").Text() == "" && part.Find("Item/Description").Text() == "" && part.Find("Item/Name").Text() == "":
		return "Description"
	case !value(part).Exists():
		return "ValueAmount"
	case !part.Find("GrossWeightMeasure").Exists() && !part.Find("NetWeightMeasure").Exists():
		return "NetWeightMeasure"
	}
	return ""
}
