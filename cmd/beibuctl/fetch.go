package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/google/uuid"

	"beibu/cmd/internal/client"
	"beibu/cmd/internal/terminal"
	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
	"beibu/signing"
)

// getMail fetches deliveries.
type getMail struct {
	store
	Wait  time.Duration `default:"0s" help:"How long to wait if nothing is there yet, at most 60s (${default})."`
	Limit int           `default:"0" help:"How many at most; 0 means all that wait (${default})."`
	Lease time.Duration `default:"60s" help:"How long nobody else gets what was fetched, from 1s to 1h (${default})."`
}

// A store is where deliveries are kept, and whose seals count.
type store struct {
	Dir   string   `required:"" placeholder:"DIR" help:"Folder to keep them in, as EXCHANGEID.xml and EXCHANGEID.envelope.xml."`
	Trust []string `placeholder:"PATH" help:"PEM file, or folder of *.pem files, with the certificates whose seals count; by default those that the daemon publishes."`
}

// Validate holds the bounds of the API.
func (c *getMail) Validate() error {
	switch {
	case c.Wait < 0 || c.Wait > time.Minute:
		return errors.New("--wait is from 0s to 60s")
	case c.Lease < time.Second || c.Lease > time.Hour:
		return errors.New("--lease is from 1s to 1h")
	case c.Limit < 0:
		return errors.New("--limit is not negative")
	}
	return nil
}

// A kept delivery is one that was fetched, as it is printed.
type kept struct {
	ExchangeID     string `json:"exchangeId"`
	Attempt        int    `json:"attempt"`
	Sender         string `json:"sender"`
	Kind           string `json:"kind"`
	DocumentNumber string `json:"documentNumber"`
	DigestSHA256   string `json:"digestSHA256"`
	Again          bool   `json:"again,omitempty"`   // read again, whatever became of it
	Waiting        bool   `json:"waiting,omitempty"` // and still to be acknowledged
	Kept           bool   `json:"kept"`              // in the folder
	Code           string `json:"code,omitempty"`    // why not: what does not hold
	Reason         string `json:"reason,omitempty"`  // and for people
}

// maxMail is the most that is fetched in one call. What is leased must be kept
// before the lease ends.
const maxMail = 50

// Run fetches until nothing is there, or the limit is reached. What does not
// hold is reported and not kept, and comes again when its lease ends.
func (c *getMail) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	g, err := c.getting(ctx, s, caller)
	if err != nil {
		return err
	}
	for {
		more, err := c.page(ctx, g)
		switch {
		case err != nil:
			return err // what does not hold is printed already
		case !more:
			return g.outcome
		}
	}
}

// getting returns what keeps deliveries in the folder.
func (c *store) getting(ctx context.Context, s *session, caller *client.Client) (*getting, error) {
	trusted, err := c.trust(ctx, s, caller)
	if err != nil {
		return nil, err
	}
	if err := folder(c.Dir); err != nil {
		return nil, err
	}
	return &getting{dir: c.Dir, session: s, client: caller, trusted: trusted, seen: make(map[string]bool)}, nil
}

// trust returns whose seals count.
func (c *store) trust(ctx context.Context, s *session, caller *client.Client) (proof.Trust, error) {
	if len(c.Trust) > 0 {
		return proof.Read(c.Trust)
	}
	var published proof.Trust
	keys, err := client.Get[proof.Keys](ctx, caller, "/v1/keys", nil)
	if err != nil {
		return published, err
	}
	s.note("seals are checked with the keys that %s publishes; --trust names keys of your own", s.Server)
	return published, published.AddKeys(keys)
}

// A getting is one run of mailbox get or mailbox again.
type getting struct {
	dir     string
	session *session
	client  *client.Client
	trusted proof.Trust
	seen    map[string]bool // ids and attempts that were fetched
	outcome error
}

// page fetches once, and reports whether there may be more.
func (c *getMail) page(ctx context.Context, g *getting) (more bool, err error) {
	size := maxMail
	if c.Limit > 0 {
		size = min(size, c.Limit-len(g.seen))
	}
	wait := c.Wait
	if len(g.seen) > 0 {
		wait = 0 // something came
	}
	mail, err := client.Get[httpapi.MailboxPage](ctx, g.client, "/v1/mailbox", url.Values{
		"limit": {strconv.Itoa(size)}, "lease": {c.Lease.String()}, "wait": {wait.String()},
	})
	if err != nil {
		return false, err
	}
	fresh := 0
	for _, item := range mail.Deliveries {
		if g.seen[item.ExchangeID] {
			continue // its lease ended while we were at work
		}
		g.seen[item.ExchangeID] = true
		fresh++
		k := g.keep(ctx, item)
		if ctx.Err() != nil { // what was not fetched stays in the mailbox
			return false, ctx.Err()
		}
		if err := g.session.printKept(k); err != nil {
			return false, err
		}
	}
	return fresh > 0 && (c.Limit == 0 || len(g.seen) < c.Limit), ctx.Err()
}

// keep fetches, verifies and keeps one delivery.
func (g *getting) keep(ctx context.Context, item httpapi.MailboxItem) kept {
	k := kept{
		ExchangeID: item.ExchangeID, Attempt: item.Attempt, Sender: item.Sender, Kind: item.Kind,
		DocumentNumber: item.DocumentNumber, DigestSHA256: item.DigestSHA256,
	}
	err := g.verified(ctx, item)
	switch {
	case err == nil:
		k.Kept = true
	case proof.CodeOf(err) != "":
		k.Code, k.Reason = proof.CodeOf(err), err.Error()
		g.outcome = worse(g.outcome, errFaults)
	default:
		k.Code, k.Reason = "not-kept", err.Error()
		g.outcome = worse(g.outcome, errUnable)
	}
	return k
}

// verified fetches an envelope and keeps it with its document, once its seal
// holds and it is for the delivery.
func (g *getting) verified(ctx context.Context, item httpapi.MailboxItem) error {
	id, err := uuid.Parse(item.ExchangeID) // it becomes the name of a file
	if err != nil {
		return fmt.Errorf("read exchange id: %w", err)
	}
	answer, err := g.client.Call(ctx, http.MethodGet, exchangeID(id.String()).path("/envelope"), "", nil)
	if err != nil {
		return err
	}
	envelope, err := g.trusted.OpenEnvelope(answer.Body)
	if err != nil {
		return err
	}
	if err := fits(envelope, item); err != nil {
		return err
	}
	if err := keep(g.dir, id.String()+documentSuffix, envelope.Document); err != nil {
		return err
	}
	return keep(g.dir, id.String()+envelopeSuffix, answer.Body)
}

// The names of what is kept, after the exchange id. The envelope is kept last:
// if it is, the document is too.
const (
	envelopeSuffix = ".envelope.xml"
	documentSuffix = ".xml"
)

// fits holds an envelope against the delivery that it was fetched for.
func fits(e *signing.Envelope, item httpapi.MailboxItem) error {
	switch {
	case e.Header.ExchangeID != item.ExchangeID:
		return &proof.Mismatch{Code: "envelope.exchange-id", Reason: "the envelope is of exchange " + e.Header.ExchangeID}
	case hex.EncodeToString(e.Header.DigestSHA256[:]) != item.DigestSHA256:
		return &proof.Mismatch{Code: "document.digest", Reason: "the document is not the one that the mailbox named"}
	}
	return nil
}

func (s *session) printKept(k kept) error {
	if s.asJSON() {
		return s.json(k)
	}
	line := terminal.Cleanf("%s  %s  %s  %s", k.ExchangeID, k.Kind, k.DocumentNumber, k.Sender)
	if k.Attempt > 1 {
		line += "  " + s.say("attempt %d", k.Attempt)
	}
	switch {
	case k.Waiting:
		line += "  " + s.word("again, not acknowledged yet")
	case k.Again:
		line += "  " + s.word("again")
	}
	if !k.Kept {
		line += "  " + terminal.Clean(s.say("not kept, %s: %s", k.Code, k.Reason))
	}
	return s.printf("%s\n", line)
}
