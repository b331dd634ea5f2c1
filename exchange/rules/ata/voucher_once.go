package ata

import "beibu/exchange/rules"

// voucherOnce is ATA-20. Where goods go in parts, every part has a voucher of its own:
// counterfoils that share an importation voucher are of one importation.
func voucherOnce() rules.Rule {
	return rules.Rule{
		Code: "ATA-20", Kinds: carnets(), Severity: rules.Reject,
		Source: "Irish Revenue, ATA carnets: one importation voucher for each consignment",
		EN:     "importation voucher {0} is used for {1} and for {2}; each consignment has its own voucher",
		ZH:     "进境凭证{0}同时用于{1}和{2}；每批货物须使用各自的凭证",
		Check: func(d *rules.Document, report rules.Report) {
			used := make(map[string]string)
			for c := range recorded(d.Root, importation) {
				v, now := c.voucher(), c.imported()
				if v == "" || now == "" {
					continue
				}
				if before, ok := used[v]; ok && before != now {
					report(c.Find("VoucherDocumentReference"), v, before, now)
				}
				used[v] = now
			}
		},
	}
}
