package kafka

import (
	"context"
	"errors"
	"fmt"
	"sync"

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
	slot   chan struct{}           // holds one token while batches are handled

	mu      sync.Mutex
	waiting []*batch // for the slot, the oldest first; guarded by mu
}

// partition dispatches one partition until it is no longer assigned to this node.
func (d *dispatch) partition(ctx context.Context, g *kafkago.Generation, a kafkago.PartitionAssignment) {
	if !d.q.ours(d.q.topics.log, a) {
		return
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &progress{partition: a.ID, committed: max(a.Offset, 0)}
	p.dispatched.Store(p.committed)
	go d.watch(ctx, p, cancel)
	var commits sync.WaitGroup
	ended := make(chan struct{})
	commits.Go(func() {
		p.commit(func(next int64) error {
			return g.CommitOffsets(map[string]map[int]int64{d.q.topics.log: {a.ID: next}})
		}, ended, cancel)
	})
	err := d.follow(ctx, p, a)
	close(ended)
	commits.Wait()
	if ctx.Err() == nil && !errors.Is(err, errLost) {
		d.stop(err)
	}
}

// follow dispatches the records of a partition, as this node consumes them, from
// behind the last one that is dispatched.
func (d *dispatch) follow(ctx context.Context, p *progress, a kafkago.PartitionAssignment) error {
	from, err := d.startOffset(ctx, a)
	if err != nil {
		return err
	}
	p.dispatched.Store(from)
	fetch := func(ctx context.Context, from int64) ([]item[record], error) {
		a, err := d.q.cluster.next(ctx, d.q.topics.log, p.partition, from)
		return logItems(a.records), err
	}
	return d.q.owners.recent[p.partition].follow(ctx, from, fetch, func(records []item[record]) error {
		for len(records) > 0 {
			n := portion(records)
			if err := d.batch(ctx, p.partition, records[:n]); err != nil {
				return err
			}
			p.dispatched.Store(records[n-1].offset + 1)
			records = records[n:]
		}
		return nil
	})
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
func portion(records []item[record]) int {
	size := 0
	for i, r := range records {
		if size += r.size; i == batchEntries || i > 0 && size > batchBytes {
			return i
		}
	}
	return len(records)
}

// batch handles the owning entries among records, and publishes them with their
// events.
func (d *dispatch) batch(ctx context.Context, partition int, records []item[record]) error {
	last := records[len(records)-1].offset
	if err := d.q.owners.waitConsumed(ctx, partition, last+1); err != nil {
		return err
	}
	entries, err := d.owning(partition, records)
	if err != nil || len(entries) == 0 {
		return err
	}
	return d.hand(ctx, &batch{entries: entries})
}

// owning returns the entries of the records that own their keys.
func (d *dispatch) owning(partition int, records []item[record]) ([]queue.Entry, error) {
	var entries []queue.Entry
	for _, r := range records {
		position := d.q.layout.position(partition, r.offset)
		if d.q.owners.owner(fingerprintOf(string(r.value.key))) != position {
			continue
		}
		e, err := d.q.owners.entry(partition, r.value)
		if err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}
