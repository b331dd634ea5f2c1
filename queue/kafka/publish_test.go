package kafka

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"beibu/queue"
)

// Batches that wait while another one is published are published together, each in
// messages of its own partition.
func TestWaitingBatchesArePublishedTogether(t *testing.T) {
	const partitions = 3
	q := opened(t, partitions)
	of := admitted(t, q)
	d := &dispatch{q: q, slot: make(chan struct{}, 1)}
	var calls [][]queue.Entry // written by the holder of the slot
	first := make(chan struct{})
	d.handle = func(_ context.Context, entries []queue.Entry) ([]queue.Event, error) {
		if calls = append(calls, entries); len(calls) == 1 {
			<-first
		}
		return []queue.Event{{Name: "dispatched", Subject: queue.ExchangeSubject(entries[len(entries)-1].ID)}}, nil
	}
	var hands sync.WaitGroup
	hand := func(partition int) {
		hands.Go(func() {
			if err := d.hand(t.Context(), &batch{entries: []queue.Entry{of[partition]}}); err != nil {
				t.Error(err)
			}
		})
	}
	hand(0)
	for len(d.slot) == 0 || d.waits() > 0 {
		runtime.Gosched()
	}
	for p := 1; p < partitions; p++ {
		hand(p)
		for d.waits() < p {
			runtime.Gosched()
		}
	}
	close(first)
	hands.Wait()
	if len(calls) != 2 || len(calls[1]) != partitions-1 {
		t.Fatalf("calls %+v", calls)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute) // so that a fault does not hang
	defer cancel()
	var entries, events []int
	err := q.Follow(ctx, 0, func(_ context.Context, changes []queue.Change) error {
		for _, c := range changes {
			if c.Entry == nil {
				events = append(events, len(entries)-1) // behind its entry
				continue
			}
			partition, _, _ := q.layout.locate(c.Entry.Position)
			if c.Entry.ID != of[partition].ID {
				t.Errorf("partition %d has entry %x", partition, c.Entry.ID)
			}
			entries = append(entries, partition)
		}
		if len(entries)+len(events) == partitions+2 {
			cancel()
		}
		return nil
	})
	if err != nil || !slices.Equal(entries, []int{0, 1, 2}) || !slices.Equal(events, []int{0, 2}) {
		t.Errorf("entries of partitions %v, events behind %v, %v", entries, events, err)
	}
}

// waits returns how many batches wait.
func (d *dispatch) waits() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.waiting)
}

// What is published together is bounded, and no batch is passed over.
func TestBatchesPublishedTogetherAreBounded(t *testing.T) {
	d := &dispatch{}
	for _, n := range []int{batchEntries - 1, 1, 1, batchEntries, 2} {
		d.waiting = append(d.waiting, &batch{entries: make([]queue.Entry, n)})
	}
	all := slices.Clone(d.waiting)
	for _, want := range [][]*batch{all[:2], all[2:3], all[3:4], all[4:]} {
		if got := d.next(); !slices.Equal(got, want) {
			t.Errorf("got %d batches, want %d", len(got), len(want))
		}
	}
}

// A batch whose partition is lost while it waits is withdrawn, and one that is
// handled when the holder's partition is lost is handled again.
func TestBatchesOfLostPartitions(t *testing.T) {
	d := &dispatch{slot: make(chan struct{}, 1)}
	d.slot <- struct{}{}
	lost, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.hand(lost, &batch{}); !errors.Is(err, context.Canceled) || len(d.waiting) > 0 {
		t.Errorf("%v, %d batches wait", err, len(d.waiting))
	}
	d.handle = func(ctx context.Context, _ []queue.Entry) ([]queue.Event, error) { return nil, ctx.Err() }
	if err := d.publish(lost, []*batch{{}}); !errors.Is(err, errLost) {
		t.Errorf("got %v, want the partitions lost", err)
	}
}

// However many batches are dispatched, one commit each commitTime and one at the end
// commit them. A commit that fails leaves the partition.
func TestCommitsAreFew(t *testing.T) {
	for name, test := range map[string]struct {
		fails   error
		commits []int64
		left    bool
	}{
		"committed": {nil, []int64{19, 25}, false},
		"refused":   {errors.New("another generation"), []int64{19}, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := &progress{committed: 5}
				p.dispatched.Store(5)
				ended := make(chan struct{})
				var commits []int64
				left := false
				go p.commit(func(next int64) error {
					commits = append(commits, next)
					return test.fails
				}, ended, func() { left = true })
				<-time.After(3*commitTime + commitTime/2) // of the bubble
				for next := int64(6); next < 20; next++ {
					p.dispatched.Store(next)
				}
				<-time.After(10 * commitTime)
				p.dispatched.Store(25)
				close(ended)
				synctest.Wait()
				if !slices.Equal(commits, test.commits) || left != test.left {
					t.Errorf("commits %v, left %t", commits, left)
				}
			})
		})
	}
}

// However often dispatch moves, a group gets one commit a second.
func TestCommitsOnceASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := new(progress)
		ended := make(chan struct{})
		commits := 0
		go p.commit(func(int64) error { commits++; return nil }, ended, func() {})
		for next := int64(1); next <= 1000; next++ {
			p.dispatched.Store(next)
			<-time.After(10 * time.Millisecond) // of the bubble
		}
		close(ended)
		synctest.Wait()
		if commits < 10 || commits > 11 {
			t.Errorf("%d commits in ten seconds", commits)
		}
	})
}
