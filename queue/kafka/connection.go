package kafka

import (
	"context"
	"errors"
	"fmt"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

// A Connection is how the brokers are reached, for packages other than the queue
// that need them.
type Connection struct {
	Brokers   []string
	Transport *kafkago.Transport // with the TLS and SASL of the options

	dialer  *kafkago.Dialer // for consumer groups, which do not use the transport
	session time.Duration
	stall   time.Duration // of Options.Stall
}

// Connect returns a connection with the brokers, TLS, SASL and session of o. It does
// not dial.
func Connect(o Options) (Connection, error) {
	o, err := o.filled()
	if err != nil {
		return Connection{}, fmt.Errorf("connect to Kafka: %w", err)
	}
	mechanism, err := o.mechanism()
	if err != nil {
		return Connection{}, fmt.Errorf("connect to Kafka: %w", err)
	}
	return Connection{
		Brokers: o.Brokers,
		Transport: &kafkago.Transport{
			ClientID:    "beibu",
			DialTimeout: 3 * time.Second,
			MetadataTTL: time.Second, // a leader that moved is found within it
			TLS:         o.TLS,
			SASL:        mechanism,
		},
		dialer: &kafkago.Dialer{
			ClientID: "beibu", Timeout: requestTime, DualStack: true, TLS: o.TLS, SASLMechanism: mechanism,
		},
		session: o.Session,
		stall:   o.Stall,
	}, nil
}

// A Server works on a partition until its context ends, which is when the partition
// is no longer assigned to this member.
type Server = func(context.Context, *kafkago.Generation, kafkago.PartitionAssignment)

// Join is a member of a consumer group over a topic until ctx ends. It calls serve
// for every partition that it is assigned, also for partitions that are added later.
// It waits for a cluster that cannot be reached; it fails only if the settings are
// wrong.
func (c Connection) Join(ctx context.Context, group, topic string, serve Server) error {
	return c.join(ctx, group, topic, true, serve)
}

// join is [Connection.Join]. If added is false, it does not check for partitions that
// are added later: the topics of the queue never get any.
func (c Connection) join(ctx context.Context, id, topic string, added bool, serve Server) error {
	for ctx.Err() == nil {
		group, err := kafkago.NewConsumerGroup(kafkago.ConsumerGroupConfig{
			ID:                    id,
			Brokers:               c.Brokers,
			Dialer:                c.dialer,
			Topics:                []string{topic},
			StartOffset:           kafkago.FirstOffset,
			HeartbeatInterval:     c.session / 10,
			SessionTimeout:        c.session,
			RebalanceTimeout:      c.session,
			JoinGroupBackoff:      retryTime,
			WatchPartitionChanges: added,
			Timeout:               c.stall / 2, // of a heartbeat or a commit; after it the generation ends
		})
		if err != nil {
			return fmt.Errorf("join group: %w", err)
		}
		generations(ctx, group, topic, serve)
		_ = group.Close() // its error is always nil; leaving lets the others continue at once
	}
	return nil
}

// generations serves one generation of the group after the other.
func generations(ctx context.Context, group *kafkago.ConsumerGroup, topic string, serve Server) {
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
