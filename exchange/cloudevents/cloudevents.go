// Package cloudevents writes messages to topics of parties in Kafka, as CloudEvents
// 1.0. A message counts as written when all replicas of its topic have it.
package cloudevents

import (
	"context"
	"fmt"
	"time"

	kafkago "github.com/segmentio/kafka-go"
)

// source names the exchange to those who read its messages.
const source = "urn:beibu:exchange"

// How long a request may take, what a message may have beside its value, and how many
// messages are written in one request.
const (
	requestTime = 10 * time.Second
	overhead    = 4 << 10
	batchCount  = 64
)

// Headers returns the headers that make a message a CloudEvent in binary mode
// (CloudEvents 1.0.2, Kafka protocol binding, section 3.2).
func Headers(id, kind, media string) []kafkago.Header {
	return Pairs("content-type", media, "ce_specversion", "1.0", "ce_id", id, "ce_source", source, "ce_type", kind)
}

// Pairs returns headers from names and values in turn.
func Pairs(pairs ...string) []kafkago.Header {
	all := make([]kafkago.Header, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, kafkago.Header{Key: pairs[i], Value: []byte(pairs[i+1])})
	}
	return all
}

// A Writer writes messages. It is safe for concurrent use: topics do not wait for each
// other.
type Writer struct{ kafka *kafkago.Writer }

// NewWriter returns a writer of messages of so many bytes at most. It does not dial
// yet.
func NewWriter(brokers []string, transport *kafkago.Transport, largest int) *Writer {
	return &Writer{&kafkago.Writer{
		Addr:         kafkago.TCP(brokers...),
		Transport:    transport,
		Balancer:     kafkago.BalancerFunc(balance),
		RequiredAcks: kafkago.RequireAll, // the zero value would not wait for any
		BatchTimeout: time.Millisecond,
		BatchSize:    batchCount,
		BatchBytes:   int64(largest + overhead),
		MaxAttempts:  1, // the caller tries again, in its own time
		WriteTimeout: requestTime,
		ReadTimeout:  requestTime,
		Compression:  kafkago.Lz4, // which the oldest consumers know
	}}
}

// PartitionOf is the WriterData of a message that goes to the partition of another key than
// its own, so that messages with several keys stay in order.
type PartitionOf string

// balance returns the partition of a message, as Kafka's own clients choose it.
func balance(m kafkago.Message, partitions ...int) int {
	if key, ok := m.WriterData.(PartitionOf); ok {
		m.Key = []byte(key)
	}
	return kafkago.Murmur2Balancer{}.Balance(m, partitions...)
}

// Write returns nil once all replicas have the messages, which are of one topic. If it
// fails, some of them may be there.
func (w *Writer) Write(ctx context.Context, messages ...kafkago.Message) error {
	if err := w.kafka.WriteMessages(ctx, messages...); err != nil {
		return fmt.Errorf("write to %s: %w", messages[0].Topic, err)
	}
	return nil
}

// Close ends what is being written.
func (w *Writer) Close() error {
	if err := w.kafka.Close(); err != nil {
		return fmt.Errorf("close writer: %w", err)
	}
	return nil
}
