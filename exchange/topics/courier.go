package topics

import (
	"context"
	"errors"
	"fmt"
	"time"

	kafkago "github.com/segmentio/kafka-go"
	"go.uber.org/zap"

	"beibu/exchange"
	"beibu/queue"
)

// What is written at a time: few enough bytes for a topic with the smallest
// usual bound on a message (1 MB), to which a batch counts as one.
const (
	batchCount = 64
	batchBytes = 512 << 10 // of documents; envelopes are half as large again
)

// A Courier carries the deliveries of receivers that take them from a topic.
// It is safe for concurrent use by different receivers.
type Courier struct {
	Broker   *Broker
	Journal  exchange.Journal
	Bodies   queue.Bodies
	Recorder *exchange.Recorder
	Changed  func(receiver string) <-chan struct{} // closed when a delivery to the receiver opens
	Tally    Tally
	Log      *zap.Logger
}

// Carry writes what is open for a receiver to its topic, express first and then
// the oldest, until ctx ends. One caller at a time carries for one receiver; two
// would write everything twice.
func (c *Courier) Carry(ctx context.Context, receiver string, to exchange.Outlet) error {
	for failures := 0; ctx.Err() == nil; {
		opened := c.Changed(receiver) // before the look, so that nothing is missed after it
		carried, err := c.round(ctx, receiver, to)
		switch {
		case ctx.Err() != nil:
		case err != nil:
			failures++
			c.Tally.Failed(receiver, isRefused(err))
			c.Log.Warn("deliveries to topic failed, retrying", zap.String("receiver", receiver), zap.String("topic", to.Topic),
				zap.Int("failures", failures), zap.Duration("wait", wait(failures)), zap.Error(err))
			pause(ctx, wait(failures))
		case carried == 0:
			failures = 0
			select {
			case <-opened:
			case <-ctx.Done():
			}
		default:
			failures = 0
		}
	}
	return nil
}

// round carries a batch of what is open and returns how many deliveries that
// were. Where it fails, the next round takes up the same again, and in the same
// order: nothing is written before what comes before it.
func (c *Courier) round(ctx context.Context, receiver string, to exchange.Outlet) (int, error) {
	due, err := c.Journal.Deliveries(ctx, exchange.DeliveryQuery{Receiver: receiver, States: states(to), Limit: batchCount})
	if err != nil {
		return 0, err
	}
	due = portion(due)
	var messages []kafkago.Message
	var events []exchange.Event
	now := time.Now()
	for _, x := range due {
		sealed, err := c.Bodies.Body(ctx, x.Body)
		if errors.Is(err, queue.ErrNotFound) {
			events = append(events, gone(x, now))
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("read envelope of %s: %w", x.ID, err)
		}
		messages = append(messages, envelope(to.Topic, x, sealed))
		events = append(events, carried(x, to, now)...)
	}
	if len(messages) > 0 {
		if err := c.Broker.write(ctx, messages...); err != nil {
			return 0, err
		}
	}
	if err := c.Recorder.Record(ctx, events...); err != nil {
		return 0, err
	}
	c.Tally.Carried(receiver, len(messages), len(due)-len(messages))
	return len(due), nil
}

// states returns the states in which a delivery is to be carried. What was handed
// over by another way before there was a topic, and never acknowledged, is
// carried too, unless the receiver may be about to acknowledge it.
func states(to exchange.Outlet) []exchange.State {
	if to.ByReceiver() {
		return []exchange.State{exchange.ContentConsignment}
	}
	return []exchange.State{exchange.ContentConsignment, exchange.ContentHandover}
}

// portion returns as many of the exchanges as are carried together.
func portion(all []exchange.Exchange) []exchange.Exchange {
	size := 0
	for i, x := range all {
		if size += x.Size; i > 0 && size > batchBytes {
			return all[:i]
		}
	}
	return all
}

// carried returns what happened to a delivery that is on the topic.
func carried(x exchange.Exchange, to exchange.Outlet, now time.Time) []exchange.Event {
	d := x.Deliveries[0]
	e := exchange.Event{Exchange: x.ID, Receiver: d.Receiver, Name: exchange.ContentHandover, Attempt: d.Attempt, At: now}
	if to.ByReceiver() {
		return []exchange.Event{e}
	}
	acknowledged := e
	acknowledged.Name = exchange.ConsignmentAcceptance
	return []exchange.Event{e, acknowledged}
}

// gone gives up a delivery whose envelope is not kept any more, so that it is
// listed as failed and holds up nothing.
func gone(x exchange.Exchange, now time.Time) exchange.Event {
	d := x.Deliveries[0]
	return exchange.Event{
		Exchange: x.ID, Receiver: d.Receiver, Name: exchange.ContentHandoverFailure, Attempt: d.Attempt, At: now,
		Cause: exchange.Cause{Code: exchange.CodeNotKept, Reason: "the envelope is not kept any more"},
	}
}
