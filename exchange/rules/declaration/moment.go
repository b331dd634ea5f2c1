package declaration

import (
	"time"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// chinaTime is the zone of a time that names none.
func chinaTime() *time.Location { return time.FixedZone("UTC+8", 8*60*60) }

// moment joins a date and a time of day (xs:time). It reports false where one
// of them is missing or cannot be read.
func moment(date, clock strict.Node) (time.Time, bool) {
	day, ok := rules.Date(date)
	if !ok {
		return time.Time{}, false
	}
	for _, layout := range []string{"15:04:05Z07:00", "15:04:05"} {
		if at, err := time.ParseInLocation(layout, clock.Text(), chinaTime()); err == nil {
			return time.Date(day.Year(), day.Month(), day.Day(), at.Hour(), at.Minute(), at.Second(), 0, at.Location()), true
		}
	}
	return time.Time{}, false
}

func written(day time.Time) string { return day.Format(time.DateOnly) }
