package general

import (
	"strconv"
	"unicode/utf8"

	"beibu/exchange/facts/codes"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
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
		Code: "GEN-24", Kinds: append(responses(), "sps-acknowledgement"), Severity: rules.Reject,
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
		if _, ok := codes.Answer(list, code); !ok {
			report(at, code, list)
		}
	}
}

// checkReasonGiven accepts a reason for the whole document or for a line.
func checkReasonGiven(d *rules.Document, report rules.Report) {
	for _, answer := range d.All(answer) {
		code := d.FirstIn(answer, responseCode)
		if verdict, _ := codes.Answer(code.Attr("listID"), code.Text()); verdict == codes.Rejected && !d.HasText(answer, reasons) {
			report(answer, code.Text())
		}
	}
}

// reasonLimit is how many characters returnInfo of the Chinese platform can have.
const reasonLimit = 1000

func checkReasonLength(d *rules.Document, report rules.Report) {
	for _, response := range d.All(response) {
		if list, _ := codes.AnswerList(d.FirstIn(response, responseCode).Attr("listID")); list != codes.GACC {
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
		answered := asked.Role == "" // others are for something else, such as evidence
		if answered && !d.Facts.Issued.IsZero() && d.Facts.Issued.Before(asked.Issued()) {
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
