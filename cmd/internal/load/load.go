// Package load submits documents to a daemon as its senders would, fetches and
// acknowledges them as its receivers, and proves that everything accepted was
// delivered with the same bytes. The benchmark for users and that of the
// repository are both made of it.
package load

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange/proof"
)

// A Plan says what load is put on a daemon, and what is verified.
type Plan struct {
	Templates []Template // used in turn
	// Receiver returns a client that calls as a party that documents go to.
	Receiver func(party string) (*client.Client, error)
	Fetchers int // clients that fetch at once for each receiver
	// Open returns the document in an envelope whose seal holds. If it is nil,
	// receivers fetch no envelopes, and compare digests alone.
	Open func(envelope []byte) ([]byte, error)

	// Clients is how many submit at once, each the next document when the last was
	// answered (a closed loop). If there is a Rate, documents are sent at that rate
	// instead, whether earlier ones were answered or not (an open loop), with at
	// most Clients of them unanswered at once.
	Clients int
	Rate    float64 // documents a second; 0 means a closed loop

	For    time.Duration // how long; 0 means until Count is reached
	Count  uint64        // how many documents at most; 0 means as many as there is time for
	Resend uint64        // one document of so many is sent a second time; 0 means none

	// Receipts verifies every receipt, if it is not nil.
	Receipts *proof.Trust
	// Patience is how long one document is sent again while the daemon is away or
	// busy, and how long nothing may be delivered until what is missing is lost.
	Patience time.Duration
	// Progress is called once a second, if it is not nil.
	Progress func(Progress)
}

// A Template makes documents of one sender.
type Template struct {
	Sender *client.Client
	// Document returns a good document with a number of its own for each n.
	Document func(n uint64) ([]byte, proof.Identity, error)
}

// Progress says how far a load is.
type Progress struct {
	Elapsed  time.Duration
	Accepted int
	Missing  int // deliveries of what was accepted that are not acknowledged yet
}

// A run is a load on its way.
type run struct {
	Plan
	books *books
	start time.Time
	fail  context.CancelCauseFunc // ends everything
}

// Run puts the load on, waits until everything accepted is delivered, and returns
// what was measured. If ctx ends, nothing more is submitted, and the rest is done
// as usual. It fails if the first document of a template is not accepted, or if a
// receiver cannot fetch.
func (p Plan) Run(ctx context.Context) (Report, error) {
	whole, fail := context.WithCancelCause(context.WithoutCancel(ctx))
	defer fail(nil)
	r := &run{Plan: p, books: newBooks(), start: time.Now(), fail: fail}
	receivers, err := r.warmUp(ctx)
	if err != nil {
		return Report{}, err
	}
	fetching, stop := context.WithCancel(whole)
	var running sync.WaitGroup
	for name, receiver := range receivers {
		for range p.Fetchers {
			running.Go(func() { r.receive(fetching, name, receiver) })
		}
	}
	running.Go(func() { r.tick(fetching) })
	r.start = time.Now()
	r.submitAll(ctx, whole)
	submitted := time.Since(r.start)
	r.drain(whole)
	took := time.Since(r.start)
	stop()
	running.Wait()
	if err := context.Cause(whole); err != nil {
		return Report{}, err
	}
	return r.books.report(submitted, took), nil
}

// warmUp submits one document of each template, one by one, so that a mistake in
// the credentials or the documents ends the run before the load, and schemas are
// compiled. It returns the receivers that they go to. These documents must be
// delivered too, and are not measured.
func (r *run) warmUp(ctx context.Context) (map[string]*client.Client, error) {
	receivers := make(map[string]*client.Client)
	for i, t := range r.Templates {
		d, err := r.document(uint64(i), t)
		if err != nil {
			return nil, err
		}
		r.books.open(d, r.start)
		answer, _, err := r.submit(ctx, ctx, d)
		if err != nil {
			return nil, fmt.Errorf("submit first %s of %s: %w", d.identity.Kind, d.identity.Sender, err)
		}
		for _, party := range answer.Receivers {
			if receivers[party] != nil {
				continue
			}
			if receivers[party], err = r.Receiver(party); err != nil {
				return nil, err
			}
		}
		r.books.accept(d, answer, unmeasured)
		r.verify(d, answer)
	}
	return receivers, nil
}

// unmeasured is the time that a document took which is not measured.
const unmeasured = -1

// drain returns once everything accepted is delivered, or nothing was for as long
// as there is patience.
func (r *run) drain(ctx context.Context) {
	idle := time.NewTimer(r.Patience)
	defer idle.Stop()
	for !r.books.complete() {
		select {
		case <-r.books.moved:
			idle.Reset(r.Patience)
		case <-idle.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// tick reports progress once a second.
func (r *run) tick(ctx context.Context) {
	if r.Progress == nil {
		return
	}
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			p := r.books.progress()
			p.Elapsed = time.Since(r.start)
			r.Progress(p)
		case <-ctx.Done():
			return
		}
	}
}

// canceled reports whether a call failed since a context ended, or would end.
func canceled(ctx context.Context, err error) bool {
	return ctx.Err() != nil || errors.Is(err, context.Canceled)
}
