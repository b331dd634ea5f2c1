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

// A node is a queue that is opened again and again on one Kafka, with a snapshot
// file.
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
		Brokers: c.ListenAddrs(), Prefix: "n-" + uuid.NewString() + ".", Partitions: 2, Replication: 1, Session: 10 * time.Second,
		MaxBody: 16 << 20, Unanswered: 256 << 20,
		Snapshot: filepath.Join(t.TempDir(), "log.snapshot"),
		Warn:     func(err error) { n.warned = append(n.warned, err) }, // Open alone calls it here
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

// admit admits keys with a token, and returns the tokens of their owners.
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

// dispatch publishes n entries to events.
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

// A restart consumes only what is new, and gives the same answers as before.
func TestRestartContinuesAtSnapshot(t *testing.T) {
	n := newNode(t)
	q := n.open()
	n.admit(q, 1, 20)
	n.dispatch(q, 20)
	before, err := q.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	n.close(q)
	if got := q.unsaved.Load(); got != 0 {
		t.Errorf("%d records are not in the snapshot", got)
	}
	stranger := n.withoutSnapshot() // adds a record that is not in the snapshot
	other := stranger.open()
	if _, err := other.Admit(t.Context(), queue.Submission{Key: "new", Token: [16]byte{2}, Body: []byte("body")}); err != nil {
		t.Fatal(err)
	}
	n.close(other)
	unfinished := filepath.Join(filepath.Dir(n.options.Snapshot), ".log.snapshot.new-1")
	if err := os.WriteFile(unfinished, []byte("of a process that was killed"), 0o600); err != nil {
		t.Fatal(err)
	}
	q = n.open()
	defer n.close(q)
	if _, err := os.Stat(unfinished); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the unfinished snapshot is not removed: %v", err)
	}
	if got := q.unsaved.Load(); got != 1 || n.warned != nil {
		t.Errorf("%d records were consumed, want 1; warned of %v", got, n.warned)
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
	if err != nil || lag.Dispatch[0]+lag.Dispatch[1] != 1 {
		t.Errorf("lag %+v, %v", lag, err)
	}
	n.dispatch(q, 1)
}

// A node that consumes a log from its beginning keeps no dispatched entry as pending:
// a long log has many.
func TestOpenKeepsNoDispatchedEntry(t *testing.T) {
	n := newNode(t)
	q := n.open()
	n.admit(q, 1, 200)
	n.dispatch(q, 200)
	n.close(q)
	q = n.withoutSnapshot().open()
	defer n.close(q)
	for p, line := range q.owners.pending.lines {
		if line != nil {
			t.Errorf("entries of log/%d were kept", p)
		}
	}
}

// Close saves what was consumed while a snapshot was being saved.
func TestCloseSavesSnapshot(t *testing.T) {
	n := newNode(t)
	n.options.SnapshotEvery = 1 // so that one is being saved nearly always
	for token := range byte(20) {
		q := n.open()
		for i := range 5 {
			sub := queue.Submission{Key: fmt.Sprintf("%d of %d", i, token), Token: [16]byte{token + 1}, Body: []byte("body")}
			if _, err := q.Admit(t.Context(), sub); err != nil {
				t.Fatal(err)
			}
		}
		n.close(q)
		if got := q.unsaved.Load(); got != 0 {
			t.Fatalf("round %d: %d records are not in the snapshot", token, got)
		}
	}
}

// A snapshot that does not fit the topics is not used: the node warns of the reason,
// and the topics decide.
func TestSnapshotThatDoesNotFit(t *testing.T) {
	type change = func(n *node, file []byte) []byte
	fresh := func(topic string, then func(*node, *Queue)) change {
		return func(n *node, file []byte) []byte {
			if err := n.cluster.DeleteTopic(n.options.Prefix + topic); err != nil {
				n.t.Fatal(err)
			}
			stranger := n.withoutSnapshot()
			q := stranger.open()
			then(stranger, q)
			n.close(q)
			return file
		}
	}
	edited := func(other func(*snapshot)) change {
		return func(n *node, file []byte) []byte { return n.changed(file, other) }
	}
	for name, test := range map[string]struct {
		change change
		reason string
		owner  byte
	}{
		"cut short":       {func(_ *node, f []byte) []byte { return f[:len(f)-1] }, "damaged", 1},
		"cut very short":  {func(_ *node, f []byte) []byte { return f[:len(snapshotVersion)+10] }, "damaged", 1},
		"empty":           {func(*node, []byte) []byte { return nil }, "not a snapshot of this version", 1},
		"a bit turned":    {func(_ *node, f []byte) []byte { f[len(f)-sha256.Size-20] ^= 1; return f }, "damaged", 1},
		"a later version": {func(_ *node, f []byte) []byte { f[len(snapshotVersion)-2]++; return f }, "not a snapshot of this version", 1},
		"other topics":    {func(n *node, _ []byte) []byte { return n.others().saved() }, "it is of topics", 1},

		"other partitions": {edited(func(s *snapshot) { s.log = s.log[:1] }), "it is of 1 partitions", 1},
		"another first":    {edited(func(s *snapshot) { s.log[0].first.digest[0] ^= 1 }), "other records", 1},
		"another last":     {edited(func(s *snapshot) { s.log[0].last.digest[0] ^= 1 }), "other records", 1},
		"a later begin":    {edited(func(s *snapshot) { s.log[1].first = recordDigest{offset: 1} }), "begins at 0 again", 1},
		"a key to come":    {edited(func(s *snapshot) { s.keys = appendKey(s.keys, fingerprint{1}, 1<<40) }), "damaged", 1},

		"a new log":        {fresh("log", func(*node, *Queue) {}), "ends at 0", 9},
		"a log of others":  {fresh("log", func(n *node, q *Queue) { n.admit(q, 5, 30) }), "other records", 5},
		"new events":       {fresh("events", func(*node, *Queue) {}), "ends at 0", 1},
		"events of others": {fresh("events", func(n *node, q *Queue) { n.append(q, 50) }), "other records", 1},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNode(t)
			file := n.saved()
			file = test.change(n, file)
			if err := os.WriteFile(n.options.Snapshot, file, 0o600); err != nil {
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
			if n.warned != nil || q.unsaved.Load() != 0 {
				t.Errorf("warned of %v, %d records consumed again", n.warned, q.unsaved.Load())
			}
			n.close(q)
		})
	}
}

// saved fills the topics and returns the snapshot that a node saves.
func (n *node) saved() []byte {
	n.t.Helper()
	q := n.open()
	n.admit(q, 1, 20)
	n.append(q, 10)
	if _, err := q.Head(n.t.Context()); err != nil { // all is consumed
		n.t.Fatal(err)
	}
	n.close(q)
	file, err := os.ReadFile(n.options.Snapshot)
	if err != nil {
		n.t.Fatal(err)
	}
	return file
}

// changed returns a snapshot that is whole and has another content.
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

// withoutSnapshot returns another node on the same topics, without a snapshot.
func (n *node) withoutSnapshot() *node {
	o := *n
	o.options.Snapshot = ""
	return &o
}

// others returns a node with the same options under another prefix.
func (n *node) others() *node {
	o := *n
	o.options.Prefix = "o-" + uuid.NewString() + "."
	o.options.Snapshot += ".other"
	return &o
}

// What retention has removed meanwhile is not known any more, the rest is.
func TestSnapshotAfterRetention(t *testing.T) {
	n := newNode(t)
	n.saved()
	var expired int64
	for p := range int32(2) {
		end := n.cluster.PartitionInfo(n.options.Prefix+"log", p).HighWatermark
		setFirst := end / 2 // of one partition a half
		if p == 1 {
			setFirst = end // and the other whole
		}
		if err := n.cluster.DeleteRecords(n.options.Prefix+"log", p, setFirst); err != nil {
			t.Fatal(err)
		}
		expired += setFirst
	}
	if err := n.cluster.DeleteRecords(n.options.Prefix+"events", 0, 3); err != nil {
		t.Fatal(err)
	}
	q := n.open()
	defer n.close(q)
	if n.warned != nil || q.unsaved.Load() != 0 {
		t.Errorf("warned of %v, %d records consumed again", n.warned, q.unsaved.Load())
	}
	if got := int64(20 - q.owners.size()); got != expired {
		t.Errorf("%d keys are removed, want %d", got, expired)
	}
	owners := n.admit(q, 2, 20)
	if got := int64(bytes.Count(owners, []byte{2})); got != expired {
		t.Errorf("owned by %v: %d by the second, want %d", owners, got, expired)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer cancel()
	var published []int
	err := q.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
		for _, c := range changes {
			published = append(published, c.Event.Attempt)
		}
		if len(published) >= 7 {
			cancel()
		}
		return nil
	})
	if err != nil || !slices.Equal(published, []int{4, 5, 6, 7, 8, 9, 10}) {
		t.Errorf("changes %v, %v", published, err)
	}
}

// A snapshot is saved while the queue runs: it need not be closed.
func TestSnapshotIsSavedMeanwhile(t *testing.T) {
	n := newNode(t)
	n.options.SnapshotEvery = 20
	q := n.open()
	defer n.close(q)
	n.admit(q, 1, 20)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer cancel()
	for {
		if _, err := os.Stat(n.options.Snapshot); err == nil {
			return
		}
		if _, err := q.Admit(ctx, queue.Submission{Key: uuid.NewString(), Body: []byte("body")}); err != nil {
			t.Fatal(err)
		}
	}
}

// A snapshot that cannot be saved causes a warning and no harm.
func TestSnapshotThatCannotBeSaved(t *testing.T) {
	n := newNode(t)
	n.options.Snapshot = filepath.Join(t.TempDir(), "missing", "log.snapshot")
	q := n.open()
	n.admit(q, 1, 3)
	n.close(q)
	if len(n.warned) != 1 || !errors.Is(n.warned[0], os.ErrNotExist) {
		t.Errorf("warned of %v", n.warned)
	}
}
