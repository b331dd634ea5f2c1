package kafka

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue"
)

// The keys of the messages in the settings topic. The first message with a key is
// the recorded value.
const (
	layoutSetting = "layout"
	sharedSetting = "agreed." // and a name in Options.Shared
)

// checkLayout fails with ErrLayout if another number of partitions is recorded.
func (c *cluster) checkLayout(ctx context.Context) error {
	type setting struct {
		Partitions int `json:"partitions"`
	}
	ours, err := json.Marshal(setting{c.options.Partitions})
	if err != nil {
		return fmt.Errorf("encode setting: %w", err)
	}
	recorded, err := c.readOrRecord(ctx, layoutSetting, string(ours))
	if err != nil {
		return err
	}
	var s setting
	if err := json.Unmarshal([]byte(recorded), &s); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrLayout, c.options.topics().settings, err)
	}
	if s.Partitions != c.options.Partitions {
		return fmt.Errorf("%w: %d partitions configured, %d recorded", ErrLayout, c.options.Partitions, s.Partitions)
	}
	return nil
}

// checkShared fails with a *queue.SettingMismatchError if another node recorded
// another value. It runs last, and compares all names before it records any, so
// that a node that is refused records nothing. If two nodes start at the same time
// with different values, the refused one may have recorded some.
func (c *cluster) checkShared(ctx context.Context) error {
	names := slices.Sorted(maps.Keys(c.options.Shared))
	for _, name := range names {
		ours := c.options.Shared[name]
		recorded, found, err := c.recorded(ctx, sharedSetting+name)
		if err != nil {
			return err
		}
		if found && recorded != ours {
			return &queue.SettingMismatchError{Name: name, Ours: ours, Recorded: recorded}
		}
	}
	for _, name := range names {
		ours := c.options.Shared[name]
		recorded, err := c.readOrRecord(ctx, sharedSetting+name, ours)
		if err != nil {
			return err
		}
		if recorded != ours { // another node recorded it at the same time
			return &queue.SettingMismatchError{Name: name, Ours: ours, Recorded: recorded}
		}
	}
	return nil
}

// readOrRecord returns the recorded value of a key. It records ours if there is none.
// If two nodes do so at the same time, the first message in the topic counts.
func (c *cluster) readOrRecord(ctx context.Context, key, ours string) (string, error) {
	recorded, found, err := c.recorded(ctx, key)
	if err != nil || found {
		return recorded, err
	}
	topic := c.options.topics().settings
	w := c.writer(topic)
	err = w.WriteMessages(ctx, kafkago.Message{Topic: topic, Key: []byte(key), Value: []byte(ours)})
	if err := errors.Join(err, w.Close()); err != nil {
		return "", fmt.Errorf("record %s: %w", key, err)
	}
	recorded, found, err = c.recorded(ctx, key)
	if err == nil && !found {
		err = fmt.Errorf("read recorded %s: not there", key) // the broker is behind
	}
	return recorded, err
}

// recorded returns the first value of a key.
func (c *cluster) recorded(ctx context.Context, key string) (value string, found bool, err error) {
	err = c.eachSetting(ctx, func(r record) bool {
		if string(r.key) == key {
			value, found = string(r.value), true
		}
		return !found
	})
	return value, found, err
}

// eachSetting calls visit with the records of the settings topic, in order, until
// it returns false.
func (c *cluster) eachSetting(ctx context.Context, visit func(record) bool) error {
	topic := c.options.topics().settings
	first, end, err := c.bounds(ctx, topic, 0)
	if err != nil {
		return err
	}
	if first > 0 {
		return fmt.Errorf("%w: %s begins at %d, the first recorded values are gone", ErrLayout, topic, first)
	}
	for next := int64(0); next < end; {
		a, err := c.fetch(ctx, topic, 0, next, mostRead)
		if err != nil {
			return err
		}
		if next, err = contiguous(a.records, next); err != nil {
			return fmt.Errorf("read %s: %w", topic, err)
		}
		for _, r := range a.records {
			if !visit(r) {
				return nil
			}
		}
	}
	return nil
}
