package main

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"beibu/cmd/internal/client"
	"beibu/exchange"
	"beibu/exchange/httpapi"
)

// listAudit lists the events of the record whose subject is no exchange.
type listAudit struct {
	Subject string `placeholder:"KIND[:ID]" help:"What the events are about, such as party or party:window-vn."`
	CSV     bool   `name:"csv" help:"Print all as CSV, with the filter in its second line."`
	Since   moment `placeholder:"TIME" help:"Happened at or after: RFC 3339, a day such as 2026-09-01, or how far back, such as 24h or 1d."`
}

// Run lists all pages, oldest event first. JSON is one event a line.
func (c *listAudit) Run(ctx context.Context, s *session) error {
	caller, err := s.client()
	if err != nil {
		return err
	}
	query := url.Values{"limit": {strconv.Itoa(exchange.MaxPage)}}
	if c.Subject != "" {
		query.Set("subject", c.Subject)
	}
	put(query, "since", c.Since.time(time.Now()))
	if c.CSV {
		query.Del("limit")
		return caller.Download(ctx, "/v1/audit", query, "text/csv", s.out)
	}
	t := s.newTable("AT", "ABOUT", "EVENT", "ACTOR", "REASON", "READ")
	for more := true; more; {
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
		more = page.Next != ""
		query.Set("after", page.Next)
	}
	if s.asJSON() {
		return nil
	}
	return s.table(t)
}
