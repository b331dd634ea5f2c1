package main

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/views"
)

// listAudit lists the events of the record whose subject is no exchange, newest first.
type listAudit struct {
	Subject string `placeholder:"KIND[:ID]" help:"What the events are about, such as party or party:window-vn."`
	viewed
	CSV   bool  `name:"csv" help:"Print all as CSV, however many, newest first, with the filter in its second line."`
	Since bound `placeholder:"TIME" help:"Happened at or after: RFC 3339, a day such as 2026-09-01, or how far back, such as 24h or 1d."`
	Limit int   `default:"50" help:"How many at most (${default})."`
	All   bool  `help:"All, however many."`
}

// Validate refuses what would list nothing.
func (c *listAudit) Validate() error {
	if c.Limit < 1 {
		return errors.New("--limit is at least 1; --all lists all")
	}
	return nil
}

// Run lists events, the newest first. JSON is one event a line.
func (c *listAudit) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	query := url.Values{"order": {"newest"}}
	if c.Subject != "" {
		query.Set("subject", c.Subject)
	}
	put(query, "since", c.Since.time(time.Now()))
	if err := c.add(ctx, caller, views.Audit, query); err != nil {
		return err
	}
	if c.CSV {
		return caller.Download(ctx, "/v1/audit", query, "text/csv", s.out)
	}
	t := s.newTable("AT", "ABOUT", "EVENT", "ACTOR", "REASON", "READ")
	for left := c.Limit; ; {
		query.Set("limit", strconv.Itoa(c.pageOf(left)))
		page, err := client.Get[httpapi.AuditPage](ctx, caller, "/v1/audit", query)
		if err != nil {
			return err
		}
		for _, e := range page.Events {
			if s.asJSON() {
				if err := s.json(e); err != nil {
					return err
				}
				continue
			}
			t.Row(stamp(e.At), e.Subject.Kind+":"+e.Subject.ID, string(e.Name), e.Actor, e.Reason, s.disclosed(e.Disclosure))
		}
		left -= len(page.Events)
		if more := page.Next != ""; !more || left <= 0 && !c.All {
			if more {
				s.note("only the newest %d are shown; --all shows all, --limit more of them", c.Limit)
			}
			break
		}
		query.Set("after", page.Next)
	}
	if s.asJSON() {
		return nil
	}
	return s.table(t)
}

// pageOf is how many events the next page has, of those that are left to be shown.
func (c *listAudit) pageOf(left int) int {
	if c.All {
		return exchange.MaxPage
	}
	return min(left, exchange.MaxPage)
}
