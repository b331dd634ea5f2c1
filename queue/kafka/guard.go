package kafka

import (
	"errors"
	"fmt"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

// layoutTime is the time between two checks of the partitions. A check sends no
// request: the transport knows them, and refreshes them within MetadataTTL.
const layoutTime = time.Second

// keepLayout stops the queue when its topics get other partitions while it runs.
// This node still assigns keys to the right partitions, since it uses the recorded
// number. But other programs use the number that they find, a group assigns
// partitions that no node consumes, and no node could start any more.
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

// ours reports whether an assignment is of one of the recorded partitions. A group
// may be the first to report a partition that was added; then the queue stops.
func (q *Queue) ours(topic string, a kafkago.PartitionAssignment) bool {
	want := q.cluster.wanted()[topic][0]
	if a.ID < want {
		return true
	}
	q.stop(fmt.Errorf("%w: a consumer group assigned %s/%d, and %d partitions are recorded", ErrLayout, topic, a.ID, want))
	return false
}
