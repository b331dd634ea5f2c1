package courier_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange"
	"beibu/exchange/courier"
	"beibu/exchange/courier/couriertest"
	"beibu/queue"
)

// moves returns the events of the circuit breaker of the receiver.
func moves(t *testing.T, w *couriertest.World) (names []exchange.State, all []exchange.Event) {
	t.Helper()
	all, _, err := w.Audit(t.Context(), exchange.AuditQuery{Kind: queue.SubjectParty, ID: customs})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		names = append(names, e.Name)
	}
	return names, all
}

func wantMoves(t *testing.T, w *couriertest.World, want ...exchange.State) {
	t.Helper()
	got, _ := moves(t, w)
	if len(got) != len(want) {
		t.Fatalf("the record has %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("the record has %v, want %v", got, want)
		}
	}
}

// The record has that the circuit breaker opened, with the cause, and that it closed, once
// each: a courier that continues on another node, or after a restart, tries one delivery at
// a time and opens nothing again.
func TestBreakerIsRecordedOnce(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, rude *couriertest.Rude, m *couriertest.Memory, to courier.Receiver) {
		w.Accept(time.Now(), 0, 10, false, customs)
		rude.Set(&courier.Error{Err: errors.New("no such topic"), Refused: true}, failing(1_000_000)...)
		stop := w.Run(to)
		pass(time.Minute)
		wantMoves(t, w, exchange.BreakerOpened)
		stop()
		_, all := moves(t, w)
		is, err := w.CircuitBreaker(t.Context(), customs)
		if err != nil || !is.Opened.Equal(all[0].At) || is.Cause.Code != "receiver-refuses" || is.Cause != all[0].Cause {
			t.Errorf("the index has %+v of %+v, %v", is, all[0], err)
		}
		before := len(rude.Given())
		stop = w.Run(to)
		pass(time.Minute)
		if again := rude.Given()[before:]; len(again) == 0 || again[0] != 1 {
			t.Errorf("after a restart batches of %v", again)
		}
		wantMoves(t, w, exchange.BreakerOpened)
		rude.Set(nil)
		m.Arrived(10)
		synctest.Wait()
		wantMoves(t, w, exchange.BreakerOpened, exchange.BreakerClosed)
		if is, err := w.CircuitBreaker(t.Context(), customs); err != nil || is.IsOpen() {
			t.Errorf("the index has %+v, %v", is, err)
		}
		stop()
	})
}

// A move that the record could not take is recorded with the next batch, and two couriers
// at once record it once.
func TestBreakerIsRecordedAtLast(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, rude *couriertest.Rude, _ *couriertest.Memory, to courier.Receiver) {
		w.Accept(time.Now(), 0, 10, false, customs)
		rude.Set(nil, failing(1_000_000)...)
		w.Break(errors.New("no disk"))
		stop := w.Run(to)
		other := w.Run(to)
		pass(time.Minute)
		wantMoves(t, w)
		w.Break(nil)
		pass(2 * time.Minute)
		wantMoves(t, w, exchange.BreakerOpened)
		stop()
		other()
	})
}

// The threshold is the courier's.
func TestBreakAfter(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, rude *couriertest.Rude, m *couriertest.Memory, to courier.Receiver) {
		w.Courier.BreakAfter = 2
		w.Accept(time.Now(), 0, 10, false, customs)
		rude.Set(nil, failing(2)...)
		stop := w.Run(to)
		m.Arrived(10)
		synctest.Wait()
		wantMoves(t, w, exchange.BreakerOpened, exchange.BreakerClosed)
		stop()
	})
}
