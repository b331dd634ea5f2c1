package general

import "beibu/exchange/rules"

// answered is GEN-20.
func answered() rules.Rule {
	return rules.Rule{
		Code: "GEN-20", Kinds: responses(), Severity: rules.Reject,
		Source: "UBL 2.4, ApplicationResponse: DocumentReference names the document that is answered",
		EN:     "the response does not name the document that it answers",
		ZH:     "回执未指明所答复的单证",
		Check: func(d *rules.Document, report rules.Report) {
			answers := 0
			for at := range d.Root.All("DocumentResponse/DocumentReference") {
				answers++
				if at.Find("ID").Text() == "" {
					report(at)
				}
			}
			if answers == 0 {
				report(d.Root)
			}
		},
	}
}
