package sps

import (
	"strings"

	"beibu/exchange/rules"
)

// replacement is SPS-09: number (ADRPN), reason (ADRPR) and date (ADRD) of the
// replaced certificate are given together or not at all.
func replacement() rules.Rule {
	return rules.Rule{
		Code: "SPS-09", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 4; ePhyto notes ADRPN, ADRPR, ADRD",
		EN:     "the certificate replaces another one without its {0}; number (ADRPN), reason (ADRPR) and date (ADRD) belong together",
		ZH:     "证书替换另一证书，但缺少{0}；编号（ADRPN）、原因（ADRPR）和日期（ADRD）须同时填写",
		Check: func(d *rules.Document, report rules.Report) {
			var missing []string
			for _, subject := range [...]string{"ADRPN", "ADRPR", "ADRD"} {
				if _, text := note(d.Root, subject); text == "" {
					missing = append(missing, subject)
				}
			}
			if n := len(missing); n == 1 || n == 2 {
				report(d.Root.Find(head), strings.Join(missing, ", "))
			}
		},
	}
}
