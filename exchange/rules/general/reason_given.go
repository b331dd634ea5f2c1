package general

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// reasonGiven is GEN-22. A reason may stand with the answer or with a line.
func reasonGiven() rules.Rule {
	return rules.Rule{
		Code: "GEN-22", Kinds: responses(), Severity: rules.Warn,
		Source: "UBL 2.4, Response: Description or Status says why",
		EN:     "the document is refused ({0}) and no reason is given",
		ZH:     "单证被拒绝（{0}），但未说明原因",
		Check: func(d *rules.Document, report rules.Report) {
			for answer := range d.Root.All("DocumentResponse") {
				code := answer.Find("Response/ResponseCode")
				if refuses(code) && !reasoned(answer) {
					report(answer, code.Text())
				}
			}
		},
	}
}

func reasoned(answer strict.Node) bool {
	for _, response := range [...]string{"Response", "LineResponse/Response"} {
		for _, reason := range [...]string{"Description", "Status/StatusReason", "Status/StatusReasonCode", "Status/Description"} {
			for at := range answer.All(response + "/" + reason) {
				if at.Text() != "" {
					return true
				}
			}
		}
	}
	return false
}
