package exchange_test

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"beibu/exchange"
	"beibu/exchange/exchangetest"
	"beibu/exchange/proof"
	"beibu/exchange/rules"
	"beibu/exchange/rules/rulestest"
	"beibu/queue"
	"beibu/signing"
	"beibu/signing/c14n"
	"beibu/testdata"
)

const number = "CN/4501/26/00183"

// parties and routes of a small world.
var (
	parties = []exchange.Party{
		{ID: "qinzhou", Role: exchange.Customs, Country: "CN", Locodes: []string{"CNQZH"}, Sends: []string{"ata-carnet"}, Receives: []string{"ata-carnet"}},
		{ID: "promotion", Role: exchange.Department, Country: "CN", Receives: []string{"ata-carnet"}},
		{ID: "window-vn", Role: exchange.Window, Country: "VN", Receives: []string{"ata-carnet"}},
	}
	routes = []exchange.Route{{Name: "carnet", Kinds: []string{"ata-carnet"}, To: []string{"promotion", "customs:export", "window:import"}}}
)

// carnet returns a carnet with a number of its own.
func carnet(tb testing.TB, n string) []byte {
	tb.Helper()
	s, err := testdata.Find("ata-carnet", "expo-machinery-qinzhou-haiphong")
	if err != nil {
		tb.Fatal(err)
	}
	return testdata.Numbered(s.Bytes, number, n)
}

func from(sender string, b []byte) exchange.Document {
	return exchange.Document{Bytes: b, Sender: sender, Received: rulestest.Received}
}

func TestAccept(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	document := carnet(t, number)
	first, err := w.Accept(t.Context(), from("qinzhou", document))
	if err != nil {
		t.Fatal(err)
	}
	if first.Duplicate || len(first.Faults) > 0 || len(first.Exchange.Receivers) != 3 {
		t.Errorf("got %+v", first)
	}
	receipt, err := proof.OpenReceipt(first.Receipt, w.Keys.Receipt.Public().(ed25519.PublicKey))
	if err != nil || receipt.DigestSHA256 != fmt.Sprintf("%x", sha256.Sum256(document)) || receipt.Number != number {
		t.Errorf("receipt %+v, %v", receipt, err)
	}
	shown := w.Await(t, first.Exchange, exchangetest.Consigned)
	sealed, err := w.Store.Body(t.Context(), shown.Body)
	if err != nil {
		t.Fatal(err)
	}
	trust := signing.NewTrust(signing.Signer{Name: "test", Certificate: w.Keys.Seal.Certificate})
	envelope, err := signing.OpenEnvelope(sealed, trust)
	if err != nil || !bytes.Equal(envelope.Document, document) || envelope.Header.ExchangeID != first.Exchange.ID.String() {
		t.Errorf("envelope %+v, %v", envelope.Header, err)
	}
}

func TestResendAndConflict(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	document := carnet(t, number)
	first, err := w.Accept(t.Context(), from("qinzhou", document))
	if err != nil {
		t.Fatal(err)
	}
	later := from("qinzhou", document)
	later.Received = later.Received.Add(48 * time.Hour)
	again, err := w.Accept(t.Context(), later)
	if err != nil || !again.Duplicate || again.Receipt != first.Receipt {
		t.Errorf("resend: %+v, %v", again, err)
	}
	other := bytes.Replace(document, []byte("\n"), []byte("\n\n"), 1)
	_, err = w.Accept(t.Context(), from("qinzhou", other))
	failure, ok := errors.AsType[*exchange.Error](err)
	if !ok || failure.Kind != exchange.Conflict || failure.Earlier == nil || failure.Earlier.ID != first.Exchange.ID {
		t.Errorf("another content: %v", err)
	}
	amended := bytes.Replace(document, []byte("<cbc:VersionID>1<"), []byte("<cbc:VersionID>2<"), 1)
	next, err := w.Accept(t.Context(), from("qinzhou", amended))
	if err != nil || next.Duplicate || next.Exchange.ID == first.Exchange.ID {
		t.Errorf("an amendment with the next version: %+v, %v", next, err)
	}
}

// However many send rival contents at once, one owns the number, and every sender gets
// the same answer.
func TestRivals(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	var wg sync.WaitGroup
	var mu sync.Mutex
	accepted, receipts, named := 0, map[string]bool{}, map[string]bool{}
	for i := range 24 {
		document := bytes.Replace(carnet(t, number), []byte("\n"), bytes.Repeat([]byte("\n"), 1+i%3), 1)
		wg.Go(func() {
			got, err := w.Accept(context.Background(), from("qinzhou", document))
			mu.Lock()
			defer mu.Unlock()
			failure, conflict := errors.AsType[*exchange.Error](err)
			switch {
			case err == nil:
				receipts[got.Receipt], named[got.Exchange.ID.String()] = true, true
				if !got.Duplicate {
					accepted++
				}
			case conflict && failure.Kind == exchange.Conflict:
				named[failure.Earlier.ID.String()] = true
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if accepted != 1 || len(receipts) != 1 || len(named) != 1 {
		t.Errorf("%d accepted, %d receipts, %d exchanges named; want one each", accepted, len(receipts), len(named))
	}
}

func TestRefusals(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	good := carnet(t, number)
	long := carnet(t, string(bytes.Repeat([]byte("9"), exchange.MaxNumber+1)))
	tests := map[string]struct {
		document exchange.Document
		kind     exchange.Kind
		code     string
	}{
		"not XML":         {from("qinzhou", []byte("hello")), exchange.Malformed, "xml.syntax"},
		"empty":           {from("qinzhou", nil), exchange.Malformed, "xml.syntax"},
		"DTD":             {from("qinzhou", append([]byte("<!DOCTYPE a>"), good...)), exchange.Malformed, ""},
		"another sender":  {from("promotion", good), exchange.Forbidden, "sender-may-not-send"},
		"unknown sender":  {from("moon", good), exchange.Forbidden, "sender-may-not-send"},
		"number too long": {from("qinzhou", long), exchange.Invalid, "invalid"},
		"nobody to take it": {
			from("qinzhou", bytes.ReplaceAll(bytes.ReplaceAll(good, []byte(">VN<"), []byte(">TH<")), []byte(">VNHPH<"), []byte(">THLCH<"))),
			exchange.Unroutable, "unroutable",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := w.Accept(t.Context(), test.document)
			failure, ok := errors.AsType[*exchange.Error](err)
			if !ok || failure.Kind != test.kind || test.code != "" && failure.Code != test.code {
				t.Errorf("got %v (%+v)", err, failure)
			}
		})
	}
	if head, err := w.Store.Head(t.Context()); head != 0 || err != nil {
		t.Errorf("something refused is in the record: %d, %v", head, err)
	}
}

// An admit that cannot be decided fails with Unavailable: the outcome is unknown.
func TestUnavailable(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	in := *w.Intake
	in.Log = down{}
	_, err := in.Accept(t.Context(), w.InForce, from("qinzhou", carnet(t, number)))
	if exchange.KindOf(err) != exchange.Unavailable {
		t.Errorf("got %v", err)
	}
}

type down struct{}

func (down) Admit(context.Context, queue.Submission) (queue.Entry, error) {
	return queue.Entry{}, fmt.Errorf("broker away: %w", queue.ErrUnavailable)
}

func (down) Owned(context.Context, string) (queue.Entry, error) {
	return queue.Entry{}, queue.ErrNotFound
}

// A mutedLog accepts nothing while it is muted, as a log whose brokers are out of
// reach.
type mutedLog struct{ muted bool }

func (l *mutedLog) Admit(ctx context.Context, s queue.Submission) (queue.Entry, error) {
	if l.muted {
		<-ctx.Done()
		return queue.Entry{}, ctx.Err()
	}
	return s.Entry(1, 1), nil
}

func (l *mutedLog) Owned(context.Context, string) (queue.Entry, error) {
	return queue.Entry{}, queue.ErrNotFound
}

// The wait for the log ends when patience does, long before the caller's; once
// the log is there again, the same document is accepted.
func TestPatienceWithTheLog(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	synctest.Test(t, func(t *testing.T) {
		log := &mutedLog{muted: true}
		intake := *w.Intake
		intake.Log, intake.Patience = log, 10*time.Second
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		started := time.Now()
		_, err := intake.Accept(ctx, w.InForce, from("qinzhou", carnet(t, number)))
		if took := time.Since(started); exchange.KindOf(err) != exchange.Unavailable || took != 10*time.Second {
			t.Errorf("%v after %s", err, took)
		}
		log.muted = false
		if _, err := intake.Accept(ctx, w.InForce, from("qinzhou", carnet(t, number))); err != nil {
			t.Errorf("the log is there again: %v", err)
		}
	})
}

// A resend returns the exchange that the log has, which is the one that the first
// submission returned: with a signature or without, with faults that do not refuse it,
// and held.
func TestResendReturnsTheSameExchange(t *testing.T) {
	w := exchangetest.NewWorld(t, []exchange.Party{
		{ID: "port", Role: exchange.Customs, Country: "CN", Sends: kinds},
		{ID: "window-vn", Role: exchange.Window, Country: "VN", Receives: kinds},
	}, []exchange.Route{{Name: "all", Kinds: kinds, To: []string{"window-vn"}}})
	key := newKey(t, "ecdsa-p256")
	w.Register(t, "port", signing.Signer{Certificate: key.Certificate})
	samples, err := testdata.Samples()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for i, s := range samples {
		document := s.Bytes
		if s.Good && i%2 == 0 {
			document = signed(t, document, key, c14n.Exclusive)
		}
		first, err := w.Accept(t.Context(), from("port", document))
		if err != nil {
			continue // the bad ones
		}
		again, err := w.Accept(t.Context(), from("port", document))
		if err != nil || again.Receipt != first.Receipt {
			t.Errorf("%s: %v, another receipt: %t", s.Name, err, again.Receipt != first.Receipt)
		}
		if diff := cmp.Diff(first.Exchange, again.Exchange); diff != "" {
			t.Errorf("%s (-first +again):\n%s", s.Name, diff)
		}
		seen[string(first.Exchange.State)]++
		seen["signed"] += len(first.Exchange.Signature.Signer)
		seen["faulty"] += len(first.Exchange.Faults)
	}
	for _, what := range []string{string(exchange.SubmissionAcceptance), string(exchange.SubmissionHeld), "signed", "faulty"} {
		if seen[what] == 0 {
			t.Errorf("no sample is %s", what)
		}
	}
}

// An exchange shows each code of what was let pass once, however often it was
// found: a list of exchanges must not become as long as documents are.
func TestFaultCodesAreListedOnce(t *testing.T) {
	w := exchangetest.NewWorld(t, parties, routes)
	warns := func(d *rules.Document, report rules.Report) {
		for range 400 {
			report(d.Root)
		}
	}
	set, err := rules.NewSet([]rules.Rule{
		{Code: "TEST-1", Severity: rules.Warn, Source: "test", EN: "odd", ZH: "存疑", Check: warns},
		{Code: "TEST-2", Severity: rules.Warn, Source: "test", EN: "odd", ZH: "存疑", Check: warns},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.InForce.Checks = exchangetest.ChecksWith(t, set)
	got, err := w.Accept(t.Context(), from("qinzhou", carnet(t, "CN/4501/26/00099")))
	if err != nil || len(got.Exchange.Faults) != 2 || len(got.Faults) != rules.MaxBreaches || got.More != 300 {
		t.Errorf("codes %.100v of %d faults and %d more (%v)", got.Exchange.Faults, len(got.Faults), got.More, err)
	}
}
