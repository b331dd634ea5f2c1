package origin

import (
	"beibu/exchange/facts"
	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
)

// movementRules are about movement certificates, which an intermediate Party issues
// on the basis of an original Form E.
var movementRules = []rules.Rule{
	{
		Code: "CO-10", Kinds: certificates(), Severity: rules.Reject,
		Source: "GACC announcement 2011/11; ACFTA Revised Operational Certification Procedures, Rule 1",
		EN:     "a movement certificate must name the original Form E (a supporting document of type 861 or 864)",
		ZH:     "流动证明须引用原E类原产地证书（类型861或864的随附单证）",
		Reads:  []rules.Input{formE, remarks, application},
		Check:  checkMovementOriginal,
	},
	{
		Code: "CO-10B", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures, Rule 1: issued by an intermediate Party",
		EN:     "item {0} originates in {1}, the Party that issued the movement certificate; such a certificate is for goods of another Party",
		ZH:     "第{0}项原产于流动证明签发方{1}；流动证明仅适用于其他缔约方的原产货物",
		Reads:  []rules.Input{formE, remarks, issuingCountry, itemAddress, itemOrigin},
		Check:  checkMovementOrigin,
	},
	{
		Code: "CO-10C", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures, Rule 1: on the basis of the original",
		EN:     "the original is of {0}, after the movement certificate of {1}",
		ZH:     "原证书日期{0}晚于流动证明签发日期{1}",
		Reads:  []rules.Input{formE, remarks},
		Check:  checkMovementOrder,
	},
	{
		Code: "CO-11", Kinds: certificates(), Severity: rules.Warn,
		Source: "ACFTA Revised Operational Certification Procedures: within the validity of the original",
		EN:     "issued on {0}; the original of {1} was good until {2}",
		ZH:     "流动证明于{0}签发；{1}签发的原证书有效期至{2}",
		Reads:  []rules.Input{formE, remarks},
		Check:  checkMovementValidity,
	},
}

func checkMovementOriginal(d *rules.Document, report rules.Report) {
	if _, named := original(d); isMovement(d) && !named {
		report(d.First(application))
	}
}

func checkMovementOrigin(d *rules.Document, report rules.Report) {
	if !isMovement(d) {
		return
	}
	issued := issuedIn(d)
	for _, item := range formItems(d) {
		at := originOf(d, item)
		if code := at.Text(); code != "" && code == issued {
			report(at, item.Number, code)
		}
	}
}

func checkMovementOrder(d *rules.Document, report rules.Report) {
	if !isMovement(d) || d.Facts.Issued.IsZero() {
		return
	}
	if first, _ := original(d); first.Issued().After(d.Facts.Issued) {
		report(first.Part(paths.Issued), values.ISODate(first.Issued()), values.ISODate(d.Facts.Issued))
	}
}

func checkMovementValidity(d *rules.Document, report rules.Report) {
	if !isMovement(d) || d.Facts.Issued.IsZero() {
		return
	}
	first, _ := original(d)
	if first.Issued().IsZero() {
		return
	}
	if last := values.AddMonths(first.Issued(), 12); d.Facts.Issued.After(last) {
		report(d.Facts.At(paths.Issued), values.ISODate(d.Facts.Issued), values.ISODate(first.Issued()), values.ISODate(last))
	}
}

// isMovement reports whether a certificate is a movement certificate. A rule that asks
// so reads formE and remarks.
func isMovement(d *rules.Document) bool { return formE.Of(d) && ticked(d, moved) }

// original returns the reference to the original certificate of origin, and whether
// there is one: of type 861, certificate of origin, or 864, preference certificate.
func original(d *rules.Document) (facts.Reference, bool) { return supporting(d, "861", "864") }
