package general

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// answerRules are about responses to other documents.
var answerRules = []rules.Rule{
	{
		Code: "GEN-20", Kinds: responses(), Severity: rules.Reject,
		Source: "UBL 2.4, ApplicationResponse: DocumentReference names the document that is answered",
		EN:     "the response does not name the document that it answers",
		ZH:     "回执未指明所答复的单证",
		Reads:  []rules.Input{answered, answeredID},
		Check:  checkAnswered,
	},
	{
		Code: "GEN-21", Kinds: responses(), Severity: rules.Warn,
		Source: "UNCL 4343; WCO response function codes; GACC specification 202205, returnStatus",
		EN:     "{0} is not an answer of the list {1}",
		ZH:     "{0}不是列表{1}中的答复代码",
		Reads:  []rules.Input{responseCodes},
		Check:  checkResponseCode,
	},
	{
		Code: "GEN-22", Kinds: responses(), Severity: rules.Warn,
		Source: "UBL 2.4, Response: Description or Status says why",
		EN:     "the document is refused ({0}) and no reason is given",
		ZH:     "单证被拒绝（{0}），但未说明原因",
		Reads:  []rules.Input{answer, responseCode, reasons},
		Check:  checkReasonGiven,
	},
	{
		Code: "GEN-23", Kinds: responses(), Severity: rules.Reject,
		Source: "GACC specification 202205: returnInfo of at most 1000 characters",
		EN:     "the text of a platform answer has {0} characters; at most {1} can be passed on",
		ZH:     "平台回执的说明有{0}个字符；最多可传递{1}个字符",
		Reads:  []rules.Input{response, responseCode, responseText},
		Check:  checkReasonLength,
	},
	{
		Code: "GEN-24", Kinds: responses(), Severity: rules.Reject,
		Source: "Arithmetic: an answer does not come before what it answers",
		EN:     "the answer is of {0}, before the document of {1} that it answers",
		ZH:     "回执日期{0}早于所答复单证的日期{1}",
		Check:  checkAnswerOrder,
	},
}

func checkAnswered(d *rules.Document, report rules.Report) {
	answered := d.All(answered)
	for _, at := range answered {
		if d.FirstIn(at, answeredID).Is("") {
			report(at)
		}
	}
	if len(answered) == 0 {
		report(d.Root)
	}
}

// checkResponseCode checks the codes of all answers, also of those about a line.
func checkResponseCode(d *rules.Document, report rules.Report) {
	for _, at := range d.All(responseCodes) {
		list, code := at.Attr("listID"), at.Text()
		if listed, known := inList(list, code); known && !listed {
			report(at, code, list)
		}
	}
}

// checkReasonGiven accepts a reason for the whole document or for a line.
func checkReasonGiven(d *rules.Document, report rules.Report) {
	for _, answer := range d.All(answer) {
		code := d.FirstIn(answer, responseCode)
		if refuses(code) && !d.HasText(answer, reasons) {
			report(answer, code.Text())
		}
	}
}

// reasonLimit is how many characters returnInfo of the Chinese platform can have.
const reasonLimit = 1000

func checkReasonLength(d *rules.Document, report rules.Report) {
	for _, response := range d.All(response) {
		if canonical(d.FirstIn(response, responseCode).Attr("listID")) != gacc {
			continue
		}
		for _, at := range d.AllIn(response, responseText) {
			if n := utf8.RuneCountInString(at.Text()); n > reasonLimit {
				report(at, strconv.Itoa(n), strconv.Itoa(reasonLimit))
			}
		}
	}
}

func checkAnswerOrder(d *rules.Document, report rules.Report) {
	for _, asked := range d.Facts.References() {
		if !d.Facts.Issued.IsZero() && d.Facts.Issued.Before(asked.Issued()) {
			report(asked.Part(paths.Issued), values.ISODate(d.Facts.Issued), values.ISODate(asked.Issued()))
		}
	}
}

// The paths of answers, each about a document or a line of it.
var (
	answer        = rules.NewPath("DocumentResponse")
	answered      = answer.To("DocumentReference")
	answeredID    = answered.To("ID")
	response      = answer.To("Response")
	responseCode  = response.To("ResponseCode")
	responseText  = response.To("Description")
	responseCodes = answer.To("Response/ResponseCode", "LineResponse/Response/ResponseCode")
	reasons       = answer.To("Response", "LineResponse/Response").
			To("Description", "Status/StatusReason", "Status/StatusReasonCode", "Status/Description")
)

// responses returns the kinds of document that answer other documents.
func responses() []string { return []string{"response"} }

// The lists from which answers in this trade take their codes.
const (
	uncl4343 = "UNCL4343" // UN/EDIFACT 4343, response type
	wco      = "WCO-RES"  // function codes of WCO responses
	gacc     = "GACC"     // returnStatus of the Chinese platform
)

// inList reports whether an answer code is in a list, and whether the list is
// one of those above.
func inList(list, code string) (listed, known bool) {
	var all string
	switch canonical(list) {
	case uncl4343:
		all = " AB AJ AP CA IP RE UQ "
	case wco:
		all = " 01 02 03 05 06 07 08 09 10 11 13 14 15 16 17 "
	case gacc:
		if strings.HasPrefix(code, "-") { // a processing exception, with a number of its own
			return len(code) > 1 && strings.Trim(code[1:], "0123456789") == "", true
		}
		all = " 1 2 3 4 100 120 300 399 500 505 600 800 899 "
	default:
		return false, false
	}
	return code != "" && !strings.Contains(code, " ") && strings.Contains(all, " "+code+" "), true
}

// canonical returns the name of a list in the spelling above.
func canonical(list string) string {
	for _, name := range [...]string{uncl4343, wco, gacc} {
		if values.Is(list, name) {
			return name
		}
	}
	return list
}

// refuses reports whether an answer refuses the document.
func refuses(code strict.Node) bool {
	text := code.Text()
	switch canonical(code.Attr("listID")) {
	case uncl4343:
		return text == "RE"
	case wco:
		return text == "03"
	case gacc:
		return strings.HasPrefix(text, "-")
	}
	return false
}
