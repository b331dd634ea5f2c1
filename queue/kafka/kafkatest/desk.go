package kafkatest

import (
	"bytes"
	"context"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kgo"
)

// Cluster starts a Kafka in this process, until the test ends.
func Cluster(t *testing.T) *kfake.Cluster {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// A Desk is another client of Kafka, which sees what the code under test has done.
type Desk struct {
	T      *testing.T
	Seeds  []string
	Client *kgo.Client
}

// NewDesk connects to brokers until the test ends.
func NewDesk(t *testing.T, brokers []string) *Desk {
	t.Helper()
	client, err := kgo.NewClient(kgo.SeedBrokers(brokers...), kgo.RecordPartitioner(kgo.StickyKeyPartitioner(nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return &Desk{T: t, Seeds: brokers, Client: client}
}

// Topic makes a topic with a name of its own.
func (d *Desk) Topic(partitions int32) string {
	d.T.Helper()
	name := "t-" + uuid.NewString()
	d.Create(name, partitions)
	return name
}

// Create makes a topic.
func (d *Desk) Create(name string, partitions int32) {
	d.T.Helper()
	if _, err := kadm.NewClient(d.Client).CreateTopic(d.T.Context(), partitions, 1, nil, name); err != nil {
		d.T.Fatal(err)
	}
}

// Read returns the first n messages of a topic or more, those of a partition in order.
func (d *Desk) Read(topic string, n int) []*kgo.Record {
	d.T.Helper()
	return d.Until(topic, func(all []*kgo.Record) bool { return len(all) >= n })
}

// Until reads a topic from its beginning until there is enough.
func (d *Desk) Until(topic string, enough func([]*kgo.Record) bool) []*kgo.Record {
	d.T.Helper()
	ctx, cancel := context.WithTimeout(d.T.Context(), time.Minute) // so that a test fails and does not hang
	defer cancel()
	reader, err := kgo.NewClient(kgo.SeedBrokers(d.Seeds...), kgo.ConsumeTopics(topic), kgo.FetchMaxWait(100*time.Millisecond),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	if err != nil {
		d.T.Fatal(err)
	}
	defer reader.Close()
	var all []*kgo.Record
	for !enough(all) {
		fetched := reader.PollFetches(ctx)
		if ctx.Err() != nil {
			d.T.Fatalf("only %d messages on %s", len(all), topic)
		}
		all = append(all, fetched.Records()...)
	}
	return all
}

// Write writes messages, one after the other.
func (d *Desk) Write(records ...*kgo.Record) {
	d.T.Helper()
	for _, r := range records {
		if err := d.Client.ProduceSync(d.T.Context(), r).FirstErr(); err != nil {
			d.T.Fatal(err)
		}
	}
}

// HeadersOf returns the headers of a message, each of which is there once.
func HeadersOf(t *testing.T, r *kgo.Record) map[string]string {
	t.Helper()
	all := make(map[string]string)
	for _, h := range r.Headers {
		if _, twice := all[h.Key]; twice {
			t.Errorf("header %s twice", h.Key)
		}
		all[h.Key] = string(h.Value)
	}
	return all
}

// Same fails the test unless two messages are the same to the byte.
func Same(t *testing.T, a, b *kgo.Record) {
	t.Helper()
	if !bytes.Equal(a.Key, b.Key) || !bytes.Equal(a.Value, b.Value) || !maps.Equal(HeadersOf(t, a), HeadersOf(t, b)) {
		t.Errorf("a repeat is another message:\n%s %s %v\n%s %s %v", a.Key, a.Value, a.Headers, b.Key, b.Value, b.Headers)
	}
}
