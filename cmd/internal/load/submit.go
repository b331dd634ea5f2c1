package load

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/proof"
)

// A document is one on its way.
type document struct {
	twice    bool // it is sent a second time once it is accepted
	sender   *client.Client
	bytes    []byte
	identity proof.Identity
	digest   [sha256.Size]byte
	id       uuid.UUID // of its exchange, which anyone can compute
}

// document makes a document of a template.
func (r *run) document(n uint64, t Template) (document, error) {
	b, identity, err := t.Document(n)
	if err != nil {
		return document{}, fmt.Errorf("make document: %w", err)
	}
	d := document{sender: t.Sender, bytes: b, identity: identity, digest: sha256.Sum256(b)}
	d.id = identity.ExchangeID(d.digest)
	return d, nil
}

// next returns document n of the load.
func (r *run) next(n uint64) (document, error) {
	first := uint64(len(r.Templates)) // those before were sent to warm up
	d, err := r.document(first+n, r.Templates[n%first])
	d.twice = r.Resend > 0 && n%r.Resend == 0
	return d, err
}

// more reports whether document n is to be sent at a time.
func (r *run) more(ctx context.Context, n uint64, at time.Time) bool {
	return ctx.Err() == nil && (r.Count == 0 || n < r.Count) && (r.For == 0 || at.Before(r.start.Add(r.For)))
}

// submitAll submits until there is enough, or ctx ends. What was sent is answered
// when it returns. Calls end with whole.
func (r *run) submitAll(ctx, whole context.Context) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer context.AfterFunc(whole, stop)()
	if r.Rate > 0 {
		r.openLoop(ctx, whole)
		return
	}
	r.closedLoop(ctx, whole)
}

// closedLoop has each client send the next document when its last was answered.
func (r *run) closedLoop(ctx, whole context.Context) {
	var taken atomic.Uint64
	var clients sync.WaitGroup
	defer clients.Wait()
	for range r.Clients {
		clients.Go(func() {
			for n := taken.Add(1) - 1; r.more(ctx, n, time.Now()); n = taken.Add(1) - 1 {
				d, err := r.next(n)
				if err != nil {
					r.fail(err)
					return
				}
				r.send(ctx, whole, d, time.Now())
			}
		})
	}
}

// openLoop sends documents at a constant rate. Each is made before it is due. If
// as many as may be are unanswered, it waits for one of them, and what is sent
// late for that is still measured from when it was due: so a server that is slow
// for a while is seen by every document that would have come meanwhile.
func (r *run) openLoop(ctx, whole context.Context) {
	places := make(chan struct{}, r.Clients)
	var sending sync.WaitGroup
	defer sending.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for n := uint64(0); ; n++ {
		due := r.start.Add(time.Duration(float64(n) / r.Rate * float64(time.Second)))
		if !r.more(ctx, n, due) {
			return
		}
		d, err := r.next(n)
		if err != nil {
			r.fail(err)
			return
		}
		timer.Reset(time.Until(due))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return
		}
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return
		}
		if by := time.Since(due); by > late {
			r.books.behind(by)
		}
		sending.Go(func() {
			defer func() { <-places }()
			r.send(ctx, whole, d, due)
		})
	}
}

// late is how long after it was due a document is sent late: longer than a timer of
// a busy machine takes.
const late = 10 * time.Millisecond

// send submits a document that was due at a time and keeps what became of it, and
// a second time if its turn has come.
func (r *run) send(ctx, whole context.Context, d document, due time.Time) {
	r.books.open(d, due) // a receiver may have it before the sender has the answer
	said, tries, err := r.submit(ctx, whole, d)
	took := time.Since(due)
	r.books.retry(tries - 1)
	if err != nil {
		r.books.refuse(codeOf(err))
		return
	}
	r.books.accept(d, said, took)
	r.verify(d, said)
	if d.twice {
		r.resend(ctx, whole, d, said.Receipt)
	}
}

// resend submits an accepted document a second time, which must get the first
// receipt, byte for byte.
func (r *run) resend(ctx, whole context.Context, d document, receipt string) {
	again, _, err := r.submitted(ctx, whole, d)
	switch {
	case err != nil:
		r.books.refuse(codeOf(err))
		return
	case !again.Duplicate || again.Receipt != receipt:
		r.books.receipt(d.id, errors.New("the second sending did not get the first receipt"))
	}
	r.books.resend()
}

// submit submits a document, and again while that may help, and returns how often.
// It fails if the document is not on its way to its receivers then: it is held, or
// it was accepted before by another run.
func (r *run) submit(ctx, whole context.Context, d document) (answer.Acceptance, int, error) {
	said, tries, err := r.submitted(ctx, whole, d)
	switch {
	case err != nil:
	case said.State == exchange.SubmissionHeld:
		err = errHeld
	case said.Duplicate && tries == 1:
		err = errBefore
	}
	return said, tries, err
}

// submitted is submit without a judgement on the answer. After ctx has ended it is
// not sent again, and a call that was made ends with whole.
func (r *run) submitted(ctx, whole context.Context, d document) (said answer.Acceptance, tries int, err error) {
	said, err = client.Persist(ctx, r.Patience, func(context.Context) (answer.Acceptance, error) {
		tries++
		return d.sender.Submit(whole, d.bytes)
	})
	return said, tries, err
}

// Answers that are no acceptance now.
var (
	errHeld   = errors.New("the document is held until an operator releases it")
	errBefore = errors.New("the document was accepted before")
)

// The codes by which documents are counted that were not accepted, beside those of
// problems.
const (
	codeHeld       = "held"
	codeBefore     = "accepted-before"
	codeUnanswered = "unanswered"
)

// codeOf returns the code of a document that was not accepted.
func codeOf(err error) string {
	if p := client.ProblemOf(err); p != nil {
		return p.Code
	}
	switch {
	case errors.Is(err, errHeld):
		return codeHeld
	case errors.Is(err, errBefore):
		return codeBefore
	}
	return codeUnanswered
}

// verify verifies a receipt: that the daemon signed it, and that it is for the
// document.
func (r *run) verify(d document, said answer.Acceptance) {
	if r.Receipts == nil {
		return
	}
	receipt, err := r.Receipts.OpenReceipt(said.Receipt)
	if err == nil && (receipt.ExchangeID != d.id.String() || receipt.DigestSHA256 != hex.EncodeToString(d.digest[:])) {
		err = errors.New("the receipt is for another document")
	}
	r.books.receipt(d.id, err)
}
