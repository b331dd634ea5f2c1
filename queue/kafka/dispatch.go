package kafka

import (
	"context"
	"errors"
	"fmt"

	kafkago "github.com/segmentio/kafka-go"

	"beibu/queue"
)

// batchEntries and batchBytes bound a batch that is handled at a time.
const (
	batchEntries = 256
	batchBytes   = 1 << 20
)

// A handler is what Dispatch calls.
type handler = func(context.Context, []queue.Entry) ([]queue.Event, error)

// Dispatch handles owning entries; see [queue.Dispatcher]. The nodes share the
// partitions of log by a consumer group, and so do two calls on one node. The order
// is that of each partition. Dispatch waits for a cluster that cannot be reached.
func (q *Queue) Dispatch(ctx context.Context, handle handler) error {
	caller := ctx
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return ended(caller, err)
	}
	defer done()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	d := &dispatch{q: q, handle: handle, stop: stop, slot: make(chan struct{}, 1)}
	if err := q.cluster.join(ctx, q.options.group(), q.topics.log, false, d.partition); err != nil {
		return ended(caller, err)
	}
	err = context.Cause(ctx) // the error of handle, a fault, or the end of the queue
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
	slot   chan struct{}           // holds one token while a batch is handled
}

// partition dispatches one partition until it is no longer assigned to this node.
func (d *dispatch) partition(ctx context.Context, g *kafkago.Generation, a kafkago.PartitionAssignment) {
	if !d.q.ours(d.q.topics.log, a) {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &progress{partition: a.ID}
	p.dispatched.Store(max(a.Offset, 0))
	go d.watch(ctx, p, cancel)
	from, err := d.startOffset(ctx, a)
	p.dispatched.Store(from)
	if err == nil && from > max(a.Offset, 0) { // published before, but not committed
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

// errLost means that the partition may be assigned to another member by now.
var errLost = errors.New("partition lost")

// startOffset returns the offset at which dispatch continues: the one that the group
// has committed, or the one behind the last published entry if that is later.
func (d *dispatch) startOffset(ctx context.Context, a kafkago.PartitionAssignment) (int64, error) {
	for {
		from, err := d.tryStartOffset(ctx, a)
		if err == nil || errors.Is(err, ErrGap) {
			return from, err
		}
		if !pause(ctx) {
			return 0, ctx.Err()
		}
	}
}

func (d *dispatch) tryStartOffset(ctx context.Context, a kafkago.PartitionAssignment) (int64, error) {
	first, end, err := d.q.cluster.bounds(ctx, d.q.topics.log, a.ID)
	if err != nil {
		return 0, err
	}
	_, events, err := d.q.cluster.bounds(ctx, d.q.topics.events, 0)
	if err != nil {
		return 0, err
	}
	if _, err := d.q.feed.waitConsumed(ctx, events); err != nil {
		return 0, err
	}
	from := max(a.Offset, d.q.feed.published(a.ID)+1, 0)
	if from > end {
		return 0, fmt.Errorf("%w: dispatched to %d, and log/%d ends at %d", ErrGap, from, a.ID, end)
	}
	if from < first {
		return 0, fmt.Errorf("%w: dispatched to %d, and log/%d begins at %d", ErrGap, from, a.ID, first)
	}
	return from, nil
}

// portion returns how many of the records are handled together.
func portion(records []record) int {
	size := 0
	for i, r := range records {
		if size += len(r.value); i == batchEntries || i > 0 && size > batchBytes {
			return i
		}
	}
	return len(records)
}

// batch handles the owning entries among records, publishes them with their events,
// and only then commits.
func (d *dispatch) batch(ctx context.Context, g *kafkago.Generation, partition int, records []record) error {
	last := records[len(records)-1].offset
	if err := d.q.owners.waitConsumed(ctx, partition, last+1); err != nil {
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

// commit commits the next offset of a partition for the group.
func (d *dispatch) commit(g *kafkago.Generation, partition int, next int64) error {
	if err := g.CommitOffsets(map[string]map[int]int64{d.q.topics.log: {partition: next}}); err != nil {
		return fmt.Errorf("%w: commit: %w", errLost, err) // the group makes a new generation
	}
	return nil
}

// owning returns the entries of the records that own their keys.
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

// hand calls handle and publishes the entries and the events that it returns.
func (d *dispatch) hand(ctx context.Context, partition int, entries []queue.Entry) error {
	select {
	case d.slot <- struct{}{}:
		defer func() { <-d.slot }()
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
	err = writeUntilDone(ctx, func(ctx context.Context) error { return d.q.send(ctx, messages...) })
	if err != nil {
		return fmt.Errorf("%w: write events: %w", errLost, err)
	}
	return nil
}

// writeUntilDone calls write until it succeeds or ctx ends. A handled batch is
// written even if the partition or the call has just ended: if it is handled again,
// consumers drop the duplicate. So each attempt has its own deadline.
func writeUntilDone(ctx context.Context, write func(context.Context) error) error {
	for {
		writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTime)
		err := write(writing)
		cancel()
		if err == nil || ctx.Err() != nil || !pause(ctx) {
			return err
		}
	}
}

// messages returns the messages for entries and their events. An entry and its events
// are in one message, and a message contains as many entries as fit.
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

// groups returns the changes of each entry: the entry and the events of its exchange.
// Events of other subjects are added to the last entry.
func (d *dispatch) groups(entries []queue.Entry, events []queue.Event) ([][]change, error) {
	groups := make([][]change, len(entries))
	of := make(map[[16]byte]int, len(entries))
	offsets := make([]int64, len(entries))
	for i, e := range entries {
		_, offsets[i], _ = d.q.layout.locate(e.Position)
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
