package ata

import (
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
	"beibu/schemas/paths"
	"beibu/signing/strict"
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
		Reads:  []rules.Input{issueDate, validityEnd},
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
		Reads:  []rules.Input{otherCarnets},
		Check:  checkDuplicateExpiry,
	},
	{
		Code: "ATA-28B", Kinds: carnets(), Severity: rules.Reject,
		Source: "Chamber instructions: a replacement carnet refers to the original",
		EN:     "this carnet names itself, {0}, as the carnet that it replaces",
		ZH:     "本单证册将自身编号{0}列为被替换的单证册",
		Reads:  []rules.Input{otherCarnets, carnetID},
		Check:  checkReplacesAnother,
	},
	{
		Code: "ATA-29", Kinds: carnets(), Severity: rules.Warn,
		Source: "Chamber instructions: a replacement is asked for at least one month before the temporary importation ends",
		EN:     "issued on {0} to replace {1}, which ends on {2}; a replacement is asked for by {3}",
		ZH:     "于{0}签发以替换{2}到期的单证册{1}；替换申请最迟应于{3}提出",
		Reads:  []rules.Input{otherCarnets},
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
	if !d.First(issueDate).Exists() {
		report(d.Root, "IssueDate")
	}
	if !d.First(validityEnd).Exists() {
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
	for _, original := range otherCarnets.Of(d) {
		if !original.copied {
			continue
		}
		if until, stated := values.Date(original.ends); !end.IsZero() && stated && !until.Equal(end) {
			report(d.Facts.At(paths.ValidUntil), values.ISODate(end), original.id, values.ISODate(until))
		}
	}
}

// checkReplacesAnother leaves duplicates out: a duplicate keeps the number of the
// lost carnet, a replacement does not.
func checkReplacesAnother(d *rules.Document, report rules.Report) {
	for _, replaced := range otherCarnets.Of(d) {
		if own := d.First(carnetID); !replaced.copied && own.Is(replaced.id) {
			report(replaced.at, replaced.id)
		}
	}
}

// checkReplacedInTime goes by the day of issue, since the day of the request is not
// in the document. A replacement that was issued in the last month was requested
// late or took long to issue, so the rule warns.
func checkReplacedInTime(d *rules.Document, report rules.Report) {
	for _, replaced := range otherCarnets.Of(d) {
		ends, ok := values.Date(replaced.ends)
		if replaced.copied || d.Facts.Issued.IsZero() || !ok {
			continue
		}
		if latest := values.AddMonths(ends, -1); d.Facts.Issued.After(latest) {
			report(replaced.at, values.ISODate(d.Facts.Issued), replaced.id, values.ISODate(ends), values.ISODate(latest))
		}
	}
}

// An otherCarnet is a carnet that a document refers to.
type otherCarnet struct {
	at     strict.Node
	id     string
	copied bool        // the document is a duplicate of it
	ends   strict.Node // its last day
}

var otherCarnets = rules.Derive(func(d *rules.Document) (all []otherCarnet) {
	for _, at := range d.All(referenceAt) {
		if d.FirstIn(at, referenceType).Is(carnetType) {
			all = append(all, otherCarnet{
				at: at, id: d.FirstIn(at, referenceID).Text(), copied: values.IsTrue(d.FirstIn(at, referenceCopy)),
				ends: d.FirstIn(at, referenceEnd),
			})
		}
	}
	return all
}, referenceAt, referenceID, referenceType, referenceCopy, referenceEnd)

// The paths of days, and of references to other documents.
var (
	issueDate     = rules.NewPath("IssueDate")
	validityEnd   = rules.NewPath("ValidityPeriod/EndDate")
	referenceAt   = rules.NewPath("AdditionalDocumentReference")
	referenceID   = rules.NewPath("AdditionalDocumentReference/ID")
	referenceType = rules.NewPath("AdditionalDocumentReference/DocumentTypeCode")
	referenceCopy = rules.NewPath("AdditionalDocumentReference/CopyIndicator")
	referenceEnd  = rules.NewPath("AdditionalDocumentReference/ValidityPeriod/EndDate")
)
