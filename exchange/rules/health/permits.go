package health

import (
	"slices"
	"strings"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/exchange/rules/law"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// permitRules are about who permits what to whom.
var permitRules = []rules.Rule{
	{
		Code: "HLT-01", Kinds: permitOnly(), Severity: rules.Reject,
		Source: "Frontier Health and Quarantine Law of China; institutional reform of 2018: permits are granted by customs",
		From:   law.InspectionByCustoms(),
		EN:     "the issuer {0} is not a Chinese customs authority",
		ZH:     "签发机构{0}不是中国海关",
		Reads:  []rules.Input{issuer, issuerIn, issuerName, issuerRegistered},
		Check:  checkPermitIssuer,
	},
	{
		Code: "HLT-05", Kinds: permitOnly(), Severity: rules.Reject,
		Source: measures + ": food production, food sales, catering, drinking water, public places; hygiene services",
		From:   law.Decree182(),
		EN: "{0} is not a category of permit; allowed are CATERING, FOOD-PRODUCTION, FOOD-SALES, DRINKING-WATER, " +
			"PUBLIC-PLACE and HYGIENE-SERVICE",
		ZH: "{0}不是许可类别；可用CATERING（餐饮服务）、FOOD-PRODUCTION（食品生产）、FOOD-SALES（食品销售）、" +
			"DRINKING-WATER（饮用水供应）、PUBLIC-PLACE（公共场所）、HYGIENE-SERVICE（卫生服务）",
		Reads: []rules.Input{typeCode},
		Check: checkCategory,
	},
	{
		Code: "HLT-08", Kinds: permitOnly(), Severity: rules.Reject,
		Source: measures + ": a permit is granted to a named unit",
		From:   law.Decree182(),
		EN:     "the holder of the permit is not named (ApplicantParty)",
		ZH:     "未注明许可证持有人（ApplicantParty）",
		Reads:  []rules.Input{holder, holderNames},
		Check:  checkHolder,
	},
	{
		Code: "HLT-08B", Kinds: permitOnly(), Severity: rules.Warn,
		Source: measures + "; GB 32100-2015: organisations are known by their unified social credit code",
		From:   law.Decree182(),
		EN:     "the holder has no unified social credit code (an ID with schemeID USCC)",
		ZH:     "持有人没有统一社会信用代码（schemeID为USCC的ID）",
		Reads:  []rules.Input{holder, holderIDs},
		Check:  checkHolderCode,
	},
}

func checkPermitIssuer(d *rules.Document, report rules.Report) {
	at := d.First(issuer)
	name, customs := customsName(d, at)
	if code := d.First(issuerIn).Text(); !customs || code != "" && code != "CN" {
		report(at, name)
	}
}

// customsName returns the first name of a party, and reports whether one of its
// names is that of a customs authority.
func customsName(d *rules.Document, party strict.Node) (first string, customs bool) {
	for _, path := range [...]*rules.Path{issuerName, issuerRegistered} {
		for _, at := range d.AllIn(party, path) {
			name := at.Text()
			if first == "" {
				first = name
			}
			if strings.Contains(name, "海关") || strings.Contains(strings.ToLower(name), "customs") {
				return first, true
			}
		}
	}
	return first, false
}

func checkCategory(d *rules.Document, report rules.Report) {
	at := d.First(typeCode)
	switch code := at.Text(); code {
	case "CATERING", "FOOD-PRODUCTION", "FOOD-SALES", "DRINKING-WATER", "PUBLIC-PLACE", "HYGIENE-SERVICE":
	default:
		report(orRoot(d, at), code)
	}
}

func checkHolder(d *rules.Document, report rules.Report) {
	if !named(d, holderNames) {
		report(orRoot(d, d.First(holder)))
	}
}

// checkHolderCode leaves it to GEN-18 and GEN-18D whether the code is valid.
func checkHolderCode(d *rules.Document, report rules.Report) {
	party := d.First(holder)
	if party.Exists() && !slices.ContainsFunc(d.AllIn(party, holderIDs), isCreditCode) {
		report(party)
	}
}

func isCreditCode(id strict.Node) bool { return values.Is(id.Attr("schemeID"), "USCC") && !id.Is("") }

// validityRules are about how long a permit is valid.
var validityRules = []rules.Rule{
	{
		Code: "HLT-02", Kinds: permitOnly(), Severity: rules.Reject,
		Source: measures + ": a permit states how long it is valid",
		From:   law.Decree182(),
		EN:     "the period of validity is not stated with its first and its last day",
		ZH:     "未完整注明有效期的起止日期",
		Reads:  []rules.Input{validity, validFrom, validUntil},
		Check:  checkPeriodStated,
	},
	{
		Code: "HLT-03", Kinds: permitOnly(), Severity: rules.Warn,
		From:   law.Decree182(),
		Source: measures + ": valid for four years",
		EN:     "valid until {0}; a permit from {1} is valid for four years, until {2}",
		ZH:     "有效期至{0}；自{1}起的许可证有效期为四年，至{2}",
		Check:  checkFourYears,
	},
	{
		Code: "HLT-03B", Kinds: permitOnly(), Severity: rules.Warn,
		Source: measures + ": valid from the day of issue",
		From:   law.Decree182(),
		EN:     "valid from {0}, before it was issued on {1}",
		ZH:     "有效期自{0}开始，早于签发日期{1}",
		Check:  checkStartsBeforeIssue,
	},
	{
		Code: "HLT-04", Kinds: permitOnly(), Severity: rules.Warn,
		Source: measures + ": an expired permit ends by itself",
		From:   law.Decree182(),
		EN:     "the permit was valid until {0} and had expired when it came in",
		ZH:     "许可证有效期至{0}，收到时已过期",
		Check:  checkPermitExpired,
	},
}

// checkPeriodStated leaves it to GEN-25 whether the dates are plausible.
func checkPeriodStated(d *rules.Document, report rules.Report) {
	at := d.First(validity)
	if !d.FirstIn(at, validFrom).Exists() || !d.FirstIn(at, validUntil).Exists() {
		report(orRoot(d, at))
	}
}

func checkFourYears(d *rules.Document, report rules.Report) {
	p := d.Facts.Period()
	if p.From.IsZero() {
		return
	}
	// The last day may be the anniversary or the day before.
	if limit := values.AddMonths(p.From, 48); p.Until.After(limit) {
		report(d.Facts.At(paths.ValidUntil), values.ISODate(p.Until), values.ISODate(p.From), values.ISODate(limit))
	}
}

func checkStartsBeforeIssue(d *rules.Document, report rules.Report) {
	first := d.Facts.Period().From
	if !first.IsZero() && first.Before(d.Facts.Issued) {
		report(d.Facts.At(paths.ValidFrom), values.ISODate(first), values.ISODate(d.Facts.Issued))
	}
}

// checkPermitExpired compares with the day in China on which the document was
// received: the permit is Chinese.
func checkPermitExpired(d *rules.Document, report rules.Report) {
	last := d.Facts.Period().Until
	if today, _ := values.DaysIn("CN", d.Received); !last.IsZero() && today.After(last) {
		report(d.Facts.At(paths.ValidUntil), values.ISODate(last))
	}
}

// The paths of the authority, the holder and the validity of a permit.
var (
	issuerName       = issuer.To(rules.PartyName)
	issuerRegistered = issuer.To(rules.RegisteredName)
	holder           = rules.NewPath("ApplicantParty")
	holderNames      = names(holder)
	holderIDs        = holder.To("PartyIdentification/ID", "PartyLegalEntity/CompanyID")
	validity         = rules.NewPath("ValidityPeriod")
	validFrom        = validity.To("StartDate")
	validUntil       = validity.To("EndDate")
)
