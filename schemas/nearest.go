package schemas

import (
	"cmp"
	"slices"
	"strings"

	"beibu/signing/strict/quote"
)

// maxNear is how many kinds a message suggests.
const maxNear = 3

// nearest returns at most n of the names that a name may be a slip of the pen
// for, the nearest first: those that differ in case alone, or in a third of
// their characters at most, or hold the name or are held by it.
func nearest(name string, names []string, n int) []string {
	if len(name) > 2*quote.NameLimit {
		return nil
	}
	distances := make(map[string]int)
	var near []string
	lower := strings.ToLower(name)
	for _, other := range names {
		low := strings.ToLower(other)
		d := distance(lower, low)
		within := len(lower) >= 4 && len(low) >= 4 && (strings.Contains(low, lower) || strings.Contains(lower, low))
		if _, known := distances[other]; !known && (within || d <= max(1, min(len(name), len(other))/3)) {
			distances[other] = d
			near = append(near, other)
		}
	}
	slices.SortStableFunc(near, func(a, b string) int { return cmp.Compare(distances[a], distances[b]) })
	return near[:min(n, len(near))]
}

// distance returns how many bytes must be added, left out or replaced to make
// one name of another (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
