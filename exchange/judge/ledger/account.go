package ledger

import (
	"maps"

	"github.com/google/uuid"

	"beibu/exchange/effects"
	"beibu/exchange/facts/values"
)

// An Account is a document whose quantities others draw on: its terms, and the totals of
// what they drew. Their positions are kept elsewhere, each by itself.
type Account struct {
	Terms
	Totals

	Sequence int64 // of the record, up to which the account is, if it was read from rows
}

// Terms are what the document of an account says. What it says was drawn before is none of
// them: these are positions.
type Terms struct {
	effects.Opening
	Exchange uuid.UUID `json:"exchange"` // that opened it, or last changed its terms
	Sender   string    `json:"sender"`
}

// TermsOf returns the terms of an account that a document opens, or of which it is a later
// version.
func TermsOf(o effects.Opening, id uuid.UUID, sender string) Terms {
	o.Drawn = nil
	return Terms{o, id, sender}
}

// Totals are what all positions of an account come to.
type Totals struct {
	Sums map[string]Sums `json:"sums,omitempty"` // by line
	// Drawing is how many documents draw on the account, by their senders. A sender whose
	// positions are all released has 0; "" is of documents that the account's own names.
	Drawing map[string]int `json:"drawing,omitempty"`
	Made    int            `json:"made,omitempty"` // how many positions were ever made
}

// Sums are what the positions have of a line.
type Sums map[Bucket]values.Figure

// A Bucket is what a quantity has become.
type Bucket string

// The buckets.
const (
	InReserve Bucket = "reserved"
	Used      Bucket = "consumed"
)

// A Position is all that one document draws on an account.
type Position struct {
	Citing
	State  State   `json:"state"`
	Shares []Share `json:"shares,omitempty"`
}

// A Query says which positions of an account to return.
type Query struct {
	Of      effects.Account
	After   int64    // the place behind which they begin; 0: with the first
	Limit   int      // how many at most
	Senders []string // whose documents they are of; none: anybody's
}

// A Share is what a position has of one line.
type Share struct {
	Line     string        `json:"line"`
	Quantity values.Figure `json:"quantity"`
}

// A State says how far a position has come.
type State string

// The states of a position.
const (
	Reserved State = "reserved" // cited by a document that is not cleared yet
	Consumed State = "consumed" // cleared: it never comes back
	Released State = "released" // given back
)

// buckets are those of the shares of a position. What is released is in none.
var buckets = map[State]Bucket{Reserved: InReserve, Consumed: Used}

// draws reports whether the position counts as a use of the account. A nil one does not.
func (p *Position) draws() bool { return p != nil && p.State != Released }

// A Posting is one change of an account.
type Posting struct {
	Account effects.Account `json:"account"`
	// Opens says that the account is opened, or gets the terms of a later version, as the
	// head of the entry says.
	Opens bool `json:"opens,omitempty"`
	// Position is what a document draws from now on, or nil.
	Position *Position `json:"position,omitempty"`
}

// WrittenOff returns the positions of what an account's own document says was drawn, in the
// order in which it names them. They replace what these documents drew.
func WrittenOff(o effects.Opening) (all []Position) {
	at := make(map[string]int)
	for _, d := range o.Drawn {
		n, ok := at[d.By]
		if !ok {
			n, at[d.By] = len(all), len(all)
			all = append(all, Position{Citing: Citing{By: d.By}, State: Consumed})
		}
		all[n].Shares = append(all[n].Shares, Share{d.Line, d.Quantity})
	}
	return all
}

// Post replaces the position of a document, which is nil if it had none, by another.
func (t *Totals) Post(before *Position, now Position) {
	if before == nil {
		t.Made++
	} else {
		t.add(*before, -1)
	}
	t.add(now, 1)
}

// add adds a position once, or -1 times.
func (t *Totals) add(p Position, times int) {
	if t.Drawing == nil {
		t.Drawing, t.Sums = make(map[string]int), make(map[string]Sums)
	}
	if !p.draws() {
		t.Drawing[p.Sender] += 0 // it is known
		return
	}
	t.Drawing[p.Sender] += times
	for _, s := range p.Shares {
		if t.Sums[s.Line] == nil {
			t.Sums[s.Line] = make(Sums)
		}
		t.Sums[s.Line].add(buckets[p.State], s.Quantity.Times(values.Whole(int64(times))))
	}
}

// add adds a quantity to a bucket. One with nothing in it is left out.
func (s Sums) add(to Bucket, quantity values.Figure) {
	if s[to] = s[to].Plus(quantity); s[to].Sign() == 0 {
		delete(s, to)
	}
}

// of returns what is in a bucket, which may be nothing.
func (s Sums) of(b Bucket) values.Figure { return s[b].Plus(values.Whole(0)) }

// Documents counts the documents that draw on the account.
func (t *Totals) Documents() (n int) {
	for of := range maps.Values(t.Drawing) {
		n += of
	}
	return n
}

// A Balance is what a line has left. Left is never below zero: the last draw may exceed what
// is left, and then nothing is.
type Balance struct {
	effects.Line
	Reserved, Consumed, Left values.Figure
}

// Balances returns what each line has left.
func (a *Account) Balances() []Balance { return a.balances(nil) }

// balances returns what each line has left without a position, which may be nil.
func (a *Account) balances(without *Position) []Balance {
	own := make(map[string]values.Figure)
	if without.draws() {
		for _, s := range without.Shares {
			own[s.Line] = own[s.Line].Plus(s.Quantity)
		}
	}
	all := make([]Balance, 0, len(a.Lines))
	for _, l := range a.Lines {
		sums := a.Sums[l.Number]
		b := Balance{Line: l, Reserved: sums.of(InReserve), Consumed: sums.of(Used)}
		if one, ok := own[l.Number]; ok && without.State == Reserved {
			b.Reserved = b.Reserved.Minus(one)
		} else if ok {
			b.Consumed = b.Consumed.Minus(one)
		}
		b.Left = l.Quantity.Minus(b.Reserved).Minus(b.Consumed)
		if b.Left.Sign() < 0 {
			b.Left = values.Whole(0)
		}
		all = append(all, b)
	}
	return all
}
