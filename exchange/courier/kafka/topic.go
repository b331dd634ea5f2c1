// Package kafka is the carrier for receivers that take their deliveries from a topic
// of their own in Kafka.
//
// A delivery has arrived when all replicas of the topic have it. Deliveries of one
// document number, whatever their versions, are in one partition, in their order. The topic is the receiver's:
// it may be compacted and have gaps.
package kafka

import (
	"context"
	"errors"
	"slices"
	"strings"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/exchange"
	"beibu/exchange/cloudevents"
	"beibu/exchange/courier"
	"beibu/exchange/trace"
)

// typeEnvelope is the CloudEvents type of a message that carries an envelope.
const typeEnvelope = "beibu.exchange.envelope.1"

// A Topic is a [courier.Carrier] to the topic of one receiver.
type Topic struct {
	writer *cloudevents.Writer
	name   string
}

// NewTopic returns the carrier to a topic.
func NewTopic(w *cloudevents.Writer, name string) *Topic { return &Topic{w, name} }

// Carry is courier.Carrier's. Its error is a [courier.Error].
func (t *Topic) Carry(ctx context.Context, parcels ...courier.Parcel) ([]courier.Outcome, error) {
	messages := make([]kafkago.Message, 0, len(parcels))
	for _, p := range parcels {
		messages = append(messages, t.message(p))
	}
	if err := t.writer.Write(ctx, messages...); err != nil {
		return []courier.Outcome{t.failed(err)}, &courier.Error{Err: err, Refused: isRefused(err)}
	}
	return courier.Arrived(len(parcels)), nil
}

// The classes of failures.
const (
	classTimeout = "timeout"
	classRefused = "topic-refused"
	classBrokers = "brokers"
)

// failed returns the outcome of the first of several deliveries, for which all wait.
func (t *Topic) failed(err error) courier.Outcome {
	class, words := classBrokers, "the brokers did not take it"
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		class, words = classTimeout, "no answer of the brokers in time"
	case isRefused(err):
		class, words = classRefused, "the brokers refuse it"
	}
	return courier.Outcome{
		Attempt: exchange.Cause{Code: class, Reason: words},
		Said:    &courier.Said{Request: "produce to topic " + t.name, Err: err},
	}
}

// message is what carries a delivery. All of it follows from the parcel, so that a
// repeat is the same to the byte.
func (t *Topic) message(p courier.Parcel) kafkago.Message {
	x := p.Exchange
	key := x.Identity.Key()
	var answers []kafkago.Header
	if ids := x.AnswerTo(); len(ids) > 0 {
		answers = cloudevents.Pairs("ce_answerto", strings.Join(ids, " "))
	}
	number := x.Identity
	number.Version = ""
	return kafkago.Message{
		Topic: t.name, Key: []byte(key), Value: p.Envelope, WriterData: cloudevents.PartitionOf(number.Key()),
		Headers: slices.Concat(cloudevents.Headers(x.ID.String(), typeEnvelope, "application/xml"), cloudevents.Pairs(
			"ce_subject", key,
			"ce_time", x.AcceptedAt.UTC().Format("2006-01-02T15:04:05.000000Z"),
			trace.Header, p.Traceparent().String(),
		), answers),
	}
}

// isRefused reports whether an error is an answer of the brokers that time does not
// change, as to a message that is too large for the topic.
func isRefused(err error) bool {
	each, ok := errors.AsType[kafkago.WriteErrors](err) // which does not unwrap
	if !ok {
		each = kafkago.WriteErrors{err}
	}
	return slices.ContainsFunc(each, func(err error) bool {
		said, ok := errors.AsType[kafkago.Error](err)
		return ok && !said.Temporary()
	})
}
