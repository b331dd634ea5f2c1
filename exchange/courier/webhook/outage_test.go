package webhook_test

import (
	"context"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange"
	"beibu/exchange/courier"
	"beibu/exchange/courier/couriertest"
	"beibu/exchange/courier/webhook"
	"beibu/exchange/journal"
	"beibu/exchange/operator"
	"beibu/exchange/operator/alert"
	"beibu/queue"
)

// inBubble gives a test a world, and a receiver in memory, with a clock of its own.
func inBubble(t *testing.T, do func(t *testing.T, w *couriertest.World, r *receiver)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := couriertest.NewWorld(t)
		w.Courier.Schedule = courier.Schedule{Steps: webhook.DefaultSteps()}
		r, stop := newReceiverOver(t, &memory{dialed: make(chan net.Conn), done: make(chan struct{})}, nil, nil)
		do(t, w, r)
		stop()
	})
}

// attempts returns the codes of the attempts in the timeline of a document.
func attempts(t *testing.T, w *couriertest.World, number int) (codes []string, at []time.Time) {
	t.Helper()
	x, err := w.Exchange(t.Context(), couriertest.IDOf(number))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range x.Events {
		if e.Name == exchange.HandoverAttempt {
			codes, at = append(codes, e.Cause.Code), append(at, e.At)
		}
	}
	return codes, at
}

// duty is an address for notices of alerts, and leads them in a bubble.
type duty struct {
	mu  sync.Mutex
	got []string // guarded by mu
}

// Send is alert.Sink's.
func (d *duty) Send(_ context.Context, _ time.Time, notices []alert.Notice) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, n := range notices {
		d.got = append(d.got, n.Summary(n.Firing).EN)
	}
	return nil
}

// Refreshes is alert.Sink's.
func (*duty) Refreshes() bool { return false }

// Sent is alert.Meter's.
func (*duty) Sent(string, int) {}

// Failed is alert.Meter's.
func (*duty) Failed(string, error) {}

// lead has two leaders at once record alerts, and sends notices, until stop.
func (d *duty) lead(t *testing.T, w *couriertest.World) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	changed := func() <-chan struct{} { return w.Changed(journal.AlertsChanged) }
	var all sync.WaitGroup
	for range 2 {
		leader := alert.Leader{
			Index: w, Activity: w.Journal, Runs: w, Audit: w, Recorder: w.Courier.Recorder, Changed: changed, Keys: func(time.Time) []alert.Key { return nil },
			Parties: func() []alert.PartyFacts {
				return []alert.PartyFacts{{Party: exchange.Party{ID: customs, Push: exchange.Push{URL: "https://push.example/"}}}}
			},
			Limits: alert.Limits{Backlog: 30 * 24 * time.Hour, Failed: 10, Silence: 3}, Handovers: 5,
		}
		all.Go(func() {
			if err := leader.Lead(ctx, func(err error) { t.Error(err) }); err != nil {
				t.Error(err)
			}
		})
	}
	n := alert.Notifier{Name: "duty", Sink: d, Index: w, Recorder: w.Courier.Recorder, Changed: changed, Meter: d}
	all.Go(func() { n.Run(ctx) })
	return func() {
		cancel()
		all.Wait()
	}
}

// movesOf returns the events of a party.
func movesOf(t *testing.T, w *couriertest.World) (names []exchange.State) {
	t.Helper()
	all, _, err := w.Audit(t.Context(), exchange.AuditQuery{Kind: queue.SubjectParty})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range all {
		names = append(names, e.Name)
	}
	return names
}

// A receiver is down for five hours, answers 429 and 500, and then takes everything: in
// order, by the schedule, with the breaker opened and closed once. While it is down there
// is one cause, and one alert each says that it fails and that it is back.
func TestOutage(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, r *receiver) {
		const documents = 20
		began := time.Now()
		w.Accept(began, 0, documents/2, false, customs)
		answers := []int{http.StatusTooManyRequests, http.StatusInternalServerError}
		r.answer = func(rw http.ResponseWriter, _ *http.Request) {
			status := http.StatusOK
			if len(answers) > 0 {
				status, answers = answers[0], answers[1:]
			}
			rw.WriteHeader(status)
		}
		r.refuse(true)
		c := r.carrier(nil)
		pager := &duty{}
		rest := pager.lead(t, w)
		stop := w.Run(c.Receiver(customs, true))
		<-time.After(5 * time.Hour)
		sides, err := w.Activities(t.Context())
		if err != nil || len(sides) != 1 || sides[0].Cause.Code != "connect" || sides[0].Breaker.Cause.Code != "connect" || !sides[0].Next.After(time.Now()) {
			t.Errorf("while it is down: %+v, %v", sides, err)
		}
		pages := operator.Failures{Log: w.Journal, Activity: w.Journal, Handovers: 5}
		now := exchange.FailureQuery{Now: time.Now()}
		piles, err := pages.Retries(t.Context(), now)
		if err != nil || len(piles) != 1 {
			t.Fatalf("while it is down the failures page has %d causes, want 1 (%v)", len(piles), err)
		}
		if p := piles[0]; p.Code != "connect" || p.Receiver != customs || p.Count != 1 || p.Waiting != documents/2 || !p.Breaker.IsOpen() ||
			p.First.Sub(began) > time.Minute || !p.Last.After(p.First) || !p.Failure.Next.After(time.Now()) || p.Example != couriertest.IDOf(0) || p.Side != operator.Receiver {
			t.Errorf("the pile of the outage: %+v", p)
		}
		if lost, err := pages.List(t.Context(), now); err != nil || len(lost) != 0 {
			t.Errorf("failed for good while it is down: %+v, %v", lost, err)
		}
		w.Accept(time.Now(), documents/2, documents, false, customs) // it keeps collecting
		r.refuse(false)
		<-time.After(48 * time.Hour)
		if is := w.Delivery(documents-1, customs).State; is != exchange.ContentHandover {
			t.Errorf("the last is in state %s", is)
		}
		if piles, err := pages.Retries(t.Context(), now); err != nil || len(piles) != 0 {
			t.Errorf("the failures page after the outage: %+v, %v", piles, err)
		}
		stop()
		c.Close()
		rest()
		if moves := movesOf(t, w); !slices.Equal(moves, []exchange.State{exchange.BreakerOpened, exchange.BreakerClosed}) {
			t.Errorf("the record has %v", moves)
		}
		if len(pager.got) != 2 || !strings.HasSuffix(pager.got[0], ": connect") || pager.got[1] != customs+" takes deliveries again" {
			t.Errorf("notices %q", pager.got)
		}

		codes, at := attempts(t, w, 0)
		if want := []string{"connect", "connect", "connect", "connect", "connect", "http-429", "http-500", "http-200"}; !slices.Equal(codes, want) {
			t.Fatalf("attempts %v, want %v", codes, want)
		}
		for i, step := range webhook.DefaultSteps()[:len(at)-1] {
			if waited := at[i+1].Sub(at[i]); waited < step/2 || waited > step+time.Second {
				t.Errorf("after failure %d it waited %s, want half of %s or more", i+1, waited, step)
			}
		}
		posts := r.all()[2:]
		for i, p := range posts {
			if p.arrival().Exchange != couriertest.IDOf(i) {
				t.Fatalf("number %d arrived in the place of number %d", i, i)
			}
		}
		if len(posts) != documents {
			t.Errorf("%d arrived", len(posts))
		}
		for i, p := range r.all()[:3] { // the same message, signed again
			if p.header.Get("webhook-id") != couriertest.IDOf(0).String()+"-1" || i > 0 && p.arrival() != posts[0].arrival() {
				t.Errorf("try %d is another message: %v", i, p.header)
			}
		}
		opened := 0
		for len(w.Warned) > 0 {
			if said := <-w.Warned; said == "receiver failed several times in a row: circuit breaker open, trying one delivery at a time" {
				opened++
			} else if said == "receiver takes deliveries again: circuit breaker closed" && opened == 1 {
				opened += 10
			}
		}
		if opened != 11 {
			t.Errorf("the breaker was not opened once and then closed once (%d)", opened)
		}
	})
}

// One document that the receiver cannot take does not hold up the others, but for those
// of the same number.
func TestOneFails(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, r *receiver) {
		bad := couriertest.IDOf(1).String()
		var mended atomic.Bool
		r.answer = func(rw http.ResponseWriter, request *http.Request) {
			if !mended.Load() && request.Header.Get("Beibu-Exchange") == bad {
				rw.WriteHeader(http.StatusInternalServerError)
			}
		}
		w.Accept(time.Now(), 0, 5, false, customs)
		c := r.carrier(nil)
		stop := w.Run(c.Receiver(customs, true))
		<-time.After(time.Second)
		for i := range 5 {
			if is, want := w.Delivery(i, customs).State, map[bool]exchange.State{true: exchange.ContentConsignment, false: exchange.ContentHandover}[i == 1]; is != want {
				t.Errorf("number %d is in state %s, want %s", i, is, want)
			}
		}
		<-time.After(5 * time.Second) // the first step of the schedule
		if codes, _ := attempts(t, w, 1); !slices.Equal(codes, []string{"http-500", "http-500"}) {
			t.Errorf("attempts %v", codes)
		}
		mended.Store(true)
		<-time.After(5 * time.Minute)
		if is := w.Delivery(1, customs).State; is != exchange.ContentHandover {
			t.Errorf("it is in state %s at last", is)
		}
		stop()
		c.Close()
	})
}

// A refused certificate ends the delivery that met it and leaves the others waiting, so
// that one mistake does not end a whole backlog.
func TestCertificateEndsOne(t *testing.T) {
	inBubble(t, func(t *testing.T, w *couriertest.World, r *receiver) {
		r.answer = func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusGone) }
		w.Accept(time.Now(), 0, 5, false, customs)
		c := r.carrier(nil)
		stop := w.Run(c.Receiver(customs, true))
		<-time.After(time.Second)
		if is := w.Delivery(0, customs); is.State != exchange.ConsignmentRejection || is.Cause.Code != exchange.CodePushGone {
			t.Errorf("the first is %s since %+v", is.State, is.Cause)
		}
		for i := 1; i < 5; i++ {
			if is := w.Delivery(i, customs).State; is != exchange.ContentConsignment {
				t.Errorf("number %d is in state %s", i, is)
			}
		}
		stop()
		c.Close()
	})
}

// By the policy of the party, an answer of 2xx acknowledges.
func TestAnswerAcknowledges(t *testing.T) {
	inBubble(t, func(_ *testing.T, w *couriertest.World, r *receiver) {
		w.Accept(time.Now(), 0, 1, false, customs)
		c := r.carrier(nil)
		stop := w.Run(c.Receiver(customs, false))
		w.Await(0, customs, exchange.ConsignmentAcceptance)
		stop()
		c.Close()
	})
}

// Documents go out together as far as the carrier says, and the rest is for the next call.
func TestConcurrency(t *testing.T) {
	inBubble(t, func(t *testing.T, _ *couriertest.World, r *receiver) {
		release := make(chan struct{})
		r.answer = func(http.ResponseWriter, *http.Request) { <-release }
		c := r.carrier(func(o *webhook.Options) { o.Concurrency = 4 })
		done := make(chan []courier.Outcome)
		go func() {
			outcomes, err := c.Carry(t.Context(), parcel(1), parcel(2), parcel(3), parcel(4), parcel(5))
			if err != nil {
				t.Error(err)
			}
			done <- outcomes
		}()
		synctest.Wait()
		if n := len(r.all()); n != 4 {
			t.Errorf("%d at the same time, want 4", n)
		}
		close(release)
		outcomes := <-done
		for i, o := range outcomes {
			if o.State != exchange.ContentHandover {
				t.Errorf("outcome %d is %+v", i, o)
			}
		}
		if len(outcomes) != 4 {
			t.Errorf("%d outcomes", len(outcomes))
		}
		c.Close()
	})
}
