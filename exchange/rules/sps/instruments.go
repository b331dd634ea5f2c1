package sps

import "time"

// The instrument that rules cite, by the day on which it came into force. A
// document of an earlier day is judged without it.

// ippc1997 is the International Plant Protection Convention as revised in 1997.
func ippc1997() time.Time { return time.Date(2005, time.October, 2, 0, 0, 0, 0, time.UTC) }
