package httpapi_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/courier/mailbox"
	"beibu/exchange/httpapi"
)

// A failingMailbox is the real one, with failures at the command of a test.
type failingMailbox struct {
	*mailbox.Mailbox
	mu      sync.Mutex
	err     error         // what it returns, if it is to fail
	fetched chan struct{} // receives for every fetch that begins; or nil
}

// fail makes everything answer an error, until it is nil.
func (m *failingMailbox) fail(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.err = err
}

func (m *failingMailbox) failure() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

// Fetch is httpapi.Mailbox's.
func (m *failingMailbox) Fetch(ctx context.Context, receiver string, o exchange.Fetch) ([]exchange.Leased, error) {
	if err := m.failure(); err != nil {
		return nil, err
	}
	if m.fetched != nil {
		m.fetched <- struct{}{}
	}
	return m.Mailbox.Fetch(ctx, receiver, o)
}

// Acknowledge is httpapi.Mailbox's.
func (m *failingMailbox) Acknowledge(ctx context.Context, receiver string, acks []exchange.Ack) ([]exchange.AckResult, error) {
	if err := m.failure(); err != nil {
		return nil, err
	}
	return m.Mailbox.Acknowledge(ctx, receiver, acks)
}

func (w *world) fetch(as, query string) []httpapi.MailboxItem {
	w.t.Helper()
	return read[httpapi.MailboxPage](w.t, w.do(request{path: "/v1/mailbox?" + query, as: as}), http.StatusOK).Deliveries
}

// ack returns the body that says one thing of some exchanges.
func ack(rest string, ids ...string) string {
	all := make([]string, 0, len(ids))
	for _, id := range ids {
		all = append(all, `{"exchangeId":"`+id+`",`+rest+`}`)
	}
	return `{"acks":[` + strings.Join(all, ",") + `]}`
}

// The whole way of a delivery as a receiver walks it.
func TestFetchAndAcknowledge(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	document := carnet(t, "A")
	a, b := w.submit(document), w.submit(carnet(t, "B"))
	w.consigned(b.ExchangeID)
	first := w.fetch(receiver, "limit=1&lease=1h")
	if len(first) != 1 || first[0].ExchangeID != a.ExchangeID || first[0].Attempt != 1 || first[0].DigestSHA256 != a.DigestSHA256 ||
		first[0].Size != len(document) || !first[0].LeasedUntil.After(first[0].AcceptedAt.Time) {
		t.Fatalf("%+v", first)
	}
	if got := w.do(request{path: first[0].Document, as: receiver}); string(got.body) != string(document) {
		t.Errorf("%d, %d bytes", got.status, len(got.body))
	}
	if got := w.do(request{path: first[0].Envelope, as: receiver}); got.status != http.StatusOK {
		t.Errorf("envelope: %d", got.status)
	}
	// What is leased is not handed out again.
	if second := w.fetch(receiver, ""); len(second) != 1 || second[0].ExchangeID != b.ExchangeID {
		t.Errorf("%+v", second)
	}
	if others := w.fetch(stranger, ""); len(others) != 0 {
		t.Errorf("a stranger is handed %+v", others)
	}
	acked := ack(`"outcome":"accepted"`, a.ExchangeID)
	for range 2 { // saying it again does no harm
		got := read[httpapi.AckResults](t, w.do(request{path: "/v1/mailbox/acks", as: receiver, body: acked}), http.StatusOK)
		if len(got.Deliveries) != 1 || got.Deliveries[0].State != exchange.ConsignmentAcceptance {
			t.Errorf("%+v", got)
		}
	}
	refused := ack(`"outcome":"refused","code":"page-missing","reason":"page 2"`, b.ExchangeID)
	read[httpapi.AckResults](t, w.do(request{path: "/v1/mailbox/acks", as: receiver, body: refused}), http.StatusOK)
	x := read[httpapi.Exchange](t, w.do(request{path: "/v1/exchanges/" + b.ExchangeID, as: port}), http.StatusOK)
	for _, d := range x.Deliveries {
		if d.Receiver == receiver && (d.State != exchange.ConsignmentRejection || d.Cause == nil || d.Cause.Code != "page-missing") {
			t.Errorf("%+v", d)
		}
	}
}

// Hand-overs are counted and shown, and what is failing is listed for those who may
// see it.
func TestHandoversAreShown(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	a, b := w.submit(carnet(t, "A")), w.submit(carnet(t, "B"))
	w.consigned(b.ExchangeID)
	past := time.Now().Add(-time.Hour)
	for i := range patience {
		err := w.recorder.Record(t.Context(), exchange.Event{
			Exchange: uuid.MustParse(a.ExchangeID), Receiver: receiver, Name: exchange.ContentHandover, Attempt: 1, At: past.Add(time.Duration(i) * time.Minute),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for as, want := range map[string]int{operator: 1, port: 1, receiver: 1, stranger: 0} {
		page := read[httpapi.Page](t, w.do(request{path: "/v1/exchanges?failing=true", as: as}), http.StatusOK)
		if len(page.Exchanges) != want {
			t.Errorf("%s is shown %+v", as, page.Exchanges)
		}
		for _, x := range page.Exchanges {
			if i := slices.IndexFunc(x.Deliveries, func(d httpapi.Delivery) bool { return d.Failing }); x.ExchangeID != a.ExchangeID || i < 0 ||
				x.Deliveries[i].Receiver != receiver || x.Deliveries[i].Handovers != patience {
				t.Errorf("%s is shown %+v", as, x)
			}
		}
	}
	got := w.fetch(receiver, "")
	if len(got) != 2 || got[0].ExchangeID != b.ExchangeID || got[0].Handovers != 1 || got[1].ExchangeID != a.ExchangeID || got[1].Handovers != patience+1 {
		t.Errorf("%+v", got)
	}
	if got := w.do(request{path: "/v1/exchanges?failing=yes", as: operator}); got.status != http.StatusBadRequest {
		t.Errorf("failing=yes: %d", got.status)
	}
}

// An ack that cannot be taken leaves the others untaken as well.
func TestAcksAreAllOrNone(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	a := w.submit(carnet(t, "A"))
	held := w.submit(carnet(t, "HOLD-B"))
	w.consigned(a.ExchangeID)
	both := ack(`"outcome":"accepted"`, a.ExchangeID, held.ExchangeID)
	p := read[answer.Problem](t, w.do(request{path: "/v1/mailbox/acks", as: receiver, body: both}), http.StatusNotFound)
	missing := ack(`"outcome":"accepted"`, noSuch)
	q := read[answer.Problem](t, w.do(request{path: "/v1/mailbox/acks", as: receiver, body: missing}), http.StatusNotFound)
	if p.Detail != q.Detail {
		t.Errorf("one that was not consigned: %q; one that is not there: %q", p.Detail, q.Detail)
	}
	if got := w.fetch(receiver, ""); len(got) != 1 || got[0].ExchangeID != a.ExchangeID {
		t.Errorf("%+v", got)
	}
}

// poll begins a poll that waits, and returns where its answer will come.
func (w *world) poll() <-chan result {
	w.t.Helper()
	w.mailbox.fetched = make(chan struct{}, 1)
	polled := make(chan result, 1)
	go func() {
		defer close(polled)
		polled <- w.do(request{path: "/v1/mailbox?wait=1m", as: receiver})
	}()
	<-w.mailbox.fetched
	return polled
}

// A poll that waits is answered when something comes.
func TestLongPoll(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	polled := w.poll()
	a := w.submit(carnet(t, "A"))
	got := read[httpapi.MailboxPage](t, <-polled, http.StatusOK).Deliveries
	if len(got) != 1 || got[0].ExchangeID != a.ExchangeID {
		t.Errorf("%+v", got)
	}
}

// A poll that waits is refused when its party is suspended, and what comes after is
// not handed over.
func TestSuspensionEndsPolls(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	polled := w.poll()
	w.do(request{path: "/v1/parties/" + receiver + "/suspension", as: operator, body: `{"reason":"key lost"}`})
	if p := read[answer.Problem](t, <-polled, http.StatusForbidden); p.Code != exchange.CodeSuspended {
		t.Errorf("%+v", p)
	}
	a := w.submit(carnet(t, "A"))
	w.consigned(a.ExchangeID)
	w.do(request{method: http.MethodDelete, path: "/v1/parties/" + receiver + "/suspension?reason=found", as: operator})
	w.mailbox.fetched = nil
	if got := w.fetch(receiver, ""); len(got) != 1 || got[0].Handovers != 1 {
		t.Errorf("%+v", got)
	}
}

// A poll is answered, with nothing, when the server drains: one that waits, and
// one that comes too late to wait.
func TestDrainEndsPolls(t *testing.T) {
	w := newWorld(t, httpapi.Limits{})
	polled := w.poll()
	w.server.Drain()
	late := w.poll()
	for _, poll := range []<-chan result{polled, late} {
		if got := read[httpapi.MailboxPage](t, <-poll, http.StatusOK).Deliveries; len(got) != 0 {
			t.Errorf("%+v", got)
		}
	}
}
