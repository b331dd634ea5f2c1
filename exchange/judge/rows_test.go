package judge_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"beibu/exchange"
	"beibu/exchange/effects"
	"beibu/exchange/facts/values"
	"beibu/exchange/judge"
	"beibu/exchange/judge/ledger"
)

// TestRowsModel draws with versions of documents at random: the rows of an account are what
// its totals say, each document has one row, and the rows keep their order.
func TestRowsModel(t *testing.T) {
	const licences, documents = 3, 5
	rapid.Check(t, func(r *rapid.T) {
		record := &pieces{ledger: ledgerAt(t, t.TempDir()+"/ledger.db")}
		for i := range licences {
			record.append(t, numbered(t, "import-licence", i, licenceOf(i)))
		}
		entry := 100
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			n := rapid.IntRange(0, documents-1).Draw(r, "document")
			e := effects.Effects{Amends: true}
			for i := range licences {
				if rapid.Bool().Draw(r, "cites") {
					d := drawing(i)
					d.Draws[0].Measures[0].Quantity = values.Whole(rapid.Int64Range(1, 1000).Draw(r, "quantity"))
					e.Draws = append(e.Draws, d.Draws...)
				}
			}
			change := numbered(t, "import-declaration", n, e)
			entry++
			change.Entry.ID[0], change.Entry.ID[1] = byte(entry>>8), byte(entry)
			record.append(t, change)
			if rapid.Bool().Draw(r, "decide") {
				decideAll(t, record)
			}
		}
		decideAll(t, record)
		for i := range licences {
			checkRows(t, record.ledger, effects.AccountOf("import-licence", fmt.Sprint(i)))
		}
	})
}

func decideAll(tb testing.TB, p *pieces) {
	tb.Helper()
	leader := judge.Leader{Ledger: p.ledger, Now: time.Now, Recorder: &exchange.Recorder{Appender: p, Fold: p.ledger}}
	for busy := true; busy; {
		var err error
		if busy, err = leader.Pass(tb.Context()); err != nil {
			tb.Fatal(err)
		}
	}
}

// checkRows compares the totals of an account with its rows.
func checkRows(tb testing.TB, l *judge.Ledger, of effects.Account) {
	tb.Helper()
	a, found, err := l.Account(tb.Context(), of)
	if err != nil || !found {
		tb.Fatal(found, err)
	}
	all, _, err := l.Positions(tb.Context(), ledger.Query{Of: of, Limit: 100})
	if err != nil {
		tb.Fatal(err)
	}
	sum, uses, seen := values.Whole(0), 0, make(map[string]bool)
	for _, p := range all {
		if seen[p.By] {
			tb.Errorf("%s has two rows on %s", p.By, of)
		}
		if seen[p.By] = true; p.State == ledger.Reserved {
			uses++
			sum = sum.Plus(p.Shares[0].Quantity)
		}
	}
	if got := a.Balances()[0].Reserved; got.Cmp(sum) != 0 || a.Documents() != uses || a.Made != len(all) {
		tb.Errorf("%s has %s reserved by %d of %d documents; its rows have %s, %d, %d", of, got, a.Documents(), a.Made, sum, uses, len(all))
	}
}
