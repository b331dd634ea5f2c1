package topics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"

	"beibu/exchange/cloudevents"
)

// How long a request may take, and how long the broker waits for a message.
const (
	requestTime = 10 * time.Second
	pollTime    = 500 * time.Millisecond
)

// A Connection is how the brokers are reached (see queue/kafka.Connection).
type Connection struct {
	Brokers   []string
	Transport *kafkago.Transport
	// Join is a member of a consumer group of a topic until ctx ends. It calls serve
	// for every partition that it is assigned.
	Join func(ctx context.Context, group, topic string, serve func(context.Context, *kafkago.Generation, kafkago.PartitionAssignment)) error
}

// A Broker reads the topics of parties and writes replies. It is safe for concurrent
// use: topics do not wait for each other.
type Broker struct {
	connection Connection
	client     *kafkago.Client
	writer     *cloudevents.Writer
}

// NewBroker returns a broker that writes with a writer. It does not dial yet.
func NewBroker(c Connection, w *cloudevents.Writer) *Broker {
	return &Broker{
		connection: c,
		client:     &kafkago.Client{Addr: kafkago.TCP(c.Brokers...), Timeout: requestTime, Transport: c.Transport},
		writer:     w,
	}
}

// exists fails if a topic does not exist, or the brokers cannot be reached.
func (b *Broker) exists(ctx context.Context, topic string) error {
	r, err := b.client.Metadata(ctx, &kafkago.MetadataRequest{Topics: []string{topic}})
	if err == nil {
		for _, t := range r.Topics {
			err = errors.Join(err, t.Error)
		}
	}
	if err != nil {
		return fmt.Errorf("ask for %s: %w", topic, err)
	}
	return nil
}

// A position is the position of a message in a topic.
type position struct {
	topic     string
	partition int
	offset    int64
}

// A record is one message read.
type record struct {
	position
	key, value []byte
	headers    []kafkago.Header
}

// header returns the value of a header, or "".
func (r record) header(name string) string {
	for _, h := range r.headers {
		if h.Key == name {
			return string(h.Value)
		}
	}
	return ""
}

// errBeyond means that an offset is not in a partition, any more or yet.
var errBeyond = errors.New("offset outside the partition")

// fetch reads records from a position on. It waits up to pollTime for the first. It
// returns none if there is none, and the offset to continue from.
func (b *Broker) fetch(ctx context.Context, from position) ([]record, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, pollTime+requestTime) // a connection that gives no answer is abandoned
	defer cancel()
	r, err := b.client.Fetch(ctx, &kafkago.FetchRequest{
		Topic: from.topic, Partition: from.partition, Offset: from.offset, MinBytes: 1, MaxBytes: 1 << 20, MaxWait: pollTime,
	})
	if err == nil {
		err = r.Error
	}
	if errors.Is(err, kafkago.OffsetOutOfRange) {
		err = fmt.Errorf("%w: %w", errBeyond, err)
	}
	if err != nil {
		return nil, from.offset, fmt.Errorf("read %s/%d at %d: %w", from.topic, from.partition, from.offset, err)
	}
	stream, ok := r.Records.(*protocol.RecordStream)
	if !ok { // an answer without anything
		return nil, from.offset, nil
	}
	return readAll(stream, from)
}

// readAll copies records out of an answer, without the control records of
// transactions. An answer may begin before the position asked for, since a broker
// returns whole batches. If it contains no new record, they were compacted away.
func readAll(stream *protocol.RecordStream, from position) (records []record, next int64, err error) {
	next = from.offset
	for _, batch := range stream.Records {
		_, control := batch.(*protocol.ControlBatch)
		for {
			r, err := batch.ReadRecord()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return nil, from.offset, fmt.Errorf("read records: %w", err)
			}
			if r.Offset < next {
				continue
			}
			next = r.Offset + 1
			if control {
				continue
			}
			one := record{position: position{from.topic, from.partition, r.Offset}, headers: r.Headers}
			if one.key, err = readBytes(r.Key); err == nil {
				one.value, err = readBytes(r.Value)
			}
			if err != nil {
				return nil, from.offset, err
			}
			records = append(records, one)
		}
	}
	if len(stream.Records) > 0 && next == from.offset {
		next++
	}
	return records, next, nil
}

func readBytes(b protocol.Bytes) ([]byte, error) {
	if b == nil {
		return nil, nil
	}
	all, err := protocol.ReadAll(b)
	if err != nil {
		return nil, fmt.Errorf("read record: %w", err)
	}
	return all, b.Close()
}

// first returns the first offset of a partition.
func (b *Broker) first(ctx context.Context, topic string, partition int) (int64, error) {
	r, err := b.client.ListOffsets(ctx, &kafkago.ListOffsetsRequest{Topics: map[string][]kafkago.OffsetRequest{
		topic: {kafkago.FirstOffsetOf(partition)},
	}})
	if err != nil {
		return 0, fmt.Errorf("first offset of %s/%d: %w", topic, partition, err)
	}
	for _, p := range r.Topics[topic] {
		if p.Partition != partition {
			continue
		}
		if p.Error != nil {
			return 0, fmt.Errorf("first offset of %s/%d: %w", topic, partition, p.Error)
		}
		return p.FirstOffset, nil
	}
	return 0, fmt.Errorf("first offset of %s/%d: no answer", topic, partition)
}
