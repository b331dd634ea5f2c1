package sps

import "beibu/exchange/rules"

// reexportOrigin is SPS-08B.
func reexportOrigin() rules.Rule {
	return rules.Rule{
		Code: "SPS-08B", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 6: goods that are re-exported were imported before",
		EN:     "line {0} is of {1}, the country that re-exports it; its own goods have a certificate for export (851)",
		ZH:     "第{0}项原产于转口国{1}；本国货物应使用出口植物检疫证书（851）",
		Check: func(d *rules.Document, report rules.Report) {
			export := d.Root.Find(consignment + "/ExportSPSCountry/ID").Text()
			if certificateCode(d.Root) != reexport || export == "" {
				return
			}
			for line := range goodsLines(d.Root) {
				if at := line.Find("OriginSPSCountry"); at.Find("ID").Text() == export {
					report(at, lineName(line), export)
				}
			}
		},
	}
}
