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
	"beibu/exchange/trace"
)

// Admission accepts documents (see admission.Control).
type Admission interface {
	// Wait returns once the party may send one more document, and counts it against
	// the party's quota. It returns an error only if ctx ends first.
	Wait(ctx context.Context, party string) error
	// Submit returns what the sender of a document receives. If the reply has a
	// RetryAfter, nothing was recorded, and the same document may be accepted later.
	Submit(ctx context.Context, way exchange.Way, party, requestID string, document []byte) answer.Reply
}

// An Inbox accepts documents that parties write to their topics, and replies to
// them. It is safe for concurrent use by different parties.
type Inbox struct {
	Broker    *Broker
	Admission Admission
	Group     string // prefix of the consumer group's name; the party's id follows
	Log       *zap.Logger
}

// Receive accepts the documents that a party writes to its topic, until ctx ends.
// Several callers share the partitions.
func (in *Inbox) Receive(ctx context.Context, party string, from exchange.Inlet) error {
	r := &reception{Inbox: in, party: party, inlet: from}
	for ctx.Err() == nil {
		// A consumer group of a topic that does not exist would retry without a pause.
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

// errOverloaded means that a document waits because its party, or all parties
// together, are at their limits. It slows a flood down and is no failure.
var errOverloaded = errors.New("at the limit of requests or memory")

// errSuspended means that a document waits because its party is suspended. It stays in
// the topic, and is read again once the party is resumed.
var errSuspended = errors.New("party suspended")

// The waits before a document is tried again: the first one, and the longest.
const (
	firstWait = 100 * time.Millisecond
	mostWait  = 30 * time.Second
)

// retry calls try until it succeeds, with growing pauses, and reports whether it
// succeeded before ctx ended.
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

// partition accepts the documents of a partition for as long as it is assigned to us.
func (r *reception) partition(ctx context.Context, g *kafkago.Generation, a kafkago.PartitionAssignment) {
	at := position{r.inlet.Topic, a.ID, a.Offset}
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
				// Documents were deleted before they were read, or the topic was
				// created again. From its beginning nothing more is missed, and
				// documents that were accepted before are duplicates.
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
				return // the group starts a new generation, unless ctx has ended
			}
		}
	}
}

// take waits until the party may send, has the document accepted or refused, replies,
// and only then commits.
func (r *reception) take(ctx context.Context, g *kafkago.Generation, document record) bool {
	came := time.Now()
	if r.Admission.Wait(ctx, r.party) != nil {
		return false
	}
	started := time.Now()
	request := fmt.Sprintf("%s-%d-%d", document.topic, document.partition, document.offset)
	var said answer.Reply
	submit := func() error {
		said = r.Admission.Submit(trace.Continue(ctx, document.header(trace.Header)), exchange.WayTopic, r.party, request, document.value)
		switch {
		case said.Code == exchange.CodeSuspended:
			return errors.Join(errSuspended, said.Err)
		case said.Overloaded:
			return errors.Join(errOverloaded, said.Err)
		case said.RetryAfter > 0:
			return said.Err
		}
		return ctx.Err() // an answer that the end of ctx cut short does not count
	}
	reply := func() error { return r.Broker.writer.Write(ctx, replyTo(document, r.inlet.Replies, request, said)) }
	if !r.retry(ctx, "document from topic not accepted, retrying", submit) || !r.retry(ctx, "reply to topic not written, retrying", reply) {
		return false
	}
	r.logDocument(document, request, said, started.Sub(came), time.Since(started))
	err := g.CommitOffsets(map[string]map[int]int64{document.topic: {document.partition: document.offset + 1}})
	if err != nil && ctx.Err() == nil {
		r.Log.Warn("offset not committed: the document will be read again, and be a duplicate", zap.String("party", r.party), zap.String("request", request), zap.Error(err))
	}
	return err == nil
}

// logDocument logs the outcome of one document. The error is logged only if it is
// ours, since an error of the sender may quote the document.
func (r *reception) logDocument(document record, request string, said answer.Reply, waited, took time.Duration) {
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
