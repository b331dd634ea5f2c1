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
	// Join is a member of a consumer group over a topic until ctx ends, and
	// has every partition that it is assigned served.
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

// exists fails where a topic is not there, or the brokers cannot be asked.
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

// A place is where a message stands.
type place struct {
	topic     string
	partition int
	offset    int64
}

// A record is one message read.
type record struct {
	place
	key, value []byte
	headers    []kafkago.Header
}

// errBeyond says that an offset is not in a partition (any more, or yet).
var errBeyond = errors.New("offset outside the partition")

// fetch reads records from a place on, waiting for the first for a while. It
// returns none where there is none, and the offset to go on from.
func (b *Broker) fetch(ctx context.Context, from place) ([]record, int64, error) {
	ctx, cancel := context.WithTimeout(ctx, pollTime+requestTime) // a connection gone silent is left
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

// readAll copies records out of an answer, without the marks of transactions.
// It may begin before the place asked for, since a broker hands out whole
// batches. Where nothing in it is new, what stood there was compacted away.
func readAll(stream *protocol.RecordStream, from place) (records []record, next int64, err error) {
	next = from.offset
	for _, batch := range stream.Records {
		_, mark := batch.(*protocol.ControlBatch)
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
			if mark {
				continue
			}
			one := record{place: place{from.topic, from.partition, r.Offset}, headers: r.Headers}
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
		return 0, fmt.Errorf("ask where %s/%d begins: %w", topic, partition, err)
	}
	for _, p := range r.Topics[topic] {
		if p.Partition != partition {
			continue
		}
		if p.Error != nil {
			return 0, fmt.Errorf("ask where %s/%d begins: %w", topic, partition, p.Error)
		}
		return p.FirstOffset, nil
	}
	return 0, fmt.Errorf("ask where %s/%d begins: no answer", topic, partition)
}
