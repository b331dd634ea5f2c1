package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"

	"beibu/exchange/httpapi"
)

// stored answers pages of n exchanges, whose cursor is where the next begins.
func stored(t *testing.T, n int) *Client {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		from, _ := strconv.Atoi(q.Get("cursor"))
		limit, err := strconv.Atoi(q.Get("limit"))
		if err != nil || limit < 1 || limit > 500 || q.Get("kind") != "k" {
			t.Errorf("asked for %s", r.URL)
		}
		page := httpapi.Page{}
		for i := from; i < min(from+limit, n); i++ {
			page.Exchanges = append(page.Exchanges, httpapi.Exchange{ExchangeID: strconv.Itoa(i)})
		}
		if from+limit < n {
			page.Next = strconv.Itoa(from + limit)
		}
		_ = json.NewEncoder(w).Encode(page)
	}))
	t.Cleanup(server.Close)
	return &Client{Server: server.URL}
}

func TestExchanges(t *testing.T) {
	c := stored(t, 1203)
	for _, test := range []struct{ limit, want int }{{0, 1203}, {1, 1}, {500, 500}, {501, 501}, {1000, 1000}, {5000, 1203}} {
		t.Run(fmt.Sprint(test.limit), func(t *testing.T) {
			query, n := url.Values{"kind": {"k"}}, 0
			err := c.Exchanges(t.Context(), query, test.limit, func(x httpapi.Exchange) error {
				if x.ExchangeID != strconv.Itoa(n) {
					t.Errorf("%s came as number %d", x.ExchangeID, n)
				}
				n++
				return nil
			})
			if err != nil || n != test.want || len(query) != 1 {
				t.Errorf("got %d, %v; the query became %v", n, err, query)
			}
		})
	}
	stop := errors.New("enough")
	err := c.Exchanges(t.Context(), url.Values{"kind": {"k"}}, 0, func(httpapi.Exchange) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
}
