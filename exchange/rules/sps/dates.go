package sps

import (
	"strconv"
	"time"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// dateRules are about dates, and in which order things happened.
var dateRules = []rules.Rule{
	{
		Code: "SPS-13E", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: date of signature",
		EN:     "{0} is not a date of signature; write it as 2026-11-20 or 2026-11-20T09:30:00+07:00",
		ZH:     "签字日期{0}无法识别；请写作2026-11-20或2026-11-20T09:30:00+07:00",
		Check:  checkDateOfSignature,
	},
	{
		Code: "SPS-13I", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: date of issue",
		EN:     "{0} is not a date of issue; write it as 2026-11-20 or 2026-11-20T09:30:00+07:00",
		ZH:     "签发日期{0}无法识别；请写作2026-11-20或2026-11-20T09:30:00+07:00",
		Check:  checkIssueDate,
	},
	{
		Code: "SPS-21", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 3: inspection within the time the importing country sets, often 14 days",
		EN:     "the goods left on {0}, {1} days after the certificate was issued; usual are at most {2}",
		ZH:     "货物于{0}离境，距证书签发已{1}天；通常不超过{2}天",
		Check:  checkLateDeparture,
	},
	{
		Code: "SPS-21B", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 3: certificates are issued before dispatch, later only for good reason",
		EN:     "issued on {0}, {1} days after the goods had left",
		ZH:     "证书于{0}签发，晚于货物离境{1}天",
		Check:  checkLateIssue,
	},
	{
		Code: "SPS-21C", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: a certificate states treatments that were carried out",
		EN:     "the treatment of line {0} ended on {1}, after the certificate was issued on {2}",
		ZH:     "第{0}项的处理于{1}结束，晚于证书签发日期{2}",
		Check:  checkLateTreatment,
	},
	{
		Code: "SPS-21D", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: a certificate is signed when it is issued",
		EN:     "signed on {0}, after the certificate was issued on {1}",
		ZH:     "签字日期{0}晚于证书签发日期{1}",
		Check:  checkLateSignature,
	},
}

func checkDateOfSignature(d *rules.Document, report rules.Report) {
	for at := range d.Root.All(head + "/SignatorySPSAuthentication/ActualDateTime") {
		if _, ok := day(d, at); !ok {
			report(at, values.DateText(at.Find("*")))
		}
	}
}

func checkIssueDate(d *rules.Document, report rules.Report) {
	at := d.Root.Find(head + "/IssueDateTime")
	if _, ok := day(d, at); !ok {
		report(at, values.DateText(at.Find("*")))
	}
}

// tolerance is the usual limit of days between the issue of a certificate and the
// departure of the goods. Importing countries set their own limits, so the rules
// only warn.
const tolerance = 14

func checkLateDeparture(d *rules.Document, report rules.Report) {
	at := d.Root.Find(consignment + "/ExportExitDateTime")
	exit, ok := day(d, at)
	if !ok || d.Facts.Issued.IsZero() {
		return
	}
	if days := values.Days(d.Facts.Issued, exit); days > tolerance {
		report(at, values.ISODate(exit), strconv.Itoa(days), strconv.Itoa(tolerance))
	}
}

func checkLateIssue(d *rules.Document, report rules.Report) {
	exit, ok := day(d, d.Root.Find(consignment+"/ExportExitDateTime"))
	if !ok || d.Facts.Issued.IsZero() {
		return
	}
	if days := values.Days(exit, d.Facts.Issued); days > tolerance {
		report(d.Root.Find(head+"/IssueDateTime"), values.ISODate(d.Facts.Issued), strconv.Itoa(days))
	}
}

// checkLateTreatment reads the end of a treatment alone: a treatment on the voyage
// begins after the issue, and states its start but no end.
func checkLateTreatment(d *rules.Document, report rules.Report) {
	if d.Facts.Issued.IsZero() {
		return
	}
	for line := range goodsLines(d) {
		for at := range line.At.All("AppliedSPSProcess/CompletionSPSPeriod/EndDateTime") {
			if end, ok := day(d, at); ok && end.After(d.Facts.Issued) {
				report(at, line.Number, values.ISODate(end), values.ISODate(d.Facts.Issued))
			}
		}
	}
}

func checkLateSignature(d *rules.Document, report rules.Report) {
	if d.Facts.Issued.IsZero() {
		return
	}
	for at := range d.Root.All(head + "/SignatorySPSAuthentication/ActualDateTime") {
		if signed, ok := day(d, at); ok && signed.After(d.Facts.Issued) {
			report(at, values.ISODate(signed), values.ISODate(d.Facts.Issued))
		}
	}
}

// day returns the day of a udt:DateTimeType, as the country that issued the
// certificate counts it.
func day(d *rules.Document, n strict.Node) (time.Time, bool) {
	for _, form := range [...]string{"DateTimeString", "DateTime"} {
		if at := n.Find(form); at.Exists() {
			return values.DateIn(d.Facts.Country, at)
		}
	}
	return time.Time{}, false
}
