package origin

import "beibu/exchange/rules"

// numberYear is CO-14B.
func numberYear() rules.Rule {
	return rules.Rule{
		Code: "CO-14B", Kinds: certificates(), Severity: rules.Warn,
		Source: "Chinese Form E numbers: the year of issue in the second and third place",
		EN:     "the number {0} is of the year {1}; the certificate was issued on {2}",
		ZH:     "编号{0}的年份为{1}；证书签发日期为{2}",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("ID")
			number := at.Text()
			if d.Issued.IsZero() || !chineseFormE(d.Root) || !formNumber(number) {
				return
			}
			if year := number[1:3]; year != d.Issued.Format("06") {
				report(at, number, year, written(d.Issued))
			}
		},
	}
}
