package alert_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/journal"
	"beibu/exchange/operator/alert"
	"beibu/queue"
)

// A world is a record with the parties, keys and limits of a test.
type world struct {
	*exchangetest.Record
	t       *testing.T
	parties []alert.PartyFacts
	keys    []alert.Key
}

const windowVN = "window-vn"

// inBubble gives a test a world with a clock of its own.
func inBubble(t *testing.T, do func(t *testing.T, w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		pushed := exchange.Party{ID: windowVN, Push: exchange.Push{URL: "https://vn.example/"}}
		do(t, &world{Record: exchangetest.NewRecord(t), t: t, parties: []alert.PartyFacts{{Party: pushed}}})
	})
}

func (w *world) recorder() *exchange.Recorder {
	return &exchange.Recorder{Appender: w, Feed: w, Fold: w.Journal}
}

func (w *world) changed() <-chan struct{} { return w.Changed(journal.AlertsChanged) }

// leader returns a leader that knows nothing yet.
func (w *world) leader() *alert.Leader {
	return &alert.Leader{
		Index: w, Activity: w, Runs: w, Audit: w, Recorder: w.recorder(), Changed: w.changed,
		Parties: func() []alert.PartyFacts { return slices.Clone(w.parties) }, Keys: func(time.Time) []alert.Key { return w.keys },
		Limits: alert.Limits{Backlog: 12 * time.Hour, Failed: 10, Silence: 3}, Handovers: 5,
	}
}

// pass has a new leader compare once, and a second one at the same time.
func (w *world) pass() {
	w.t.Helper()
	one, other := w.leader(), w.leader()
	w.Before(func() { // the other is a moment faster
		if err := other.Pass(w.t.Context(), time.Now()); err != nil {
			w.t.Error(err)
		}
	})
	if err := one.Pass(w.t.Context(), time.Now()); err != nil {
		w.t.Error(err)
	}
	w.Before(nil)
}

// happens records an event of a party.
func (w *world) happens(e exchange.Event) {
	w.t.Helper()
	if err := w.recorder().Record(w.t.Context(), e); err != nil {
		w.t.Fatal(err)
	}
}

// moves moves the circuit breaker of the party.
func (w *world) moves(name exchange.State) {
	e := exchange.PartyEvent(windowVN, name, time.Now())
	e.Cause.Code = "http-500"
	w.happens(e)
}

// firing fails the test unless exactly these alerts are firing.
func (w *world) firing(want ...string) {
	w.t.Helper()
	all, err := w.FiringAlerts(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	var got []string
	for _, a := range all {
		got = append(got, a.ID())
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		w.t.Errorf("firing are %q, want %q", got, want)
	}
}

// audited fails the test unless the audit has exactly these events of alerts.
func (w *world) audited(want ...string) {
	w.t.Helper()
	all, _, err := w.Audit(w.t.Context(), exchange.AuditQuery{Kind: queue.SubjectAlert})
	if err != nil {
		w.t.Fatal(err)
	}
	var got []string
	for _, e := range all {
		got = append(got, string(e.Name)+" "+e.Subject.ID)
	}
	if !slices.Equal(got, want) {
		w.t.Errorf("the audit has %q, want %q", got, want)
	}
}

// A sink takes notices, or fails.
type sink struct {
	mu        sync.Mutex
	err       error
	refreshes bool
	taken     []string
	tries     int
}

// Send is alert.Sink's.
func (s *sink) Send(_ context.Context, _ time.Time, notices []alert.Notice) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tries++; s.err != nil {
		return s.err
	}
	for _, n := range notices {
		s.taken = append(s.taken, fmt.Sprintf("%s %t", n.ID(), n.Firing))
	}
	return nil
}

// Refreshes is alert.Sink's.
func (s *sink) Refreshes() bool { return s.refreshes }

func (s *sink) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *sink) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

// counts is an alert.Meter that counts failures.
type counts struct {
	mu     sync.Mutex
	failed int
}

// Sent is alert.Meter's.
func (c *counts) Sent(string, int) {}

// Failed is alert.Meter's.
func (c *counts) Failed(string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.failed++
}

var errDown = errors.New("down")

// run has a notifier send until stop.
func (w *world) run(t *testing.T, n *alert.Notifier) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		n.Run(ctx)
	}()
	return func() {
		cancel()
		<-done
	}
}

// Activities fails.
func (unreadable) Activities(context.Context) ([]exchange.Activity, error) { return nil, errDown }

// pass lets time pass in a bubble.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}
