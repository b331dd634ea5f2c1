package exchange_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/journal"
	"beibu/queue"
	"beibu/queue/sqlite"
)

// A node is the suspensions of one node on a record that it shares.
type node struct {
	*exchange.Suspensions
	enforced []string // parties whose work this node has stopped
	err      error    // of enforce
}

func newNode(t *testing.T, store *sqlite.Store) *node {
	t.Helper()
	n := &node{}
	n.Suspensions = exchange.NewSuspensions(store, store, func(_ context.Context, party string) error {
		if _, suspended := n.Get(party); !suspended {
			t.Errorf("work for %s is stopped before it is suspended", party)
		}
		n.enforced = append(n.enforced, party)
		return n.err
	})
	return n
}

// follow follows the record until the test ends.
func (n *node) follow(t *testing.T, feed queue.Feed) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.Follow(ctx, feed) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func newStore(t *testing.T) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "queue.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

var suspendedAt = time.Date(2026, 11, 30, 3, 0, 0, 123000, time.UTC)

// A suspension is in force on the node that records it when the call returns, and
// on every other node once it has received the record; the last event counts.
func TestSuspensions(t *testing.T) {
	store := newStore(t)
	here, there := newNode(t, store), newNode(t, store)
	here.follow(t, store)
	there.follow(t, store)
	one := exchange.Suspension{Party: "window-vn", Reason: "key lost", Actor: "operator", At: suspendedAt}
	changed := there.Changed()
	if err := here.Suspend(t.Context(), one); err != nil {
		t.Fatal(err)
	}
	if got, ok := here.Get("window-vn"); !ok || got != one {
		t.Errorf("here: %+v, %t", got, ok)
	}
	<-changed
	if got, ok := there.Get("window-vn"); !ok || got != one {
		t.Errorf("there: %+v, %t", got, ok)
	}
	if !slices.Equal(here.enforced, []string{"window-vn"}) || len(there.enforced) > 0 {
		t.Errorf("stopped %v here and %v there", here.enforced, there.enforced)
	}
	if was, err := there.Resume(t.Context(), exchange.Suspension{Party: "window-th"}); was || err != nil {
		t.Errorf("a party that is not suspended: %t, %v", was, err)
	}
	another := one
	another.Reason = "another"
	if err := there.Suspend(t.Context(), another); err != nil {
		t.Fatal(err)
	}
	if was, err := here.Resume(t.Context(), exchange.Suspension{Party: "window-vn", Reason: "found", At: suspendedAt}); !was || err != nil {
		t.Errorf("%t, %v", was, err)
	}
	if err := there.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, n := range []*node{here, there} {
		if _, ok := n.Get("window-vn"); ok {
			t.Error("still suspended")
		}
	}
}

// Who waits for the suspension of a party is woken by that alone.
func TestAwaitSuspension(t *testing.T) {
	store := newStore(t)
	n := newNode(t, store)
	n.follow(t, store)
	ctx, cancel := context.WithCancel(t.Context())
	woken, ended := make(chan error, 1), make(chan error, 1)
	await := func(party string, to chan<- error) {
		n.Await(ctx, party)
		to <- ctx.Err()
	}
	go await("window-vn", woken)
	go await("window-my", ended)
	for _, party := range []string{"window-th", "window-vn"} {
		if err := n.Suspend(t.Context(), exchange.Suspension{Party: party, At: suspendedAt}); err != nil {
			t.Fatal(err)
		}
	}
	if err := <-woken; err != nil {
		t.Errorf("woken by the end of its context: %v", err)
	}
	n.Await(ctx, "window-th") // suspended already
	cancel()
	if err := <-ended; err == nil {
		t.Error("woken by the suspension of another party")
	}
	(*exchange.Suspensions)(nil).Await(ctx, "window-vn")
}

// An index that is behind is waited for up to the last event that changed the
// suspensions, and no further.
func TestAwaitSuspensionsInIndex(t *testing.T) {
	store := newStore(t)
	n := newNode(t, store)
	n.follow(t, store)
	var awaited index
	if err := n.AwaitIn(t.Context(), &awaited); err != nil || awaited != 0 {
		t.Errorf("without suspensions: %d, %v", awaited, err)
	}
	if err := n.Suspend(t.Context(), exchange.Suspension{Party: "window-vn", At: suspendedAt}); err != nil {
		t.Fatal(err)
	}
	suspended, err := store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.Append(t.Context(), queue.Event{Subject: queue.Subject{Kind: queue.SubjectKey, ID: "k"}, Name: "another", At: suspendedAt}); err != nil {
		t.Fatal(err)
	}
	if err := n.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := n.AwaitIn(t.Context(), &awaited); err != nil || int64(awaited) != suspended {
		t.Errorf("waited for %d, %v; want %d", awaited, err, suspended)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := n.AwaitIn(ctx, &awaited); exchange.KindOf(err) != exchange.Unavailable {
		t.Errorf("an index that does not come: %v", err)
	}
	if err := (*exchange.Suspensions)(nil).AwaitIn(ctx, &awaited); err != nil {
		t.Errorf("no suspensions: %v", err)
	}
}

// An index is the last sequence that somebody waited for.
type index int64

func (x *index) Wait(ctx context.Context, sequence int64) error {
	*x = index(sequence)
	return ctx.Err()
}

// What is not recorded, or not enforced, is an error that says that it may be tried
// again.
func TestSuspensionsThatFail(t *testing.T) {
	store := newStore(t)
	n := newNode(t, store)
	n.follow(t, store)
	n.err = errors.New("still carrying")
	err := n.Suspend(t.Context(), exchange.Suspension{Party: "window-vn", At: suspendedAt})
	if exchange.KindOf(err) != exchange.Unavailable {
		t.Errorf("not enforced: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := n.Suspend(ctx, exchange.Suspension{Party: "window-th", At: suspendedAt}); exchange.KindOf(err) != exchange.Unavailable {
		t.Errorf("not recorded: %v", err)
	}
	if _, err := n.Resume(ctx, exchange.Suspension{Party: "window-vn", At: suspendedAt}); exchange.KindOf(err) != exchange.Unavailable {
		t.Errorf("not caught up: %v", err)
	}
	if _, ok := n.Get("window-vn"); !ok {
		t.Error("resumed by a call that failed")
	}
}

// A node that starts with its index, with an index that is behind, or with none has
// the suspensions of the record, and applies no event twice.
func TestSuspensionsRestored(t *testing.T) {
	store := newStore(t)
	first := newNode(t, store)
	first.follow(t, store)
	index, err := journal.Open(t.Context(), filepath.Join(t.TempDir(), "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = index.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- index.Run(ctx, store) }()
	for _, step := range []string{"window-vn", "window-th", "-window-vn", "window-vn", "-window-th", "window-my"} {
		one := exchange.Suspension{Party: step, At: suspendedAt}
		if step[0] != '-' {
			err = first.Suspend(t.Context(), one)
		} else {
			one.Party = step[1:]
			_, err = first.Resume(t.Context(), one)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	head, err := store.Head(t.Context())
	if err == nil {
		err = index.Wait(t.Context(), head)
	}
	if err != nil {
		t.Fatal(err)
	}
	for from := range head + 1 {
		n := newNode(t, store)
		if from > 0 { // else without an index
			if err := n.Restore(t.Context(), index, from); err != nil {
				t.Fatal(err)
			}
		}
		n.follow(t, store)
		if err := n.CatchUp(t.Context()); err != nil {
			t.Fatal(err)
		}
		for party, want := range map[string]bool{"window-vn": true, "window-th": false, "window-my": true} {
			if _, got := n.Get(party); got != want {
				t.Errorf("from %d: %s suspended %t, want %t", from, party, got, want)
			}
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// An event that suspends nobody and one that cannot be read: the first changes
// nothing, the second stops the follower.
func TestSuspensionsOfOtherEvents(t *testing.T) {
	store := newStore(t)
	party := queue.Subject{Kind: queue.SubjectParty, ID: "window-vn"}
	if _, err := store.Append(t.Context(), queue.Event{Subject: party, Name: "PartyRenamed"},
		queue.Event{Subject: queue.Subject{Kind: queue.SubjectKey, ID: "window-vn"}, Name: string(exchange.PartySuspended)}); err != nil {
		t.Fatal(err)
	}
	n := newNode(t, store)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- n.Follow(ctx, store) }()
	if err := n.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, ok := n.Get("window-vn"); ok {
		t.Error("suspended")
	}
	if _, err := store.Append(t.Context(), queue.Event{Subject: party, Name: string(exchange.PartySuspended), Detail: []byte("[")}); err != nil {
		t.Fatal(err)
	}
	broken := newNode(t, store)
	if err := broken.Follow(t.Context(), store); err == nil {
		t.Error("an event that cannot be read was passed over")
	}
}
