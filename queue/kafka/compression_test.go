package kafka

import (
	"sync"
	"testing"

	"github.com/google/uuid"
	kafkago "github.com/segmentio/kafka-go"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"beibu/queue"
)

// Envelopes are compressed well, and small records quickly.
func TestCompression(t *testing.T) {
	q, c := openedOn(t, 1)
	codecs := compressions(c)
	if _, err := q.Admit(t.Context(), queue.Submission{Key: "key", ID: uuid.New(), Body: []byte("body")}); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Append(t.Context(), queue.Event{Name: "appended"}); err != nil {
		t.Fatal(err)
	}
	for topic, want := range map[string]kafkago.Compression{q.topics.body: kafkago.Zstd, q.topics.log: kafkago.Lz4, q.topics.events: kafkago.Lz4} {
		if got, ok := codecs.Load(topic); !ok || got != want {
			t.Errorf("%s: compression %v, want %v", topic, got, want)
		}
	}
	e, err := q.Owned(t.Context(), "key")
	if err != nil {
		t.Fatal(err)
	}
	q.recent = newWindow() // so that the body is fetched
	if body, err := q.Body(t.Context(), e.Body); err != nil || string(body) != "body" {
		t.Errorf("body %q, %v", body, err)
	}
}

// compressions returns the compression of the last batch that a Kafka has received
// for each topic.
func compressions(c *kfake.Cluster) *sync.Map {
	codecs := new(sync.Map)
	c.ControlKey(int16(kmsg.Produce), func(r kmsg.Request) (kmsg.Response, error, bool) {
		c.KeepControl()
		for _, topic := range r.(*kmsg.ProduceRequest).Topics {
			var batch kmsg.RecordBatch
			if err := batch.ReadFrom(topic.Partitions[0].Records); err == nil {
				codecs.Store(topic.Topic, kafkago.Compression(batch.Attributes&7))
			}
		}
		return nil, nil, false
	})
	return codecs
}
