package general

import "time"

// The standard that a rule cites, by the day on which it came into force. A
// document of an earlier day is judged without it.

// gb32100 is GB 32100-2015, on unified social credit codes.
func gb32100() time.Time { return time.Date(2015, time.October, 1, 0, 0, 0, 0, time.UTC) }
