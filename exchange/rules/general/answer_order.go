package general

import "beibu/exchange/rules"

// answerOrder is GEN-24.
func answerOrder() rules.Rule {
	return rules.Rule{
		Code: "GEN-24", Kinds: responses(), Severity: rules.Reject,
		Source: "Arithmetic: an answer does not come before what it answers",
		EN:     "the answer is of {0}, before the document of {1} that it answers",
		ZH:     "回执日期{0}早于所答复单证的日期{1}",
		Check: func(d *rules.Document, report rules.Report) {
			for at := range d.Root.All("DocumentResponse/DocumentReference/IssueDate") {
				if asked, ok := rules.Date(at); ok && !d.Issued.IsZero() && d.Issued.Before(asked) {
					report(at, written(d.Issued), written(asked))
				}
			}
		},
	}
}
