package main

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/judge/ledger"
	"beibu/exchange/operator/qrcode"
)

// balanceCommand shows what is left of a licence, a certificate or a carnet.
type balanceCommand struct {
	Kind    string `arg:"" help:"Kind of the document, such as import-licence."`
	Number  string `arg:"" help:"Its number."`
	Country string `help:"Of a carnet: what is in this country alone, such as VN."`
	Limit   int    `default:"50" help:"How many of the documents that draw on it at most (${default})."`
	All     bool   `help:"All documents that draw on it, however many."`

	Statement bool `help:"Print a signed statement of what is left instead, for beibu-verify: keep it in a file NAME.jws."`
	QR        bool `name:"qr" help:"Print that statement as a QR code."`
}

// Validate refuses what would list nothing.
func (c *balanceCommand) Validate() error {
	if c.Limit < 1 {
		return errors.New("--limit is at least 1; --all lists all")
	}
	return nil
}

// Run shows the lines of goods and who draws on them.
func (c *balanceCommand) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	if c.Statement || c.QR {
		return c.state(ctx, s, caller)
	}
	b, err := c.read(ctx, caller)
	if err != nil {
		return err
	}
	if s.asJSON() {
		return s.json(b)
	}
	if b.Carnet != nil {
		return s.printCarnet(b)
	}
	if err := c.print(s, b); err != nil {
		return err
	}
	if b.Next != "" {
		s.note("only the first %d that draw on it are shown; --all shows all, --limit more of them", len(b.Draws))
	}
	if b.DrawsHidden > 0 {
		s.note("%d more documents of others draw on it, which you may not see; the lines count them", b.DrawsHidden)
	}
	return nil
}

// state prints the signed statement, or its code.
func (c *balanceCommand) state(ctx context.Context, s *session, caller *client.Client) error {
	signed, err := client.Get[httpapi.BalanceStatement](ctx, caller, "/v1/balances/"+url.PathEscape(c.Kind)+"/"+url.PathEscape(c.Number)+"/statement", nil)
	switch {
	case err != nil:
		return err
	case s.asJSON():
		return s.json(signed)
	case c.QR:
		code, err := qrcode.Of(signed.Statement)
		if err != nil {
			return err
		}
		if !code.Whole {
			s.note("the statement is too large for a code: the code has its digest; --statement prints it")
		}
		return s.printf("%s", code.Text())
	}
	return s.printf("%s\n", signed.Statement)
}

// read returns the balance with as many draws as are asked for.
func (c *balanceCommand) read(ctx context.Context, caller *client.Client) (b httpapi.Balance, err error) {
	query := make(url.Values)
	for {
		left := exchange.MaxPage
		if !c.All {
			left = min(left, c.Limit-len(b.Draws))
		}
		query.Set("limit", strconv.Itoa(left))
		if c.Country != "" {
			query.Set("country", c.Country)
		}
		page, err := client.Get[httpapi.Balance](ctx, caller, "/v1/balances/"+url.PathEscape(c.Kind)+"/"+url.PathEscape(c.Number), query)
		if err != nil {
			return b, err
		}
		page.Draws = append(b.Draws, page.Draws...)
		if b = page; b.Next == "" || !c.All && len(b.Draws) >= c.Limit {
			return b, nil
		}
		query.Set("cursor", b.Next)
	}
}

// print prints a balance for people.
func (c *balanceCommand) print(s *session, b httpapi.Balance) error {
	head := s.newTable("KIND", "NUMBER", "ISSUER", "VALIDITY", "OFFICES", "USES", "EXCHANGE")
	uses := strconv.Itoa(b.Uses)
	if b.UsesPermitted > 0 {
		uses += "/" + strconv.Itoa(b.UsesPermitted)
	}
	valid := ""
	if b.ValidFrom+b.ValidUntil != "" {
		valid = b.ValidFrom + " – " + b.ValidUntil
	}
	head.Row(b.Kind, b.DocumentNumber, b.Issuer, valid, strings.Join(b.Offices, ","), uses, b.ExchangeID)
	lines := s.newTable("GOODS ITEM", "HS", "QUANTITY", "RESERVED", "CONSUMED", "LEFT", "UNIT")
	for _, l := range b.Lines {
		lines.Row(l.Line, l.HS, l.Quantity.String(), l.Reserved.String(), l.Consumed.String(), l.Left.String(), l.Unit)
	}
	if err := s.printf("%s\n%s", head, lines); err != nil {
		return err
	}
	if len(b.Draws) > 0 {
		draws := s.newTable("DRAWN BY", "STATE", "SHARES", "SENDER", "EXCHANGE")
		for _, d := range b.Draws {
			shares := make([]string, 0, len(d.Shares))
			for _, share := range d.Shares {
				shares = append(shares, share.Line+": "+share.Quantity.String())
			}
			draws.Row(d.By, s.state(d.State), strings.Join(shares, ", "), d.Sender, d.ExchangeID)
		}
		if err := s.printf("\n%s", draws); err != nil {
			return err
		}
	}
	return nil
}

// state returns the state of a draw, for people.
func (s *session) state(of ledger.State) string {
	switch of {
	case ledger.Reserved:
		return s.word("reserved")
	case ledger.Consumed:
		return s.word("consumed")
	case ledger.Released:
		return s.word("released")
	}
	return string(of)
}
