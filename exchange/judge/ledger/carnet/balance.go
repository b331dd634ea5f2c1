package carnet

import (
	"slices"

	"beibu/exchange/effects"
	"beibu/exchange/facts/values"
)

// A Balance is what is left under a carnet, and where.
type Balance struct {
	Items         []ItemBalance
	Stays         []Stay // importations and transits that are not discharged, in the order in which they were made
	VouchersUsed  int
	VouchersLeft  int // if the carnet lists its vouchers
	Extensions    int
	Late          []string // numbers of transactions that were made after the final date or the last day
	OpenCountries []string // in which there are goods
}

// An ItemBalance is where the pieces of an item are.
type ItemBalance struct {
	effects.Item
	Home, Way values.Figure
	Exported  values.Figure // all that ever left, less what came back
	Countries []Holding
}

// A Holding is what is or was of an item in a country.
type Holding struct {
	Country           string
	Imported          values.Figure // all that entered under importations
	Here, Transit     values.Figure // what is there now
	Reexported, Ended values.Figure
}

// A Stay is an importation or a transit of which something is left.
type Stay struct {
	Transaction, Movement, Country, Counterfoil string
	FinalDay                                    string // after extensions; "": not stated
	Extensions                                  int
	Goods                                       []effects.Goods // what is left of it
}

// Balance returns what is left, in one country or, if it is "", in all.
func (c *Carnet) Balance(country string) Balance {
	h := c.holdings("")
	var b Balance
	for _, i := range c.Items {
		one := ItemBalance{Item: i, Home: atLeastNone(h.home[i.Number]), Way: atLeastNone(h.way[i.Number])}
		one.Exported = atLeastNone(i.Quantity.Minus(h.home[i.Number]))
		one.Countries = c.holdingsOf(h, i.Number, country)
		b.Items = append(b.Items, one)
	}
	for i := range c.Transactions {
		c.count(&b, h, &c.Transactions[i], country)
	}
	if len(c.Vouchers) > 0 {
		b.VouchersLeft = max(0, len(c.Vouchers)-b.VouchersUsed)
	}
	return b
}

// count adds a transaction to a balance.
func (c *Carnet) count(b *Balance, h holdings, t *Transaction, country string) {
	if !t.moves() {
		return
	}
	k := kinds[t.Movement.Movement]
	if k.voucher && t.From == nil && t.Number != implied {
		b.VouchersUsed++
	}
	if t.Movement.Movement == "extension" {
		b.Extensions++
	}
	if c.late(t) {
		b.Late = append(b.Late, t.Number)
	}
	if k.to != under || country != "" && t.Country != country {
		return
	}
	s := Stay{Transaction: t.Number, Movement: t.Movement.Movement, Country: t.Country, Counterfoil: t.Counterfoil, FinalDay: c.finalDay(t, ""), Extensions: c.extensions(t.Number, "")}
	for _, i := range c.Items {
		if left := h.under[t.Number][i.Number]; left.Sign() > 0 {
			s.Goods = append(s.Goods, effects.Goods{First: i.Number, Quantity: left, Unit: i.Unit})
		}
	}
	if len(s.Goods) == 0 {
		return
	}
	b.Stays = append(b.Stays, s)
	if !slices.Contains(b.OpenCountries, t.Country) {
		b.OpenCountries = append(b.OpenCountries, t.Country)
	}
}

// late reports whether a transaction was made after the final date of what it discharges, or
// after the last day of the carnet.
func (c *Carnet) late(t *Transaction) bool {
	if t.Day == "" {
		return false
	}
	if e := c.earlier(t.Movement); e != nil && t.Movement.Movement != "extension" {
		if final := c.finalDay(e, ""); final != "" && t.Day > final {
			return true
		}
	}
	return c.Until != "" && t.Day > c.Until
}

// holdingsOf returns what is or was of an item in each country, in the order of entry.
func (c *Carnet) holdingsOf(h holdings, item int, country string) (all []Holding) {
	for i := range c.Transactions {
		t := &c.Transactions[i]
		k := kinds[t.Movement.Movement]
		quantity, moved := c.quantities(t.Movement)[item]
		if !t.moves() || !moved || k.from == home || k.to == home || country != "" && t.Country != country {
			continue
		}
		at := slices.IndexFunc(all, func(one Holding) bool { return one.Country == t.Country })
		if at < 0 {
			none := values.Whole(0)
			at, all = len(all), append(all, Holding{t.Country, none, none, none, none, none})
		}
		one := &all[at]
		switch t.Movement.Movement {
		case "importation":
			one.Imported, one.Here = one.Imported.Plus(quantity), one.Here.Plus(atLeastNone(h.under[t.Number][item]))
		case "transit-departure":
			one.Transit = one.Transit.Plus(atLeastNone(h.under[t.Number][item]))
		case "re-exportation":
			one.Reexported = one.Reexported.Plus(quantity)
		default:
			if k.to == ended {
				one.Ended = one.Ended.Plus(quantity)
			}
		}
	}
	return all
}
