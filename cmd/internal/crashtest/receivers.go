package crashtest

import (
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"net/http"
	"net/url"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange/httpapi"
)

// A reader is one client of a receiving party at one daemon.
type reader struct {
	w      *world
	who    string
	node   *Node
	calls  *client.Client
	chance *rand.Rand
}

func (w *world) newReceiver(who string, m *member, i int) *reader {
	return &reader{
		w: w, who: who, node: m.node, calls: m.node.As(who, m.fetch),
		chance: rand.New(rand.NewPCG(w.o.Seed, uint64(1_000+i))),
	}
}

func (r *reader) run(ctx context.Context) {
	for ctx.Err() == nil {
		select {
		case <-r.node.Serving():
			r.receive(ctx)
		case <-ctx.Done():
		}
	}
}

// receive fetches, checks each document, takes most of them and refuses some;
// what it forgets must come again.
func (r *reader) receive(ctx context.Context) {
	began := time.Now()
	mail, err := client.Get[httpapi.MailboxPage](ctx, r.calls, "/v1/mailbox", url.Values{"lease": {"5s"}, "wait": {"1s"}, "limit": {"20"}})
	if err != nil {
		r.excuse(ctx, err)
		return
	}
	acks := httpapi.Acks{}
	for _, d := range mail.Deliveries {
		if !r.look(ctx, d, began) {
			return
		}
		switch n := r.chance.IntN(100); {
		case n >= 10 || r.w.books.tolerance.Load():
			acks.Acks = append(acks.Acks, httpapi.Ack{ExchangeID: d.ExchangeID, Outcome: "accepted"})
		case n < 3:
			acks.Acks = append(acks.Acks, httpapi.Ack{ExchangeID: d.ExchangeID, Outcome: "refused", Code: "BUSY", Reason: "not now"})
		}
	}
	r.acknowledge(ctx, acks)
}

// look fetches the document and its envelope.
func (r *reader) look(ctx context.Context, d httpapi.MailboxItem, began time.Time) bool {
	document, err := r.calls.Call(ctx, http.MethodGet, d.Document, "", nil)
	if err != nil {
		r.excuse(ctx, err)
		return false
	}
	envelope, err := r.calls.Call(ctx, http.MethodGet, d.Envelope, "", nil)
	if err != nil {
		r.excuse(ctx, err)
		return false
	}
	r.w.books.hand(r.w.report, handed{d.ExchangeID, r.who}, d.DocumentNumber, sha256.Sum256(document.Body), sha256.Sum256(envelope.Body), began)
	return true
}

func (r *reader) acknowledge(ctx context.Context, acks httpapi.Acks) {
	if len(acks.Acks) == 0 {
		return
	}
	answer, err := client.Post[httpapi.AckResults](ctx, r.calls, "/v1/mailbox/acks", acks)
	if p := client.ProblemOf(err); p != nil && p.Status == http.StatusConflict {
		return // an answer was lost, and another reader of this party answered it otherwise
	}
	if err != nil {
		r.excuse(ctx, err)
		return
	}
	for _, result := range answer.Deliveries {
		if result.State == "ConsignmentAcceptance" {
			r.w.books.acknowledged(handed{result.ExchangeID, r.who})
		}
	}
}

// excuse notes a failure that a daemon's death does not explain: an answer that
// is neither a success nor a call to come again.
func (r *reader) excuse(ctx context.Context, err error) {
	if p := client.ProblemOf(err); p != nil && !comesAgain(p) && ctx.Err() == nil {
		r.w.report.fault(nil, "%s: %v", r.who, err)
	}
	await(ctx, nil, 20*time.Millisecond)
}
