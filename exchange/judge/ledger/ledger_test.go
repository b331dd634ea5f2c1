package ledger_test

import (
	"encoding/json"
	"errors"
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
		Account: effects.AccountOf("import-licence", "L-1"), Uses: 3, Overage: values.Whole(5), Offices: []string{"7207", "7212"}, Mode: "0110",
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

// A book is an account with its positions.
type book struct {
	ledger.Account

	positions map[string]ledger.Position
}

func opened(o effects.Opening) *book {
	b := &book{positions: make(map[string]ledger.Position)}
	b.reopen(o)
	return b
}

// reopen gives the account the terms of a document, and posts what customs wrote off.
func (b *book) reopen(o effects.Opening) {
	b.Terms = ledger.TermsOf(o, uuid.Nil, "commerce")
	for _, p := range ledger.WrittenOff(o) {
		if before := b.position(p.By); before != nil {
			p.Citing = before.Citing
		}
		b.post(p)
	}
}

func (b *book) position(by string) *ledger.Position {
	if p, ok := b.positions[by]; ok {
		return &p
	}
	return nil
}

func (b *book) post(p ledger.Position) {
	b.Post(b.position(p.By), p)
	b.positions[p.By] = p
}

// reserve posts the draws of a document, and returns what refused them.
func (b *book) reserve(by string, draws ...effects.Draw) (codes []ledger.Code) {
	posting, refusals := b.Reserve(b.position(by), citing(by), draws)
	for _, r := range refusals {
		codes = append(codes, r.Code)
	}
	if refusals == nil {
		b.post(*posting.Position)
	}
	return codes
}

// release posts that a document gives back what it draws, if it does.
func (b *book) release(by string) {
	if p := b.position(by); p != nil {
		if posting, ok := b.Release(*p, citing(by)); ok {
			b.post(*posting.Position)
		}
	}
}

// left returns what is left of each line.
func left(a *book) string {
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
		"trade mode": {
			{"a", one(draw(1, func(d *effects.Draw) { d.Mode = "4019" })), []ledger.Code{ledger.CodeMode}, "100 40 7"},
			{"a", one(draw(1, func(d *effects.Draw) { d.Mode = "0110" })), nil, "99 40 7"},
			{"b", one(draw(1)), nil, "98 40 7"}, // it states none
		},
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
			a := opened(opening())
			for i, s := range steps {
				if diff := cmp.Diff(s.codes, a.reserve(s.by, s.draws...)); diff != "" {
					t.Errorf("step %d: %s", i, diff)
				}
				if got := left(a); got != s.left {
					t.Errorf("step %d: %s left, want %s", i, got, s.left)
				}
			}
		})
	}
}

// TestAnotherSender draws under the number of another sender's declaration.
func TestAnotherSender(t *testing.T) {
	a := opened(opening())
	if codes := a.reserve("a", draw(10)); codes != nil {
		t.Fatal(codes)
	}
	c := citing("a")
	c.Sender = "stranger"
	_, refusals := a.Reserve(a.position("a"), c, []effects.Draw{draw(1)})
	if len(refusals) != 1 || refusals[0].Code != ledger.CodeSender {
		t.Errorf("refused with %+v", refusals)
	}
}

// TestWrittenOff opens an account of which customs wrote something off: before its
// document came here, and of a document that is here.
func TestWrittenOff(t *testing.T) {
	o := opening()
	o.Drawn = []effects.Drawn{{By: "a", Line: "1", Quantity: values.Whole(30)}}
	a := opened(o)
	if got := left(a); got != "70 40 7" {
		t.Errorf("%s left", got)
	}
	if codes := a.reserve("a", draw(35)); codes != nil || left(a) != "70 40 7" {
		t.Errorf("what was written off is drawn again: %v, %s left", codes, left(a))
	}
	if codes := a.reserve("b", draw(20)); codes != nil || left(a) != "50 40 7" {
		t.Fatalf("%v, %s left", codes, left(a))
	}
	o.Drawn = append(o.Drawn, effects.Drawn{By: "b", Line: "1", Quantity: values.Whole(18)})
	a.reopen(o)
	if got := left(a); got != "52 40 7" {
		t.Errorf("%s left after customs wrote off 18 of 20", got)
	}
	if codes := a.reserve("b", draw(1)); !cmp.Equal(codes, []ledger.Code{ledger.CodeCleared}) {
		t.Errorf("a cleared position is changed: %v", codes)
	}
}

// TestLedgerModel draws and gives back at random against a sum: nothing is ever below zero
// or drawn beyond what there was and its overage, the totals are those of all positions, and
// the account is the same when it is read again.
func TestLedgerModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := opening()
		o.Uses = 4
		a := opened(o)
		drawn := make(map[string]int64)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			by := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(t, "by")
			if rapid.IntRange(0, 4).Draw(t, "give back") == 0 {
				a.release(by)
				delete(drawn, by)
				check(t, a)
				continue
			}
			n := rapid.Int64Range(-3, 60).Draw(t, "quantity")
			others, uses := int64(0), 0
			for other, quantity := range drawn {
				if other != by {
					others += quantity
					uses++
				}
			}
			free := max(140-others, 0)
			want := n > 0 && n*100 <= free*105 && uses < 4
			codes := a.reserve(by, draw(n))
			if (codes == nil) != want {
				t.Fatalf("%d of %d: %v", n, free, codes)
			}
			if want {
				drawn[by] = n
			}
			check(t, a)
		}
	})
}

// check compares the totals of an account with its positions, and reads it again.
func check(t *rapid.T, a *book) {
	reserved, uses := make(map[string]values.Figure), 0
	for _, p := range a.positions {
		if p.State == ledger.Reserved {
			uses++
		}
		for _, s := range p.Shares {
			reserved[s.Line] = reserved[s.Line].Plus(s.Quantity)
		}
	}
	if a.Documents() != uses {
		t.Fatalf("%d documents draw, want %d", a.Documents(), uses)
	}
	for _, b := range a.Balances() {
		if b.Left.Sign() < 0 || b.Reserved.Cmp(reserved[b.Number]) != 0 || b.Consumed.Sign() != 0 {
			t.Fatalf("line %s: %+v, and %s reserved by positions", b.Number, b, reserved[b.Number])
		}
	}
	again := reread(t, a.Account)
	if fmt.Sprint(again.Balances()) != fmt.Sprint(a.Balances()) || again.Documents() != uses {
		t.Fatal("read again, the account is another")
	}
}

func reread(t *rapid.T, a ledger.Account) (again ledger.Account) {
	terms, err := json.Marshal(a.Terms)
	if err == nil {
		err = json.Unmarshal(terms, &again.Terms)
	}
	totals, wrong := json.Marshal(a.Totals)
	if wrong == nil {
		wrong = json.Unmarshal(totals, &again.Totals)
	}
	if err := errors.Join(err, wrong); err != nil {
		t.Fatal(err)
	}
	return again
}
