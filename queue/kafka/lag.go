package kafka

import (
	"context"
	"errors"
	"fmt"

	kafkago "github.com/segmentio/kafka-go"
)

// Progress is how far a node is behind, for metrics and alarms: records that are
// not there yet, by partition.
type Progress struct {
	Undispatched  []int64 // of log, owning or not, by any node
	Unheard       []int64 // of log, by this node
	UnheardEvents int64   // by this node
}

// Restarts returns how often something that made no progress in this node was
// restarted since Open: a fetch without an answer, or the dispatch of a partition.
func (q *Queue) Restarts() int64 { return q.cluster.restarts.Load() }

// Progress asks the brokers how far they are ahead.
func (q *Queue) Progress(ctx context.Context) (Progress, error) {
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return Progress{}, err
	}
	defer done()
	var p Progress
	heard, events := q.owners.points(), q.feed.next()
	dispatched, err := q.committed(ctx)
	if err != nil {
		return p, q.unavailable(ctx, "find progress", err)
	}
	now, err := q.spans(ctx)
	if err != nil {
		return p, q.unavailable(ctx, "find progress", err)
	}
	p.UnheardEvents = max(now.events.end-events, 0)
	for i, log := range now.log {
		p.Undispatched = append(p.Undispatched, log.end-max(log.first, dispatched[i]))
		p.Unheard = append(p.Unheard, max(log.end-heard[i].next, 0))
	}
	return p, nil
}

// Lag returns how many records of log are not dispatched yet, of each
// partition. It counts records, owning or not.
func (q *Queue) Lag(ctx context.Context) ([]int64, error) {
	p, err := q.Progress(ctx)
	return p.Undispatched, err
}

// committed returns the offset of each partition that the group goes on from.
func (q *Queue) committed(ctx context.Context) ([]int64, error) {
	next := make([]int64, q.options.Partitions)
	partitions := make([]int, len(next))
	for p := range partitions {
		partitions[p] = p
	}
	var r *kafkago.OffsetFetchResponse
	err := q.cluster.persist(ctx, func(ctx context.Context) (err error) {
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
