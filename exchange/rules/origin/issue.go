package origin

import (
	"strconv"
	"time"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/schemas/paths"
)

// issueRules are about when a certificate was issued and how long it is valid.
var issueRules = []rules.Rule{
	{
		Code: "CO-08", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures: time of issue; Form E, box 13",
		EN:     "issued on {0}, {1} days after exportation; after more than {2} days “ISSUED RETROACTIVELY” must be ticked in box 13",
		ZH:     "证书于{0}签发，晚于出口{1}天；超过{2}天须在第13栏勾选“ISSUED RETROACTIVELY”",
		Reads:  []rules.Input{formE, remarks, departureDate, despatchDate},
		Check:  checkRetroactive,
	},
	{
		Code: "CO-08B", Kinds: certificates(), Severity: rules.Reject,
		Source: "ACFTA Revised Operational Certification Procedures: retroactive issue within 12 months of shipment",
		EN:     "issued on {0}; goods shipped on {1} could have a certificate until {2}",
		ZH:     "证书于{0}签发；{1}装运的货物最迟可于{2}补发证书",
		Reads:  []rules.Input{formE, remarks, departureDate, despatchDate},
		Check:  checkTwelveMonths,
	},
	{
		Code: "CO-08C", Kinds: certificates(), Severity: rules.Warn,
		Source: "ACFTA Revised Operational Certification Procedures: time of issue; Form E, box 13",
		EN:     "“ISSUED RETROACTIVELY” is ticked although the certificate of {0} was issued within {1} days of exportation on {2}",
		ZH:     "证书于{0}签发，在{2}出口后{1}天以内，却勾选了“ISSUED RETROACTIVELY”",
		Reads:  []rules.Input{formE, remarks, departureDate, despatchDate},
		Check:  checkNeedlessFlag,
	},
	{
		Code: "CO-15", Kinds: certificates(), Severity: rules.Warn,
		Source: "ACFTA Revised Operational Certification Procedures: valid for 12 months",
		EN:     "the certificate of {0} was good until {1}",
		ZH:     "{0}签发的证书有效期至{1}",
		Reads:  []rules.Input{formE, issuingCountry},
		Check:  checkExpired,
	},
}

// grace is how many days after exportation a certificate may be issued and is not
// yet retroactive.
const grace = 3

func checkRetroactive(d *rules.Document, report rules.Report) {
	left, ok := departure(d)
	if !ok || d.Facts.Issued.IsZero() || !formE.Of(d) || ticked(d, retroactively) {
		return
	}
	if days := values.Days(left, d.Facts.Issued); days > grace {
		report(d.Facts.At(paths.Issued), values.ISODate(d.Facts.Issued), strconv.Itoa(days), strconv.Itoa(grace))
	}
}

func checkTwelveMonths(d *rules.Document, report rules.Report) {
	left, ok := departure(d)
	if !ok || d.Facts.Issued.IsZero() || !formE.Of(d) || !ticked(d, retroactively) {
		return
	}
	if last := values.AddMonths(left, 12); d.Facts.Issued.After(last) {
		report(d.Facts.At(paths.Issued), values.ISODate(d.Facts.Issued), values.ISODate(left), values.ISODate(last))
	}
}

func checkNeedlessFlag(d *rules.Document, report rules.Report) {
	left, ok := departure(d)
	if !ok || d.Facts.Issued.IsZero() || !formE.Of(d) || !ticked(d, retroactively) {
		return
	}
	if values.Days(left, d.Facts.Issued) <= grace {
		report(d.Facts.At(paths.Issued), values.ISODate(d.Facts.Issued), strconv.Itoa(grace), values.ISODate(left))
	}
}

// checkExpired compares with the day on which the document was received, as the
// issuing country counts it.
func checkExpired(d *rules.Document, report rules.Report) {
	if d.Facts.Issued.IsZero() || !formE.Of(d) {
		return
	}
	last := values.AddMonths(d.Facts.Issued, 12)
	if today, _ := values.DaysIn(issuedIn(d), d.Received); today.After(last) {
		report(d.Facts.At(paths.Issued), values.ISODate(d.Facts.Issued), values.ISODate(last))
	}
}

// departure returns the day on which the goods left. A rule that asks for it reads
// departureDate and despatchDate.
func departure(d *rules.Document) (time.Time, bool) {
	if left, ok := values.Date(d.First(departureDate)); ok {
		return left, true
	}
	return values.Date(d.First(despatchDate))
}

// The paths of the days on which the goods left.
var (
	departureDate = shipmentAt.To("ShipmentStage/ActualDepartureTransportEvent/OccurrenceDate")
	despatchDate  = shipmentAt.To("Delivery/Despatch/ActualDespatchDate")
)
