package general

import (
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// responseCode is GEN-21. Codes of other lists are not judged.
func responseCode() rules.Rule {
	return rules.Rule{
		Code: "GEN-21", Kinds: responses(), Severity: rules.Warn,
		Source: "UNCL 4343; WCO response function codes; GACC specification 202205, returnStatus",
		EN:     "{0} is not an answer of the list {1}",
		ZH:     "{0}不是列表{1}中的答复代码",
		Check: func(d *rules.Document, report rules.Report) {
			eachCode(d.Root, func(at strict.Node) {
				list, code := at.Attr("listID"), at.Text()
				if listed, judged := inList(list, code); judged && !listed {
					report(at, code, list)
				}
			})
		},
	}
}

// eachCode visits the codes of all answers, those about lines among them.
func eachCode(root strict.Node, visit func(strict.Node)) {
	for answer := range root.All("DocumentResponse") {
		for at := range answer.All("Response/ResponseCode") {
			visit(at)
		}
		for at := range answer.All("LineResponse/Response/ResponseCode") {
			visit(at)
		}
	}
}
