package exchangetest

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/journal"
	"beibu/exchange/judge"
	"beibu/exchange/proof"
	"beibu/exchange/rules/rulestest"
	"beibu/queue"
	"beibu/queue/sqlite"
	"beibu/signing"
	"beibu/signing/strict"
)

// A World is the domain over a real store and a real index in a folder that
// goes with the test.
type World struct {
	Store    *sqlite.Store
	Journal  *journal.Journal
	Ledger   *judge.Ledger
	Recorder *exchange.Recorder
	Intake   *exchange.Intake
	InForce  *exchange.InForce // with which Accept accepts
	Keys     *signing.Keys
}

// NewWorld opens a world with these parties and routes. Its index is folded and
// its exchanges are dispatched and judged until the test ends.
func NewWorld(tb testing.TB, parties []exchange.Party, routes []exchange.Route) *World {
	tb.Helper()
	dir := tb.TempDir()
	must := func(err error) {
		tb.Helper()
		if err != nil {
			tb.Fatal(err)
		}
	}
	w := &World{}
	var err error
	w.Store, err = sqlite.Open(tb.Context(), filepath.Join(dir, "queue.db"), sqlite.Options{})
	must(err)
	tb.Cleanup(func() { must(w.Store.Close()) })
	w.Journal, err = journal.Open(tb.Context(), filepath.Join(dir, "index.db"))
	must(err)
	tb.Cleanup(func() { must(w.Journal.Close()) })
	w.Ledger, err = judge.Open(tb.Context(), filepath.Join(dir, "ledger.db"))
	must(err)
	tb.Cleanup(func() { must(w.Ledger.Close()) })
	w.Recorder = &exchange.Recorder{Appender: w.Store, Feed: w.Store, Fold: w.Journal}
	w.Keys, err = signing.LoadOrCreate(filepath.Join(dir, "keys"), "test", rulestest.Received)
	must(err)
	sealer, err := signing.NewSealer(w.Keys.Seal)
	must(err)
	receipts, err := proof.NewReceipts(w.Keys.Receipt, w.Keys.ReceiptID)
	must(err)
	known, err := exchange.NewParties(parties)
	must(err)
	table, err := exchange.NewRoutes(routes, known)
	must(err)
	verifier, err := signing.NewVerifier(strict.Limits{}, nil)
	must(err)
	w.Intake = &exchange.Intake{Log: w.Store, Answered: &exchange.Correspondence{Journal: w.Journal, Recorder: w.Recorder}}
	w.InForce = &exchange.InForce{
		Parties: known, Routes: table, Checks: Checks(tb), Verifier: verifier,
		Sealer: sealer, Receipts: receipts,
		Trust: signing.NewTrust(signing.Signer{Name: "test", Certificate: w.Keys.Seal.Certificate}),
	}
	w.Run(tb, func(ctx context.Context) error { return w.Journal.Run(ctx, w.Store) })
	w.Run(tb, (&exchange.Dispatch{Log: w.Store}).Run)
	w.Judge(tb, w.Ledger)
	return w
}

// Accept has the intake accept a document by the configuration in force.
func (w *World) Accept(ctx context.Context, doc exchange.Document) (exchange.Acceptance, error) {
	return w.Intake.Accept(ctx, w.InForce, doc)
}

// Register puts parties in force of which one signs by these keys.
func (w *World) Register(tb testing.TB, party string, keys ...signing.Signer) {
	tb.Helper()
	all := w.InForce.Parties.All()
	for i := range all {
		if all[i].ID == party {
			all[i].Signers = keys
		}
	}
	next := *w.InForce
	var err error
	if next.Parties, err = exchange.NewParties(all); err != nil {
		tb.Fatal(err)
	}
	w.InForce = &next
}

// Judge folds a ledger, and decides on it, until the test ends.
func (w *World) Judge(tb testing.TB, l *judge.Ledger) {
	tb.Helper()
	w.Run(tb, func(ctx context.Context) error { return l.Run(ctx, w.Store) })
	started := time.Now()
	now := func() time.Time { return rulestest.Received.Add(time.Since(started)) } // the time of the documents
	leader := judge.Leader{Ledger: l, Now: now, Recorder: &exchange.Recorder{Appender: w.Store, Feed: w.Store, Fold: l}}
	w.Run(tb, func(ctx context.Context) error {
		return leader.Lead(ctx, func(err error) { tb.Errorf("judge: %v", err) })
	})
}

// EntryOf returns the log entry of a document that a world would accept from a sender.
func EntryOf(tb testing.TB, w *World, sender string, doc []byte) queue.Entry {
	tb.Helper()
	a, err := w.Accept(tb.Context(), exchange.Document{Bytes: doc, Sender: sender, Received: rulestest.Received})
	if err != nil {
		tb.Fatal(err)
	}
	e, err := w.Store.Owned(tb.Context(), a.Exchange.Identity.Key())
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// Run does work in the background until the test ends.
func (w *World) Run(tb testing.TB, work func(context.Context) error) {
	tb.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := work(ctx); err != nil {
			tb.Error(err)
		}
	}()
	tb.Cleanup(func() {
		cancel()
		<-done
	})
}

// Await returns an exchange once the index shows that it fits.
func (w *World) Await(tb testing.TB, x exchange.Exchange, fits func(exchange.Exchange) bool) exchange.Exchange {
	tb.Helper()
	for {
		changed := w.Journal.Changed("")
		shown, err := w.Journal.Exchange(tb.Context(), x.ID)
		if err == nil && fits(shown) {
			return shown
		}
		select {
		case <-changed:
		case <-tb.Context().Done():
			tb.Fatalf("exchange %s is at %s: %v", x.ID, shown.State, err)
		}
	}
}

// Consigned reports whether every receiver has the exchange before it.
func Consigned(x exchange.Exchange) bool {
	return len(x.Receivers) > 0 && len(x.Deliveries) == len(x.Receivers)
}
