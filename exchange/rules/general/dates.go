package general

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"beibu/exchange/facts/values"
	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// dateRules are about dates and periods.
var dateRules = []rules.Rule{
	{
		Code: "GEN-05", Severity: rules.Warn,
		Source: "Common practice: a document is not issued after it was sent",
		EN:     "issued on {0}, but it came in on {1}",
		ZH:     "签发日期为{0}，但收到日期为{1}",
		Reads:  []rules.Input{issueDate, issueDateTime},
		Check:  checkFutureIssue,
	},
	{
		Code: "GEN-05B", Severity: rules.Warn,
		Source: "Common practice: dates are plausible",
		EN:     "issued on {0}, more than {1} years before it came in",
		ZH:     "签发日期为{0}，距收到已超过{1}年",
		Reads:  []rules.Input{issueDate, issueDateTime},
		Check:  checkOldIssue,
	},
	{
		Code: "GEN-09", Severity: rules.Reject,
		Source: "Arithmetic: a period does not end before it starts",
		EN:     "the period ends on {0}, before it starts on {1}",
		ZH:     "期间于{0}结束，早于起始日期{1}",
		Reads:  []rules.Input{rules.Lasting},
		Check:  checkPeriodOrder,
	},
	{
		Code: "GEN-25", Severity: rules.Reject,
		Source: "Common practice: dates are plausible",
		EN:     "{0} is not a date in the years {1} to {2}",
		ZH:     "{0}不是{1}年至{2}年之间的日期",
		Reads:  []rules.Input{rules.Dated},
		Check:  checkFarDate,
	},
	{
		Code: "GEN-25B", Severity: rules.Reject,
		Source: "ISO 8601; UNCL 2379: formats 102, 203, 204, 205, 208, 303 and 304",
		EN:     "{0} cannot be read as a date; write it as 2026-11-20, as 2026-11-20T09:30:00+07:00, or in the format that the element names",
		ZH:     "{0}无法识别为日期；请写作2026-11-20、2026-11-20T09:30:00+07:00，或按元素所注明的格式（format）填写",
		Reads:  []rules.Input{rules.Dated},
		Check:  checkUnreadableDate,
	},
}

// skew is how far the clock of an issuer may be ahead of the clock here.
const skew = time.Hour

func checkFutureIssue(d *rules.Document, report rules.Report) {
	_, today := values.DaysIn(d.Facts.Country(), d.Received.Add(skew))
	if !d.Facts.Issued.IsZero() && d.Facts.Issued.After(today) {
		report(issued(d), values.ISODate(d.Facts.Issued), values.ISODate(today))
	}
}

// issued returns the element that holds the date of issue, or the root if there
// is none.
func issued(d *rules.Document) strict.Node {
	return cmp.Or(d.First(issueDate), d.First(issueDateTime), d.Root)
}

// The paths of the date of issue.
var (
	issueDate     = rules.NewPath("IssueDate")
	issueDateTime = rules.NewPath("SPSExchangedDocument/IssueDateTime", "SPSAcknowledgementDocument/IssueDateTime")
)

// maxAge is the number of years after which no document of this trade is still
// in use, so that an older one most likely has a mistyped year.
const maxAge = 10

// checkOldIssue compares with the first day in any zone of the country, and
// checkFutureIssue with the last, so that neither warns because of a zone.
func checkOldIssue(d *rules.Document, report rules.Report) {
	today, _ := values.DaysIn(d.Facts.Country(), d.Received)
	if !d.Facts.Issued.IsZero() && d.Facts.Issued.Before(today.AddDate(-maxAge, 0, 0)) {
		report(issued(d), values.ISODate(d.Facts.Issued), strconv.Itoa(maxAge))
	}
}

// checkPeriodOrder leaves out the period of a carnet, which ATA-02 checks.
func checkPeriodOrder(d *rules.Document, report rules.Report) {
	eachOwn(d, rules.Lasting, func(n rules.Element) {
		if !strings.HasSuffix(n.Local(), "Period") || d.Kind == "ata-carnet" && n.Outer().Node == d.Root {
			return
		}
		start, hasStart := edge(n, "Start")
		end, hasEnd := edge(n, "End")
		if hasStart && hasEnd && end.Before(start) {
			report(n.Node, values.ISODate(end), values.ISODate(start))
		}
	})
}

// edge returns the day on which a UBL or SPS period starts or ends: side is
// "Start" or "End".
func edge(period rules.Element, side string) (time.Time, bool) {
	if day, ok := values.Date(period.First(side + "Date").Node); ok {
		return day, true
	}
	return values.Date(period.First(side + "DateTime/*").Node)
}

// checkFarDate refuses years of five and more digits and negative years: a
// schema allows them, but they are mistyped, and no other rule reads them.
func checkFarDate(d *rules.Document, report rules.Report) {
	eachDate(d, func(at strict.Node) {
		if _, reading := values.ReadDate(at); reading == values.FarOff {
			report(at, values.DateText(at), strconv.Itoa(values.FirstYear), strconv.Itoa(values.LastYear))
		}
	})
}

// eachDate calls visit for the elements that hold a date. It passes over plain
// days, as most dates are: they are right, and this is quicker.
func eachDate(d *rules.Document, visit func(strict.Node)) {
	builtIn := d.BuiltIn()
	d.Each(rules.Dated, func(n rules.Element) {
		if (n.HasAttributes() || !n.TextIs(plainDay)) && holdsDate(builtIn, n) && !checkedBySPS(n) {
			visit(n.Node)
		}
	})
}

// plainDay reports whether a text is a day that every month has, in the years
// that rules take, without a time or a zone.
func plainDay(text []byte) bool {
	if len(text) != len(time.DateOnly) {
		return false
	}
	for i, c := range text {
		if dash := i == 4 || i == 7; dash && c != '-' || !dash && (c < '0' || c > '9') {
			return false
		}
	}
	century, month, day := number(text[0:2]), number(text[5:7]), number(text[8:10])
	return century >= values.FirstYear/100 && century <= values.LastYear/100 &&
		1 <= month && month <= 12 && 1 <= day && day <= 28
}

// number returns the value of two digits.
func number(digits []byte) int { return int(digits[0]-'0')*10 + int(digits[1]-'0') }

// holdsDate reports whether an element holds a date, by its name in a built-in
// kind. In a kind from a schema pack the element must name a format of UNCL 2379.
func holdsDate(builtIn bool, n rules.Element) bool {
	name := n.Local()
	if name == "DateTimeString" {
		return builtIn || n.Attr("format") != "" || n.Attr("formatCode") != ""
	}
	named := strings.HasSuffix(name, "Date") || strings.HasSuffix(name, "DateTime")
	return builtIn && named && !n.First("*").Exists() && isStandard(n.Node)
}

// isStandard reports whether an element is of a vocabulary of the built-in
// kinds, and not of an extension.
func isStandard(n strict.Node) bool {
	space := n.Space()
	return space == "" || strings.HasPrefix(space, ubl) ||
		strings.HasPrefix(space, "urn:un:unece:uncefact:") || strings.HasPrefix(space, "urn:beibu:")
}

// checkedBySPS reports whether SPS-13E or SPS-13I checks a date: that of the
// signature or of the issue of an SPS certificate.
func checkedBySPS(n rules.Element) bool {
	switch at := n.Outer(); at.Local() {
	case "IssueDateTime":
		return at.Outer().Local() == "SPSExchangedDocument"
	case "ActualDateTime":
		return at.Outer().Local() == "SignatorySPSAuthentication"
	}
	return false
}

func checkUnreadableDate(d *rules.Document, report rules.Report) {
	eachDate(d, func(at strict.Node) {
		if _, reading := values.ReadDate(at); reading == values.Unreadable {
			report(at, values.DateText(at))
		}
	})
}
