package carnet

import (
	"slices"

	"beibu/exchange/effects"
	"beibu/exchange/facts/values"
)

// Open says what a carnet would do that is sent: open its account, or give it the terms of a
// later version. before is its account, and earlier that of the carnet that it replaces or
// duplicates; each is nil if it is not known. The postings are all made or none.
func Open(before, earlier *Carnet, o effects.Carnet) ([]Posting, []Refusal) {
	if before != nil {
		if refusals := before.amend(o); len(refusals) > 0 {
			return nil, refusals
		}
	}
	own := Posting{Carnet: o.Account, Opens: true}
	if earlier == nil || before != nil && before.tookOver(earlier) {
		own.Transactions = noted(o)
		return []Posting{own}, nil
	}
	if refusals := earlier.yields(o); len(refusals) > 0 {
		return nil, refusals
	}
	for _, t := range earlier.Transactions {
		if t.From == nil {
			t.From = &earlier.Account
		}
		if t.moves() {
			own.Transactions = append(own.Transactions, t)
		}
	}
	return []Posting{own, {Carnet: earlier.Account, ReplacedBy: &o.Account}}, nil
}

// amend says why a later version is refused: customs have committed a transaction under the
// carnet, or its general list has grown. A duplicate of a lost carnet comes after that, and changes nothing.
func (c *Carnet) amend(o effects.Carnet) (all []Refusal) {
	switch {
	case c.ReplacedBy != nil:
		return []Refusal{{Code: CodeReplaced, Known: c.ReplacedBy.Number}}
	case o.Duplicate && o.Earlier == nil:
		return c.same(o)
	case c.Activated():
		return []Refusal{{Code: CodeActivated}}
	}
	for _, i := range o.Items {
		known := c.item(i.Number)
		switch {
		case known == nil:
			all = append(all, Refusal{Code: CodeGrown, Item: i.Number, Left: values.Whole(0), Want: i.Quantity, Unit: i.Unit})
		case i.Quantity.Cmp(known.Quantity) > 0:
			all = append(all, Refusal{Code: CodeGrown, Item: i.Number, Left: known.Quantity, Want: i.Quantity, Unit: i.Unit})
		}
	}
	return all
}

// tookOver reports whether the carnet has taken over the goods of another.
func (c *Carnet) tookOver(earlier *Carnet) bool {
	return earlier.ReplacedBy != nil && *earlier.ReplacedBy == c.Account
}

// yields says why a carnet cannot take the place of this one.
func (c *Carnet) yields(o effects.Carnet) []Refusal {
	if c.ReplacedBy != nil {
		return []Refusal{{Code: CodeReplaced, Known: c.ReplacedBy.Number}}
	}
	return c.same(o)
}

// same says what is not the same in a carnet that duplicates or replaces this one: a
// duplicate has the same goods and the same last day; a replacement may leave out what is at
// home.
func (c *Carnet) same(o effects.Carnet) (all []Refusal) {
	if o.Duplicate && o.Until != c.Until {
		all = append(all, Refusal{Code: CodeEnd, Value: o.Until, Known: c.Until})
	}
	for _, i := range o.Items {
		known := c.item(i.Number)
		if known == nil || known.Unit != i.Unit || known.HS != i.HS || known.Quantity.Cmp(i.Quantity) != 0 {
			all = append(all, Refusal{Code: CodeGoods, Item: i.Number, Want: i.Quantity, Unit: i.Unit})
		}
	}
	h := c.holdings("")
	for _, i := range c.Items {
		there := slices.ContainsFunc(o.Items, func(other effects.Item) bool { return other.Number == i.Number })
		if out := i.Quantity.Minus(h.home[i.Number]); !there && (o.Duplicate || out.Sign() > 0) {
			all = append(all, Refusal{Code: CodeGoods, Item: i.Number, Want: values.Whole(0), Left: i.Quantity, Unit: i.Unit})
		}
	}
	return all
}

// implied is the number of the exportation that follows from what a carnet's counterfoils
// note, if they do not note it: what is elsewhere has left.
const implied = "exportation implied"

// noted returns the transactions that the counterfoils of a carnet record, in the order in
// which goods move.
func noted(o effects.Carnet) []Transaction {
	c := Carnet{Carnet: o}
	movements := slices.Clone(o.Noted)
	slices.SortStableFunc(movements, func(a, b effects.Movement) int { return order(a) - order(b) })
	out := Transaction{Movement: effects.Movement{Number: implied, Movement: "exportation", State: Committed, Country: o.IssuedIn}}
	for _, m := range movements {
		m.State = Committed
		if m.Country == "" {
			m.Country = o.IssuedIn
		}
		k := kinds[m.Movement]
		if k.of != "" && c.earlier(m) == nil {
			continue // it discharges what is not noted: the goods are where they were
		}
		if k.from == way {
			h := c.holdings("")
			for n, quantity := range c.quantities(m) {
				if short := quantity.Minus(h.way[n]); short.Sign() > 0 {
					out.Goods = append(out.Goods, effects.Goods{First: n, Quantity: short, Unit: c.item(n).Unit})
				}
			}
			slices.SortFunc(out.Goods, func(a, b effects.Goods) int { return a.First - b.First })
			if len(out.Goods) > 0 {
				c.Post(Posting{Transactions: []Transaction{out}}, Document{}, nil)
			}
		}
		c.Post(Posting{Transactions: []Transaction{{Movement: m}}}, Document{}, nil)
	}
	return c.Transactions
}

// order is the place of a movement in the life of a carnet.
func order(m effects.Movement) int {
	return slices.Index([]string{"exportation", "importation", "re-exportation", "re-importation"}, m.Movement)
}
