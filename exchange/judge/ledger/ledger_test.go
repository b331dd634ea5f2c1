package ledger_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"
	"pgregory.net/rapid"

	"beibu/exchange/effects"
	"beibu/exchange/facts/values"
	"beibu/exchange/judge/ledger"
)

// opening is a licence for two lines of rubber and one of something else, for three
// declarations at two offices.
func opening() effects.Opening {
	return effects.Opening{
		Account: effects.AccountOf("import-licence", "L-1"), Uses: 3, Overage: values.Whole(5), Offices: []string{"7207", "7212"},
		From: "2026-05-11", Until: "2026-11-10",
		Lines: []effects.Line{
			{Number: "1", HS: "4001220000", Unit: "KGM", Quantity: values.Whole(100)},
			{Number: "2", HS: "4001220000", Unit: "KGM", Quantity: values.Whole(40)},
			{Number: "3", HS: "4001210000", Unit: "TNE", Quantity: values.Whole(7)},
		},
	}
}

// draw returns a draw on line 1 and 2 of the opening.
func draw(quantity int64, change ...func(*effects.Draw)) effects.Draw {
	d := effects.Draw{
		From: effects.AccountOf("import-licence", "L-1"), Line: "1", HS: "4001220000",
		Measures: []effects.Measure{{Unit: "KGM", Quantity: values.Whole(quantity)}}, Office: "7212", Day: "2026-06-01",
	}
	for _, c := range change {
		c(&d)
	}
	return d
}

func citing(by string) ledger.Citing {
	return ledger.Citing{By: by, Exchange: uuid.NewSHA1(uuid.Nil, []byte(by)), Sender: "port"}
}

// reserve posts the draws of a document, and returns what refused them.
func reserve(a *ledger.Account, by string, draws ...effects.Draw) (codes []ledger.Code) {
	posting, refusals := a.Reserve(citing(by), draws)
	for _, r := range refusals {
		codes = append(codes, r.Code)
	}
	if refusals == nil {
		a.Post(posting, citing(by).Exchange, nil)
	}
	return codes
}

// left returns what is left of each line.
func left(a *ledger.Account) string {
	var all []string
	for _, b := range a.Balances() {
		all = append(all, b.Left.String())
	}
	return strings.Join(all, " ")
}

func TestReserve(t *testing.T) {
	type step struct {
		by    string
		draws []effects.Draw
		codes []ledger.Code
		left  string
	}
	one := func(d ...effects.Draw) []effects.Draw { return d }
	for name, steps := range map[string][]step{
		"over both lines": {{"a", one(draw(120)), nil, "0 20 7"}},
		"the last draw may exceed what is left": {
			{"a", one(draw(100)), nil, "0 40 7"},
			{"b", one(draw(43)), []ledger.Code{ledger.CodeExceeded}, "0 40 7"},
			{"b", one(draw(42)), nil, "0 0 7"},
			{"c", one(draw(1)), []ledger.Code{ledger.CodeExceeded}, "0 0 7"},
		},
		"a later version replaces the position": {
			{"a", one(draw(90)), nil, "10 40 7"},
			{"a", one(draw(95)), nil, "5 40 7"},
			{"a", one(draw(95)), nil, "5 40 7"},
		},
		"all or none": {
			{"a", one(draw(100), draw(100)), []ledger.Code{ledger.CodeExceeded}, "100 40 7"},
		},
		"another unit": {
			{"a", one(draw(1, func(d *effects.Draw) { d.HS = "4001210000" })), []ledger.Code{ledger.CodeUnit}, "100 40 7"},
			{"a", one(draw(7, func(d *effects.Draw) { d.HS, d.Measures[0].Unit = "4001210000", "TNE" })), nil, "100 40 0"},
		},
		"other goods": {
			{"a", one(draw(1, func(d *effects.Draw) { d.HS = "0810600000" })), []ledger.Code{ledger.CodeNoLine}, "100 40 7"},
			{"a", one(draw(1, func(d *effects.Draw) { d.HS, d.Whole = "0810600000", true })), []ledger.Code{ledger.CodeNoLine}, "100 40 7"},
			{"a", one(draw(1, func(d *effects.Draw) { d.Whole = true }), draw(1, func(d *effects.Draw) { d.HS, d.Whole = "0810600000", true })), nil, "99 40 7"},
		},
		"uses": {
			{"a", one(draw(1)), nil, "99 40 7"},
			{"b", one(draw(1)), nil, "98 40 7"},
			{"c", one(draw(1)), nil, "97 40 7"},
			{"d", one(draw(1)), []ledger.Code{ledger.CodeUses}, "97 40 7"},
			{"c", one(draw(2)), nil, "96 40 7"},
		},
		"office": {{"a", one(draw(1, func(d *effects.Draw) { d.Office = "7208" })), []ledger.Code{ledger.CodeOffice}, "100 40 7"}},
		"period": {
			{"a", one(draw(1, func(d *effects.Draw) { d.Day = "2026-05-10" })), []ledger.Code{ledger.CodePeriod}, "100 40 7"},
			{"a", one(draw(1, func(d *effects.Draw) { d.Day = "2026-11-11" })), []ledger.Code{ledger.CodePeriod}, "100 40 7"},
			{"a", one(draw(1, func(d *effects.Draw) { d.Day = "2026-11-10" })), nil, "99 40 7"},
		},
		"nothing and less": {
			{"a", one(draw(0)), []ledger.Code{ledger.CodeExceeded}, "100 40 7"},
			{"a", one(draw(-5)), []ledger.Code{ledger.CodeExceeded}, "100 40 7"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := ledger.Open(opening(), uuid.Nil, "commerce")
			for i, s := range steps {
				if diff := cmp.Diff(s.codes, reserve(&a, s.by, s.draws...)); diff != "" {
					t.Errorf("step %d: %s", i, diff)
				}
				if got := left(&a); got != s.left {
					t.Errorf("step %d: %s left, want %s", i, got, s.left)
				}
			}
		})
	}
}

// TestAnotherSender draws under the number of another sender's declaration.
func TestAnotherSender(t *testing.T) {
	a := ledger.Open(opening(), uuid.Nil, "commerce")
	if codes := reserve(&a, "a", draw(10)); codes != nil {
		t.Fatal(codes)
	}
	c := citing("a")
	c.Sender = "stranger"
	_, refusals := a.Reserve(c, []effects.Draw{draw(1)})
	if len(refusals) != 1 || refusals[0].Code != ledger.CodeSender {
		t.Errorf("refused with %+v", refusals)
	}
}

// TestWrittenOff opens an account of which customs wrote something off: before its
// document came here, and of a document that is here.
func TestWrittenOff(t *testing.T) {
	o := opening()
	o.Drawn = []effects.Drawn{{By: "a", Line: "1", Quantity: values.Whole(30)}}
	a := ledger.Open(o, uuid.Nil, "commerce")
	if got := left(&a); got != "70 40 7" {
		t.Errorf("%s left", got)
	}
	if codes := reserve(&a, "a", draw(35)); codes != nil || left(&a) != "70 40 7" {
		t.Errorf("what was written off is drawn again: %v, %s left", codes, left(&a))
	}
	if codes := reserve(&a, "b", draw(20)); codes != nil || left(&a) != "50 40 7" {
		t.Fatalf("%v, %s left", codes, left(&a))
	}
	o.Drawn = append(o.Drawn, effects.Drawn{By: "b", Line: "1", Quantity: values.Whole(18)})
	a.Post(ledger.Posting{Account: o.Account, Opens: true}, uuid.Max, &o)
	if got := left(&a); got != "52 40 7" {
		t.Errorf("%s left after customs wrote off 18 of 20", got)
	}
	if codes := reserve(&a, "b", draw(1)); !cmp.Equal(codes, []ledger.Code{ledger.CodeCleared}) {
		t.Errorf("a cleared position is changed: %v", codes)
	}
}

// TestLedgerModel draws at random against a sum: nothing is ever below zero or drawn
// beyond what there was and its overage, and the account is the same when it is read
// again.
func TestLedgerModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := opening()
		o.Uses = 0
		a := ledger.Open(o, uuid.Nil, "commerce")
		drawn := make(map[string]int64)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			by := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "by")
			n := rapid.Int64Range(-3, 60).Draw(t, "quantity")
			others := int64(0)
			for other, quantity := range drawn {
				if other != by {
					others += quantity
				}
			}
			free := max(140-others, 0)
			want := n > 0 && n*100 <= free*105
			codes := reserve(&a, by, draw(n))
			if (codes == nil) != want {
				t.Fatalf("%d of %d: %v", n, free, codes)
			}
			if want {
				drawn[by] = n
			}
			for _, b := range a.Balances() {
				if b.Left.Sign() < 0 {
					t.Fatalf("line %s has %s left", b.Number, b.Left)
				}
			}
			again := reread(t, a)
			if fmt.Sprint(again.Balances()) != fmt.Sprint(a.Balances()) {
				t.Fatal("read again, the account is another")
			}
		}
	})
}

func reread(t *rapid.T, a ledger.Account) (again ledger.Account) {
	text, err := json.Marshal(a)
	if err == nil {
		err = json.Unmarshal(text, &again)
	}
	if err != nil {
		t.Fatal(err)
	}
	return again
}
