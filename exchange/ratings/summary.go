package ratings

import (
	"context"

	"beibu/queue/sqlitefile"
)

// A Distribution is how many ratings there are of each grade. Those that were excluded are
// not among them.
type Distribution [VerySatisfied + 1]int64

// Total returns the number of ratings.
func (d Distribution) Total() (n int64) {
	for _, g := range Grades() {
		n += d[g]
	}
	return n
}

// Good returns the number of those that are not bad.
func (d Distribution) Good() int64 { return d.Total() - d[Dissatisfied] - d[VeryDissatisfied] }

// Interval returns that of the share of ratings that are not bad.
func (d Distribution) Interval() Interval { return Wilson(d.Good(), d.Total()) }

// A Summary is what is counted of an item.
type Summary struct {
	Item       Item
	Overall    Distribution
	Indicators []Distribution // in the order of [AllIndicators]
	Excluded   int64          // ratings that were mistaken or malicious
}

// add adds the number of a grade of an indicator.
func (s *Summary) add(indicator int64, g Grade, excluded bool, n int64) {
	g = g.known()
	switch {
	case excluded && indicator == 0:
		s.Excluded += n
	case excluded || indicator < 0 || int(indicator) > len(s.Indicators):
	case indicator == 0:
		s.Overall[g] += n
	default:
		s.Indicators[indicator-1][g] += n
	}
}

// Summaries returns what is counted of every item that was rated.
func (x *Index) Summaries(ctx context.Context) (map[Item]Summary, error) {
	all := make(map[Item]Summary)
	err := x.Query(ctx, `SELECT kind, unit, indicator, grade, excluded, number FROM tally`, func(row sqlitefile.Row) error {
		item := Item{row.Text(0), row.Text(1)}
		s, known := all[item]
		if !known {
			s = Summary{Item: item, Indicators: make([]Distribution, len(AllIndicators()))}
		}
		s.add(row.Int(2), Grade(row.Int(3)), row.Int(4) != 0, row.Int(5)) //nolint:gosec // a grade, as it was written
		all[item] = s
		return nil
	})
	return all, failed("read numbers of ratings", err)
}
