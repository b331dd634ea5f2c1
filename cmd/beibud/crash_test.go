package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/testdata"
)

const (
	crashSender  = "qinzhou-customs"
	crashClients = 16
)

var crashReceivers = []string{"gx-trade-promotion", "qinzhou-customs", "window-vn"}

// The daemon is killed again and again under load, at points that chance
// chooses. Every document accepted must reach every receiver with the bytes
// that were sent, a resend must get the first receipt, and no number may ever
// have two contents.
func TestCrashes(t *testing.T) {
	kills := 50
	if testing.Short() {
		kills = 5
	}
	w := newCrashWorld(t)
	if err := w.daemon.start(); err != nil {
		t.Fatal(err)
	}
	w.begin()
	for range kills {
		w.progress(20 + rand.IntN(200))
		if err := w.daemon.stop(syscall.SIGKILL); err == nil {
			t.Fatal("the daemon ended by itself")
		}
		if err := w.daemon.start(); err != nil {
			t.Fatal(err)
		}
	}
	w.senders.stop()
	w.drain()
	w.receivers.stop()
	if err := w.daemon.stop(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	w.check()
	t.Logf("%d accepted, %d kills, %d resends, %d conflicts refused, %d deliveries fetched again",
		len(w.accepted), kills, w.resends.Load(), w.conflicts.Load(), w.repeats.Load())
}

// A crashWorld is the daemon with its senders and receivers, and what they saw.
type crashWorld struct {
	t        *testing.T
	daemon   *process
	template []byte

	senders, receivers *crowd
	next               atomic.Int64
	done               chan struct{} // one for every answer got
	resends, conflicts atomic.Int64
	repeats            atomic.Int64

	mu       sync.Mutex
	accepted map[string]sent     // by exchange id
	got      map[handed][32]byte // digest of the bytes handed over
	acked    map[handed]bool     // the acknowledgement was answered
}

// sent is one document as its sender knows it.
type sent struct {
	number  string
	digest  [sha256.Size]byte
	receipt string
}

// handed is an exchange at a receiver.
type handed struct{ exchange, receiver string }

// A crowd is goroutines that work until they are stopped.
type crowd struct {
	ctx    context.Context //nolint:containedctx // it is what the crowd shares
	cancel context.CancelFunc
	wg     sync.WaitGroup
}

func newCrowd(t *testing.T) *crowd {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	return &crowd{ctx: ctx, cancel: cancel}
}

func (c *crowd) stop() {
	c.cancel()
	c.wg.Wait()
}

func newCrashWorld(t *testing.T) *crashWorld {
	t.Helper()
	s, err := testdata.Find("ata-carnet", "expo-machinery-qinzhou-haiphong")
	if err != nil {
		t.Fatal(err)
	}
	return &crashWorld{
		t: t, daemon: newProcess(t), template: testdata.Numbered(s.Bytes, "CN/4501/26/00183", "CRASH-NUMBER"),
		senders: newCrowd(t), receivers: newCrowd(t), done: make(chan struct{}, 1024),
		accepted: make(map[string]sent), got: make(map[handed][32]byte), acked: make(map[handed]bool),
	}
}

// begin starts the senders and the receivers.
func (w *crashWorld) begin() {
	sender := w.daemon.as(crashSender)
	for range crashClients {
		w.senders.wg.Go(func() {
			for w.senders.ctx.Err() == nil {
				w.sendOne(sender)
			}
		})
	}
	for _, name := range crashReceivers {
		receiver := w.daemon.as(name)
		w.receivers.wg.Go(func() {
			for w.receivers.ctx.Err() == nil {
				w.receive(name, receiver)
			}
		})
	}
}

// progress returns after n more answers.
func (w *crashWorld) progress(n int) {
	for range n {
		select {
		case <-w.done:
		case <-w.t.Context().Done():
			w.t.Fatal("no progress")
		}
	}
}

// sendOne submits a new document until it is answered, then sometimes again,
// and sometimes another content under its number.
func (w *crashWorld) sendOne(sender *client.Client) {
	number := fmt.Sprintf("CRASH-%08d", w.next.Add(1))
	document := testdata.Numbered(w.template, "CRASH-NUMBER", number)
	first, err := w.insist(w.senders.ctx, sender, document)
	if err != nil {
		w.unless(w.senders.ctx, err)
		return
	}
	w.mu.Lock()
	w.accepted[first.ExchangeID] = sent{number, sha256.Sum256(document), first.Receipt}
	w.mu.Unlock()
	switch rand.IntN(5) {
	case 0:
		w.resends.Add(1)
		again, err := w.insist(w.senders.ctx, sender, document)
		if err == nil && again.Receipt != first.Receipt {
			w.t.Errorf("%s: a resend got another receipt", number)
		}
		w.unless(w.senders.ctx, err)
	case 1:
		_, err := w.insist(w.senders.ctx, sender, append(bytes.Clone(document), '\n'))
		problem := client.ProblemOf(err)
		switch {
		case problem != nil && problem.Status == http.StatusConflict && problem.Earlier.ExchangeID == first.ExchangeID:
			w.conflicts.Add(1)
		case err == nil:
			w.t.Errorf("%s: another content was accepted", number)
		default:
			w.unless(w.senders.ctx, err)
		}
	}
}

// insist submits until there is an answer: a daemon that is away, or that says
// that nothing was promised, is asked again once one serves.
func (w *crashWorld) insist(ctx context.Context, sender *client.Client, document []byte) (httpapi.Acceptance, error) {
	for {
		select {
		case <-w.daemon.serving():
		case <-ctx.Done():
			return httpapi.Acceptance{}, ctx.Err()
		}
		answer, err := sender.Submit(ctx, document)
		problem := client.ProblemOf(err)
		if err == nil || problem != nil && problem.Status != http.StatusServiceUnavailable {
			select {
			case w.done <- struct{}{}:
			default:
			}
			return answer, err
		}
		if ctx.Err() != nil {
			return httpapi.Acceptance{}, ctx.Err()
		}
	}
}

// unless reports an error that is not the end of the crowd.
func (w *crashWorld) unless(ctx context.Context, err error) {
	if err != nil && ctx.Err() == nil {
		w.t.Error(err)
	}
}

// receive fetches, looks at each document, and acknowledges most of them; the
// rest must come again.
func (w *crashWorld) receive(name string, receiver *client.Client) {
	ctx := w.receivers.ctx
	select {
	case <-w.daemon.serving():
	case <-ctx.Done():
		return
	}
	mail, err := client.Get[httpapi.MailboxPage](ctx, receiver, "/v1/mailbox", url.Values{"lease": {"1s"}, "wait": {"1s"}, "limit": {"50"}})
	if err != nil {
		return // the daemon died: what was not acknowledged comes again
	}
	acks := httpapi.Acks{}
	for _, d := range mail.Deliveries {
		answer, err := receiver.Call(ctx, http.MethodGet, d.Document, "", nil)
		if err != nil {
			return
		}
		w.hand(handed{d.ExchangeID, name}, sha256.Sum256(answer.Body))
		if rand.IntN(10) > 0 {
			acks.Acks = append(acks.Acks, httpapi.Ack{ExchangeID: d.ExchangeID, Outcome: "accepted"})
		}
	}
	w.acknowledge(name, receiver, acks)
}

func (w *crashWorld) acknowledge(name string, receiver *client.Client, acks httpapi.Acks) {
	if len(acks.Acks) == 0 {
		return
	}
	if _, err := client.Post[httpapi.AckResults](w.receivers.ctx, receiver, "/v1/mailbox/acks", acks); err != nil {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range acks.Acks {
		w.acked[handed{a.ExchangeID, name}] = true
	}
}

// hand notes what a receiver was handed. The same exchange must always be the
// same bytes, and none may come after its acknowledgement was answered.
func (w *crashWorld) hand(h handed, digest [32]byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if before, again := w.got[h]; again {
		w.repeats.Add(1)
		if before != digest {
			w.t.Errorf("%s got other bytes of %s the second time", h.receiver, h.exchange)
		}
	}
	if w.acked[h] {
		w.t.Errorf("%s was handed %s after its acknowledgement", h.receiver, h.exchange)
	}
	w.got[h] = digest
}

// drain waits until nothing is open any more.
func (w *crashWorld) drain() {
	operator := w.daemon.as("operator")
	for _, state := range []exchange.State{exchange.SubmissionAcceptance, exchange.ContentConsignment, exchange.ContentHandover} {
		for {
			page, err := client.Get[httpapi.Page](w.t.Context(), operator, "/v1/exchanges", url.Values{"state": {string(state)}, "limit": {"1"}})
			if err != nil {
				w.t.Fatal(err)
			}
			if len(page.Exchanges) == 0 {
				break
			}
		}
	}
}

// check holds what the senders were promised against what the receivers got.
func (w *crashWorld) check() {
	numbers := make(map[string]string)
	for id, s := range w.accepted {
		if other, taken := numbers[s.number]; taken {
			w.t.Errorf("%s has two contents: exchanges %s and %s", s.number, id, other)
		}
		numbers[s.number] = id
		for _, receiver := range crashReceivers {
			switch digest, came := w.got[handed{id, receiver}]; {
			case !came:
				w.t.Errorf("%s never reached %s", s.number, receiver)
			case digest != s.digest:
				w.t.Errorf("%s reached %s with other bytes", s.number, receiver)
			}
		}
	}
	if len(w.accepted) == 0 {
		w.t.Error("nothing was accepted")
	}
}
