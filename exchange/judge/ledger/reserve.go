package ledger

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"beibu/exchange/effects"
	"beibu/exchange/facts/codes"
	"beibu/exchange/facts/values"
)

// A Code says why a draw is refused. It never changes its meaning.
type Code string

// The codes.
const (
	CodeExceeded Code = "ledger.exceeded"   // more is drawn than is left
	CodeNoLine   Code = "ledger.no-line"    // the account has no goods of this code
	CodeUnit     Code = "ledger.unit"       // the goods are not stated in the unit of the account
	CodeUses     Code = "ledger.uses"       // as many documents have drawn on it as may
	CodeOffice   Code = "ledger.office"     // the account is bound to other customs offices
	CodeMode     Code = "ledger.trade-mode" // the account is bound to another trade mode
	CodePeriod   Code = "ledger.period"     // the day is outside the validity of the account
	CodeSender   Code = "ledger.sender"     // another sender has drawn under the number of the document
	CodeCleared  Code = "ledger.cleared"    // the document was cleared, and cannot draw otherwise any more
)

// A Refusal is why a draw cannot be made.
type Refusal struct {
	Code Code
	Draw effects.Draw
	Line string        // of the account; "" if it is about the whole account
	Left values.Figure // on that line, or on all lines of the goods; none if the code is about something else
	Unit string        // of what is left
	Want values.Figure // what the draw asks for, in that unit
	Uses int           // how many documents may draw on the account
}

// Citing is a document that draws on accounts.
type Citing struct {
	By       string    `json:"by"`                // its kind and number
	Exchange uuid.UUID `json:"exchange,omitzero"` // zero if it is known from the account's own document alone
	Sender   string    `json:"sender,omitempty"`
}

// Kind returns the kind of the document.
func (c Citing) Kind() string {
	kind, _, _ := strings.Cut(c.By, " ")
	return kind
}

// Number returns the number of the document.
func (c Citing) Number() string {
	_, number, _ := strings.Cut(c.By, " ")
	return number
}

// Reserve says what the draws of a document on the account would do: all of them or none.
// They are the whole position of the document, in place of its own before, which is nil if
// it had none.
func (a *Account) Reserve(own *Position, c Citing, draws []effects.Draw) (Posting, []Refusal) {
	r := reservation{account: a, left: a.balances(own), position: Position{Citing: c, State: Reserved}}
	first, others := draws[0], a.Documents()
	if own.draws() {
		others--
	}
	switch {
	case own == nil:
	case own.Exchange == uuid.Nil: // customs wrote it off before the document came here
		known := *own
		known.Citing = c
		return Posting{Account: a.Account, Position: &known}, nil
	case own.Sender != c.Sender && own.State != Released:
		r.refuse(Refusal{Code: CodeSender, Draw: first})
	case own.State == Consumed:
		r.refuse(Refusal{Code: CodeCleared, Draw: first})
	}
	if a.Uses > 0 && others >= a.Uses {
		r.refuse(Refusal{Code: CodeUses, Draw: first, Uses: a.Uses})
	}
	if first.Office != "" && len(a.Offices) > 0 && !slices.Contains(a.Offices, first.Office) {
		r.refuse(Refusal{Code: CodeOffice, Draw: first})
	}
	if first.Mode != "" && a.Mode != "" && first.Mode != a.Mode {
		r.refuse(Refusal{Code: CodeMode, Draw: first})
	}
	if first.Day != "" && (first.Day < a.From || a.Until != "" && first.Day > a.Until) {
		r.refuse(Refusal{Code: CodePeriod, Draw: first})
	}
	matched := false
	for _, d := range draws {
		matched = r.take(d) || matched
	}
	if !matched && len(r.refusals) == 0 {
		r.refuse(Refusal{Code: CodeNoLine, Draw: first})
	}
	if len(r.refusals) > 0 {
		return Posting{}, r.refusals
	}
	return Posting{Account: a.Account, Position: &r.position}, nil
}

// Release gives back what a document draws, if it draws something that is not cleared. own
// is its position.
func (a *Account) Release(own Position, c Citing) (Posting, bool) {
	if own.State != Reserved || own.Sender != c.Sender {
		return Posting{}, false
	}
	return Posting{Account: a.Account, Position: &Position{Citing: c, State: Released}}, true
}

// Cleared returns the position after customs have cleared its document or found it void, and
// false if that changes nothing: what was used up or given back before stays.
func (p Position) Cleared(by codes.Clearance) (Position, bool) {
	switch {
	case p.State != Reserved:
		return p, false
	case by == codes.Invalidated:
		p.State, p.Shares = Released, nil
	default:
		p.State = Consumed
	}
	return p, true
}

// A reservation is what the draws of one document come to.
type reservation struct {
	account  *Account
	left     []Balance // without the document, and less what was taken so far
	position Position
	refusals []Refusal
}

func (r *reservation) refuse(why Refusal) { r.refusals = append(r.refusals, why) }

// take draws on the lines that have the goods, in their order, and reports whether there
// are any. Lines of one unit alone are drawn on: the first in which the goods are stated.
func (r *reservation) take(d effects.Draw) (matched bool) {
	var first *Balance
	var lines []*Balance
	var want effects.Measure
	for i := range r.left {
		b := &r.left[i]
		if !r.account.sameGoods(b.HS, d.HS) {
			continue
		}
		first = cmp.Or(first, b)
		at := slices.IndexFunc(d.Measures, func(m effects.Measure) bool { return m.Unit == b.Unit })
		if at >= 0 && (want.Unit == "" || want.Unit == b.Unit) {
			lines, want = append(lines, b), d.Measures[at]
		}
	}
	switch {
	case first == nil && d.Whole:
		return false
	case first == nil:
		r.refuse(Refusal{Code: CodeNoLine, Draw: d})
	case len(lines) == 0:
		r.refuse(Refusal{Code: CodeUnit, Draw: d, Line: first.Number, Left: first.Left, Unit: first.Unit})
	default:
		r.share(d, lines, want.Quantity)
	}
	return true
}

// share takes a quantity of lines of one unit.
func (r *reservation) share(d effects.Draw, lines []*Balance, want values.Figure) {
	all := values.Whole(0)
	for _, b := range lines {
		all = all.Plus(b.Left)
	}
	most := all.Times(values.Whole(1).Plus(r.account.Overage.Over(values.Whole(100))))
	if want.Sign() <= 0 || want.Cmp(most) > 0 {
		r.refuse(Refusal{Code: CodeExceeded, Draw: d, Line: lines[0].Number, Left: all, Unit: lines[0].Unit, Want: want})
		return
	}
	for i, b := range lines {
		part := want
		if part.Cmp(b.Left) > 0 && i < len(lines)-1 {
			part = b.Left
		}
		if part.Sign() == 0 {
			continue
		}
		r.add(b.Number, part)
		want = want.Minus(part)
		if b.Left = b.Left.Minus(part); b.Left.Sign() < 0 {
			b.Left = values.Whole(0)
		}
	}
}

// add adds a quantity to what the position has of a line.
func (r *reservation) add(line string, quantity values.Figure) {
	for i := range r.position.Shares {
		if s := &r.position.Shares[i]; s.Line == line {
			s.Quantity = s.Quantity.Plus(quantity)
			return
		}
	}
	r.position.Shares = append(r.position.Shares, Share{line, quantity})
}

// subheading is how many digits of a code all countries share: a subheading of the
// Harmonized System.
const subheading = 6

// sameGoods reports whether two codes can mean the same goods: the digits that both have
// are the same, at least those of the subheading. If the account is another country's,
// those behind the subheading are not compared.
func (a *Account) sameGoods(own, drawn string) bool {
	if len(own) < subheading || len(drawn) < subheading {
		return false
	}
	if a.Subheadings {
		own, drawn = own[:subheading], drawn[:subheading]
	}
	return strings.HasPrefix(own, drawn) || strings.HasPrefix(drawn, own)
}
