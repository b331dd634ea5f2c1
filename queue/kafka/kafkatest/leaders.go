package kafkatest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

// MoveLeaders gives the partitions of all topics that begin with a prefix to
// another leader, among the replicas that are in sync, and returns how many
// there are that have another now. If a partition cannot be had from the
// brokers just now, it is left as it is.
func MoveLeaders(ctx context.Context, brokers []string, prefix string) (moved int, err error) {
	client := &kafkago.Client{Addr: kafkago.TCP(brokers...), Timeout: 10 * time.Second, Transport: &kafkago.Transport{}}
	defer client.Transport.(*kafkago.Transport).CloseIdleConnections() //nolint:forcetypeassert // made above
	known, err := client.Metadata(ctx, &kafkago.MetadataRequest{})
	if err != nil {
		return 0, fmt.Errorf("move leaders: %w", err)
	}
	for _, topic := range known.Topics {
		if !strings.HasPrefix(topic.Name, prefix) {
			continue
		}
		n, err := moveTopic(ctx, client, topic)
		if err != nil {
			return moved, fmt.Errorf("move leaders of %s: %w", topic.Name, err)
		}
		moved += n
	}
	return moved, nil
}

// moveTopic puts another replica in front, which makes it the preferred leader,
// and has the preferred ones elected.
func moveTopic(ctx context.Context, client *kafkago.Client, topic kafkago.Topic) (moved int, err error) {
	order := &kafkago.AlterPartitionReassignmentsRequest{Topic: topic.Name, Timeout: client.Timeout}
	election := &kafkago.ElectLeadersRequest{Topic: topic.Name, Timeout: client.Timeout}
	for _, p := range topic.Partitions {
		if ids := nextFirst(p); ids != nil {
			order.Assignments = append(order.Assignments, kafkago.AlterPartitionReassignmentsRequestAssignment{PartitionID: p.ID, BrokerIDs: ids})
			election.Partitions = append(election.Partitions, p.ID)
		}
	}
	if len(order.Assignments) == 0 {
		return 0, nil
	}
	ordered, err := client.AlterPartitionReassignments(ctx, order)
	if err != nil {
		return 0, err
	}
	elected, err := client.ElectLeaders(ctx, election)
	if err != nil {
		return 0, err
	}
	for _, p := range elected.PartitionResults {
		if p.Error == nil {
			moved++
		}
	}
	return moved, errors.Join(ordered.Error, elected.Error)
}

// nextFirst returns the replicas of a partition with one in front that is in
// sync and does not lead, or nil if there is none.
func nextFirst(p kafkago.Partition) []int {
	for _, candidate := range p.Isr {
		if candidate.ID == p.Leader.ID || candidate.ID == 0 {
			continue // it leads, or is away: then it comes without its number
		}
		ids := []int{candidate.ID}
		for _, replica := range p.Replicas {
			if replica.ID != candidate.ID {
				ids = append(ids, replica.ID)
			}
		}
		return ids
	}
	return nil
}
