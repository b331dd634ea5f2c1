package load

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/proof"
)

// A fake is an exchange with the API that a load needs. A test sets how fast it
// answers, and what becomes of documents.
type fake struct {
	pause     func(n int) time.Duration     // before the nth submission is answered
	say       func(n int) (int, any)        // in place of an acceptance, if the status is not 0
	deliver   func(id, receiver string) int // how often it comes there
	content   func(id string, b []byte) []byte
	others    []httpapi.MailboxItem // in every mailbox, of nobody here
	forbidden bool                  // mailboxes are closed

	mu        sync.Mutex
	submitted int
	documents map[string][]byte // by exchange
	mail      map[string][]httpapi.MailboxItem
	acks      []httpapi.Ack
	arrived   chan struct{} // closed when there is more mail
}

// The parties of every test.
const (
	sender   = "port"
	receiver = "window"
	second   = "department"
)

func newFake() *fake {
	return &fake{
		documents: map[string][]byte{}, mail: map[string][]httpapi.MailboxItem{}, arrived: make(chan struct{}),
		pause: func(int) time.Duration { return time.Millisecond }, say: func(int) (int, any) { return 0, nil },
		deliver: func(string, string) int { return 1 }, content: func(_ string, b []byte) []byte { return b },
	}
}

// as returns a client that calls as a party.
func (f *fake) as(party string) (*client.Client, error) {
	return &client.Client{Server: "http://exchange.test", Key: party, HTTP: &http.Client{Transport: f}}, nil
}

// plan returns a load on the fake, with documents of one template.
func (f *fake) plan() Plan {
	port, _ := f.as(sender)
	return Plan{
		Templates: []Template{{Sender: port, Document: func(n uint64) ([]byte, proof.Identity, error) {
			return fmt.Appendf(nil, "<a>%d</a>", n), identity(n), nil
		}}},
		Receiver: f.as, Fetchers: 2, Open: opened, Clients: 4, For: 10 * time.Second, Patience: time.Minute,
	}
}

// opened is how the envelopes of the fake are opened: they are the documents.
func opened(envelope []byte) ([]byte, error) {
	if string(envelope) == "forged" {
		return nil, errSeal
	}
	return envelope, nil
}

var errSeal = errors.New("the seal does not hold")

func identity(n uint64) proof.Identity {
	return proof.Identity{Sender: sender, Kind: "k", Number: fmt.Sprint(n)}
}

// RoundTrip answers a call.
func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	var status int
	var body any
	switch r.URL.Path {
	case "/v1/documents":
		b, _ := io.ReadAll(r.Body)
		status, body = f.submit(b)
	case "/v1/mailbox":
		status, body = f.fetch(r)
	case "/v1/mailbox/acks":
		var acks httpapi.Acks
		_ = json.NewDecoder(r.Body).Decode(&acks)
		f.mu.Lock()
		f.acks = append(f.acks, acks.Acks...)
		f.mu.Unlock()
		status, body = http.StatusOK, httpapi.AckResults{}
	default:
		f.mu.Lock()
		defer f.mu.Unlock()
		id := path.Base(path.Dir(r.URL.Path))
		return respond(r, http.StatusOK, f.content(id, f.documents[id]))
	}
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	return respond(r, status, b)
}

// respond answers a call whose caller is still there.
func respond(r *http.Request, status int, b []byte) (*http.Response, error) {
	if r.Context().Err() != nil {
		return nil, r.Context().Err()
	}
	if b == nil {
		status = http.StatusNotFound
	}
	return &http.Response{StatusCode: status, Request: r, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(b))}, nil
}

func (f *fake) submit(b []byte) (int, any) {
	f.mu.Lock()
	n := f.submitted
	f.submitted++
	f.mu.Unlock()
	<-time.After(f.pause(n)) // in the time of the bubble
	if status, body := f.say(n); status != 0 {
		return status, body
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	var number uint64
	_, _ = fmt.Sscanf(string(b), "<a>%d</a>", &number)
	digest := sha256.Sum256(b)
	id := identity(number).ExchangeID(digest).String()
	said := answer.Acceptance{ExchangeID: id, State: exchange.SubmissionAcceptance, Receivers: []string{receiver, second}, Receipt: "receipt of " + id}
	if _, known := f.documents[id]; known {
		said.Duplicate = true
		return http.StatusOK, said
	}
	f.documents[id] = b
	for _, party := range said.Receivers {
		for range f.deliver(id, party) {
			f.mail[party] = append(f.mail[party], httpapi.MailboxItem{ExchangeID: id, Attempt: 1, DigestSHA256: hex.EncodeToString(digest[:])})
		}
	}
	close(f.arrived)
	f.arrived = make(chan struct{})
	return http.StatusAccepted, said
}

// fetch answers with what is in a mailbox, once there is something.
func (f *fake) fetch(r *http.Request) (int, any) {
	party := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	if f.forbidden {
		return http.StatusForbidden, answer.Problem{Status: http.StatusForbidden, Code: "delivered-by-topic"}
	}
	timeout := time.After(10 * time.Second)
	for {
		f.mu.Lock()
		page := httpapi.MailboxPage{Deliveries: append(f.others, f.mail[party]...)}
		f.mail[party] = nil
		f.others = nil
		arrived := f.arrived
		f.mu.Unlock()
		if len(page.Deliveries) > 0 {
			return http.StatusOK, page
		}
		select {
		case <-arrived:
		case <-timeout:
			return http.StatusOK, page
		case <-r.Context().Done():
			return http.StatusOK, page
		}
	}
}

// digestOf returns the digest of document n.
func digestOf(n uint64) [sha256.Size]byte { return sha256.Sum256(fmt.Appendf(nil, "<a>%d</a>", n)) }
