package kafka

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue"
)

// ErrLayout means that the topics do not fit the queue: their number of partitions is
// not the recorded one, or their settings lose or refuse messages that must be kept.
var ErrLayout = errors.New("topics do not fit")

// prepare creates the topics that are missing, and checks the partitions and settings
// of all topics. It waits until ctx ends for a cluster that cannot be reached.
func (c *cluster) prepare(ctx context.Context) error {
	var err error
	for {
		if err = c.tryPrepare(ctx); err == nil || final(err) {
			return err
		}
		c.attemptFailed(err)
		if !pause(ctx) {
			return fmt.Errorf("%w (%w)", err, ctx.Err())
		}
	}
}

// final reports whether an error remains however long the node waits.
func final(err error) bool {
	_, differs := errors.AsType[*queue.SettingMismatchError](err)
	return differs || errors.Is(err, ErrLayout)
}

func (c *cluster) tryPrepare(ctx context.Context) error {
	// Only a request for metadata returns why no broker can be reached, be it the
	// network, TLS or SASL; all others return that none is available.
	if _, err := c.client.Metadata(ctx, &kafkago.MetadataRequest{}); err != nil {
		return fmt.Errorf("reach a broker: %w", err)
	}
	if err := c.create(ctx); err != nil {
		return err
	}
	if err := c.checkSettings(ctx); err != nil {
		return err
	}
	if err := c.checkLayout(ctx); err != nil {
		return err
	}
	if err := c.checkPartitions(ctx); err != nil {
		return err
	}
	return c.checkShared(ctx)
}

// wanted returns the number of partitions and the largest message of each topic.
func (c *cluster) wanted() map[string][2]int {
	names := c.options.topics()
	wanted := map[string][2]int{
		names.body:     {c.options.Partitions, c.options.MaxBody + overhead},
		names.log:      {c.options.Partitions, maxRecord},
		names.events:   {1, maxEvents + overhead},
		names.settings: {1, maxRecord},
	}
	if c.options.Kept > 0 {
		wanted[names.kept] = [2]int{1, c.options.MaxBody + overhead}
	}
	return wanted
}

// retention returns the retention of a topic in milliseconds, or -1 if it is
// unlimited. The shared settings are always kept, and the topic kept is not kept for longer
// than anything in it.
func (c *cluster) retention(topic string) int64 {
	if topic == c.options.topics().kept {
		return c.options.Kept.Milliseconds()
	}
	if c.options.Retention == 0 || topic == c.options.topics().settings {
		return -1
	}
	return c.options.Retention.Milliseconds()
}

func (c *cluster) create(ctx context.Context) error {
	var configs []kafkago.TopicConfig
	for name, want := range c.wanted() {
		one := kafkago.TopicConfig{
			Topic: name, NumPartitions: want[0], ReplicationFactor: c.options.Replication,
			ConfigEntries: []kafkago.ConfigEntry{
				{ConfigName: "cleanup.policy", ConfigValue: "delete"},
				{ConfigName: "retention.ms", ConfigValue: strconv.FormatInt(c.retention(name), 10)},
				{ConfigName: "retention.bytes", ConfigValue: "-1"},
				{ConfigName: "max.message.bytes", ConfigValue: strconv.Itoa(want[1])},
				{ConfigName: "min.insync.replicas", ConfigValue: strconv.Itoa(c.options.insync())},
				{ConfigName: "unclean.leader.election.enable", ConfigValue: "false"},
				// So the clock of a node neither makes Kafka refuse its records, as it does
				// if the clock is an hour ahead, nor changes how long they are kept.
				{ConfigName: "message.timestamp.type", ConfigValue: "LogAppendTime"},
			},
		}
		if name == c.options.topics().kept {
			one.ConfigEntries = append(one.ConfigEntries, kafkago.ConfigEntry{
				ConfigName: "segment.ms", ConfigValue: strconv.FormatInt(keptSegment.Milliseconds(), 10),
			})
		}
		configs = append(configs, one)
	}
	r, err := c.client.CreateTopics(ctx, &kafkago.CreateTopicsRequest{Topics: configs})
	if err != nil {
		return fmt.Errorf("create topics: %w", err)
	}
	for name, err := range r.Errors {
		if err != nil && !errors.Is(err, kafkago.TopicAlreadyExists) {
			return fmt.Errorf("create topic %s: %w", name, err)
		}
	}
	return nil
}

// insync returns how many replicas must have a message before it is acknowledged: one
// may be away.
func (o Options) insync() int { return max(o.Replication-1, 1) }

// checkSettings reads the settings of the topics and validates them.
func (c *cluster) checkSettings(ctx context.Context) error {
	var resources []kafkago.DescribeConfigRequestResource
	for name := range c.wanted() {
		resources = append(resources, kafkago.DescribeConfigRequestResource{
			ResourceType: kafkago.ResourceTypeTopic, ResourceName: name,
			ConfigNames: []string{"cleanup.policy", "retention.ms", "retention.bytes", "max.message.bytes", "min.insync.replicas", "unclean.leader.election.enable", "segment.ms"},
		})
	}
	r, err := c.client.DescribeConfigs(ctx, &kafkago.DescribeConfigsRequest{Resources: resources})
	if err != nil {
		return fmt.Errorf("read topic settings: %w", err)
	}
	settings := make(map[string]map[string]string)
	for _, resource := range r.Resources {
		if resource.Error != nil {
			return fmt.Errorf("read settings of topic %s: %w", resource.ResourceName, resource.Error)
		}
		values := make(map[string]string)
		for _, entry := range resource.ConfigEntries {
			values[entry.ConfigName] = entry.ConfigValue
		}
		settings[resource.ResourceName] = values
	}
	return c.validate(settings)
}

// validate returns all faults of the settings, joined.
func (c *cluster) validate(settings map[string]map[string]string) error {
	var faults []error
	for name, want := range c.wanted() {
		have := settings[name]
		if have["cleanup.policy"] != "delete" {
			faults = append(faults, fmt.Errorf("%w: %s has cleanup.policy %q, not delete", ErrLayout, name, have["cleanup.policy"]))
		}
		if have["retention.bytes"] != "-1" {
			faults = append(faults, fmt.Errorf("%w: %s drops what is beyond %q bytes", ErrLayout, name, have["retention.bytes"]))
		}
		if want := strconv.FormatInt(c.retention(name), 10); kept(have["retention.ms"]) < kept(want) {
			faults = append(faults, fmt.Errorf("%w: %s has retention.ms %q, %s is asked for", ErrLayout, name, have["retention.ms"], want))
		}
		if size, err := strconv.Atoi(have["max.message.bytes"]); err != nil || size < want[1] {
			faults = append(faults, fmt.Errorf("%w: %s takes messages of %q bytes, %d are needed", ErrLayout, name, have["max.message.bytes"], want[1]))
		}
		if n, err := strconv.Atoi(have["min.insync.replicas"]); err != nil || n < c.options.insync() {
			faults = append(faults, fmt.Errorf("%w: %s answers with %q replicas in sync, %d are needed", ErrLayout, name, have["min.insync.replicas"], c.options.insync()))
		}
		if have["unclean.leader.election.enable"] == "true" {
			faults = append(faults, fmt.Errorf("%w: %s lets a replica lead that is behind", ErrLayout, name))
		}
	}
	faults = append(faults, c.validateKept(settings))
	names := c.options.topics()
	if kept(settings[names.log]["retention.ms"]) < kept(settings[names.body]["retention.ms"]) {
		faults = append(faults, fmt.Errorf("%w: %s is kept shorter than %s", ErrLayout, names.log, names.body))
	}
	return errors.Join(faults...)
}

// validateKept returns an error if the topic kept has its messages for longer than they
// may be kept.
func (c *cluster) validateKept(settings map[string]map[string]string) error {
	if c.options.Kept == 0 {
		return nil
	}
	name := c.options.topics().kept
	have := settings[name]
	var faults []error
	if most := c.options.Kept.Milliseconds(); kept(have["retention.ms"]) > uint64(most) { //nolint:gosec // above 0
		faults = append(faults, fmt.Errorf("%w: %s has retention.ms %q, which is longer than anything in it may be kept: %d", ErrLayout, name, have["retention.ms"], most))
	}
	if most := keptSegment.Milliseconds(); kept(have["segment.ms"]) > uint64(most) { //nolint:gosec // above 0
		faults = append(faults, fmt.Errorf("%w: %s has segment.ms %q, at most %d is right: brokers remove whole segments", ErrLayout, name, have["segment.ms"], most))
	}
	return errors.Join(faults...)
}

// kept parses how long a topic is kept, in milliseconds; unlimited is the largest.
func kept(retention string) uint64 {
	n, err := strconv.ParseInt(retention, 10, 64)
	if err != nil {
		return 0
	}
	return uint64(n) //nolint:gosec // -1, unlimited, becomes the largest
}

// checkPartitions fails with ErrLayout if a topic has another number of partitions than
// recorded, and with another error if a partition has no leader.
func (c *cluster) checkPartitions(ctx context.Context) error {
	var names []string
	for name := range c.wanted() {
		names = append(names, name)
	}
	r, err := c.client.Metadata(ctx, &kafkago.MetadataRequest{Topics: names})
	if err != nil {
		return fmt.Errorf("read partitions: %w", err)
	}
	for _, topic := range r.Topics {
		if topic.Error != nil {
			return fmt.Errorf("read partitions of %s: %w", topic.Name, topic.Error)
		}
		if want := c.wanted()[topic.Name][0]; len(topic.Partitions) != want {
			return fmt.Errorf("%w: %s has %d partitions, %d are recorded", ErrLayout, topic.Name, len(topic.Partitions), want)
		}
		for _, p := range topic.Partitions {
			if p.Error != nil {
				return fmt.Errorf("partition %s/%d: %w", topic.Name, p.ID, p.Error)
			}
		}
	}
	return nil
}
