package kafka

import (
	"context"
	"errors"
	"fmt"

	kafkago "github.com/segmentio/kafka-go"
)

// Lag returns how many records of log are not dispatched yet, of each
// partition, for metrics and alarms. It counts records, owning or not.
func (q *Queue) Lag(ctx context.Context) ([]int64, error) {
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	next, err := q.committed(ctx)
	if err != nil {
		return nil, q.unavailable(ctx, "find lag", err)
	}
	lag := make([]int64, len(next))
	for p, dispatched := range next {
		first, end, err := q.cluster.bounds(ctx, q.topics.log, p)
		if err != nil {
			return nil, q.unavailable(ctx, "find lag", err)
		}
		lag[p] = end - max(first, dispatched)
	}
	return lag, nil
}

// committed returns the offset of each partition that the group goes on from.
func (q *Queue) committed(ctx context.Context) ([]int64, error) {
	next := make([]int64, q.options.Partitions)
	partitions := make([]int, len(next))
	for p := range partitions {
		partitions[p] = p
	}
	var r *kafkago.OffsetFetchResponse
	err := persist(ctx, func(ctx context.Context) (err error) {
		r, err = q.cluster.client.OffsetFetch(ctx, &kafkago.OffsetFetchRequest{
			GroupID: q.options.group(), Topics: map[string][]int{q.topics.log: partitions},
		})
		if err == nil {
			err = r.Error
		}
		if errors.Is(err, kafkago.GroupIdNotFound) { // nobody has dispatched yet
			r, err = &kafkago.OffsetFetchResponse{}, nil
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask group for its offsets: %w", err)
	}
	for _, p := range r.Topics[q.topics.log] {
		if p.Error != nil {
			return nil, fmt.Errorf("ask group for its offsets: %w", p.Error)
		}
		next[p.Partition] = p.CommittedOffset
	}
	return next, nil
}
