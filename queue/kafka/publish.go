package kafka

import (
	"context"
	"fmt"
	"slices"

	"beibu/queue"
)

// A batch are owning entries of one partition of log, in order.
type batch struct {
	entries []queue.Entry
	done    bool  // it is published, or err says why not; guarded by the slot
	err     error // guarded by the slot
}

// hand publishes a batch. Batches of several partitions wait while another one is
// published; the first of them that gets the slot publishes all of them, with one
// call of handle and one write.
func (d *dispatch) hand(ctx context.Context, b *batch) error {
	d.mu.Lock()
	d.waiting = append(d.waiting, b)
	d.mu.Unlock()
	select {
	case d.slot <- struct{}{}:
		defer func() { <-d.slot }()
	case <-ctx.Done():
		d.withdraw(b)
		return ctx.Err()
	}
	for !b.done {
		batches := d.next()
		err := d.publish(ctx, batches)
		for _, one := range batches {
			one.done, one.err = true, err
		}
	}
	return b.err
}

// next returns the batches that have waited longest, as many as are published
// together.
func (d *dispatch) next() []*batch {
	d.mu.Lock()
	defer d.mu.Unlock()
	n, entries := 0, 0
	for n < len(d.waiting) {
		if entries += len(d.waiting[n].entries); n > 0 && entries > batchEntries {
			break
		}
		n++
	}
	batches := slices.Clone(d.waiting[:n])
	d.waiting = slices.Delete(d.waiting, 0, n)
	return batches
}

// withdraw removes a batch that waits.
func (d *dispatch) withdraw(b *batch) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting = slices.DeleteFunc(d.waiting, func(one *batch) bool { return one == b })
}

// publish calls handle and publishes the entries and the events that it returns.
func (d *dispatch) publish(ctx context.Context, batches []*batch) error {
	var entries []queue.Entry
	for _, b := range batches {
		entries = append(entries, b.entries...)
	}
	events, err := d.handle(ctx, entries)
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("%w: %w", errLost, err) // the other batches are handled again, too
	}
	if err != nil {
		return err
	}
	messages, err := d.messages(entries, events)
	if err != nil {
		return err
	}
	for len(messages) > 0 {
		n := oneRequest(messages)
		err = writeUntilDone(ctx, func(ctx context.Context) error { return d.q.produce(ctx, messages[:n]) })
		if err != nil {
			return fmt.Errorf("%w: write events: %w", errLost, err)
		}
		messages = messages[n:]
	}
	return nil
}

// oneRequest returns how many of the messages are written together: as many as the
// topic takes as one batch, and nearly always all of them. The next ones are written
// when the brokers have acknowledged these. If a message were written before an earlier
// one of its partition, consumers would drop the earlier one as a duplicate, since they
// keep the newest offset that is published.
func oneRequest(messages [][]byte) int {
	size := 0
	for i, m := range messages {
		if size += len(m) + framing; i > 0 && size > maxEvents {
			return i
		}
	}
	return len(messages)
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
// are in one message, and a message contains as many entries of one partition as fit.
func (d *dispatch) messages(entries []queue.Entry, events []queue.Event) ([][]byte, error) {
	groups, err := d.groups(entries, events)
	if err != nil {
		return nil, err
	}
	var out [][]byte
	var m message
	size := 0
	for i, g := range groups {
		partition, _, _ := d.q.layout.locate(entries[i].Position)
		alone := len(message{partition: partition, changes: g}.encode())
		if alone > maxEvents || len(g) > perMessage {
			return nil, fmt.Errorf("events of %d bytes for one exchange: %w", alone, queue.ErrInvalid)
		}
		if size > 0 && (partition != m.partition || size+alone > batchBytes || len(m.changes)+len(g) > perMessage) {
			out = append(out, m.encode())
			m, size = message{}, 0
		}
		m.partition = partition
		m.changes = append(m.changes, g...)
		size += alone
	}
	return append(out, m.encode()), nil
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
