package topics

import (
	"errors"
	"slices"

	kafkago "github.com/segmentio/kafka-go"
)

// A Tally counts what comes of carrying.
type Tally interface {
	// Carried counts deliveries that are on the receiver's topic and on record,
	// and those that were given up since their envelopes are not kept any more.
	Carried(receiver string, delivered, givenUp int)
	// Failed counts a round that is made again. It is refused where the brokers
	// say no, as to a message that is too large for the topic, and will say so
	// until somebody has changed something there.
	Failed(receiver string, refused bool)
}

// isRefused tells an answer of the brokers that time does not mend.
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
