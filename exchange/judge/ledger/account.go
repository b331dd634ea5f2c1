package ledger

import (
	"slices"

	"github.com/google/uuid"

	"beibu/exchange/effects"
	"beibu/exchange/facts/values"
)

// An Account is a document whose quantities others draw on, with what they drew.
type Account struct {
	effects.Opening
	Exchange  uuid.UUID  `json:"exchange"` // that opened it, or last changed its terms
	Sender    string     `json:"sender"`
	Positions []Position `json:"positions,omitempty"` // in the order in which they were first made
}

// A Position is all that one document draws on an account.
type Position struct {
	Citing
	State  State   `json:"state"`
	Shares []Share `json:"shares,omitempty"`
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

// A Posting is one change of an account.
type Posting struct {
	Account effects.Account `json:"account"`
	// Opens says that the account is opened, or gets the terms of a later version, as the
	// head of the entry says.
	Opens bool `json:"opens,omitempty"`
	// Position is what a document draws from now on, or nil.
	Position *Position `json:"position,omitempty"`
}

// Open returns the account of a document.
func Open(o effects.Opening, id uuid.UUID, sender string) Account {
	a := Account{Sender: sender}
	a.reopen(o, id)
	return a
}

// reopen gives the account the terms of a document, which may be a later version. What
// was drawn stays.
func (a *Account) reopen(o effects.Opening, id uuid.UUID) {
	a.Opening, a.Exchange = o, id
	written := make(map[string]bool)
	for _, d := range o.Drawn {
		at := a.position(d.By)
		if at < 0 {
			at = len(a.Positions)
			a.Positions = append(a.Positions, Position{Citing: Citing{By: d.By}})
		}
		p := &a.Positions[at]
		if !written[d.By] { // what customs wrote off counts, not what was reserved
			written[d.By] = true
			p.State, p.Shares = Consumed, nil
		}
		p.Shares = append(p.Shares, Share{d.Line, d.Quantity})
	}
}

// Post applies a posting of an exchange. opening is what the exchange opens, or nil.
func (a *Account) Post(p Posting, id uuid.UUID, opening *effects.Opening) {
	if p.Opens && opening != nil {
		a.reopen(*opening, id)
	}
	if p.Position == nil {
		return
	}
	if at := a.position(p.Position.By); at >= 0 {
		a.Positions[at] = *p.Position
		return
	}
	a.Positions = append(a.Positions, *p.Position)
}

// position returns the index of the position of a document, or -1.
func (a *Account) position(by string) int {
	return slices.IndexFunc(a.Positions, func(p Position) bool { return p.By == by })
}

// A Balance is what a line has left. Left is never below zero: the last draw may exceed what
// is left, and then nothing is.
type Balance struct {
	effects.Line
	Reserved, Consumed, Left values.Figure
}

// Balances returns what each line has left.
func (a *Account) Balances() []Balance { return a.balances("") }

// balances returns what each line has left without the position of a document.
func (a *Account) balances(without string) []Balance {
	all := make([]Balance, 0, len(a.Lines))
	for _, l := range a.Lines {
		b := Balance{Line: l, Reserved: values.Whole(0), Consumed: values.Whole(0)}
		for i := range a.Positions {
			p := &a.Positions[i]
			if p.By == without {
				continue
			}
			for _, s := range p.Shares {
				switch {
				case s.Line != l.Number:
				case p.State == Reserved:
					b.Reserved = b.Reserved.Plus(s.Quantity)
				case p.State == Consumed:
					b.Consumed = b.Consumed.Plus(s.Quantity)
				}
			}
		}
		b.Left = l.Quantity.Minus(b.Reserved).Minus(b.Consumed)
		if b.Left.Sign() < 0 {
			b.Left = values.Whole(0)
		}
		all = append(all, b)
	}
	return all
}

// uses counts the documents that draw on the account, without one.
func (a *Account) uses(without string) int {
	n := 0
	for i := range a.Positions {
		if p := &a.Positions[i]; p.State != Released && p.By != without {
			n++
		}
	}
	return n
}
