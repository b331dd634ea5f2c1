package sps

import (
	"strconv"
	"strings"

	"beibu/exchange/facts"
	"beibu/exchange/facts/codes"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
)

// acknowledgementRules are about what the authority of the importing or a transit
// country answers to a certificate.
var acknowledgementRules = []rules.Rule{
	{
		Code: "SPS-18", Kinds: acknowledgements(), Severity: rules.Reject,
		Source: "UN/CEFACT SPSAcknowledgement 17: the clearance status of one certificate, which is among the references",
		EN:     "the acknowledgement names {0} certificates with a number; it must name exactly one, with its type (851, 657, 852, 853 or 636)",
		ZH:     "回执引用了{0}份有编号的证书；须引用且仅引用一份，并注明类型（851、657、852、853、636）",
		Reads:  []rules.Input{acknowledgement},
		Check:  checkOneCertificate,
	},
	{
		Code: "SPS-18B", Kinds: acknowledgements(), Severity: rules.Warn,
		Source: "UNCL 4405 as ePhyto and TRACES use it: 39 approved, 41 rejected, 122 partially rejected, 42 in progress, 1 new",
		EN:     "status {0} is not an answer to a certificate; answers are 39 approved, 41 rejected, 122 rejected in part, 42 in progress and 1 new",
		ZH:     "状态{0}不是对证书的答复；可用39已批准、41不予接受、122部分不予接受、42处理中、1新收",
		Reads:  []rules.Input{acknowledgedStatus},
		Check:  checkAnswerStatus,
	},
	{
		Code: "SPS-18C", Kinds: acknowledgements(), Severity: rules.Warn,
		Source: "UN/CEFACT SPSAcknowledgement 17: ReasonInformation says why",
		EN:     "the certificate is refused ({0}) and no reason is given",
		ZH:     "证书被拒绝（{0}），但未说明原因",
		Reads:  []rules.Input{acknowledgement, acknowledgedStatus, acknowledgedReasons},
		Check:  checkRefusalReason,
	},
	{
		Code: "SPS-18D", Kinds: acknowledgements(), Severity: rules.Reject,
		Source: "UN/CEFACT SPSAcknowledgement 17: IssueDateTime, which distinguishes several acknowledgements of a certificate",
		EN:     "the acknowledgement has no date of issue",
		ZH:     "回执没有签发日期",
		Reads:  []rules.Input{acknowledgement, acknowledged},
		Check:  checkAcknowledgedWhen,
	},
	{
		Code: "SPS-18E", Kinds: acknowledgements(), Severity: rules.Warn,
		Source: "UN/CEFACT SPSAcknowledgement 17: IssueDateTime, which distinguishes several acknowledgements of a certificate",
		EN:     "the date of issue {0} has no time: another acknowledgement of the certificate on that day will be a conflict",
		ZH:     "签发日期{0}没有时间：同日再次对该证书出具回执将发生冲突",
		Reads:  []rules.Input{acknowledged},
		Check:  checkAcknowledgedTime,
	},
}

// checkOneCertificate reports each certificate after the first.
func checkOneCertificate(d *rules.Document, report rules.Report) {
	var named []facts.Reference
	for _, r := range d.Facts.References() {
		if r.Role == "" && r.Number != "" { // others are evidence
			named = append(named, r)
		}
	}
	if len(named) == 0 {
		report(d.First(acknowledgement), "0")
		return
	}
	for _, r := range named[1:] {
		report(r.At, strconv.Itoa(len(named)))
	}
}

func checkAnswerStatus(d *rules.Document, report rules.Report) {
	for _, answer := range d.Facts.Answers() {
		if _, ok := codes.Answer(answer.List, answer.Code); !ok {
			report(d.FirstIn(answer.At, acknowledgedStatus), answer.Code)
		}
	}
}

func checkRefusalReason(d *rules.Document, report rules.Report) {
	for _, answer := range d.Facts.Answers() {
		refused := answer.Verdict == codes.Rejected || answer.Verdict == codes.PartlyRejected
		if refused && !d.HasText(answer.At, acknowledgedReasons) {
			report(answer.At, answer.Code)
		}
	}
}

// checkAcknowledgedWhen leaves a date that cannot be read to the general rules.
func checkAcknowledgedWhen(d *rules.Document, report rules.Report) {
	if !d.First(acknowledged.at).Exists() {
		report(d.First(acknowledgement))
	}
}

func checkAcknowledgedTime(d *rules.Document, report rules.Report) {
	at := d.First(acknowledged.at)
	if text, _, ok := acknowledged.day(d, at); ok && !strings.Contains(text.Text(), "T") {
		report(at, values.DateText(text))
	}
}

// The paths of an acknowledgement.
var (
	acknowledgement     = rules.NewPath("SPSAcknowledgementDocument")
	acknowledged        = momentAt(acknowledgement.To("IssueDateTime"))
	acknowledgedStatus  = acknowledgement.To("StatusCode")
	acknowledgedReasons = acknowledgement.To("ReasonInformation")
)
