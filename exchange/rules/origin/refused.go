package origin

import (
	"strings"

	"beibu/exchange/rules"
)

// refused is CO-24. What the issuer did not approve is no certificate.
func refused() rules.Rule {
	return rules.Rule{
		Code: "CO-24", Kinds: certificates(), Severity: rules.Reject,
		Source: "UBL 2.4, Endorsement: ApprovalStatus",
		EN:     "the issuer's endorsement says {0}; only an approved certificate is exchanged",
		ZH:     "签发机构的签署状态为{0}；只有已批准的证书可以交换",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("IssuerEndorsement/ApprovalStatus")
			switch strings.ToUpper(at.Text()) {
			case "APPROVED", "ACCEPTED", "ENDORSED", "ISSUED":
			default:
				report(at, at.Text())
			}
		},
	}
}
