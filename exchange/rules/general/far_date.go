package general

import (
	"strconv"
	"strings"
	"time"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// farDate is GEN-25. A schema takes years of five digits and more and negative
// ones; they are mistyped, and no rule about dates can judge them.
func farDate() rules.Rule {
	return rules.Rule{
		Code: "GEN-25", Severity: rules.Reject,
		Source: "Common practice: dates are plausible",
		EN:     "{0} is not a date in the years {1} to {2}",
		ZH:     "{0}不是{1}年至{2}年之间的日期",
		Check: func(d *rules.Document, report rules.Report) {
			eachDate(d, func(at strict.Node) {
				if _, reading := rules.ReadDate(at); reading == rules.FarOff {
					report(at, rules.DateText(at), strconv.Itoa(rules.FirstYear), strconv.Itoa(rules.LastYear))
				}
			})
		},
	}
}

// eachDate visits the elements that hold a date, but for those that plainly hold
// one as it ought to be, as most do.
func eachDate(d *rules.Document, visit func(strict.Node)) {
	own := d.BuiltIn()
	d.Each(rules.Dated, func(n strict.Node) {
		if (n.HasAttributes() || !n.TextIs(plainDay)) && holdsDate(own, n) && !judgedBySPS(n) {
			visit(n)
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
	return century >= rules.FirstYear/100 && century <= rules.LastYear/100 &&
		1 <= month && month <= 12 && 1 <= day && day <= 28
}

// number returns the value of two digits.
func number(digits []byte) int { return int(digits[0]-'0')*10 + int(digits[1]-'0') }

// holdsDate reports whether an element holds a date, by its name in a vocabulary of
// ours. In a kind of a pack it must say by which form of UNCL 2379 it is written.
func holdsDate(own bool, n strict.Node) bool {
	name := n.Local()
	if name == "DateTimeString" {
		return own || n.Attr("format") != "" || n.Attr("formatCode") != ""
	}
	return own && (strings.HasSuffix(name, "Date") || strings.HasSuffix(name, "DateTime")) && !n.Find("*").Exists() && ours(n)
}

// ours reports whether an element is of a vocabulary whose names are known here,
// and not of an extension.
func ours(n strict.Node) bool {
	space := n.Space()
	return space == "" || strings.HasPrefix(space, ubl) ||
		strings.HasPrefix(space, "urn:un:unece:uncefact:") || strings.HasPrefix(space, "urn:beibu:")
}

// judgedBySPS reports whether SPS-13E or SPS-13I judges a date: those of issue and
// of signature of an SPS certificate.
func judgedBySPS(n strict.Node) bool {
	switch at := n.Parent(); at.Local() {
	case "IssueDateTime":
		return at.Parent().Local() == "SPSExchangedDocument"
	case "ActualDateTime":
		return at.Parent().Local() == "SignatorySPSAuthentication"
	}
	return false
}
