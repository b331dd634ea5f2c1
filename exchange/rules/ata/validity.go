package ata

import (
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
	"beibu/schemas/paths"
)

// validityRules are about the first and the last day of a carnet, and about the
// carnets that it duplicates or replaces.
var validityRules = []rules.Rule{
	{
		Code: "ATA-01", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 5(1)",
		From:   law.IstanbulConvention(),
		EN:     "valid until {0}; a carnet issued on {1} is valid until {2} at the latest",
		ZH:     "有效期至{0}；{1}签发的单证册有效期不超过一年，最迟至{2}",
		Check:  checkValidityLength,
	},
	{
		Code: "ATA-01B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Istanbul Convention, Annex A, Article 5(1); model form, box G(c)",
		From:   law.IstanbulConvention(),
		EN:     "no {0}; a carnet says when it was issued and until when it is valid",
		ZH:     "缺少{0}；单证册须注明签发日期和有效期截止日期",
		Check:  checkValidityStated,
	},
	{
		Code: "ATA-02", Kinds: carnets(), Severity: rules.Warn,
		Source: "Common practice: a carnet is issued before it becomes valid",
		EN:     "valid from {0}, before it was issued on {1}",
		ZH:     "有效期起始日{0}早于签发日{1}",
		Check:  checkIssueOrder,
	},
	{
		Code: "ATA-28", Kinds: carnets(), Severity: rules.Reject,
		Source: "Chamber instructions: a duplicate expires on the same day as the original",
		EN:     "this duplicate is valid until {0}, the original {1} until {2}; both expire on the same day",
		ZH:     "本副本有效期至{0}，原单证册{1}有效期至{2}；两者须同日到期",
		Check:  checkDuplicateExpiry,
	},
	{
		Code: "ATA-28B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Chamber instructions: a replacement carnet refers to the original",
		EN:     "this carnet names itself, {0}, as the carnet that it replaces",
		ZH:     "本单证册将自身编号{0}列为被替换的单证册",
		Check:  checkReplacesAnother,
	},
	{
		Code: "ATA-29", Kinds: carnets(), Severity: rules.Warn,
		Source: "Chamber instructions: a replacement is asked for at least one month before the temporary importation ends",
		EN:     "issued on {0} to replace {1}, which ends on {2}; a replacement is asked for by {3}",
		ZH:     "于{0}签发以替换{2}到期的单证册{1}；替换申请最迟应于{3}提出",
		Check:  checkReplacedInTime,
	},
}

// carnetType is the UNCL 1001 code of an ATA carnet.
const carnetType = "955"

// checkValidityLength takes the last day as inclusive: a year from 2 March ends on
// 1 March.
func checkValidityLength(d *rules.Document, report rules.Report) {
	end := d.Facts.Period().Until
	if d.Facts.Issued.IsZero() {
		return
	}
	if limit := d.Facts.Issued.AddDate(1, 0, -1); end.After(limit) {
		report(d.Facts.At(paths.ValidUntil), values.ISODate(end), values.ISODate(d.Facts.Issued), values.ISODate(limit))
	}
}

// checkValidityStated does not judge a date that is present: GEN-25 does.
func checkValidityStated(d *rules.Document, report rules.Report) {
	if !d.Root.Find("IssueDate").Exists() {
		report(d.Root, "IssueDate")
	}
	if !d.Root.Find("ValidityPeriod/EndDate").Exists() {
		report(d.Root, "ValidityPeriod/EndDate")
	}
}

// checkIssueOrder follows practice only, so the rule warns. That a period does not
// end before it starts is a rule for all kinds.
func checkIssueOrder(d *rules.Document, report rules.Report) {
	start := d.Facts.Period().From
	if !start.IsZero() && start.Before(d.Facts.Issued) {
		report(d.Facts.At(paths.ValidFrom), values.ISODate(start), values.ISODate(d.Facts.Issued))
	}
}

func checkDuplicateExpiry(d *rules.Document, report rules.Report) {
	end := d.Facts.Period().Until
	for ref := range d.Root.All("AdditionalDocumentReference") {
		if ref.Find("DocumentTypeCode").Text() != carnetType || !values.IsTrue(ref.Find("CopyIndicator")) {
			continue
		}
		until := ref.Find("ValidityPeriod/EndDate")
		if original, stated := values.Date(until); !end.IsZero() && stated && !original.Equal(end) {
			report(d.Facts.At(paths.ValidUntil), values.ISODate(end), ref.Find("ID").Text(), values.ISODate(original))
		}
	}
}

// checkReplacesAnother leaves duplicates out: a duplicate keeps the number of the
// lost carnet, a replacement does not.
func checkReplacesAnother(d *rules.Document, report rules.Report) {
	own := d.Root.Find("ID").Text()
	for ref := range d.Root.All("AdditionalDocumentReference") {
		if ref.Find("DocumentTypeCode").Text() == carnetType && !values.IsTrue(ref.Find("CopyIndicator")) && ref.Find("ID").Text() == own {
			report(ref, own)
		}
	}
}

// checkReplacedInTime goes by the day of issue, since the day of the request is not
// in the document. A replacement that was issued in the last month was requested
// late or took long to issue, so the rule warns.
func checkReplacedInTime(d *rules.Document, report rules.Report) {
	for ref := range d.Root.All("AdditionalDocumentReference") {
		if ref.Find("DocumentTypeCode").Text() != carnetType || values.IsTrue(ref.Find("CopyIndicator")) || d.Facts.Issued.IsZero() {
			continue
		}
		ends, ok := values.Date(ref.Find("ValidityPeriod/EndDate"))
		if !ok {
			continue
		}
		if latest := values.AddMonths(ends, -1); d.Facts.Issued.After(latest) {
			report(ref, values.ISODate(d.Facts.Issued), ref.Find("ID").Text(), values.ISODate(ends), values.ISODate(latest))
		}
	}
}
