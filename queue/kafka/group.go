package kafka

import (
	"context"
	"errors"
	"fmt"

	kafkago "github.com/segmentio/kafka-go"
)

// A server works on a partition for as long as its context lasts, which is how
// long the partition is this member's.
type server func(context.Context, *kafkago.Generation, kafkago.PartitionAssignment)

// join is a member of a consumer group over a topic until ctx ends. It has
// every partition that it is assigned served. A cluster that is away is waited
// for; an error says that the settings are wrong.
func (q *Queue) join(ctx context.Context, id, topic string, serve server) error {
	for ctx.Err() == nil {
		group, err := kafkago.NewConsumerGroup(kafkago.ConsumerGroupConfig{
			ID:                id,
			Brokers:           q.options.Brokers,
			Dialer:            q.cluster.dialer(),
			Topics:            []string{topic},
			StartOffset:       kafkago.FirstOffset,
			HeartbeatInterval: q.options.Session / 10,
			SessionTimeout:    q.options.Session,
			RebalanceTimeout:  q.options.Session,
			JoinGroupBackoff:  retryTime,
			Timeout:           q.options.Stall / 2, // of a heartbeat or a commit; then the generation is left
		})
		if err != nil {
			return fmt.Errorf("join group: %w", err)
		}
		generations(ctx, group, topic, serve)
		_ = group.Close() // it reports nothing; leaving is a courtesy
	}
	return nil
}

// generations serves one assignment after the other.
func generations(ctx context.Context, group *kafkago.ConsumerGroup, topic string, serve server) {
	for {
		generation, err := group.Next(ctx)
		if ctx.Err() != nil || errors.Is(err, kafkago.ErrGroupClosed) {
			return
		}
		if err != nil {
			if !pause(ctx) {
				return
			}
			continue
		}
		for _, a := range generation.Assignments[topic] {
			generation.Start(func(own context.Context) {
				own, cancel := context.WithCancel(own)
				defer cancel()
				defer context.AfterFunc(ctx, cancel)()
				serve(own, generation, a)
			})
		}
	}
}
