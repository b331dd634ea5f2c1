package values

import (
	"time"

	"beibu/signing/strict"
)

// offsets are the minutes by which the clocks of a country are ahead of UTC, in its
// westernmost and in its easternmost zone. They are fixed, and no database of zones
// is needed, since none of these countries has had summer time since 1992 (China,
// the last of them, stopped in September 1991).
var offsets = map[string][2]int{
	"CN": {480, 480}, "HK": {480, 480}, "MO": {480, 480}, "TW": {480, 480},
	"BN": {480, 480}, "ID": {420, 540}, "KH": {420, 420}, "LA": {420, 420}, "MM": {390, 390}, "MY": {480, 480},
	"PH": {480, 480}, "SG": {480, 480}, "TH": {420, 420}, "TL": {540, 540}, "VN": {420, 420},
	"JP": {540, 540}, "KR": {540, 540},
}

// anywhere are the offsets of the zones in which a day ends last and begins first.
// For a country that is not listed, a rule reports what is so in every zone.
var anywhere = [2]int{-12 * 60, 14 * 60}

// DaysIn returns which day it is in a country at a moment, as midnight UTC: the
// first and the last of the days if it has several zones or is not listed.
func DaysIn(country string, at time.Time) (first, last time.Time) {
	ahead, listed := offsets[country]
	if !listed {
		ahead = anywhere
	}
	return dayAt(ahead[0], at), dayAt(ahead[1], at)
}

// dayAt returns the day at a moment by clocks that are some minutes ahead of UTC.
func dayAt(minutes int, at time.Time) time.Time {
	return at.UTC().Add(time.Duration(minutes) * time.Minute).Truncate(24 * time.Hour)
}

// DateIn is [Date], and counts the day of a moment with a zone as a country of one
// zone counts it, which is asked for only if there is such a moment: a certificate that Viet Nam signed on 5 November at 06:00 is of
// that day, though 4 November, 23:00 UTC is written. A day without a time is as
// it is written.
func DateIn(country func() string, n strict.Node) (time.Time, bool) {
	d, reading := readDate(n)
	if reading != Read || !d.timed {
		return d.day, reading == Read
	}
	ahead, listed := offsets[country()]
	if !listed || ahead[0] != ahead[1] {
		return d.day, true
	}
	written, ok := minutesAhead(d.zone)
	if !ok {
		return d.day, true
	}
	return dayAt(ahead[0]-written, d.day.Add(d.clock)), true
}

// minutesAhead reads a zone as hours and minutes from UTC. The names of zones
// other than UTC mean several, so that they are not read.
func minutesAhead(zone string) (int, bool) {
	for _, layout := range [...]string{"Z07:00", "Z0700", "Z07"} {
		if at, err := time.Parse(layout, zone); err == nil {
			_, seconds := at.Zone()
			return seconds / 60, true
		}
	}
	return 0, zone == "UTC" || zone == "GMT"
}
