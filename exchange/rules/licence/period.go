package licence

import (
	"time"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// period returns the first and the last day on which a licence may be used,
// and whether both can be read and stand in order. Where they do not stand in
// order, LIC-07B says so and no other rule about the period speaks.
func period(licence strict.Node) (first, last time.Time, ok bool) {
	first, hasFirst := rules.Date(licence.Find("EffectiveDate"))
	last, hasLast := rules.Date(licence.Find("ExpirationDate"))
	return first, last, hasFirst && hasLast && !last.Before(first)
}

// yearEnd returns 31 December of the day's year.
func yearEnd(day time.Time) time.Time {
	return time.Date(day.Year(), time.December, 31, 0, 0, 0, 0, time.UTC)
}

// carryOverEnd returns 31 March of the year after the day's.
func carryOverEnd(day time.Time) time.Time {
	return time.Date(day.Year()+1, time.March, 31, 0, 0, 0, 0, time.UTC)
}

func written(day time.Time) string { return day.Format(time.DateOnly) }
