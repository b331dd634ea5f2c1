package kafka

import (
	"context"
	"errors"
	"fmt"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue"
)

// batchEntries and batchBytes bound what is handed over at a time.
const (
	batchEntries = 256
	batchBytes   = 1 << 20
)

// A handler is what Dispatch calls.
type handler = func(context.Context, []queue.Entry) ([]queue.Event, error)

// Dispatch hands owning entries on; see queue.Dispatcher. The nodes share the
// partitions of log by a consumer group, and the order is that of each
// partition; two calls at once share them too. A cluster that is away is waited
// for.
func (q *Queue) Dispatch(ctx context.Context, handle handler) error {
	caller := ctx
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return ended(caller, err)
	}
	defer done()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	d := &dispatch{q: q, handle: handle, stop: stop, turn: make(chan struct{}, 1)}
	if err := q.cluster.join(ctx, q.options.group(), q.topics.log, false, d.partition); err != nil {
		return ended(caller, err)
	}
	err = context.Cause(ctx) // of handle, or a fault, or the end of the queue
	if errors.Is(err, ErrGap) || errors.Is(err, errWire) {
		err = fmt.Errorf("dispatch: %w: %w", queue.ErrUnavailable, err)
	}
	return ended(caller, err)
}

// A dispatch is one call of Dispatch.
type dispatch struct {
	q      *Queue
	handle handler
	stop   context.CancelCauseFunc // ends the call with an error
	turn   chan struct{}           // taken by the partition whose batch is handled
}

// partition dispatches from one partition for as long as it is ours.
func (d *dispatch) partition(ctx context.Context, g *kafkago.Generation, a kafkago.PartitionAssignment) {
	if !d.q.ours(d.q.topics.log, a) {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &pace{partition: a.ID}
	p.dispatched.Store(max(a.Offset, 0))
	go d.watch(ctx, p, cancel)
	from, err := d.begin(ctx, a)
	p.dispatched.Store(from)
	if err == nil && from > max(a.Offset, 0) { // told before, and the commit was lost
		err = d.commit(g, a.ID, from)
	}
	for err == nil {
		err = d.q.cluster.tail(ctx, d.q.topics.log, a.ID, from, func(got answer) error {
			for records := got.records; len(records) > 0; {
				n := portion(records)
				if err := d.batch(ctx, g, a.ID, records[:n]); err != nil {
					return err
				}
				p.dispatched.Store(records[n-1].offset + 1)
				records = records[n:]
			}
			return nil
		})
	}
	if ctx.Err() == nil && !errors.Is(err, errLost) {
		d.stop(err)
	}
}

// errLost says that the partition may be another member's by now.
var errLost = errors.New("partition lost")

// begin returns the offset to go on from: where the group has committed, but
// not before what the record tells already.
func (d *dispatch) begin(ctx context.Context, a kafkago.PartitionAssignment) (int64, error) {
	for {
		from, err := d.tryBegin(ctx, a)
		if err == nil || errors.Is(err, ErrGap) {
			return from, err
		}
		if !pause(ctx) {
			return 0, ctx.Err()
		}
	}
}

func (d *dispatch) tryBegin(ctx context.Context, a kafkago.PartitionAssignment) (int64, error) {
	first, end, err := d.q.cluster.bounds(ctx, d.q.topics.log, a.ID)
	if err != nil {
		return 0, err
	}
	_, events, err := d.q.cluster.bounds(ctx, d.q.topics.events, 0)
	if err != nil {
		return 0, err
	}
	if _, err := d.q.feed.heard(ctx, events); err != nil {
		return 0, err
	}
	from := max(a.Offset, d.q.feed.told(a.ID)+1, 0)
	if from > end {
		return 0, fmt.Errorf("%w: dispatched to %d, and log/%d ends at %d", ErrGap, from, a.ID, end)
	}
	if from < first {
		return 0, fmt.Errorf("%w: dispatched to %d, and log/%d begins at %d", ErrGap, from, a.ID, first)
	}
	return from, nil
}

// portion is how many of the records are handed over together.
func portion(records []record) int {
	size := 0
	for i, r := range records {
		if size += len(r.value); i == batchEntries || i > 0 && size > batchBytes {
			return i
		}
	}
	return len(records)
}

// batch has the owning entries among records handled, makes what comes of it
// durable, and only then commits.
func (d *dispatch) batch(ctx context.Context, g *kafkago.Generation, partition int, records []record) error {
	last := records[len(records)-1].offset
	if err := d.q.owners.heard(ctx, partition, last+1); err != nil {
		return err
	}
	entries, err := d.owning(partition, records)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		if err := d.hand(ctx, partition, entries); err != nil {
			return err
		}
	}
	return d.commit(g, partition, last+1)
}

// commit notes for the group what is dispatched.
func (d *dispatch) commit(g *kafkago.Generation, partition int, next int64) error {
	if err := g.CommitOffsets(map[string]map[int]int64{d.q.topics.log: {partition: next}}); err != nil {
		return fmt.Errorf("%w: commit: %w", errLost, err) // the group makes a new generation
	}
	return nil
}

// owning picks the records that own their keys.
func (d *dispatch) owning(partition int, records []record) ([]queue.Entry, error) {
	var entries []queue.Entry
	for _, r := range records {
		position := d.q.layout.position(partition, r.offset)
		if d.q.owners.owner(fingerprintOf(string(r.key))) != position {
			continue
		}
		e, err := d.q.owners.entry(partition, r)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// hand calls handle and writes what it says, behind the entries, to events.
func (d *dispatch) hand(ctx context.Context, partition int, entries []queue.Entry) error {
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	events, err := d.handle(ctx, entries)
	if err != nil {
		return err
	}
	messages, err := d.messages(partition, entries, events)
	if err != nil {
		return err
	}
	err = lasting(ctx, func(ctx context.Context) error { return d.q.send(ctx, messages...) })
	if err != nil {
		return fmt.Errorf("%w: write events: %w", errLost, err)
	}
	return nil
}

// lasting writes until that succeeds or ctx ends. What is handled is written
// even where the partition or the call has just ended: should it be handled
// again, readers leave the repeat out. So each attempt has a time of its own.
func lasting(ctx context.Context, write func(context.Context) error) error {
	for {
		writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTime)
		err := write(writing)
		cancel()
		if err == nil || ctx.Err() != nil || !pause(ctx) {
			return err
		}
	}
}

// messages makes messages of entries and their events, each entry's together
// in one, as many in one as it takes.
func (d *dispatch) messages(partition int, entries []queue.Entry, events []queue.Event) ([]kafkago.Message, error) {
	groups, err := d.groups(entries, events)
	if err != nil {
		return nil, err
	}
	var out []kafkago.Message
	m, size := message{partition: partition}, 0
	finish := func() {
		out = append(out, kafkago.Message{Topic: d.q.topics.events, Value: m.encode()})
		m, size = message{partition: partition}, 0
	}
	for _, g := range groups {
		alone := len(message{partition: partition, changes: g}.encode())
		if alone > maxEvents || len(g) > perMessage {
			return nil, fmt.Errorf("events of %d bytes for one exchange: %w", alone, queue.ErrInvalid)
		}
		if size > 0 && (size+alone > batchBytes || len(m.changes)+len(g) > perMessage) {
			finish()
		}
		m.changes = append(m.changes, g...)
		size += alone
	}
	finish()
	return out, nil
}

// groups puts each entry and the events of its exchange together. Events of other
// subjects go with the last entry.
func (d *dispatch) groups(entries []queue.Entry, events []queue.Event) ([][]change, error) {
	groups := make([][]change, len(entries))
	of := make(map[[16]byte]int, len(entries))
	offsets := make([]int64, len(entries))
	for i, e := range entries {
		_, offsets[i], _ = d.q.layout.place(e.Position)
		groups[i] = []change{{offset: offsets[i], entry: &entries[i]}}
		of[e.ID] = i
	}
	for _, e := range events {
		if err := e.Check(); err != nil {
			return nil, err
		}
		i, ours := of[e.Subject.Exchange]
		if !ours || e.Subject.Kind != queue.SubjectExchange {
			i = len(entries) - 1
		}
		groups[i] = append(groups[i], change{offset: offsets[i], event: &e})
	}
	return groups, nil
}
