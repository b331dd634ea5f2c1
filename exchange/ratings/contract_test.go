package ratings_test

import (
	"fmt"
	"testing"

	"beibu/exchange/projection/projectiontest"
	"beibu/exchange/ratings"
	"beibu/queue"
)

// record returns changes of ratings of which each is folded: some are repeated, appealed
// against and excluded.
func record(n int, comment string) []queue.Change {
	names := []string{"RatingGiven", "RatingGiven", "RemarkAnswered", "RatingAppealed", "AppealGranted"}
	changes := make([]queue.Change, 0, n)
	for i := range n {
		e := &queue.Event{
			Subject: queue.Subject{Kind: queue.SubjectRating, ID: fmt.Sprintf("%s-%d", comment, i/len(names))}, Name: names[i%len(names)],
			Detail: fmt.Appendf(nil, `{"actor":"clerk","rating":{"token":"%d","day":"2026-11-30","text":%q,"item":{"kind":"ata-carnet","unit":"u%d"},"grade":"dissatisfied","indicators":{"guide":"satisfied"},"due":"2026-12-21","cause":"mistaken"}}`, i, comment, i%3),
		}
		changes = append(changes, queue.Change{Sequence: int64(i + 1), Event: e})
	}
	return changes
}

func TestProjection(t *testing.T) {
	projectiontest.Run(t, projectiontest.Subject{Definition: ratings.Definition(), Record: record(300, "slow"), Other: record(300, "quick")})
}
