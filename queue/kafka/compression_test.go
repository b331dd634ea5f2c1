package kafka

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/google/uuid"
	kafkago "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/compress"
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
	codecs.Delete(q.topics.events)
	ctx, cancel := context.WithCancel(t.Context())
	err := q.Dispatch(ctx, func(ctx context.Context, entries []queue.Entry) ([]queue.Event, error) {
		cancel() // what is handled is written all the same
		return consigned(ctx, entries)
	})
	if got, ok := codecs.Load(q.topics.events); !ok || got != kafkago.Lz4 || err != nil {
		t.Errorf("dispatched: compression %v, want %v; %v", got, kafkago.Lz4, err)
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

// packed returns data as an encoder of a codec has it.
func packed(t *testing.T, by compress.Codec, data []byte) []byte {
	t.Helper()
	out := bytes.NewBuffer(make([]byte, 0, len(data)+1<<10))
	w := by.NewWriter(out)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// unpacked returns what a codec reads.
func unpacked(t *testing.T, by compress.Codec, from []byte) []byte {
	t.Helper()
	r := by.NewReader(bytes.NewReader(from))
	data, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return data
}

// text returns so many bytes that can be compressed.
func text(size int) []byte {
	random := rand.New(rand.NewPCG(1, 2))
	all := make([]byte, size)
	for i := range all {
		all[i] = byte('a' + random.IntN(4))
	}
	return all
}

// What is compressed here can be read by every client, and what kafka-go's own
// encoders have written can be read here.
func TestCodecsAreKafkas(t *testing.T) {
	for own, theirs := range map[compress.Compression]compress.Codec{compress.Zstd: &compress.ZstdCodec, compress.Lz4: &compress.Lz4Codec} {
		for _, size := range []int{0, 1, 1000, zstdWindow, 3*zstdWindow + 1} {
			data := text(size)
			if got := unpacked(t, theirs, packed(t, own.Codec(), data)); !bytes.Equal(got, data) {
				t.Errorf("%s: %d bytes, read as %d others", own, size, len(got))
			}
			if got := unpacked(t, own.Codec(), packed(t, theirs, data)); !bytes.Equal(got, data) {
				t.Errorf("%s of kafka-go: %d bytes, read as %d others", own, size, len(got))
			}
		}
	}
}
