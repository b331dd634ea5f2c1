package alert

import (
	"time"

	"beibu/exchange"
)

// What a party has to have done before it is judged by its usual.
const (
	leastHistory = 7 * 24 // hours between the first and the last that it was active
	leastActive  = 24     // hours in which it was
)

// silentTimes is how many times the longest gap before is a silence.
const silentTimes = 3

// week is the number of hours of a week.
const week = 7 * 24

// silence reports whether a party has done nothing for longer than is usual for it, since
// when, and for how many of its active hours. Its active hours are those hours of the week
// in which it was active at least once in the 14 days before it was last active. Only they
// count, so that a night, a Sunday or a ferry that sails on Tuesdays is no silence.
func silence(hours []exchange.ActivityHour, now time.Time, least int) (since time.Time, n int, silent bool) {
	var active []int64
	for _, h := range hours {
		if h.Active {
			active = append(active, numberOf(h.Hour))
		}
	}
	if len(active) < leastActive || active[len(active)-1]-active[0] < leastHistory {
		return time.Time{}, 0, false
	}
	var slots [week]bool
	for _, h := range active {
		slots[h%week] = true
	}
	longest := 0
	for i := 1; i < len(active); i++ {
		longest = max(longest, between(active[i-1], active[i], slots)+1)
	}
	last := active[len(active)-1]
	n = between(last, numberOf(now), slots)
	return time.Unix((last+1)*3600, 0).UTC(), n, n >= max(silentTimes*longest, least)
}

// numberOf returns the number of the hour of a time, since 1970.
func numberOf(t time.Time) int64 { return t.Unix() / 3600 }

// between returns how many active hours there are between two hours, without both.
func between(from, to int64, slots [week]bool) int {
	n := 0
	for h := from + 1; h < to; h++ {
		if slots[h%week] {
			n++
		}
	}
	return n
}
