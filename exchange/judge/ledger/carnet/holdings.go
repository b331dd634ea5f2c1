package carnet

import "beibu/exchange/facts/values"

// holdings say where the goods of a carnet are, by item.
type holdings struct {
	home, way map[int]values.Figure
	under     map[string]map[int]values.Figure // by the number of the transaction
	ended     map[string]map[int]values.Figure // by country
}

// holdings returns where the goods are, without one transaction.
func (c *Carnet) holdings(without string) holdings {
	h := holdings{make(map[int]values.Figure), make(map[int]values.Figure), make(map[string]map[int]values.Figure), make(map[string]map[int]values.Figure)}
	for _, i := range c.Items {
		h.home[i.Number], h.way[i.Number] = i.Quantity, values.Whole(0)
	}
	for i := range c.Transactions {
		if t := &c.Transactions[i]; t.moves() && t.Number != without {
			c.move(h, t, c.quantities(t.Movement))
		}
	}
	return h
}

// move moves goods as a transaction does.
func (c *Carnet) move(h holdings, t *Transaction, goods map[int]values.Figure) {
	k := kinds[t.Movement.Movement]
	from, to := h.at(k.from, c.holder(t), t.Country), h.at(k.to, t.Number, t.Country)
	for n, quantity := range goods {
		if from != nil && to != nil {
			from[n], to[n] = from[n].Minus(quantity), to[n].Plus(quantity)
		}
	}
}

// holder returns the number of the transaction under which the goods of another are.
func (c *Carnet) holder(t *Transaction) string {
	if e := c.earlier(t.Movement); e != nil {
		return e.Number
	}
	return ""
}

// at returns what is at a place, or nil if the movement moves nothing.
func (h holdings) at(p place, transaction, country string) map[int]values.Figure {
	switch p {
	case home:
		return h.home
	case way:
		return h.way
	case under:
		return in(h.under, transaction)
	case ended:
		return in(h.ended, country)
	case still:
	}
	return nil
}

func in(all map[string]map[int]values.Figure, key string) map[int]values.Figure {
	if all[key] == nil {
		all[key] = make(map[int]values.Figure)
	}
	return all[key]
}
