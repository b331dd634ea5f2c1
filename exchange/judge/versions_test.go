package judge_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/exchangetest"
	"beibu/exchange/facts/values"
	"beibu/exchange/judge"
	"beibu/exchange/rules"
	"beibu/queue"
)

// version returns a version of declaration A that draws so much, with more replaced.
func version(tb testing.TB, of, quantity int, replace ...string) []byte {
	tb.Helper()
	doc := string(declaration(tb, "A", quantity))
	const before = "</cbc:NatureOfTransactionCode>"
	doc = strings.Replace(doc, before, fmt.Sprintf("%s<cbc:VersionID>%d</cbc:VersionID>", before, of), 1)
	for i := 0; i < len(replace); i += 2 {
		doc = strings.ReplaceAll(doc, replace[i], replace[i+1])
	}
	return []byte(doc)
}

func done(x exchange.Exchange) bool { return exchangetest.Consigned(x) || refused(x) }

// TestVersionsReplace draws with one version after another: each replaces what the one
// before draws, also if it cites another licence, or none.
func TestVersionsReplace(t *testing.T) {
	w := world(t)
	for _, number := range []string{"26-45-Z00317", "26-45-Z00318"} {
		w.Await(t, accept(t, w, commerce, sample(t, "import-licence", "natural-rubber-automatic", "26-45-Z00317", number)), exchangetest.Consigned)
	}
	other := effects.AccountOf("import-licence", "26-45-Z00318")
	for i, step := range []struct {
		doc          []byte
		first, other string
	}{
		{version(t, 1, 84_000), "21000 126000", "105000 126000"},
		{version(t, 2, 80_000), "25000 126000", "105000 126000"},
		{version(t, 3, 200_000, "85680", "210000"), "25000 126000", "105000 126000"}, // refused
		{version(t, 4, 80_000, "26-45-Z00317", "26-45-Z00318"), "105000 126000", "25000 126000"},
		{version(t, 5, 80_000, "<cbc:DocumentTypeCode listID=\"UNCL1001\">911<", "<cbc:DocumentTypeCode listID=\"UNCL1001\">916<"), "105000 126000", "105000 126000"},
		{version(t, 6, 84_000), "21000 126000", "105000 126000"},
	} {
		w.Await(t, accept(t, w, port, step.doc), done)
		if first, second := left(t, w.Ledger, rubber), left(t, w.Ledger, other); first != step.first || second != step.other {
			t.Errorf("step %d: %s and %s left, want %s and %s", i+1, first, second, step.first, step.other)
		}
	}
}

// TestHeldAndJudged decides on a declaration that a rule holds: released by a person, it
// draws what there is, and goes to its receivers also if there is not enough; refused, it
// never draws.
func TestHeldAndJudged(t *testing.T) {
	w := world(t)
	w.Await(t, accept(t, w, commerce, sample(t, "import-licence", "natural-rubber-automatic")), exchangetest.Consigned)
	set, err := rules.NewSet([]rules.Rule{{
		Code: "T-1", Severity: rules.Hold, Source: "test", EN: "look", ZH: "看",
		Check: func(d *rules.Document, report rules.Report) { report(d.Root) },
	}})
	if err != nil {
		t.Fatal(err)
	}
	w.InForce.Checks = exchangetest.ChecksWith(t, set)
	hold := exchange.Hold{Journal: w.Journal, Recorder: w.Recorder}
	for i, step := range []struct {
		quantity int
		release  bool
		left     string
		faults   int
	}{
		{84_000, false, "105000 126000", 0},
		{84_000, true, "21000 126000", 0},
		{84_000, true, "21000 126000", 1},
	} {
		x := w.Await(t, accept(t, w, port, declaration(t, fmt.Sprint("H", i), step.quantity)), func(x exchange.Exchange) bool { return x.State == exchange.SubmissionHeld })
		if _, found, err := w.Ledger.Verdict(t.Context(), x.ID); found || err != nil {
			t.Errorf("step %d: judged before a person has looked, %v", i, err)
		}
		err := hold.Decide(t.Context(), exchange.Verdict{Exchange: x.ID, Release: step.release, Actor: "li", Reason: "looked", At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		x = w.Await(t, x, done)
		if refused(x) == step.release {
			t.Errorf("step %d: %s", i, x.State)
		}
		if a, _, err := (judge.Reader{Ledger: w.Ledger, Feed: w.Store}).Account(t.Context(), rubber); err != nil || a.Made == 0 {
			t.Fatal(err)
		}
		if got := left(t, w.Ledger, rubber); got != step.left {
			t.Errorf("step %d: %s left, want %s", i, got, step.left)
		}
		v, found, err := w.Ledger.Verdict(t.Context(), x.ID)
		if err != nil || found != step.release || len(v.Faults) != step.faults {
			t.Errorf("step %d: verdict %+v, %v, %v", i, v, found, err)
		}
	}
}

// TestPieces decides on declarations with so many faults that all their verdicts are too
// large for one piece of the record.
func TestPieces(t *testing.T) {
	var changes []queue.Change
	o := effects.Opening{Account: rubber, Lines: []effects.Line{{Number: "1", HS: "4001220000", Unit: "KGM", Quantity: values.Whole(1)}}}
	changes = append(changes, entry(t, 0, effects.Effects{Opens: &o}))
	const declarations = 40
	for n := range declarations {
		var e effects.Effects
		for range 150 {
			e.Draws = append(e.Draws, effects.Draw{
				From: rubber, Line: "1", HS: "4001220000", Path: "/ImportCustomsDeclaration/Shipment/GoodsItem/AdditionalDocumentReference",
				Measures: []effects.Measure{{Unit: "KGM", Quantity: values.Whole(1000)}},
			})
		}
		changes = append(changes, entry(t, n+1, e))
	}
	small := &pieces{}
	other := ledgerAt(t, filepath.Join(t.TempDir(), "ledger.db"))
	for i := range changes {
		changes[i].Sequence = int64(i + 1)
	}
	if err := other.Fold(t.Context(), changes); err != nil {
		t.Fatal(err)
	}
	small.ledger, small.next = other, int64(len(changes))
	leader := judge.Leader{Ledger: other, Now: time.Now, Recorder: &exchange.Recorder{Appender: small, Fold: other}}
	for {
		busy, err := leader.Pass(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !busy {
			break
		}
	}
	if n := decisions(t, other); n != declarations+1 {
		t.Errorf("%d decisions", n)
	}
}

// entry returns a change with an entry that has these effects.
func entry(tb testing.TB, n int, e effects.Effects) queue.Change {
	tb.Helper()
	return queue.Change{Entry: &queue.Entry{ID: [16]byte{byte(n >> 8), byte(n), 1}, Head: head(tb, "import-declaration", n, e)}}
}

// pieces is a record that accepts no piece above a limit, and is folded at once.
type pieces struct {
	ledger *judge.Ledger
	next   int64       // the sequence of the last change
	last   queue.Entry // the last that was appended, if it is one
}

// Append is queue.Appender's.
func (p *pieces) Append(ctx context.Context, events ...queue.Event) (int64, error) {
	size := 0
	var changes []queue.Change
	for i := range events {
		size += len(events[i].Detail)
		p.next++
		changes = append(changes, queue.Change{Sequence: p.next, Event: &events[i]})
		if err := events[i].Check(); err != nil {
			return 0, err
		}
	}
	if size > 1<<20 {
		return 0, errors.Join(queue.ErrInvalid, fmt.Errorf("%d bytes in one piece", size))
	}
	return p.next, p.ledger.Fold(ctx, changes)
}
