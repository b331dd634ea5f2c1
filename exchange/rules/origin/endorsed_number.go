package origin

import "beibu/exchange/rules"

// endorsedNumber is CO-23.
func endorsedNumber() rules.Rule {
	return rules.Rule{
		Code: "CO-23", Kinds: certificates(), Severity: rules.Warn,
		Source: "UBL 2.4, Endorsement: DocumentID names the document that is endorsed",
		EN:     "the issuer endorsed {0}; this certificate is {1}",
		ZH:     "签发机构签署的是{0}；本证书编号为{1}",
		Check: func(d *rules.Document, report rules.Report) {
			at := d.Root.Find("IssuerEndorsement/DocumentID")
			if own := d.Root.Find("ID").Text(); at.Text() != "" && at.Text() != own {
				report(at, at.Text(), own)
			}
		},
	}
}
