package kafka

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"beibu/queue"
	"beibu/queue/queuetest"
)

// changing returns a node on a new log with a shared setting.
func changing(t *testing.T, partitions int) *node {
	t.Helper()
	n := newNode(t)
	n.options.Partitions = partitions
	n.options.Shared = map[string]string{"key": "one"}
	return n
}

// A shared setting may change, at a position of each partition, with a snapshot
// on disk and without.
func TestChangedSettings(t *testing.T) {
	for _, snapshot := range []bool{true, false} {
		n := changing(t, 3)
		if !snapshot {
			n.options.Snapshot = ""
		}
		queuetest.ChangedSettings(t, func(shared map[string]string) (queue.Queue, error) {
			o := n.options
			o.Shared = shared
			return Open(t.Context(), o)
		})
	}
}

// Two nodes admit documents while a third changes the setting: all nodes, and one
// that comes later, give each position the same value, and in each partition no
// position with the old value is behind one with the new.
func TestChangeWithDocumentsInFlight(t *testing.T) {
	const nodes, each = 2, 120
	n := changing(t, 6)
	var queues [nodes]*Queue
	for i := range queues {
		queues[i] = n.withoutSnapshot().open()
		defer n.close(queues[i])
	}
	var mu sync.Mutex
	values := make(map[int64]string) // of each position, as the node that admitted it found it
	var wg sync.WaitGroup
	for i, q := range queues {
		for part := range 4 {
			wg.Go(func() {
				for d := part; d < each; d += 4 {
					key := fmt.Sprintf("%d of %d", d, i)
					e, err := q.Admit(t.Context(), queue.Submission{Key: key, ID: [16]byte{1, byte(d), byte(i)}, Token: [16]byte{1}, Body: []byte(key)})
					if err != nil {
						t.Error(err)
						return
					}
					value, err := q.SettingAt("key", e.Position)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					values[e.Position] = value
					mu.Unlock()
				}
			})
		}
	}
	operator := n.withoutSnapshot().open()
	defer n.close(operator)
	if err := operator.ChangeSetting(t.Context(), "key", "two"); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	late := n.withoutSnapshot().open()
	defer n.close(late)
	if len(values) != nodes*each {
		t.Fatalf("%d documents", len(values))
	}
	for _, q := range []*Queue{queues[0], queues[1], operator, late} {
		if err := q.catchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		for position, want := range values {
			if got, err := q.SettingAt("key", position); err != nil || got != want {
				t.Errorf("at %d: %q, %v; want %q", position, got, err, want)
			}
		}
	}
	for position, value := range values {
		first := late.Boundaries("key")[0].First[(position-1)%6]
		if (value == "two") != (position >= first) {
			t.Errorf("at %d: %q, and the boundary is at %d", position, value, first)
		}
	}
}

// A change that ended after some partitions applies to those, on every node, also
// after a restart; the same call continues it, and moves none of its positions.
func TestChangeIsContinued(t *testing.T) {
	n := changing(t, 3)
	q := n.open()
	n.admit(q, 1, 30)
	for range 2 { // the second record of a change counts for nothing
		if err := q.cluster.produce(t.Context(), q.topics.log, 1, encodeChange("key", "two")); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.catchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	part := q.Boundaries("key")
	if len(part) != 1 || part[0].Complete() || part[0].First[1] == 0 || part[0].First[0] != 0 {
		t.Fatalf("boundaries %+v", part)
	}
	n.close(q) // the snapshot has the change, and the settings topic has not
	q = n.open()
	if diff := cmp.Diff(part, q.Boundaries("key")); diff != "" || n.warned != nil {
		t.Errorf("after a restart, warned of %v:\n%s", n.warned, diff)
	}
	if err := q.ChangeSetting(t.Context(), "key", "two"); err != nil {
		t.Fatal(err)
	}
	whole := q.Boundaries("key")
	if len(whole) != 1 || !whole[0].Complete() || whole[0].First[1] != part[0].First[1] {
		t.Errorf("boundaries %+v, before %+v", whole, part)
	}
	n.close(q)
}

// When retention has taken the records of a change away, the settings topic has
// its positions.
func TestChangeOutlivesRetention(t *testing.T) {
	n := changing(t, 2)
	n.options.Snapshot = filepath.Join(t.TempDir(), "none")
	q := n.open()
	n.admit(q, 1, 10)
	if err := q.ChangeSetting(t.Context(), "key", "two"); err != nil {
		t.Fatal(err)
	}
	boundaries := q.Boundaries("key")
	e, err := q.Admit(t.Context(), queue.Submission{Key: "later", Token: [16]byte{1}, Body: []byte("body")})
	if err != nil {
		t.Fatal(err)
	}
	n.dispatch(q, 11)
	n.close(q)
	for p := range 2 {
		_, offset, _ := q.layout.locate(boundaries[0].First[p])
		if err := n.cluster.DeleteRecords(q.topics.log, int32(p), offset+1); err != nil {
			t.Fatal(err)
		}
	}
	late := n.withoutSnapshot().open()
	defer n.close(late)
	if got, err := late.SettingAt("key", e.Position); err != nil || got != "two" {
		t.Errorf("got %q, %v", got, err)
	}
	if diff := cmp.Diff(boundaries, late.Boundaries("key")); diff != "" {
		t.Error(diff)
	}
}

// A node that has not consumed the log up to a position does not know the value
// there, and says so.
func TestSettingIsUnknownAhead(t *testing.T) {
	n := changing(t, 2)
	q := n.open()
	defer n.close(q)
	n.admit(q, 1, 10)
	ends := q.owners.consumed()
	for p, end := range ends {
		if _, err := q.SettingAt("key", q.layout.position(p, end.next)); !errors.Is(err, queue.ErrUnavailable) {
			t.Errorf("ahead in partition %d: %v", p, err)
		}
	}
	if !slices.ContainsFunc(ends, func(p consumedRange) bool { return p.next > 0 }) {
		t.Error("nothing was consumed")
	}
}
