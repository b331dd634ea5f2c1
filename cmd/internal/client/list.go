package client

import (
	"context"
	"maps"
	"net/url"
	"strconv"

	"beibu/exchange"
	"beibu/exchange/httpapi"
)

// Exchanges calls each for the exchanges that a query finds, newest first, at
// most limit of them, or all if limit is 0. It stops at the first call of each that fails.
func (c *Client) Exchanges(ctx context.Context, query url.Values, limit int, each func(httpapi.Exchange) error) error {
	query = maps.Clone(query)
	for left := limit; ; {
		size := exchange.MaxPage
		if limit > 0 {
			size = min(left, exchange.MaxPage)
		}
		query.Set("limit", strconv.Itoa(size))
		page, err := Get[httpapi.Page](ctx, c, "/v1/exchanges", query)
		if err != nil {
			return err
		}
		for _, x := range page.Exchanges {
			if err := each(x); err != nil {
				return err
			}
		}
		left -= len(page.Exchanges)
		if page.Next == "" || limit > 0 && left <= 0 {
			return nil
		}
		query.Set("cursor", page.Next)
	}
}

// Party returns the id of the party that the client calls as, or "" if it calls as an
// operator that acts for none.
func (c *Client) Party(ctx context.Context) (string, error) {
	self, err := Get[httpapi.Self](ctx, c, "/v1/self", nil)
	return self.Party, err
}
