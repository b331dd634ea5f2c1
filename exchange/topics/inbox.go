package topics

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/cenkalti/backoff/v5"
	kafkago "github.com/segmentio/kafka-go"
	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/exchange/answer"
)

// Admission takes documents in (see admission.Control).
type Admission interface {
	// Wait returns once the party may send one more document, which is then taken
	// off its quota. It returns an error if ctx ends first, and only then.
	Wait(ctx context.Context, party string) error
	// Submit returns what the sender of a document receives. If the reply has a
	// RetryAfter, nothing was promised, and the same may be accepted later.
	Submit(ctx context.Context, party, requestID string, document []byte) answer.Reply
}

// An Inbox takes in documents that parties write to topics of theirs, and
// replies to them. It is safe for concurrent use by different parties.
type Inbox struct {
	Broker    *Broker
	Admission Admission
	Group     string // before the party's id, the name of the consumer group that takes its documents in
	Log       *zap.Logger
}

// Receive takes in what a party writes to its topic until ctx ends. Several
// callers share the partitions.
func (in *Inbox) Receive(ctx context.Context, party string, from exchange.Inlet) error {
	r := &reception{Inbox: in, party: party, inlet: from}
	for ctx.Err() == nil {
		// A group over a topic that is not there would ask again and again.
		r.retry(ctx, "topic cannot be read", func() error { return in.Broker.exists(ctx, from.Topic) })
		if err := in.Broker.connection.Join(ctx, in.Group+party, from.Topic, r.partition); err != nil {
			return err
		}
	}
	return nil
}

// A reception is one call of Receive.
type reception struct {
	*Inbox
	party string
	inlet exchange.Inlet
}

// errOverloaded says that a document waits since its party, or all together, have as
// much under way as they may. That is how a flood is slowed down, and no failure.
var errOverloaded = errors.New("no room now")

// errSuspended means that a document waits because its party is suspended. It stays in
// the topic, and is read again once the party is resumed.
var errSuspended = errors.New("party suspended")

// The waits before a document is tried again: the first one, and the longest.
const (
	firstWait = 100 * time.Millisecond
	mostWait  = 30 * time.Second
)

// retry calls try until it succeeds, and reports whether it did before ctx ended.
func (r *reception) retry(ctx context.Context, trouble string, try func() error) bool {
	if ctx.Err() != nil {
		return false
	}
	failures := 0
	log := func(err error, wait time.Duration) {
		failures++
		level := zap.WarnLevel
		if errors.Is(err, errOverloaded) || errors.Is(err, errSuspended) {
			level = zap.DebugLevel
		}
		r.Log.Log(level, trouble, zap.String("party", r.party), zap.String("topic", r.inlet.Topic), zap.String("replies", r.inlet.Replies),
			zap.Int("failures", failures), zap.Duration("wait", wait), zap.Error(err))
	}
	_, err := backoff.Retry(ctx, func() (struct{}, error) { return struct{}{}, try() },
		backoff.WithBackOff(&backoff.ExponentialBackOff{InitialInterval: firstWait, Multiplier: 2, MaxInterval: mostWait}),
		backoff.WithMaxElapsedTime(0), backoff.WithNotify(log))
	return err == nil
}

// partition takes in what stands in a partition, for as long as it is ours.
func (r *reception) partition(ctx context.Context, g *kafkago.Generation, a kafkago.PartitionAssignment) {
	at := place{r.inlet.Topic, a.ID, a.Offset}
	begin := func() (err error) {
		at.offset, err = r.Broker.first(ctx, at.topic, at.partition)
		return err
	}
	if at.offset < 0 && !r.retry(ctx, "topic cannot be read", begin) { // nothing was committed yet
		return
	}
	for {
		var records []record
		fetch := func() (err error) {
			var next int64
			if records, next, err = r.Broker.fetch(ctx, at); errors.Is(err, errBeyond) {
				// Documents were dropped before they were taken in, or the topic
				// was made anew. From its beginning nothing more is missed, and
				// what was taken in before is known.
				return errors.Join(err, begin())
			}
			at.offset = next
			return err
		}
		if !r.retry(ctx, "topic cannot be read", fetch) {
			return
		}
		for _, document := range records {
			if !r.take(ctx, g, document) {
				return // the group makes a new generation, where this is not the end
			}
		}
	}
}

// take waits for the document's turn, has it accepted or refused, replies, and
// only then commits.
func (r *reception) take(ctx context.Context, g *kafkago.Generation, document record) bool {
	came := time.Now()
	if r.Admission.Wait(ctx, r.party) != nil {
		return false
	}
	begun := time.Now()
	request := fmt.Sprintf("%s-%d-%d", document.topic, document.partition, document.offset)
	var said answer.Reply
	submit := func() error {
		said = r.Admission.Submit(ctx, r.party, request, document.value)
		switch {
		case said.Code == exchange.CodeSuspended:
			return errors.Join(errSuspended, said.Err)
		case said.Overloaded:
			return errors.Join(errOverloaded, said.Err)
		case said.RetryAfter > 0:
			return said.Err
		}
		return ctx.Err() // an answer that the end cut short is none
	}
	reply := func() error { return r.Broker.writer.Write(ctx, replyTo(document, r.inlet.Replies, request, said)) }
	if !r.retry(ctx, "document from topic not accepted, retrying", submit) || !r.retry(ctx, "reply to topic not written, retrying", reply) {
		return false
	}
	r.tell(document, request, said, begun.Sub(came), time.Since(begun))
	err := g.CommitOffsets(map[string]map[int]int64{document.topic: {document.partition: document.offset + 1}})
	if err != nil && ctx.Err() == nil {
		r.Log.Warn("offset of document not committed, it is read again", zap.String("party", r.party), zap.String("request", request), zap.Error(err))
	}
	return err == nil
}

// tell writes the line of one document. What the sender did wrong may quote
// the document; what we did wrong is ours to know in full.
func (r *reception) tell(document record, request string, said answer.Reply, waited, took time.Duration) {
	fields := []zap.Field{
		zap.String("request", request), zap.String("party", r.party), zap.String("topic", document.topic),
		zap.Int("partition", document.partition), zap.Int64("offset", document.offset), zap.Int("received", len(document.value)),
		zap.Int("status", said.Status), zap.Duration("waited", waited), zap.Duration("seconds", took), zap.String("exchange", said.Exchange), zap.String("code", said.Code),
	}
	if said.Status >= 500 {
		r.Log.Error("document by topic", append(fields, zap.Error(said.Err))...)
		return
	}
	r.Log.Info("document by topic", fields...)
}
