package kafka

import (
	"errors"
	"fmt"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

// layoutTime is how long lies between two looks at the partitions. A look asks
// nobody: the transport knows them, and learns of others within MetadataTTL.
const layoutTime = time.Second

// keepLayout stops the queue when its topics get other partitions while it runs.
// Keys stay where they belong until it looks, since they are spread by the
// number recorded. But others write by the number that they find, a group hands
// out what nobody hears, and no node could start any more.
func (q *Queue) keepLayout() {
	ticker := time.NewTicker(layoutTime)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-q.life.Done():
			return
		}
		if err := q.cluster.checkPartitions(q.life); errors.Is(err, ErrLayout) {
			q.stop(err)
			return
		}
	}
}

// ours tells whether an assignment is of a partition that the queue began with.
// A group may be first to tell of one that was added; then the queue stops.
func (q *Queue) ours(topic string, a kafkago.PartitionAssignment) bool {
	want := q.cluster.wanted()[topic][0]
	if a.ID < want {
		return true
	}
	q.stop(fmt.Errorf("%w: a group hands out %s/%d, and %d partitions are recorded", ErrLayout, topic, a.ID, want))
	return false
}
