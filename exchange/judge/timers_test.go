package judge_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/exchangetest"
	"beibu/exchange/judge"
)

// A clocked leader decides at a time that a test sets.
type clocked struct {
	*judge.Leader

	now time.Time
}

func newClocked(tb testing.TB, w *exchangetest.World, now time.Time) *clocked {
	tb.Helper()
	l := ledgerAt(tb, filepath.Join(tb.TempDir(), "clocked.db"))
	w.Run(tb, func(ctx context.Context) error { return l.Run(ctx, w.Store) })
	c := &clocked{now: now}
	c.Leader = &judge.Leader{Ledger: l, Now: func() time.Time { return c.now }, Recorder: &exchange.Recorder{Appender: w.Store, Feed: w.Store, Fold: l}}
	return c
}

// pass has a leader do what is due at a time, once its ledger shows the whole record.
func (c *clocked) pass(tb testing.TB, w *exchangetest.World, at time.Time) {
	tb.Helper()
	c.now = at
	for busy := true; busy; {
		head, err := w.Store.Head(tb.Context())
		if err == nil {
			err = c.Ledger.Wait(tb.Context(), head)
		}
		if err == nil {
			busy, err = c.Pass(tb.Context())
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
}

// timers returns the deadlines of a kind.
func timers(tb testing.TB, l *judge.Ledger, q judge.TimerQuery) []judge.Timer {
	tb.Helper()
	q.Limit = 100
	all, _, err := l.Timers(tb.Context(), q)
	if err != nil {
		tb.Fatal(err)
	}
	return all
}

// transit is a kind that sets deadlines and opens or draws nothing.
const transit = "transit-declaration"

// sets stores a document that sets deadlines.
func sets(tb testing.TB, w *exchangetest.World, number int, due ...effects.Due) {
	tb.Helper()
	admit(tb, w.Store, transit, number, effects.Effects{Due: due})
}

// TestDeadlineFiresOnce fires a reminder and a deadline at their moments, each once,
// whatever leader is there and however often one starts again.
func TestDeadlineFiresOnce(t *testing.T) {
	w := world(t)
	at := time.Now().Add(time.Hour).Truncate(time.Microsecond).UTC()
	due := effects.Due{Name: effects.TransitExit, At: at, Remind: at.Add(-30 * time.Minute)}
	sets(t, w, 1, due)
	first, second := newClocked(t, w, at), newClocked(t, w, at)
	await(t, first.Ledger, one)
	moments := []struct {
		at               time.Time
		reminded, passed bool
	}{
		{due.Remind.Add(-time.Microsecond), false, false},
		{due.Remind, true, false},
		{at.Add(-time.Microsecond), true, false},
		{at, true, true},
		{at.Add(time.Hour), true, true},
	}
	for i, m := range moments {
		leader := []*clocked{first, second}[i%2]
		leader.pass(t, w, m.at)
		got := timers(t, leader.Ledger, judge.TimerQuery{})
		if len(got) != 1 || got[0].Reminded.IsZero() == m.reminded || got[0].Passed.IsZero() == m.passed {
			t.Fatalf("at %s: %+v", m.at, got)
		}
	}
	head, err := w.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	third := newClocked(t, w, at) // after a restart, with a ledger that is folded again
	third.pass(t, w, at.Add(24*time.Hour))
	if now, err := w.Store.Head(t.Context()); err != nil || now != head {
		t.Errorf("the record grew from %d to %d: something fired again (%v)", head, now, err)
	}
	got, want := timers(t, third.Ledger, judge.TimerQuery{}), timers(t, first.Ledger, judge.TimerQuery{})
	if len(got) != 1 || got[0] != want[0] {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestTwoLeadersFire has two leaders that do not know of each other fire one deadline: the
// first event in the record counts.
func TestTwoLeadersFire(t *testing.T) {
	w := world(t)
	at := time.Now().Add(time.Hour).Truncate(time.Microsecond).UTC()
	sets(t, w, 1, effects.Due{Name: effects.TransitExit, At: at})
	first, second := newClocked(t, w, at), newClocked(t, w, at.Add(time.Minute))
	for _, leader := range []*clocked{first, second} {
		await(t, leader.Ledger, one)
	}
	var group errgroup.Group
	for _, leader := range []*clocked{first, second} {
		group.Go(func() error {
			_, err := leader.Pass(t.Context())
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	second.pass(t, w, at.Add(time.Minute))
	first.pass(t, w, at.Add(time.Minute))
	a, b := timers(t, first.Ledger, judge.TimerQuery{}), timers(t, second.Ledger, judge.TimerQuery{})
	if len(a) != 1 || a[0] != b[0] || a[0].Passed.IsZero() {
		t.Errorf("%+v and %+v, want the same moment", a, b)
	}
}

// TestDeadlinesChange replaces deadlines by those of a later version, and removes those of
// a document that is refused.
func TestDeadlinesChange(t *testing.T) {
	w := world(t)
	at := time.Now().Add(time.Hour).Truncate(time.Microsecond).UTC()
	sets(t, w, 1, effects.Due{Name: effects.TransitExit, At: at}, effects.Due{Name: effects.Expiry, At: at})
	again := effects.Effects{Due: []effects.Due{{Name: effects.TransitExit, At: at.Add(time.Hour)}}}
	admitAs(t, w.Store, transit, 1, "later", again)
	c := newClocked(t, w, at)
	await(t, c.Ledger, func(all []judge.Timer) bool {
		return len(all) == 1 && all[0].Name == effects.TransitExit && all[0].At.Equal(at.Add(time.Hour))
	})
	c.pass(t, w, at)
	if got := timers(t, c.Ledger, judge.TimerQuery{State: judge.TimerPassed}); len(got) != 0 {
		t.Errorf("the deadline of an earlier version fired: %+v", got)
	}
	id := timers(t, c.Ledger, judge.TimerQuery{})[0].Exchange
	if err := w.Recorder.Record(t.Context(), exchange.Event{Exchange: id, Name: exchange.SubmissionRejection, At: at}); err != nil {
		t.Fatal(err)
	}
	await(t, c.Ledger, func(all []judge.Timer) bool { return len(all) == 0 })
}

// await waits until the deadlines of a ledger are as they have to be.
func await(tb testing.TB, l *judge.Ledger, fits func([]judge.Timer) bool) {
	tb.Helper()
	for {
		changed := l.Changed("")
		if fits(timers(tb, l, judge.TimerQuery{})) {
			return
		}
		select {
		case <-changed:
		case <-tb.Context().Done():
			tb.Fatalf("deadlines are %+v", timers(tb, l, judge.TimerQuery{}))
		}
	}
}

// one reports whether there is one deadline.
func one(all []judge.Timer) bool { return len(all) == 1 }

// TestDeadlinesByPage lists deadlines, the earliest first.
func TestDeadlinesByPage(t *testing.T) {
	w := world(t)
	at := time.Now().Add(time.Hour).Truncate(time.Microsecond).UTC()
	for i := range 5 {
		sets(t, w, i, effects.Due{Name: effects.TransitExit, At: at.Add(time.Duration(5-i) * time.Minute)})
	}
	c := newClocked(t, w, at)
	await(t, c.Ledger, func(all []judge.Timer) bool { return len(all) == 5 })
	q, seen := judge.TimerQuery{Limit: 2}, 0
	var before time.Time
	for {
		page, next, err := c.Ledger.Timers(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range page {
			if seen++; !d.At.After(before) {
				t.Errorf("%s after %s", d.At, before)
			}
			before = d.At
		}
		if q.After = next; next == 0 {
			break
		}
	}
	if seen != 5 {
		t.Errorf("%d deadlines in all pages", seen)
	}
	if got := timers(t, c.Ledger, judge.TimerQuery{Before: at.Add(3 * time.Minute)}); len(got) != 2 {
		t.Errorf("%d before, want 2", len(got))
	}
	if got := timers(t, c.Ledger, judge.TimerQuery{Exchange: uuid.New()}); len(got) != 0 {
		t.Errorf("of no exchange: %+v", got)
	}
}

// TestDeadlinesOfWithdrawn removes the deadlines of a document whose life has ended, and
// leaves those of one that has been amended.
func TestDeadlinesOfWithdrawn(t *testing.T) {
	w := world(t)
	at := time.Now().Add(time.Hour).Truncate(time.Microsecond).UTC()
	due := []effects.Due{{Name: effects.Expiry, At: at}}
	for i := range 2 {
		admit(t, w.Store, "certificate-of-origin", i, effects.Effects{Acts: []effects.Act{{Does: effects.Issue}}, Due: due})
	}
	c := newClocked(t, w, at)
	await(t, c.Ledger, func(all []judge.Timer) bool { return len(all) == 2 })
	admitAs(t, w.Store, "certificate-of-origin", 0, "2", effects.Effects{Acts: []effects.Act{{Does: effects.Withdraw}}})
	admitAs(t, w.Store, "certificate-of-origin", 1, "2", effects.Effects{Acts: []effects.Act{{Does: effects.Amend}}, Due: due})
	await(t, c.Ledger, func(all []judge.Timer) bool { return len(all) == 1 && all[0].Document.Number == "1" })
}
