package ratings

import "time"

// MendingDays is how many working days a department has to mend a bad rating (GB/T
// 39735-2020; opinions of the State Council of December 2019).
const MendingDays = 15

// Beijing is the time of the exchange's calendar. It has no daylight saving.
var Beijing = time.FixedZone("UTC+8", 8*60*60)

// A Day is a date in Beijing, as 2006-01-02.
type Day string

// DayOf returns the day of a moment.
func DayOf(at time.Time) Day { return Day(at.In(Beijing).Format(time.DateOnly)) }

// ReadDay reads a day, and returns false if it is none.
func ReadDay(text string) (Day, bool) {
	_, err := time.Parse(time.DateOnly, text)
	return Day(text), err == nil
}

// Begin returns the first moment of the day.
func (d Day) Begin() time.Time {
	at, err := time.ParseInLocation(time.DateOnly, string(d), Beijing)
	if err != nil {
		return time.Time{}
	}
	return at.UTC()
}

// Statutory returns the working days of mainland China. The State Council publishes the
// holidays of a year in the November before (Guobanfa Mingdian [2025] 7): a year that is not
// listed has weekends alone, so that a deadline is rather early than late.
func Statutory() Calendar {
	return Calendar{
		Holidays: []Day{
			"2026-01-01", "2026-01-02", "2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19", "2026-02-20", "2026-02-23",
			"2026-04-06", "2026-05-01", "2026-05-04", "2026-05-05", "2026-06-19", "2026-09-25",
			"2026-10-01", "2026-10-02", "2026-10-05", "2026-10-06", "2026-10-07",
		},
		Worked: []Day{"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"},
	}
}

// A Calendar says which days are worked. Saturdays and Sundays are not, but for those that
// are listed as worked: each holiday of the State Council comes with some.
type Calendar struct {
	Holidays []Day // on which nobody works
	Worked   []Day // Saturdays and Sundays on which people work
}

// works reports whether people work on the day of a moment.
func (c Calendar) works(at time.Time, holidays, worked map[Day]bool) bool {
	day, weekday := DayOf(at), at.In(Beijing).Weekday()
	return worked[day] || !holidays[day] && weekday != time.Saturday && weekday != time.Sunday
}

// After returns the day that is so many working days after a day.
func (c Calendar) After(day Day, working int) Day {
	holidays, worked := setOf(c.Holidays), setOf(c.Worked)
	at := day.Begin()
	for working > 0 {
		at = at.AddDate(0, 0, 1)
		if c.works(at, holidays, worked) {
			working--
		}
	}
	return DayOf(at)
}

func setOf(days []Day) map[Day]bool {
	set := make(map[Day]bool, len(days))
	for _, d := range days {
		set[d] = true
	}
	return set
}
