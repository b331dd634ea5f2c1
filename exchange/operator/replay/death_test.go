package replay_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/operator/replay"
	"beibu/queue"
)

// errDead is the error of every call after the death of a process.
var errDead = errors.New("the process is dead")

// A mortal appender dies at its nth append, before the record has the events or after.
type mortal struct {
	bounded

	left  int
	after bool // the events are in the record, and the caller does not learn it
	died  bool
}

func (m *mortal) Append(ctx context.Context, events ...queue.Event) (int64, error) {
	if m.died {
		return 0, errDead
	}
	if m.left--; m.left >= 0 {
		return m.bounded.Append(ctx, events...)
	}
	m.died = true
	if m.after {
		if _, err := m.bounded.Append(ctx, events...); err != nil {
			return 0, err
		}
	}
	return 0, errDead
}

// The process that executes a run dies at every one of its appends, and another one
// continues: no item is started twice, and none is forgotten.
func TestDeathAtEveryAppend(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 0; ; n++ {
			m := dies(t, n, after)
			if !m.died {
				if n < 8 {
					t.Errorf("only %d appends", n)
				}
				break
			}
		}
	}
}

// The process that executes a run as routed now dies at every one of its appends, and
// another one continues: each exchange is readdressed once.
func TestDeathWhileReaddressing(t *testing.T) {
	for _, after := range []bool{false, true} {
		for n := 0; ; n++ {
			w := routedWorld(t, 30)
			m := &mortal{bounded: w.record, left: n, after: after}
			run := w.approved(routedNow)
			w.leader = w.newLeader(m)
			r := w.survives(run)
			if r.Status != replay.Finished || r.Counts.Acknowledged != 45 {
				t.Errorf("dead at append %d, after it %t: %s, %+v", n, after, r.Status, r.Counts)
			}
			w.startedOnce(run)
			w.readdressedOnce(run)
			if !m.died {
				if n < 7 {
					t.Errorf("only %d appends", n)
				}
				break
			}
		}
	}
}

// survives lets the leader work, and another after its death, and receivers take what
// comes.
func (w *world) survives(run replay.Run) replay.Run {
	w.t.Helper()
	for range 60 {
		w.now = w.now.Add(time.Second)
		if _, err := w.leader.Pass(w.t.Context(), w.now); err != nil {
			w.restart() // with nothing but the record
		}
		if open := w.items(run.ID, replay.Started); len(open) > 0 {
			w.say(exchange.ConsignmentAcceptance, "", open...)
		}
	}
	return w.run(run.ID)
}

// dies executes a run, whose first leader dies at its nth append.
func dies(t *testing.T, n int, after bool) *mortal {
	t.Helper()
	w := newWorld(t, 60, numbered)
	m := &mortal{bounded: w.record, left: n, after: after}
	w.leader = w.newLeader(m)
	run := w.request(to("promotion"))
	if r := w.survives(run); r.Status != replay.Finished || r.Counts.Acknowledged != 60 {
		t.Errorf("dead at append %d, after it %t: %s, %+v", n, after, r.Status, r.Counts)
	}
	w.startedOnce(run)
	return m
}

// startedOnce fails the test if an attempt of an item of a run was started twice or
// never.
func (w *world) startedOnce(run replay.Run) {
	w.t.Helper()
	for _, i := range w.items(run.ID) {
		x, err := w.record.Exchange(w.t.Context(), i.Exchange)
		w.must(err)
		starts := 0
		for _, e := range x.Events {
			if e.Name == exchange.ContentConsignment && e.Receiver == i.Receiver && e.Attempt == i.Attempt+1 {
				starts++
			}
		}
		if starts != 1 {
			w.t.Errorf("item %d was started %d times", i.Number, starts)
		}
	}
}

// The process that requests a run dies at every one of its appends: there is a run with
// all of its items, or none, and the items can be planned.
func TestDeathOfTheRequest(t *testing.T) {
	for n := range 4 {
		w := newWorld(t, 25_000, numbered)
		m := &mortal{bounded: w.record, left: n}
		order := w.order(to("promotion"))
		w.runs.Recorder = w.recorder(m)
		_, err := w.runs.Request(t.Context(), order, w.scope())
		runs, _, listErr := w.record.Runs(t.Context(), replay.RunQuery{})
		w.must(listErr)
		if m.died != (err != nil) || m.died != (len(runs) == 0) {
			t.Errorf("dead at append %d: %v, %d runs", n, err, len(runs))
		}
		if !m.died {
			if n == 0 || runs[0].Counts.Waiting != 25_000 {
				t.Errorf("%d appends, %+v", n, runs[0].Counts)
			}
			return
		}
		w.restart()
		if run := w.request(to("promotion")); run.Counts.Waiting != 25_000 {
			t.Errorf("%+v", run.Counts)
		}
	}
	t.Error("a request has more appends than expected")
}

// Two leaders that act at once start no item twice.
func TestTwoLeaders(t *testing.T) {
	w := newWorld(t, 80, numbered)
	other := w.newLeader(w.record)
	run := w.request(to("promotion"))
	for range 60 {
		w.now = w.now.Add(time.Second)
		w.record.Before(func() { // between what the first reads and what it records
			if _, err := other.Pass(t.Context(), w.now.Add(time.Millisecond)); err != nil {
				t.Error(err)
			}
		})
		if _, err := w.leader.Pass(t.Context(), w.now); err != nil {
			t.Fatal(err)
		}
		if open := w.items(run.ID, replay.Started); len(open) > 0 {
			w.say(exchange.ConsignmentAcceptance, "", open...)
		}
	}
	if r := w.run(run.ID); r.Status != replay.Finished || r.Counts.Acknowledged != 80 {
		t.Errorf("%s, %+v", r.Status, r.Counts)
	}
	w.startedOnce(run)
}

// Two runs of one plan, requested at once, start each delivery once.
func TestTwoRunsOfOnePlan(t *testing.T) {
	w := newWorld(t, 3, numbered)
	order := w.order(to("promotion"))
	w.record.Before(func() {
		if _, err := w.runs.Request(t.Context(), order, w.scope()); err != nil {
			t.Error(err)
		}
	})
	second, err := w.runs.Request(t.Context(), order, w.scope())
	w.must(err)
	runs, _, err := w.record.Runs(t.Context(), replay.RunQuery{})
	if err != nil || len(runs) != 2 {
		t.Fatalf("%d runs, %v", len(runs), err)
	}
	for _, r := range runs {
		w.finish(r.ID)
	}
	total := replay.Counts{}
	for _, r := range runs {
		c := w.run(r.ID).Counts
		total.Acknowledged += c.Acknowledged
		total.Superseded += c.Superseded
	}
	if total.Acknowledged != 3 || total.Superseded != 3 {
		t.Errorf("%+v", total)
	}
	w.startedOnce(second)
}

// The index that another process folds from the same record, in batches of any size, has
// the same runs and items.
func TestRunsAreFoldedFromTheRecord(t *testing.T) {
	w := newWorld(t, 30, numbered)
	run := w.finish(w.request(to("promotion")).ID)
	if run.Status != replay.Finished {
		t.Fatalf("%+v", run)
	}
	for _, size := range []int{1, 7, 10_000} {
		other := w.record.Again(t, size)
		again, err := other.FindRun(t.Context(), run.ID)
		w.must(err)
		items, err := other.RunItems(t.Context(), replay.ItemQuery{Run: run.ID, Limit: 100})
		w.must(err)
		if fmt.Sprintf("%+v %+v", again, items) != fmt.Sprintf("%+v %+v", run, w.items(run.ID)) {
			t.Errorf("in batches of %d:\n%+v\n%+v", size, again, run)
		}
	}
}
