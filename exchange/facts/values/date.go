package values

import (
	"cmp"
	"regexp"
	"strings"
	"time"

	"beibu/signing/strict"
)

// The years that a date of a trade document can be in. XML Schema lets years
// have five digits and more and be negative; such a one was mistyped.
const (
	FirstYear = 1900
	LastYear  = 2199
)

// A Reading is the result of reading a date.
type Reading uint8

// The readings of a date.
const (
	Unreadable Reading = iota // not a date, or not of the form that is named
	FarOff                    // a date before FirstYear or after LastYear
	Read
)

// Date reads the calendar day that an element holds, as midnight UTC; see
// ReadDate. It reports false if the element is not there or holds anything but
// a date from 1900 to 2199: GEN-25 and GEN-25B say so.
func Date(n strict.Node) (time.Time, bool) {
	day, reading := ReadDate(n)
	return day, reading == Read
}

// DateOf is Date for the value of an attribute.
func DateOf(text string) (time.Time, bool) {
	d, reading := readText(text, "")
	return d.day, reading == Read
}

// ReadDate reads the calendar day that an element holds, as midnight UTC. It
// reads xs:date, xs:dateTime and ISO 8601, and the forms of UNCL 2379 that
// forms lists, which an attribute format or formatCode names. The day is the one
// that is written: a zone says where it was counted and does not move it.
func ReadDate(n strict.Node) (time.Time, Reading) {
	d, reading := readDate(n)
	return d.day, reading
}

// DateText returns the text of a date for a message, with the form of UNCL 2379
// that it says it is in.
func DateText(n strict.Node) string {
	if code := formOf(n); code != "" {
		return n.Text() + " [format " + code + "]"
	}
	return n.Text()
}

// formOf returns the code of the form that a date says it is in, or "".
func formOf(n strict.Node) string {
	return strings.TrimSpace(cmp.Or(n.Attr("format"), n.Attr("formatCode")))
}

// A date is a day, with what follows it.
type date struct {
	day   time.Time     // midnight UTC
	clock time.Duration // since midnight
	timed bool          // a time of day follows the day
	zone  string        // "Z", "+08:00", "UTC" … or ""
}

func readDate(n strict.Node) (date, Reading) {
	return readText(n.Text(), formOf(n))
}

// readText reads a date in the form of UNCL 2379 with a code, or without one in
// any form.
func readText(text, code string) (date, Reading) {
	if code == "" {
		if day, ok := plainDay(text); ok {
			return inRange(date{day: day})
		}
	}
	if len(text) < 8 || len(text) > 60 {
		return date{}, Unreadable
	}
	if want, named := forms[code]; named {
		return compact(text, want)
	}
	if code != "" && strings.Trim(code, "0123456789") == "" {
		return date{}, Unreadable // a form of UNCL 2379 that is no day, such as 610, a month
	}
	if strings.Trim(text[:8], "0123456789") == "" && !longYear.MatchString(text) {
		return compact(text, form{})
	}
	return extended(text)
}

// A form is one of UNCL 2379: how many digits, and whether a zone follows.
type form struct {
	digits int // 0: any
	zoned  bool
}

// forms are those of UNCL 2379 that hold a day with its century.
var forms = map[string]form{
	"102": {8, false},  // CCYYMMDD
	"203": {12, false}, // CCYYMMDDHHMM
	"204": {14, false}, // CCYYMMDDHHMMSS
	"205": {12, true},  // CCYYMMDDHHMM and hours and minutes from UTC
	"208": {14, true},  // CCYYMMDDHHMMSS and hours and minutes from UTC
	"303": {12, true},  // CCYYMMDDHHMM and a zone
	"304": {14, true},  // CCYYMMDDHHMMSS and a zone
}

// compactZone is how the forms of UNCL 2379 write zones: hours and minutes from
// UTC, Z, or three letters.
var compactZone = regexp.MustCompile(`^(Z|[A-Z]{3}|[+-](0[0-9]|1[0-4])([0-5][0-9])?)$`)

// compact reads a date without marks between its parts, in the form or, if it is
// the zero form, in any of forms.
func compact(text string, want form) (date, Reading) {
	n := len(text) - len(strings.TrimLeft(text, "0123456789"))
	digits, zone := text[:n], text[n:]
	layout := map[int]string{8: "20060102", 12: "200601021504", 14: "20060102150405"}[n]
	zoned := zone != ""
	if layout == "" || want.digits != 0 && (want.digits != n || want.zoned != zoned) ||
		zoned && (n == 8 || !compactZone.MatchString(zone)) {
		return date{}, Unreadable
	}
	at, err := time.Parse(layout, digits)
	if err != nil {
		return date{}, Unreadable
	}
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	return inRange(date{day: day, clock: at.Sub(day), timed: n > 8, zone: zone})
}

// isoDate is xs:date and xs:dateTime (XML Schema Part 2, 3.2.7 and 3.2.9), with
// years of any length, and a zone as ISO 8601 also writes it.
var (
	isoDate = regexp.MustCompile(`^(-?[0-9]{4,})(-[0-9]{2}-[0-9]{2})` +
		`(?:T((?:[01][0-9]|2[0-3]):[0-5][0-9])(?::[0-5][0-9](?:\.[0-9]+)?)?|T24:00(?::00(?:\.0+)?)?)?` +
		`(Z|[+-](?:0[0-9]|1[0-4])(?::?[0-5][0-9])?)?$`)
	longYear = regexp.MustCompile(`^[0-9]{8,}-[0-9]{2}-[0-9]{2}`)
)

// extended reads a date with hyphens between its parts.
func extended(text string) (date, Reading) {
	if d, ok := wholeMoment(text); ok {
		return inRange(d)
	}
	m := isoDate.FindStringSubmatch(text)
	if m == nil {
		return date{}, Unreadable
	}
	year, rest := m[1], m[2]
	if len(year) != 4 {
		year = "2000" // it has every day that a year can have
	}
	day, err := time.Parse(time.DateOnly, year+rest)
	if err != nil {
		return date{}, Unreadable
	}
	if year != m[1] {
		return date{}, FarOff
	}
	d := date{day: day, timed: strings.Contains(text, "T"), zone: m[4]}
	if at, err := time.Parse("15:04", m[3]); err == nil {
		d.clock = time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute
	}
	return inRange(d)
}

// wholeMoment reads the usual form of a moment, to the second and with hours and
// minutes from UTC, Z or no zone. It reports false for any other, which isoDate reads:
// this is quicker.
func wholeMoment(text string) (date, bool) {
	const seconds = len("2006-01-02T15:04:05")
	if len(text) < seconds {
		return date{}, false
	}
	zone := text[seconds:]
	switch {
	case zone == "" || zone == "Z":
	case len(zone) != len("+07:00") || zone[0] != '+' && zone[0] != '-' || zone[3] != ':' || below(zone[1:3], 15) < 0 || below(zone[4:6], 60) < 0:
		return date{}, false
	}
	hour, minute := below(text[11:13], 24), below(text[14:16], 60)
	if text[10] != 'T' || text[13] != ':' || text[16] != ':' || hour < 0 || minute < 0 || below(text[17:19], 60) < 0 {
		return date{}, false
	}
	day, err := time.Parse(time.DateOnly, text[:10])
	clock := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
	return date{day: day, clock: clock, timed: true, zone: zone}, err == nil
}

// plainDay reads a day alone, as most dates are: four digits, two and two, with hyphens
// between them. This is quicker than what reads the other forms.
func plainDay(text string) (time.Time, bool) {
	if len(text) != len(time.DateOnly) || text[4] != '-' || text[7] != '-' {
		return time.Time{}, false
	}
	century, year, month, day := below(text[:2], 100), below(text[2:4], 100), below(text[5:7], 13), below(text[8:], 32)
	if century < 0 || year < 0 || month < 1 || day < 1 {
		return time.Time{}, false
	}
	at := time.Date(100*century+year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return at, at.Day() == day // and not in the next month
}

// below returns a number of two digits, or -1 if it is not one below a limit.
func below(digits string, limit int) int {
	tens, ones := digits[0]-'0', digits[1]-'0'
	if n := int(tens)*10 + int(ones); tens <= 9 && ones <= 9 && n < limit {
		return n
	}
	return -1
}

// inRange judges the year of a date.
func inRange(d date) (date, Reading) {
	if d.day.Year() < FirstYear || d.day.Year() > LastYear {
		return date{}, FarOff
	}
	return d, Read
}

// Days returns how many days b is after a, both midnight UTC; it is negative
// if b is before. A time.Duration would not do: it ends at 292 years.
func Days(a, b time.Time) int {
	return int((b.Unix() - a.Unix()) / (24 * 60 * 60))
}

// AddMonths returns the day that many calendar months later. If that month
// has no such day, it is the last day of the month: 31 August and six months
// is 28 or 29 February, never March.
func AddMonths(day time.Time, months int) time.Time {
	first := time.Date(day.Year(), day.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(day.Day(), last)-1)
}

// ISODate returns a day as xs:date writes it, for messages.
func ISODate(day time.Time) string { return day.Format(time.DateOnly) }
