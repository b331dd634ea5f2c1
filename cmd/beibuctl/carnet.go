package main

import (
	"fmt"
	"strconv"
	"strings"

	"beibu/exchange/httpapi"
)

// printCarnet prints what is left under a carnet, and where.
func (s *session) printCarnet(b httpapi.Balance) error {
	c := b.Carnet
	head := s.newTable("KIND", "NUMBER", "ISSUER", "VALIDITY", "VALID IN", "VOUCHERS", "EXTENSIONS", "EXCHANGE")
	vouchers := strconv.Itoa(c.VouchersUsed)
	if c.Vouchers > 0 {
		vouchers += "/" + strconv.Itoa(c.Vouchers)
	}
	head.Row(b.Kind, b.DocumentNumber, b.Issuer, b.ValidFrom+" – "+b.ValidUntil, strings.Join(append([]string{c.IssuedIn}, c.Countries...), ","), vouchers,
		strconv.Itoa(c.Extensions), b.ExchangeID)
	items := s.newTable("GOODS ITEM", "HS", "QUANTITY", "AT HOME", "ON THE WAY", "ELSEWHERE", "UNIT")
	for _, i := range c.Items {
		var elsewhere []string
		for _, h := range i.Countries {
			here := h.Here.Plus(h.InTransit).Plus(h.Ended)
			if here.Sign() > 0 {
				elsewhere = append(elsewhere, h.Country+": "+here.String())
			}
		}
		items.Row(strconv.Itoa(i.Item), i.HS, i.Quantity.String(), i.Home.String(), i.OnTheWay.String(), strings.Join(elsewhere, ", "), i.Unit)
	}
	stays := s.newTable("STAY", "MOVEMENT", "COUNTRY", "COUNTERFOIL", "FINAL DATE", "GOODS LEFT")
	for _, one := range c.Stays {
		stays.Row(one.Transaction, s.movement(one.Movement), one.Country, one.Counterfoil, one.FinalDate, goodsOf(one.Goods))
	}
	transactions := s.newTable("TRANSACTION", "MOVEMENT", "STATE", "COUNTRY", "OFFICE", "DAY", "GOODS", "ENDORSED", "SENDER")
	for _, t := range c.Transactions {
		sender, state := "", s.transaction(t.State)
		if n := len(t.Records); n > 0 {
			sender = t.Records[n-1].Sender
		}
		if t.Late {
			state += ", " + s.word("late")
		}
		transactions.Row(t.Number, s.movement(t.Movement), state, t.Country, t.Office, t.Day, goodsOf(t.Goods), strings.TrimSpace(t.EndorsedOn+" "+t.EndorsedAt), sender)
	}
	if err := s.printf("%s\n%s\n%s\n%s", head, items, stays, transactions); err != nil {
		return err
	}
	if c.ReplacedBy != "" {
		s.note("carnet %s has taken the goods over", c.ReplacedBy)
	}
	if c.Hidden > 0 {
		s.note("%d more transactions of others, which you may not see; the items count them", c.Hidden)
	}
	return nil
}

// goodsOf writes goods for people.
func goodsOf(all []httpapi.CarnetGoods) string {
	parts := make([]string, 0, len(all))
	for _, g := range all {
		parts = append(parts, fmt.Sprint(g))
	}
	return strings.Join(parts, ", ")
}

// movement returns a movement of goods, for people.
func (s *session) movement(of string) string {
	switch of {
	case "exportation":
		return s.word("exportation")
	case "importation":
		return s.word("importation")
	case "re-exportation":
		return s.word("re-exportation")
	case "re-importation":
		return s.word("re-importation")
	case "transit-departure":
		return s.word("transit-departure")
	case "transit-destination":
		return s.word("transit-destination")
	case "home-use":
		return s.word("home-use")
	case "warehousing":
		return s.word("warehousing")
	case "destruction":
		return s.word("destruction")
	case "extension":
		return s.word("extension")
	}
	return of
}

// transaction returns the state of a transaction, for people.
func (s *session) transaction(of string) string {
	switch of {
	case "prepared":
		return s.word("prepared")
	case "committed":
		return s.word("committed")
	case "rejected":
		return s.word("rejected")
	case "cancelled":
		return s.word("cancelled")
	}
	return of
}
