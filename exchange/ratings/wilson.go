package ratings

import "math"

// An Interval is a range of proportions, from 0 to 1.
type Interval struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// z95 is the quantile of the normal distribution for an interval of 95 %.
const z95 = 1.959963984540054

// Wilson returns the score interval of 95 % for a proportion of which so many of n were
// observed (E. B. Wilson, JASA 22, 1927). Of nothing, nothing is known: it is 0 to 1. It says
// what a percentage hides: 11 of 11 may be 74 %, 703 of 703 is at least 99.4 %.
func Wilson(observed, n int64) Interval {
	if n <= 0 {
		return Interval{0, 1}
	}
	total, share := float64(n), float64(observed)/float64(n)
	spread := z95 * z95 / total
	middle := (share + spread/2) / (1 + spread)
	half := z95 / (1 + spread) * math.Sqrt(share*(1-share)/total+spread/(4*total))
	in := Interval{max(middle-half, 0), min(middle+half, 1)}
	if observed == 0 { // rounding must not leave a rest
		in.Low = 0
	}
	if observed == n {
		in.High = 1
	}
	return in
}
