package carnet

import (
	"slices"

	"github.com/google/uuid"

	"beibu/exchange/effects"
	"beibu/exchange/facts/values"
)

// A Carnet is the account of a carnet.
type Carnet struct {
	effects.Carnet // without what its counterfoils note, which are transactions
	Document
	// ReplacedBy is the carnet that has taken the goods over, or nil.
	ReplacedBy   *effects.Account `json:"replacedBy,omitempty"`
	Transactions []Transaction    `json:"transactions,omitempty"` // in the order in which they were first made
}

// A Document is one that changed an account.
type Document struct {
	Exchange uuid.UUID `json:"exchange,omitzero"`
	Sender   string    `json:"sender,omitempty"`
}

// A Transaction is one movement of goods, with the documents about it.
type Transaction struct {
	effects.Movement
	Records []Record `json:"records,omitempty"` // none if the carnet's counterfoil alone notes it
	// From is the earlier carnet under which it was made, or nil.
	From *effects.Account `json:"from,omitempty"`
}

// A Record is one document about a transaction.
type Record struct {
	Document
	State string `json:"state"`
	Day   string `json:"day"` // YYYY-MM-DD
}

// The states of a transaction.
const (
	Prepared  = "prepared"  // by the holder
	Committed = "committed" // by customs: it moves the goods
	Rejected  = "rejected"  // by customs, before that: it uses no voucher
	Cancelled = "cancelled" // by customs with the holder, after that: as if it was never made
)

// A Posting is one change of an account.
type Posting struct {
	Carnet effects.Account `json:"carnet"`
	// Opens says that the account is opened, or gets the terms of a later version, as the
	// head of the entry says.
	Opens bool `json:"opens,omitempty"`
	// Transactions replace those of their numbers, or are new.
	Transactions []Transaction `json:"transactions,omitempty"`
	// ReplacedBy is the carnet that takes the goods over, or nil.
	ReplacedBy *effects.Account `json:"replacedBy,omitempty"`
}

// Post applies a posting. opening is what the document opens, or nil.
func (c *Carnet) Post(p Posting, by Document, opening *effects.Carnet) {
	if p.Opens && opening != nil {
		c.Carnet, c.Document = *opening, by
		c.Noted = nil
	}
	for _, t := range p.Transactions {
		if at := c.index(t.Number); at >= 0 {
			c.Transactions[at] = t
		} else {
			c.Transactions = append(c.Transactions, t)
		}
	}
	if p.ReplacedBy != nil {
		c.ReplacedBy = p.ReplacedBy
	}
}

// index returns the index of a transaction, or -1.
func (c *Carnet) index(number string) int {
	return slices.IndexFunc(c.Transactions, func(t Transaction) bool { return t.Number == number })
}

// Activated reports whether customs have ever committed a transaction under the carnet: then
// its association changes it no more.
func (c *Carnet) Activated() bool {
	return slices.ContainsFunc(c.Transactions, func(t Transaction) bool {
		return t.From == nil && slices.ContainsFunc(t.Records, func(r Record) bool { return r.State == Committed })
	})
}

// item returns an item of the general list, or nil.
func (c *Carnet) item(number int) *effects.Item {
	for i := range c.Items {
		if c.Items[i].Number == number {
			return &c.Items[i]
		}
	}
	return nil
}

// quantities returns what a movement moves of each item that is on the general list.
func (c *Carnet) quantities(m effects.Movement) map[int]values.Figure {
	all := make(map[int]values.Figure)
	for _, g := range m.Goods {
		for n := g.First; n <= max(g.First, g.Last); n++ {
			i := c.item(n)
			switch {
			case i == nil:
			case g.Quantity.Exists():
				all[n] = all[n].Plus(g.Quantity)
			default:
				all[n] = all[n].Plus(i.Quantity)
			}
		}
	}
	return all
}

// earlier returns the committed transaction that a movement discharges, closes or extends,
// by its counterfoil or its number, or nil.
func (c *Carnet) earlier(m effects.Movement) *Transaction {
	for i := range c.Transactions {
		t := &c.Transactions[i]
		if t.State == Committed && m.Discharges != "" && t.Movement.Movement == kinds[m.Movement].of && t.Country == m.Country &&
			(t.Counterfoil == m.Discharges || t.Number == m.Discharges) {
			return t
		}
	}
	return nil
}

// moves reports whether a transaction has moved goods.
func (t *Transaction) moves() bool { return t.State == Committed }
