package kafka

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/twmb/franz-go/pkg/kfake"

	"beibu/queue"
)

// A node is a queue that is opened again and again over one Kafka, with a
// memory on disk.
type node struct {
	t       *testing.T
	cluster *kfake.Cluster
	options Options
	warned  []error
}

func newNode(t *testing.T) *node {
	t.Helper()
	c, err := kfake.NewCluster(kfake.NumBrokers(1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	n := &node{t: t, cluster: c}
	n.options = Options{
		Brokers: c.ListenAddrs(), Prefix: "n-" + uuid.NewString() + ".", Partitions: 2, Replication: 1,
		Memory: filepath.Join(t.TempDir(), "log.memory"),
		Warn:   func(err error) { n.warned = append(n.warned, err) }, // Open alone calls it here
	}
	return n
}

func (n *node) open() *Queue {
	n.t.Helper()
	n.warned = nil
	q, err := Open(n.t.Context(), n.options)
	if err != nil {
		n.t.Fatal(err)
	}
	return q
}

func (n *node) close(q *Queue) {
	n.t.Helper()
	if err := q.Close(); err != nil {
		n.t.Error(err)
	}
}

// admit has keys owned by the attempts with a token, and tells whose they are.
func (n *node) admit(q *Queue, token byte, keys int) (owners []byte) {
	n.t.Helper()
	for i := range keys {
		e, err := q.Admit(n.t.Context(), queue.Submission{
			Key: fmt.Sprintf("key %d", i), ID: [16]byte{byte(i + 1)}, Token: [16]byte{token}, Body: []byte("body"),
		})
		if err != nil {
			n.t.Fatal(err)
		}
		owners = append(owners, e.Token[0])
	}
	return owners
}

// dispatch brings n entries to events.
func (n *node) dispatch(q *Queue, want int) {
	n.t.Helper()
	ctx, cancel := context.WithCancel(n.t.Context())
	defer cancel()
	err := q.Dispatch(ctx, func(_ context.Context, batch []queue.Entry) ([]queue.Event, error) {
		if want -= len(batch); want <= 0 {
			cancel()
		}
		return nil, nil
	})
	if err != nil || want != 0 {
		n.t.Fatalf("dispatch: %v, %d are left", err, want)
	}
}

// A restart hears only what is new, and answers as before.
func TestMemoryIsGoneOnFrom(t *testing.T) {
	n := newNode(t)
	q := n.open()
	n.admit(q, 1, 20)
	n.dispatch(q, 20)
	before, err := q.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n.close(q)
	if got := q.heard.Load(); got != 0 {
		t.Errorf("%d records are not in the memory", got)
	}
	stranger := n.forgetful() // adds what the memory does not know
	other := stranger.open()
	if _, err := other.Admit(t.Context(), queue.Submission{Key: "new", Token: [16]byte{2}, Body: []byte("body")}); err != nil {
		t.Fatal(err)
	}
	n.close(other)
	q = n.open()
	defer n.close(q)
	if got := q.heard.Load(); got != 1 || n.warned != nil {
		t.Errorf("%d records were heard, want 1; warned of %v", got, n.warned)
	}
	if after, err := q.Head(t.Context()); err != nil || after != before {
		t.Errorf("head %d, want %d; %v", after, before, err)
	}
	if owners := n.admit(q, 3, 20); !bytes.Equal(owners, bytes.Repeat([]byte{1}, 20)) {
		t.Errorf("owned by %v, want 1", owners)
	}
	if e, err := q.Admit(t.Context(), queue.Submission{Key: "new", Token: [16]byte{3}, Body: []byte("body")}); err != nil || e.Token[0] != 2 {
		t.Errorf("owned by %v, %v", e.Token, err)
	}
	lag, err := q.Lag(t.Context())
	if err != nil || lag[0]+lag[1] != 1 {
		t.Errorf("lag %v, %v", lag, err)
	}
	n.dispatch(q, 1)
}

// A node that hears a log from its beginning takes nothing for undispatched that
// is dispatched: of a large one that would be much.
func TestOpenTakesNothingForUntold(t *testing.T) {
	n := newNode(t)
	q := n.open()
	n.admit(q, 1, 200)
	n.dispatch(q, 200)
	n.close(q)
	q = n.forgetful().open()
	defer n.close(q)
	for p, line := range q.owners.untold.lines {
		if line != nil {
			t.Errorf("entries of log/%d were kept", p)
		}
	}
}

// What was heard while the memory was being written is in it at the end, too.
func TestMemoryIsWrittenALastTime(t *testing.T) {
	n := newNode(t)
	n.options.MemoryEvery = 1 // so that it is nearly always being written
	for token := range byte(20) {
		q := n.open()
		for i := range 5 {
			sub := queue.Submission{Key: fmt.Sprintf("%d of %d", i, token), Token: [16]byte{token + 1}, Body: []byte("body")}
			if _, err := q.Admit(t.Context(), sub); err != nil {
				t.Fatal(err)
			}
		}
		n.close(q)
		if got := q.heard.Load(); got != 0 {
			t.Fatalf("round %d: %d records are not in the memory", token, got)
		}
	}
}

// A memory that does not fit the topics is left, the reason is told, and the
// topics decide.
func TestMemoryThatDoesNotFit(t *testing.T) {
	type change = func(n *node, file []byte) []byte
	anew := func(topic string, then func(*node, *Queue)) change {
		return func(n *node, file []byte) []byte {
			if err := n.cluster.DeleteTopic(n.options.Prefix + topic); err != nil {
				n.t.Fatal(err)
			}
			stranger := n.forgetful()
			q := stranger.open()
			then(stranger, q)
			n.close(q)
			return file
		}
	}
	tell := func(other func(*snapshot)) change {
		return func(n *node, file []byte) []byte { return n.changed(file, other) }
	}
	for name, test := range map[string]struct {
		change change
		reason string
		owner  byte
	}{
		"cut short":       {func(_ *node, f []byte) []byte { return f[:len(f)-1] }, "damaged", 1},
		"cut very short":  {func(_ *node, f []byte) []byte { return f[:len(snapshotVersion)+10] }, "damaged", 1},
		"empty":           {func(*node, []byte) []byte { return nil }, "not a memory of this version", 1},
		"a bit turned":    {func(_ *node, f []byte) []byte { f[len(f)-sha256.Size-20] ^= 1; return f }, "damaged", 1},
		"a later version": {func(_ *node, f []byte) []byte { f[len(snapshotVersion)-2]++; return f }, "not a memory of this version", 1},
		"other topics":    {func(n *node, _ []byte) []byte { return n.others().memory() }, "it is of topics", 1},

		"other partitions": {tell(func(s *snapshot) { s.log = s.log[:1] }), "it is of 1 partitions", 1},
		"another first":    {tell(func(s *snapshot) { s.log[0].first.digest[0] ^= 1 }), "other records", 1},
		"another last":     {tell(func(s *snapshot) { s.log[0].last.digest[0] ^= 1 }), "other records", 1},
		"a later begin":    {tell(func(s *snapshot) { s.log[1].first = witness{offset: 1} }), "begins at 0 again", 1},
		"a key not heard":  {tell(func(s *snapshot) { s.keys = appendKey(s.keys, fingerprint{1}, 1<<40) }), "damaged", 1},

		"a log made anew":  {anew("log", func(*node, *Queue) {}), "ends at 0", 9},
		"a log of others":  {anew("log", func(n *node, q *Queue) { n.admit(q, 5, 30) }), "other records", 5},
		"events made anew": {anew("events", func(*node, *Queue) {}), "ends at 0", 1},
		"events of others": {anew("events", func(n *node, q *Queue) { n.append(q, 50) }), "other records", 1},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t)
			file := n.memory()
			file = test.change(n, file)
			if err := os.WriteFile(n.options.Memory, file, 0o600); err != nil {
				t.Fatal(err)
			}
			q := n.open()
			if len(n.warned) != 1 || !strings.Contains(n.warned[0].Error(), test.reason) {
				t.Errorf("warned of %v, want %s", n.warned, test.reason)
			}
			if owners := n.admit(q, 9, 20); !bytes.Equal(owners, bytes.Repeat([]byte{test.owner}, 20)) {
				t.Errorf("owned by %v, want %d", owners, test.owner)
			}
			n.close(q)
			q = n.open() // by what was written instead
			if n.warned != nil || q.heard.Load() != 0 {
				t.Errorf("warned of %v, %d records heard again", n.warned, q.heard.Load())
			}
			n.close(q)
		})
	}
}

// memory fills the topics and returns the memory that a node has of them.
func (n *node) memory() []byte {
	n.t.Helper()
	q := n.open()
	n.admit(q, 1, 20)
	n.append(q, 10)
	if _, err := q.Head(n.t.Context()); err != nil { // all is heard
		n.t.Fatal(err)
	}
	n.close(q)
	file, err := os.ReadFile(n.options.Memory)
	if err != nil {
		n.t.Fatal(err)
	}
	return file
}

// changed is a memory that is whole and tells something else.
func (n *node) changed(file []byte, change func(*snapshot)) []byte {
	n.t.Helper()
	s, err := decodeSnapshot(file, n.options.Prefix, n.options.Partitions)
	if err != nil {
		n.t.Fatal(err)
	}
	change(s)
	file = append(s.encode(n.options.Prefix), s.keys...)
	sum := sha256.Sum256(file)
	return append(file, sum[:]...)
}

func (n *node) append(q *Queue, events int) {
	n.t.Helper()
	for i := range events {
		if _, err := q.Append(n.t.Context(), queue.Event{Name: "appended", Attempt: i + 1}); err != nil {
			n.t.Fatal(err)
		}
	}
}

// forgetful is another node on the same topics, without a memory.
func (n *node) forgetful() *node {
	o := *n
	o.options.Memory = ""
	return &o
}

// others is a node with the same numbers of everything under another prefix.
func (n *node) others() *node {
	o := *n
	o.options.Prefix = "o-" + uuid.NewString() + "."
	o.options.Memory += ".other"
	return &o
}

// What retention has dropped meanwhile is not known any more, the rest is.
func TestMemoryAfterRetention(t *testing.T) {
	n := newNode(t)
	n.memory()
	var gone int64
	for p := range int32(2) {
		end := n.cluster.PartitionInfo(n.options.Prefix+"log", p).HighWatermark
		drop := end / 2 // of one partition a half
		if p == 1 {
			drop = end // and the other whole
		}
		if err := n.cluster.DeleteRecords(n.options.Prefix+"log", p, drop); err != nil {
			t.Fatal(err)
		}
		gone += drop
	}
	if err := n.cluster.DeleteRecords(n.options.Prefix+"events", 0, 3); err != nil {
		t.Fatal(err)
	}
	q := n.open()
	defer n.close(q)
	if n.warned != nil || q.heard.Load() != 0 {
		t.Errorf("warned of %v, %d records heard again", n.warned, q.heard.Load())
	}
	if got := int64(20 - q.owners.size()); got != gone {
		t.Errorf("%d keys are forgotten, want %d", got, gone)
	}
	owners := n.admit(q, 2, 20)
	if got := int64(bytes.Count(owners, []byte{2})); got != gone {
		t.Errorf("owned by %v: %d by the second, want %d", owners, got, gone)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer cancel()
	var told []int
	err := q.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
		for _, c := range changes {
			told = append(told, c.Event.Attempt)
		}
		if len(told) >= 7 {
			cancel()
		}
		return nil
	})
	if err != nil || !slices.Equal(told, []int{4, 5, 6, 7, 8, 9, 10}) {
		t.Errorf("told %v, %v", told, err)
	}
}

// The memory is written while the queue runs: it need not be closed for it.
func TestMemoryIsWrittenMeanwhile(t *testing.T) {
	n := newNode(t)
	n.options.MemoryEvery = 20
	q := n.open()
	defer n.close(q)
	n.admit(q, 1, 20)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer cancel()
	for {
		if _, err := os.Stat(n.options.Memory); err == nil {
			return
		}
		if _, err := q.Admit(ctx, queue.Submission{Key: uuid.NewString(), Body: []byte("body")}); err != nil {
			t.Fatal(err)
		}
	}
}

// A memory that cannot be written is told and harms nothing.
func TestMemoryThatCannotBeWritten(t *testing.T) {
	n := newNode(t)
	n.options.Memory = filepath.Join(t.TempDir(), "missing", "log.memory")
	q := n.open()
	n.admit(q, 1, 3)
	n.close(q)
	if len(n.warned) != 1 || !errors.Is(n.warned[0], os.ErrNotExist) {
		t.Errorf("warned of %v", n.warned)
	}
}
