package client

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"strconv"

	"beibu/exchange"
	"beibu/exchange/answer"
	"beibu/exchange/httpapi"
	"beibu/exchange/operator/refused"
)

// A List is a list of the daemon.
type List struct {
	Query url.Values
	Limit int // at most so many; 0 means all
}

// Exchanges calls each for the exchanges of a list. It stops at the first call of each
// that fails.
func (c *Client) Exchanges(ctx context.Context, query url.Values, limit int, each func(httpapi.Exchange) error) error {
	return pages(ctx, c, "/v1/exchanges", List{query, limit}, func(p httpapi.Page) (int, string, error) {
		return len(p.Exchanges), p.Next, forEach(p.Exchanges, each)
	})
}

// Again calls each for what was consigned to the caller since a time, in the order of the
// record. It stops at the first call of each that fails.
func (c *Client) Again(ctx context.Context, query url.Values, each func(httpapi.AgainItem) error) error {
	return pages(ctx, c, "/v1/mailbox/again", List{Query: query}, func(p httpapi.AgainPage) (int, string, error) {
		return len(p.Deliveries), p.Next, forEach(p.Deliveries, each)
	})
}

// Refusals calls each for the refusals of a list. It stops at the first call of each that
// fails.
func (c *Client) Refusals(ctx context.Context, list List, each func(httpapi.Refusal) error) error {
	return pages(ctx, c, "/v1/refusals", list, func(p httpapi.RefusalPage) (int, string, error) {
		return len(p.Refusals), p.Next, forEach(p.Refusals, each)
	})
}

// JointApprovals calls each for the joint approvals of a list, newest first. It stops at the
// first call of each that fails.
func (c *Client) JointApprovals(ctx context.Context, list List, each func(*answer.JointApproval) error) error {
	return pages(ctx, c, "/v1/joint-approvals", list, func(p httpapi.JointApprovalList) (int, string, error) {
		return len(p.JointApprovals), p.Next, forEach(p.JointApprovals, each)
	})
}

// Deadlines calls each for the deadlines of a list, the earliest first. It stops at the
// first call of each that fails.
func (c *Client) Deadlines(ctx context.Context, list List, each func(answer.DocumentDeadline) error) error {
	return pages(ctx, c, "/v1/deadlines", list, func(p httpapi.DeadlineList) (int, string, error) {
		return len(p.Deadlines), p.Next, forEach(p.Deadlines, each)
	})
}

// Examine has the daemon examine a document for its sender, or for the one of its newest
// refusal if that is "".
func (c *Client) Examine(ctx context.Context, sender string, document []byte) (httpapi.Examination, error) {
	path := "/v1/refusals/examine"
	if sender != "" {
		path += "?" + url.Values{"sender": {sender}}.Encode()
	}
	return into[httpapi.Examination](c.Call(ctx, http.MethodPost, path, "application/xml", document))
}

// ExamineKept calls each for the refusals of a list, which the daemon examines by their kept
// bytes. It stops at the first call of each that fails.
func (c *Client) ExamineKept(ctx context.Context, list List, each func(httpapi.ExaminedRefusal) error) error {
	query := maps.Clone(list.Query)
	for left := list.Limit; ; {
		size := refused.MaxExamined
		if list.Limit > 0 {
			size = min(left, size)
		}
		query.Set("limit", strconv.Itoa(size))
		page, err := into[httpapi.ExaminedPage](c.Call(ctx, http.MethodPost, "/v1/refusals/examine-kept?"+query.Encode(), "", nil))
		if err == nil {
			err = forEach(page.Examined, each)
		}
		left -= len(page.Examined)
		if err != nil || page.Next == "" || list.Limit > 0 && left <= 0 {
			return err
		}
		query.Set("cursor", page.Next)
	}
}

// ExamineAgain has the daemon examine a refusal by its kept bytes.
func (c *Client) ExamineAgain(ctx context.Context, id string) (httpapi.ExaminedRefusal, error) {
	return into[httpapi.ExaminedRefusal](c.Call(ctx, http.MethodPost, "/v1/refusals/"+id+"/examine", "", nil))
}

func forEach[T any](all []T, each func(T) error) error {
	for _, one := range all {
		if err := each(one); err != nil {
			return err
		}
	}
	return nil
}

// pages reads the pages of a list, and has each visited. visit returns how many items a
// page has and the cursor of the next.
func pages[P any](ctx context.Context, c *Client, path string, list List, visit func(P) (n int, next string, err error)) error {
	query := maps.Clone(list.Query)
	for left := list.Limit; ; {
		size := exchange.MaxPage
		if list.Limit > 0 {
			size = min(left, exchange.MaxPage)
		}
		query.Set("limit", strconv.Itoa(size))
		page, err := Get[P](ctx, c, path, query)
		if err != nil {
			return err
		}
		n, next, err := visit(page)
		left -= n
		if err != nil || next == "" || list.Limit > 0 && left <= 0 {
			return err
		}
		query.Set("cursor", next)
	}
}

// Party returns the id of the party that the client calls as, or "" if it calls as an
// operator that acts for none.
func (c *Client) Party(ctx context.Context) (string, error) {
	self, err := Get[httpapi.Self](ctx, c, "/v1/self", nil)
	return self.Party, err
}
