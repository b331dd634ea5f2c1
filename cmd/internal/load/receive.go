package load

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/exchange/httpapi"
)

// What a receiver asks for. Nobody else gets a delivery while it is leased.
var (
	fetched = url.Values{"limit": {"50"}, "wait": {"10s"}, "lease": {"60s"}}
	listed  = url.Values{"limit": {"500"}, "wait": {"10s"}, "lease": {"60s"}}
)

// codeAltered is the code with which a delivery is refused that is not what was
// sent.
const codeAltered = "bench-altered"

// receive fetches and acknowledges the deliveries of a receiver until ctx ends.
func (r *run) receive(ctx context.Context, name string, receiver *client.Client) {
	query := listed
	if r.Open != nil {
		query = fetched
	}
	for ctx.Err() == nil {
		err := r.page(ctx, name, receiver, query)
		if err != nil && !canceled(ctx, err) {
			r.fail(fmt.Errorf("receive as %s: %w", name, err))
			return
		}
	}
}

// page fetches once and acknowledges what is of this run. Everything else in the
// mailbox is left to those who wait for it, and comes to them when its lease ends.
func (r *run) page(ctx context.Context, name string, receiver *client.Client, query url.Values) error {
	mail, err := client.Persist(ctx, r.Patience, func(ctx context.Context) (httpapi.MailboxPage, error) {
		return client.Get[httpapi.MailboxPage](ctx, receiver, "/v1/mailbox", query)
	})
	if err != nil {
		return err
	}
	acks, mine := httpapi.Acks{}, make([]uuid.UUID, 0, len(mail.Deliveries))
	for _, item := range mail.Deliveries {
		id, err := uuid.Parse(item.ExchangeID)
		digest, known := r.books.digest(id)
		if err != nil || !known {
			r.books.foreign(name, item.ExchangeID)
			continue
		}
		ack := httpapi.Ack{ExchangeID: item.ExchangeID, Outcome: httpapi.Accepted}
		altered, err := r.compare(ctx, receiver, item, id, digest)
		if client.ProblemOf(err) != nil {
			continue // without its envelope it is not delivered
		}
		if err != nil {
			return err
		}
		if altered != "" {
			ack.Outcome, ack.Code, ack.Reason = httpapi.Refused, codeAltered, "not what was sent"
		}
		r.books.deliver(id, name, altered)
		acks.Acks, mine = append(acks.Acks, ack), append(mine, id)
	}
	if len(mine) == 0 {
		return nil
	}
	if _, err := client.Persist(ctx, r.Patience, func(ctx context.Context) (httpapi.AckResults, error) {
		return client.Post[httpapi.AckResults](ctx, receiver, "/v1/mailbox/acks", acks)
	}); err != nil {
		return err
	}
	r.books.acknowledge(mine, name)
	return nil
}

// compare fetches an envelope and returns why its document is not the one that was
// sent, or "". If envelopes are not fetched, the digest in the list counts.
func (r *run) compare(ctx context.Context, receiver *client.Client, item httpapi.MailboxItem, id uuid.UUID, sent [sha256.Size]byte) (string, error) {
	if r.Open == nil {
		return differs(item.DigestSHA256 == hex.EncodeToString(sent[:])), nil
	}
	got, err := client.Persist(ctx, r.Patience, func(ctx context.Context) (client.Answer, error) {
		return receiver.Call(ctx, http.MethodGet, "/v1/exchanges/"+id.String()+"/envelope", "", nil)
	})
	if err != nil {
		return "", err
	}
	document, err := r.Open(got.Body)
	if err != nil {
		return err.Error(), nil
	}
	return differs(sha256.Sum256(document) == sent), nil
}

// differs says that a document is not the one that was sent, unless it is the same.
func differs(same bool) string {
	if same {
		return ""
	}
	return "the bytes are not those that were sent"
}
