package topics

import (
	"strconv"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/exchange/answer"
	"beibu/exchange/cloudevents"
)

// typeAnswer is the CloudEvents type of a reply.
const typeAnswer = "beibu.exchange.answer.1"

// echoed are the headers of a document that its reply has too, with the name that
// they have there. An event names the event that caused it (CloudEvents correlation
// extension).
var echoed = map[string]string{
	"correlationid":    "correlationid",
	"ce_correlationid": "ce_correlationid",
	"ce_id":            "ce_causationid",
	"traceparent":      "traceparent",
}

// maxEchoed is the longest value of a header that is echoed, in bytes.
const maxEchoed = 256

// replyTo returns the message with the outcome of a sender's document. It has the
// document's key, so that replies have the order of documents.
func replyTo(document record, topic, request string, said answer.Reply) kafkago.Message {
	all := append(cloudevents.Headers(request, typeAnswer, said.Media), cloudevents.Pairs(
		"status", strconv.Itoa(said.Status),
		"request-topic", document.topic,
		"request-partition", strconv.Itoa(document.partition),
		"request-offset", strconv.FormatInt(document.offset, 10),
	)...)
	if said.Exchange != "" {
		all = append(all, cloudevents.Pairs("ce_subject", said.Exchange)...)
	}
	for _, h := range document.headers {
		if name, ok := echoed[h.Key]; ok && len(h.Value) <= maxEchoed {
			all = append(all, kafkago.Header{Key: name, Value: h.Value})
		}
	}
	return kafkago.Message{Topic: topic, Key: document.key, Value: said.Body, Headers: all}
}
