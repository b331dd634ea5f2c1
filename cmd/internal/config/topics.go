package config

import (
	"fmt"
	"regexp"
	"strings"

	"beibu/exchange"
)

// topicName is what Kafka takes, but for the names "." and "..".
var topicName = regexp.MustCompile(`^[A-Za-z0-9._-]{1,249}$`)

// checkTopics notes topics of parties that could not work. Each has one use: a
// topic of two parties would show one what is the other's, or let it speak for
// the other; one of the log's own would break the log.
func (s *source) checkTopics(m Map, k Kafka) {
	uses := make(map[string]string)
	check := func(key, topic string) {
		other, taken := uses[topic]
		switch {
		case !topicName.MatchString(topic) || topic == "." || topic == "..":
			s.note(key, "%q must be 1 to 249 letters, digits, dots, underscores and hyphens", topic)
		case strings.HasPrefix(topic, k.TopicPrefix):
			s.note(key, "%s begins as the topics of the log do (kafka.topicPrefix)", topic)
		case len(k.Brokers) == 0:
			s.note(key, "topics need Kafka: kafka.brokers must be set")
		case taken:
			s.note(key, "%s is %s already", topic, other)
		}
		uses[topic] = key
	}
	for i, p := range m.Parties {
		at := fmt.Sprintf("parties[%d]", i)
		if p.Deliver != (Outlet{}) {
			check(at+".deliver.topic", p.Deliver.Topic)
		}
		switch p.Deliver.Acknowledge { //nolint:exhaustive // an address has others
		case "", exchange.ByBroker, exchange.ByReceiver:
		default:
			s.note(at+".deliver.acknowledge", "%q is none of broker, receiver", p.Deliver.Acknowledge)
		}
		if p.Inbound != (Inlet{}) {
			check(at+".inbound.topic", p.Inbound.Topic)
			check(at+".inbound.replies", p.Inbound.Replies)
		}
	}
}
