package topics

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/google/uuid"
	kafkago "github.com/segmentio/kafka-go"

	"beibu/exchange"
)

// What messages are, as CloudEvents 1.0.
const (
	source       = "urn:beibu:exchange"
	typeEnvelope = "beibu.exchange.envelope.1"
	typeAnswer   = "beibu.exchange.answer.1"
)

// event returns the headers that make a message a CloudEvent in binary mode
// (CloudEvents 1.0.2, Kafka protocol binding, section 3.2).
func event(id, kind, media string) []kafkago.Header {
	return headers("content-type", media, "ce_specversion", "1.0", "ce_id", id, "ce_source", source, "ce_type", kind)
}

// headers pairs names and values.
func headers(pairs ...string) []kafkago.Header {
	all := make([]kafkago.Header, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		all = append(all, kafkago.Header{Key: pairs[i], Value: []byte(pairs[i+1])})
	}
	return all
}

// envelope is the message that carries a delivery. All of it follows from the
// exchange, so that a repeat is the same to the byte.
func envelope(topic string, x exchange.Exchange, sealed []byte) kafkago.Message {
	key := x.Identity.Key() // one document number, one partition
	return kafkago.Message{
		Topic: topic, Key: []byte(key), Value: sealed,
		Headers: append(event(x.ID.String(), typeEnvelope, "application/xml"), headers(
			"ce_subject", key,
			"ce_time", x.AcceptedAt.UTC().Format("2006-01-02T15:04:05.000000Z"),
			"traceparent", traceparent(x.ID),
		)...),
	}
}

// traceparent puts every delivery of an exchange into one trace (W3C Trace
// Context, section 3.2), whose id is the exchange's. It is marked as sampled,
// since receivers that go by their caller would otherwise record nothing.
func traceparent(id uuid.UUID) string {
	span := sha256.Sum256(id[:])
	return fmt.Sprintf("00-%s-%s-01", hex.EncodeToString(id[:]), hex.EncodeToString(span[:8]))
}
