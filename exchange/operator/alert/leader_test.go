package alert_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange"
	"beibu/exchange/operator/alert"
	"beibu/queue"
)

// An alert fires once and resolves once, although each pass is by two leaders that know
// nothing of each other: the record decides.
func TestFiresOnceAndResolvesOnce(t *testing.T) {
	inBubble(t, func(_ *testing.T, w *world) {
		w.moves(exchange.BreakerOpened)
		for range 3 {
			w.pass()
			pass(time.Minute)
		}
		w.firing("receiver-failing/window-vn")
		w.moves(exchange.BreakerClosed)
		for range 3 {
			w.pass()
			pass(time.Minute)
		}
		w.firing()
		w.audited("AlertFired receiver-failing/window-vn", "AlertResolved receiver-failing/window-vn")
		w.moves(exchange.BreakerOpened)
		w.pass()
		w.firing("receiver-failing/window-vn")
	})
}

// What an index that is folded again has firing is what the first had.
func TestRebuild(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.moves(exchange.BreakerOpened)
		w.pass()
		again, err := w.Again(t, 1).FiringAlerts(t.Context())
		if err != nil || len(again) != 1 || again[0].Cause != "http-500" || again[0].Since.IsZero() || again[0].Parties[0] != windowVN {
			t.Errorf("firing are %+v, %v", again, err)
		}
	})
}

// A suspended party has one alert more, and what fired before stays until it is over.
func TestSwitchedOff(t *testing.T) {
	inBubble(t, func(_ *testing.T, w *world) {
		w.moves(exchange.BreakerOpened)
		w.pass()
		w.parties[0].Suspended = true
		w.pass()
		w.firing("receiver-failing/window-vn", "party-switched-off/window-vn")
		w.parties[0].Suspended = false
		w.moves(exchange.BreakerClosed)
		w.pass()
		w.firing()
		w.parties[0].Suspended = true
		w.moves(exchange.BreakerOpened)
		w.pass()
		w.firing("party-switched-off/window-vn")
	})
}

// A break-glass account in use fires at once, and one alert lasts over its uses.
func TestBreakGlass(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		use := func() {
			w.happens(exchange.Event{Subject: queue.Subject{Kind: queue.SubjectAction, ID: "emergency"}, Name: exchange.BreakGlassUsed, At: time.Now()})
		}
		leader := w.leader()
		compare := func() {
			if err := leader.Pass(t.Context(), time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		use()
		compare()
		pass(61 * time.Minute)
		use()
		compare()
		pass(119 * time.Minute)
		compare()
		w.firing("break-glass-used/emergency")
		pass(time.Minute)
		compare()
		w.audited("AlertFired break-glass-used/emergency", "AlertResolved break-glass-used/emergency")
	})
}

// A key that ends has an alert at each of 30, 14, 7 and 1 days, and all resolve when there
// is another.
func TestCertificateEnds(t *testing.T) {
	inBubble(t, func(_ *testing.T, w *world) {
		w.keys = []alert.Key{{Use: "signature", Owner: windowVN, Until: time.Now().Add(30*24*time.Hour + time.Minute)}, {Use: "seal", Owner: "beibu", Until: time.Now().Add(400 * 24 * time.Hour)}}
		w.pass()
		w.firing()
		var want []string
		for i, days := range []int{30, 14, 7, 1} {
			pass(time.Until(w.keys[0].Until) - time.Duration(days)*24*time.Hour)
			w.pass()
			want = append(want, "certificate-ending/signature/window-vn/"+[]string{"30", "14", "7", "1"}[i])
			w.firing(want...)
		}
		w.keys[0].Until = time.Now().Add(365 * 24 * time.Hour)
		w.pass()
		w.firing()
	})
}

// If a fact cannot be read, nothing fires and nothing resolves.
func TestUnreadable(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.moves(exchange.BreakerOpened)
		w.pass()
		l := w.leader()
		l.Activity = unreadable{w}
		if err := l.Pass(t.Context(), time.Now()); err == nil {
			t.Error("no error")
		}
		w.firing("receiver-failing/window-vn")
	})
}

type unreadable struct{ *world }

// An address that is down gets every change, in order and once, when it is back; another
// notifier continues after the one that has sent.
func TestNotifier(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		s, m := &sink{err: errDown}, &counts{}
		run := func() (stop func()) {
			return w.run(t, &alert.Notifier{Name: "duty", Sink: s, Index: w, Recorder: w.recorder(), Changed: w.changed, Meter: m})
		}
		stop := run()
		synctest.Wait()
		w.moves(exchange.BreakerOpened)
		w.pass()
		pass(time.Hour)
		w.moves(exchange.BreakerClosed)
		w.pass()
		pass(time.Hour)
		if s.tries < 5 || s.tries > 40 || len(s.got()) > 0 {
			t.Errorf("%d tries in two hours, taken %q", s.tries, s.got())
		}
		s.fail(nil)
		pass(10 * time.Minute)
		stop()
		stop = run()
		pass(time.Hour)
		want := []string{"receiver-failing/window-vn true", "receiver-failing/window-vn false"}
		if got := s.got(); !slices.Equal(got, want) {
			t.Errorf("taken %q, want %q", got, want)
		}
		if m.failed == 0 {
			t.Error("no failure is counted")
		}
		stop()
	})
}

// An address that is new gets what is firing, and not what is over. One that forgets gets
// what is firing again and again.
func TestNewAddress(t *testing.T) {
	inBubble(t, func(t *testing.T, w *world) {
		w.moves(exchange.BreakerOpened)
		w.pass()
		w.moves(exchange.BreakerClosed)
		w.pass()
		w.moves(exchange.BreakerOpened)
		w.pass()
		s := &sink{refreshes: true}
		stop := w.run(t, &alert.Notifier{Name: "new", Sink: s, Index: w, Recorder: w.recorder(), Changed: w.changed, Meter: &counts{}})
		pass(time.Minute)
		if got := s.got(); !slices.Equal(got, []string{"receiver-failing/window-vn true"}) {
			t.Errorf("taken %q", got)
		}
		pass(time.Hour)
		if n := len(s.got()); n < 10 || n > 13 {
			t.Errorf("sent %d times in an hour", n)
		}
		stop()
	})
}
