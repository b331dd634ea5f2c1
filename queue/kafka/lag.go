package kafka

import (
	"context"
	"errors"
	"fmt"

	kafkago "github.com/segmentio/kafka-go"
)

// A Lag is how many records the brokers have beyond those that were processed, for
// metrics and alarms.
type Lag struct {
	Dispatch []int64 // records of log that no node has dispatched, owning or not, by partition
	Log      []int64 // records of log that this node has not consumed, by partition
	Events   int64   // messages of events that this node has not consumed
}

// Restarts returns how often something that made no progress in this node was
// restarted since [Open]: a fetch without an answer, or the dispatch of a partition.
func (q *Queue) Restarts() int64 { return q.cluster.restarts.Load() }

// Lag asks the brokers how far they are ahead of the consumers and of dispatch.
func (q *Queue) Lag(ctx context.Context) (Lag, error) {
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return Lag{}, err
	}
	defer done()
	var lag Lag
	consumed, events := q.owners.consumed(), q.feed.next()
	dispatched, err := q.committed(ctx)
	if err != nil {
		return lag, q.unavailable(ctx, "find lag", err)
	}
	now, err := q.spans(ctx)
	if err != nil {
		return lag, q.unavailable(ctx, "find lag", err)
	}
	lag.Events = max(now.events.end-events, 0)
	published := q.feed.publishedOffsets() // which may be committed later
	for i, log := range now.log {
		lag.Dispatch = append(lag.Dispatch, max(log.end-max(log.first, dispatched[i], published[i]+1), 0))
		lag.Log = append(lag.Log, max(log.end-consumed[i].next, 0))
	}
	return lag, nil
}

// committed returns the next offset of the dispatch of each partition.
func (q *Queue) committed(ctx context.Context) ([]int64, error) {
	next := make([]int64, q.options.Partitions)
	partitions := make([]int, len(next))
	for p := range partitions {
		partitions[p] = p
	}
	var r *kafkago.OffsetFetchResponse
	err := q.cluster.retryBriefly(ctx, func(ctx context.Context) (err error) {
		r, err = q.cluster.client.OffsetFetch(ctx, &kafkago.OffsetFetchRequest{
			GroupID: q.options.group(), Topics: map[string][]int{q.topics.log: partitions},
		})
		if err == nil {
			err = r.Error
		}
		if errors.Is(err, kafkago.GroupIdNotFound) { // no node has dispatched yet
			r, err = &kafkago.OffsetFetchResponse{}, nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the offsets of the consumer group: %w", err)
	}
	for _, p := range r.Topics[q.topics.log] {
		if p.Error != nil {
			return nil, fmt.Errorf("read the offsets of the consumer group: %w", p.Error)
		}
		next[p.Partition] = p.CommittedOffset
	}
	return next, nil
}
