package judge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/exchangetest"
	"beibu/exchange/facts/values"
	"beibu/exchange/judge"
	"beibu/exchange/judge/ledger"
	"beibu/exchange/projection/projectiontest"
	"beibu/exchange/rules/rulestest"
	"beibu/queue"
	"beibu/queue/sqlitefile"
	"beibu/testdata"
)

// The parties of these tests: one issues licences, another declares, a third receives.
const (
	commerce = "gx-commerce"
	port     = "cn-customs-qzh"
	receiver = "gx-customs"
)

func world(tb testing.TB) *exchangetest.World {
	tb.Helper()
	kinds := []string{"import-licence", "import-declaration", "certificate-of-origin"}
	return exchangetest.NewWorld(tb, []exchange.Party{
		{ID: commerce, Sends: kinds}, {ID: port, Sends: kinds}, {ID: receiver, Receives: kinds},
	}, []exchange.Route{{Kinds: kinds, To: []string{receiver}}})
}

// sample returns a good sample, with texts replaced by others.
func sample(tb testing.TB, kind, name string, replace ...string) []byte {
	tb.Helper()
	s, err := testdata.Find(kind, name)
	if err != nil {
		tb.Fatal(err)
	}
	doc := s.Bytes
	for i := 0; i < len(replace); i += 2 {
		if !bytes.Contains(doc, []byte(replace[i])) {
			tb.Fatalf("%s has no %q", name, replace[i])
		}
		doc = bytes.ReplaceAll(doc, []byte(replace[i]), []byte(replace[i+1]))
	}
	return doc
}

func accept(tb testing.TB, w *exchangetest.World, sender string, doc []byte) exchange.Exchange {
	tb.Helper()
	a, err := w.Accept(tb.Context(), exchange.Document{Bytes: doc, Sender: sender, Received: rulestest.Received})
	if err != nil {
		tb.Fatal(err)
	}
	return a.Exchange
}

// declaration returns a declaration of a number that draws so much on the licence of
// rubber, which has 105,000 KGM left for three declarations.
func declaration(tb testing.TB, number string, quantity int) []byte {
	tb.Helper()
	return sample(tb, "import-declaration", "natural-rubber-qinzhou", "721220261000071188", number,
		">84000<", fmt.Sprintf(">%d<", quantity), "151200.00", fmt.Sprintf("%.2f", float64(quantity)*1.8))
}

// rubber is the account of that licence.
var rubber = effects.AccountOf("import-licence", "26-45-Z00317")

// left returns what the lines of an account have left.
func left(tb testing.TB, l *judge.Ledger, of effects.Account) string {
	tb.Helper()
	a, found, err := l.Account(tb.Context(), of)
	if err != nil || !found {
		tb.Fatal(found, err)
	}
	var all []string
	for _, b := range a.Balances() {
		all = append(all, b.Left.String())
	}
	return strings.Join(all, " ")
}

func refused(x exchange.Exchange) bool { return x.State == exchange.SubmissionRejection }

func codes(x exchange.Exchange) (all []string) {
	for _, e := range x.Events {
		if e.Verdict != nil {
			for _, f := range e.Verdict.Faults {
				all = append(all, f.Code)
			}
		}
	}
	return all
}

// TestLicenceIsUsedUp draws on a licence until less is left than is asked for.
func TestLicenceIsUsedUp(t *testing.T) {
	w := world(t)
	w.Await(t, accept(t, w, commerce, sample(t, "import-licence", "natural-rubber-automatic")), exchangetest.Consigned)
	w.Await(t, accept(t, w, port, declaration(t, "1", 84000)), exchangetest.Consigned)
	if got := left(t, w.Ledger, rubber); got != "21000 126000" {
		t.Errorf("%s left", got)
	}
	x := w.Await(t, accept(t, w, port, declaration(t, "2", 21001)), refused)
	if diff := cmp.Diff([]string{"ledger.exceeded"}, codes(x)); diff != "" {
		t.Error(diff)
	}
	fault := x.Events[len(x.Events)-1].Verdict.Faults[0]
	if want := "line 1 draws 21001 KGM on line 1 of 26-45-Z00317, which has 21000 KGM left"; fault.Message.EN != want || fault.Path == "" {
		t.Errorf("the fault says %q at %q", fault.Message.EN, fault.Path)
	}
	w.Await(t, accept(t, w, port, declaration(t, "3", 21000)), exchangetest.Consigned)
	if got := left(t, w.Ledger, rubber); got != "0 126000" {
		t.Errorf("%s left", got)
	}
}

// TestTradeMode refuses a declaration that states another trade mode than the licence.
func TestTradeMode(t *testing.T) {
	w := world(t)
	w.Await(t, accept(t, w, commerce, sample(t, "import-licence", "natural-rubber-automatic")), exchangetest.Consigned)
	for i, step := range []struct {
		mode  string
		codes []string
	}{{"4019", []string{"ledger.trade-mode"}}, {"0110", nil}} {
		doc := bytes.Replace(declaration(t, fmt.Sprint(i), 10_000), []byte("NatureOfTransactionCode>11<"), []byte(`NatureOfTransactionCode listID="TradeMode">`+step.mode+"<"), 1)
		x := w.Await(t, accept(t, w, port, doc), done)
		if diff := cmp.Diff(step.codes, codes(x)); diff != "" {
			t.Errorf("%s: %s", step.mode, diff)
		}
	}
}

// TestUnknownLicence lets a declaration pass that cites what the exchange does not know.
func TestUnknownLicence(t *testing.T) {
	w := world(t)
	x := w.Await(t, accept(t, w, port, declaration(t, "1", 84000)), exchangetest.Consigned)
	v, found, err := w.Ledger.Verdict(t.Context(), x.ID)
	if err != nil || !found || len(v.Unknown) != 1 || v.Unknown[0] != rubber || len(v.Postings) != 0 {
		t.Errorf("verdict %+v, %v, %v", v, found, err)
	}
}

// TestNumberOfAnother refuses a licence whose number another sender's licence has.
func TestNumberOfAnother(t *testing.T) {
	w := world(t)
	doc := sample(t, "import-licence", "natural-rubber-automatic")
	w.Await(t, accept(t, w, commerce, doc), exchangetest.Consigned)
	x := w.Await(t, accept(t, w, port, append(bytes.Clone(doc), 0x0a)), refused)
	if diff := cmp.Diff([]string{judge.CodeAnother}, codes(x)); diff != "" {
		t.Error(diff)
	}
}

// TestManyAtOnce draws on a licence with 64 declarations at once, decided by two leaders
// with ledgers of their own, of which neither knows of the other: exactly what the licence
// holds is drawn, and both ledgers are the same, byte for byte.
func TestManyAtOnce(t *testing.T) {
	w := world(t)
	other := rival(t, w)
	licence := sample(t, "import-licence", "natural-rubber-automatic", "<PermittedUseQuantity>6<", "<PermittedUseQuantity>12<", "<CategoryCode>7<", "<CategoryCode>1<")
	w.Await(t, accept(t, w, commerce, licence), exchangetest.Consigned)
	const each, all = 15_000, 64
	sent := make([]exchange.Exchange, all)
	var group errgroup.Group
	for i := range sent {
		doc := exchange.Document{Bytes: declaration(t, fmt.Sprint(1000+i), each), Sender: port, Received: rulestest.Received}
		group.Go(func() error {
			a, err := w.Accept(t.Context(), doc)
			sent[i] = a.Exchange
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	consigned := 0
	for _, x := range sent {
		x = w.Await(t, x, func(x exchange.Exchange) bool { return exchangetest.Consigned(x) || refused(x) })
		if !refused(x) {
			consigned++
		}
	}
	if want := 7; consigned != want {
		t.Errorf("%d declarations drew, want %d", consigned, want)
	}
	if got := left(t, w.Ledger, rubber); got != "0 126000" {
		t.Errorf("%s left", got)
	}
	same(t, w, other)
}

// rival runs another leader with a ledger of its own on the same record.
func rival(tb testing.TB, w *exchangetest.World) *judge.Ledger {
	tb.Helper()
	l := ledgerAt(tb, filepath.Join(tb.TempDir(), "ledger.db"))
	w.Judge(tb, l)
	return l
}

func ledgerAt(tb testing.TB, path string) *judge.Ledger {
	tb.Helper()
	l, err := judge.Open(tb.Context(), path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	return l
}

// same fails unless a ledger is that of a world once both have folded the whole record.
func same(tb testing.TB, w *exchangetest.World, other *judge.Ledger) {
	tb.Helper()
	head, err := w.Store.Head(tb.Context())
	if err == nil {
		err = errors.Join(w.Ledger.Wait(tb.Context(), head), other.Wait(tb.Context(), head))
	}
	if err != nil {
		tb.Fatal(err)
	}
	if diff := cmp.Diff(rows(tb, w.Ledger), rows(tb, other)); diff != "" {
		tb.Error(diff)
	}
}

// rows returns all accounts and verdicts as they are stored.
func rows(tb testing.TB, l *judge.Ledger) (all []string) {
	tb.Helper()
	for _, text := range []string{
		`SELECT kind || number || terms || totals FROM account ORDER BY kind, number`,
		`SELECT document || kind || number || made || sender || text FROM position ORDER BY document, kind, number`,
		`SELECT kind || number || text FROM life ORDER BY kind, number`,
		`SELECT hex(exchange) || at || text FROM verdict ORDER BY exchange`,
		`SELECT hex(exchange) || sequence || document || state || started || asked || text FROM round ORDER BY sequence`,
		`SELECT party || sequence || awaited FROM round_party ORDER BY party, sequence`,
		`SELECT number FROM revision`,
	} {
		err := l.Query(tb.Context(), text, func(row sqlitefile.Row) error {
			all = append(all, row.Text(0))
			return nil
		})
		if err != nil {
			tb.Fatal(err)
		}
	}
	return all
}

// TestFoldedAgain folds the record again: the ledger is the same.
func TestFoldedAgain(t *testing.T) {
	w := world(t)
	w.Await(t, accept(t, w, commerce, sample(t, "import-licence", "natural-rubber-automatic")), exchangetest.Consigned)
	for i, quantity := range []int{50_000, 60_000, 55_000} {
		w.Await(t, accept(t, w, port, declaration(t, fmt.Sprint(i), quantity)), func(x exchange.Exchange) bool { return x.State != exchange.SubmissionAcceptance })
	}
	again := ledgerAt(t, filepath.Join(t.TempDir(), "again.db"))
	w.Run(t, func(ctx context.Context) error { return again.Run(ctx, w.Store) })
	same(t, w, again)
}

// TestVerdictOfOtherRules folds a verdict that no rule of today gives: what was decided
// stays.
func TestVerdictOfOtherRules(t *testing.T) {
	l, record := opened(t, world(t), 1)
	fold(t, l, record, verdict(t, record[1].Entry.ID, 1, 500_000))
	if got := left(t, l, rubber); got != "0 126000" {
		t.Errorf("%s left", got)
	}
}

// TestStaleLeader folds verdicts of a leader that has not seen those of the next: they are
// void, also that on a document which nobody has decided on.
func TestStaleLeader(t *testing.T) {
	l, record := opened(t, world(t), 2)
	first, second := record[1].Entry.ID, record[2].Entry.ID
	fold(t, l, record, verdict(t, first, 1, 100_000), verdict(t, first, 1, 90_000), verdict(t, second, 1, 105_000))
	if got := left(t, l, rubber); got != "5000 126000" {
		t.Errorf("%s left", got)
	}
	if v, found, err := l.Verdict(t.Context(), second); err != nil || found {
		t.Errorf("the stale verdict counts: %+v, %v", v, err)
	}
	fold(t, l, nil, verdict(t, second, 2, 5_000))
	if got := left(t, l, rubber); got != "0 126000" {
		t.Errorf("%s left", got)
	}
}

// opened returns an empty ledger, and a record of the licence of rubber and of so many
// declarations, which ends with the verdict that opens the account.
func opened(tb testing.TB, w *exchangetest.World, declarations int) (*judge.Ledger, []queue.Change) {
	tb.Helper()
	licence := exchangetest.EntryOf(tb, w, commerce, sample(tb, "import-licence", "natural-rubber-automatic"))
	record := []queue.Change{{Entry: &licence}}
	for i := range declarations {
		e := exchangetest.EntryOf(tb, w, port, declaration(tb, fmt.Sprint(i), 84_000))
		record = append(record, queue.Change{Entry: &e})
	}
	v := judge.Verdict{Exchange: licence.ID, Outcome: judge.Consign, Postings: []ledger.Posting{{Account: rubber, Opens: true}}}
	e, err := v.Event()
	if err != nil {
		tb.Fatal(err)
	}
	return ledgerAt(tb, filepath.Join(tb.TempDir(), "ledger.db")), append(record, queue.Change{Event: &e})
}

// verdict returns an event by which a declaration draws so much on line 1.
func verdict(tb testing.TB, of uuid.UUID, revision, quantity int64) queue.Event {
	tb.Helper()
	v := judge.Verdict{Exchange: of, Revision: revision, Outcome: judge.Consign, Postings: []ledger.Posting{{
		Account: rubber, Position: &ledger.Position{
			Citing: ledger.Citing{By: of.String(), Exchange: of, Sender: port}, State: ledger.Reserved,
			Shares: []ledger.Share{{Line: "1", Quantity: values.Whole(quantity)}},
		},
	}}}
	e, err := v.Event()
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// fold folds changes and then events, behind what a ledger has.
func fold(tb testing.TB, l *judge.Ledger, record []queue.Change, events ...queue.Event) {
	tb.Helper()
	for i := range events {
		record = append(record, queue.Change{Event: &events[i]})
	}
	for i := range record {
		record[i].Sequence = l.Sequence() + int64(i) + 1
	}
	if err := l.Fold(tb.Context(), record); err != nil {
		tb.Fatal(err)
	}
}

// TestReaderWaits reads an account at once after its document and a draw were accepted.
func TestReaderWaits(t *testing.T) {
	w := world(t)
	accept(t, w, commerce, sample(t, "import-licence", "natural-rubber-automatic"))
	x := accept(t, w, port, declaration(t, "1", 84_000))
	w.Await(t, x, func(exchange.Exchange) bool { return true }) // it is in the record
	a, found, err := judge.Reader{Ledger: w.Ledger, Feed: w.Store}.Account(t.Context(), rubber)
	if err != nil || !found || a.Balances()[0].Left.String() != "21000" {
		t.Errorf("%v, %v: %+v", found, err, a)
	}
}

// TestReaderGivesUp reads an account while nobody decides.
func TestReaderGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := ledgerAt(t, filepath.Join(t.TempDir(), "ledger.db"))
		entry := queue.Entry{ID: [16]byte{1}, Head: []byte(`{"effects":{"draws":[{"from":{"kind":"import-licence","number":"1"}}]}}`)}
		record := []queue.Change{{Entry: &entry}}
		fold(t, l, record)
		_, found, err := judge.Reader{Ledger: l, Feed: &projectiontest.Feed{Changes: record}}.Account(t.Context(), rubber)
		if err != nil || found {
			t.Errorf("%v, %v", found, err)
		}
	})
}

// TestTooManyLines accepts a licence with more lines than a head holds: it says that
// nothing is counted, and goes to its receivers.
func TestTooManyLines(t *testing.T) {
	const lines = 900
	w := world(t)
	text := string(sample(t, "import-licence", "toluene-dual-use", "<GoodsItemQuantity>1<", fmt.Sprintf("<GoodsItemQuantity>%d<", lines),
		`<TotalValueAmount currencyID="USD">184800.00<`, fmt.Sprintf(`<TotalValueAmount currencyID="USD">%d.00<`, 184_800*lines)))
	from := strings.Index(text, "  <GoodsItem>")
	to := strings.Index(text, "</ImportLicence>")
	var all strings.Builder
	for i := range lines {
		all.WriteString(strings.Replace(text[from:to], "<SequenceNumeric>1<", fmt.Sprintf("<SequenceNumeric>%d<", i+1), 1))
	}
	a, err := w.Accept(t.Context(), exchange.Document{Bytes: []byte(text[:from] + all.String() + text[to:]), Sender: commerce, Received: rulestest.Received})
	if err != nil {
		t.Fatal(err)
	}
	if last := a.Faults[len(a.Faults)-1]; last.Code != exchange.CodeUncounted || !slices.Contains(a.Exchange.Faults, exchange.CodeUncounted) {
		t.Errorf("accepted with %+v, %v", last, a.Exchange.Faults)
	}
	w.Await(t, a.Exchange, exchangetest.Consigned)
	v, found, err := w.Ledger.Verdict(t.Context(), a.Exchange.ID)
	if err != nil || !found || len(v.Postings) != 0 {
		t.Errorf("%+v, %v, %v", v, found, err)
	}
}
