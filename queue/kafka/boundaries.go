package kafka

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"beibu/queue"
)

// A shared setting changes by a record without a key in every partition of log.
// Since each node consumes every partition in order, it knows each change before
// any entry behind it, and no clock and no second topic decides. The first record
// of a change in a partition counts. When all partitions have it, the settings
// topic keeps the positions, because retention takes the records away one day.

// boundarySetting is a key in the settings topic, before name and value of a
// change that is in every partition.
const boundarySetting = "boundary."

// A named boundary is a change of the setting with a name.
type named struct {
	name string
	queue.Boundary
}

// encodeChange writes the value of a record of log that changes a setting.
func encodeChange(name, value string) []byte {
	return appendBytes(appendBytes([]byte{wireVersion}, []byte(name)), []byte(value))
}

func decodeChange(b []byte) (name, value string, err error) {
	d := decoder{rest: b}
	if d.byte() != wireVersion {
		d.fail()
	}
	name, value = string(d.bytes()), string(d.bytes())
	return name, value, d.end()
}

// change folds a record that changes a setting. It is called under the lock.
func (o *owners) change(partition int, r record) error {
	name, value, err := decodeChange(r.value)
	if err != nil {
		return fmt.Errorf("read log/%d at %d: %w", partition, r.offset, err)
	}
	first := make([]int64, o.layout.partitions)
	first[partition] = o.layout.position(partition, r.offset)
	o.addBoundary(named{name, queue.Boundary{Value: value, First: first}})
	return nil
}

// addBoundary adds what is new in a boundary. It is called under the lock.
func (o *owners) addBoundary(b named) {
	i := slices.IndexFunc(o.boundaries, func(known named) bool { return known.name == b.name && known.Value == b.Value })
	if i < 0 {
		o.boundaries = append(o.boundaries, b)
		return
	}
	first := slices.Clone(o.boundaries[i].First) // readers have the old one
	for p, at := range b.First {
		if at != 0 && (first[p] == 0 || at < first[p]) {
			first[p] = at
		}
	}
	o.boundaries[i].First = first
}

// of returns the boundaries of a setting. It is called under the lock.
func (o *owners) of(name string) (all []queue.Boundary) {
	for _, b := range o.boundaries {
		if b.name == name {
			all = append(all, b.Boundary)
		}
	}
	return all
}

// SettingAt returns the value of a setting at a position; see [queue.Settings].
func (q *Queue) SettingAt(name string, position int64) (string, error) {
	partition, offset, ok := q.layout.locate(position)
	if !ok {
		return "", fmt.Errorf("find setting at %d: %w", position, queue.ErrInvalid)
	}
	q.owners.mu.Lock()
	defer q.owners.mu.Unlock()
	if next := q.owners.cursors[partition].next; offset >= next {
		return "", fmt.Errorf("find setting: log/%d is consumed to %d, not to %d: %w", partition, next, offset, queue.ErrUnavailable)
	}
	return queue.ValueAt(q.options.Shared[name], q.owners.of(name), position), nil
}

// Boundaries returns the changes of a setting; see [queue.Settings].
func (q *Queue) Boundaries(name string) []queue.Boundary {
	q.owners.mu.Lock()
	defer q.owners.mu.Unlock()
	return q.owners.of(name)
}

// boundary returns a change, with zeros in the partitions that do not have it.
func (q *Queue) boundary(name, value string) queue.Boundary {
	for _, b := range q.Boundaries(name) {
		if b.Value == value {
			return b
		}
	}
	return queue.Boundary{Value: value, First: make([]int64, q.layout.partitions)}
}

// ChangeSetting appends the change to every partition of log that does not have
// it, and then records the positions; see [queue.Settings].
func (q *Queue) ChangeSetting(ctx context.Context, name, value string) error {
	if err := queue.CheckChange(q.options.Shared[name], name, value); err != nil {
		return err
	}
	ctx, done, err := q.enter(ctx)
	if err != nil {
		return err
	}
	defer done()
	if err := q.cluster.retry(ctx, func(ctx context.Context) error { return q.tryChange(ctx, name, value) }); err != nil {
		return q.unavailable(ctx, "change setting", err)
	}
	return nil
}

func (q *Queue) tryChange(ctx context.Context, name, value string) error {
	if err := q.catchUp(ctx); err != nil { // an earlier attempt may have come some way
		return err
	}
	for p, first := range q.boundary(name, value).First {
		if first != 0 {
			continue
		}
		if err := q.cluster.produce(ctx, q.topics.log, p, encodeChange(name, value)); err != nil {
			return err
		}
	}
	if err := q.catchUp(ctx); err != nil {
		return err
	}
	positions, err := json.Marshal(q.boundary(name, value).First)
	if err != nil {
		return fmt.Errorf("encode setting: %w", err)
	}
	_, err = q.cluster.readOrRecord(ctx, boundarySetting+name+"\x00"+value, string(positions))
	return err
}

// catchUp waits until this node has consumed all that log holds now.
func (q *Queue) catchUp(ctx context.Context) error {
	now, err := q.spans(ctx)
	if err != nil {
		return err
	}
	return q.waitCaughtUp(ctx, now)
}

// loadBoundaries reads the changes that are on record.
func (q *Queue) loadBoundaries(ctx context.Context) error {
	var all []named
	err := q.cluster.eachSetting(ctx, func(r record) bool {
		key, ours := strings.CutPrefix(string(r.key), boundarySetting)
		name, value, whole := strings.Cut(key, "\x00")
		var first []int64
		if ours && whole && json.Unmarshal(r.value, &first) == nil && len(first) == int(q.layout.partitions) {
			all = append(all, named{name, queue.Boundary{Value: value, First: first}})
		}
		return true
	})
	if err != nil {
		return err
	}
	q.owners.mu.Lock()
	defer q.owners.mu.Unlock()
	for _, b := range all {
		q.owners.addBoundary(b)
	}
	return nil
}
