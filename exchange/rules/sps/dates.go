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
		Reads:  []rules.Input{signed},
		Check:  checkDateOfSignature,
	},
	{
		Code: "SPS-13I", Kinds: certificates(), Severity: rules.Reject,
		Source: "ISPM 12, section 5: date of issue",
		EN:     "{0} is not a date of issue; write it as 2026-11-20 or 2026-11-20T09:30:00+07:00",
		ZH:     "签发日期{0}无法识别；请写作2026-11-20或2026-11-20T09:30:00+07:00",
		Reads:  []rules.Input{issued},
		Check:  checkIssueDate,
	},
	{
		Code: "SPS-21", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 3: inspection within the time the importing country sets, often 14 days",
		EN:     "the goods left on {0}, {1} days after the certificate was issued; usual are at most {2}",
		ZH:     "货物于{0}离境，距证书签发已{1}天；通常不超过{2}天",
		Reads:  []rules.Input{departed},
		Check:  checkLateDeparture,
	},
	{
		Code: "SPS-21B", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 3: certificates are issued before dispatch, later only for good reason",
		EN:     "issued on {0}, {1} days after the goods had left",
		ZH:     "证书于{0}签发，晚于货物离境{1}天",
		Reads:  []rules.Input{departed, issued},
		Check:  checkLateIssue,
	},
	{
		Code: "SPS-21C", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: a certificate states treatments that were carried out",
		EN:     "the treatment of line {0} ended on {1}, after the certificate was issued on {2}",
		ZH:     "第{0}项的处理于{1}结束，晚于证书签发日期{2}",
		Reads:  []rules.Input{treated},
		Check:  checkLateTreatment,
	},
	{
		Code: "SPS-21D", Kinds: certificates(), Severity: rules.Warn,
		Source: "ISPM 12, section 5: a certificate is signed when it is issued",
		EN:     "signed on {0}, after the certificate was issued on {1}",
		ZH:     "签字日期{0}晚于证书签发日期{1}",
		Reads:  []rules.Input{signed},
		Check:  checkLateSignature,
	},
}

func checkDateOfSignature(d *rules.Document, report rules.Report) {
	for _, at := range d.All(signed.at) {
		if text, _, ok := signed.day(d, at); !ok {
			report(at, values.DateText(text))
		}
	}
}

func checkIssueDate(d *rules.Document, report rules.Report) {
	at := d.First(issued.at)
	if text, _, ok := issued.day(d, at); !ok {
		report(at, values.DateText(text))
	}
}

// tolerance is the usual limit of days between the issue of a certificate and the
// departure of the goods. Importing countries set their own limits, so the rules
// only warn.
const tolerance = 14

func checkLateDeparture(d *rules.Document, report rules.Report) {
	at := d.First(departed.at)
	_, exit, ok := departed.day(d, at)
	if !ok || d.Facts.Issued.IsZero() {
		return
	}
	if days := values.Days(d.Facts.Issued, exit); days > tolerance {
		report(at, values.ISODate(exit), strconv.Itoa(days), strconv.Itoa(tolerance))
	}
}

func checkLateIssue(d *rules.Document, report rules.Report) {
	_, exit, ok := departed.day(d, d.First(departed.at))
	if !ok || d.Facts.Issued.IsZero() {
		return
	}
	if days := values.Days(exit, d.Facts.Issued); days > tolerance {
		report(d.First(issued.at), values.ISODate(d.Facts.Issued), strconv.Itoa(days))
	}
}

// checkLateTreatment reads the end of a treatment alone: a treatment on the voyage
// begins after the issue, and states its start but no end.
func checkLateTreatment(d *rules.Document, report rules.Report) {
	if d.Facts.Issued.IsZero() {
		return
	}
	for _, line := range goodsLines.Of(d) {
		for _, at := range d.AllIn(line.At, treated.at) {
			if _, end, ok := treated.day(d, at); ok && end.After(d.Facts.Issued) {
				report(at, line.Number, values.ISODate(end), values.ISODate(d.Facts.Issued))
			}
		}
	}
}

func checkLateSignature(d *rules.Document, report rules.Report) {
	if d.Facts.Issued.IsZero() {
		return
	}
	for _, at := range d.All(signed.at) {
		if _, day, ok := signed.day(d, at); ok && day.After(d.Facts.Issued) {
			report(at, values.ISODate(day), values.ISODate(d.Facts.Issued))
		}
	}
}

// A moment is a udt:DateTimeType: an element that has its date in one of two forms.
type moment struct{ at, text *rules.Path }

func momentAt(at *rules.Path) moment { return moment{at, at.To("DateTimeString", "DateTime")} }

// Paths implements [rules.Input].
func (m moment) Paths() []*rules.Path { return []*rules.Path{m.at, m.text} }

// day returns the element with the date in the one at a moment, and its day, as the
// country that issued the certificate counts it.
func (m moment) day(d *rules.Document, at strict.Node) (strict.Node, time.Time, bool) {
	text := d.FirstIn(at, m.text)
	if !text.Exists() {
		return text, time.Time{}, false
	}
	day, ok := values.DateIn(d.Facts.Country, text)
	return text, day, ok
}

// The moments of a certificate.
var (
	issued   = momentAt(head.To("IssueDateTime"))
	signed   = momentAt(signature.To("ActualDateTime"))
	departed = momentAt(consignment.To("ExportExitDateTime"))
	treated  = momentAt(lineProcess.To("CompletionSPSPeriod/EndDateTime"))
)
