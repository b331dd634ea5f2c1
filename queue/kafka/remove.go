package kafka

import (
	"context"
	"errors"
	"fmt"

	kafkago "github.com/segmentio/kafka-go"
)

// Remove deletes the topics of a log for good, with all that they hold. No node may have it
// open. Topics that do not exist are no error.
func Remove(ctx context.Context, o Options) error {
	c, err := newCluster(o)
	if err != nil {
		return err
	}
	names := o.topics()
	r, err := c.client.DeleteTopics(ctx, &kafkago.DeleteTopicsRequest{Topics: []string{names.body, names.log, names.events, names.settings, names.kept}})
	if err != nil {
		return fmt.Errorf("delete topics: %w", err)
	}
	for name, err := range r.Errors {
		if err != nil && !errors.Is(err, kafkago.UnknownTopicOrPartition) {
			return fmt.Errorf("delete topic %s: %w", name, err)
		}
	}
	return nil
}
