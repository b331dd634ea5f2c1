package exchange

import (
	"context"
	"slices"
	"strings"
)

// Filters knows which values the filters of a list or of a replay can have. A
// value that does not exist is a mistake, and its list must not look like one
// that is merely empty.
type Filters struct {
	InForce *InForce
	Journal Journal
}

// Check fails with an *Error of kind Invalid, and code "unknown-party" or
// "unknown-kind", if one of the parties or the kind does not exist. Empty values
// are no filters. What the exchange no longer has, but once had documents of,
// exists.
func (f Filters) Check(ctx context.Context, kind string, parties ...string) error {
	for _, party := range parties {
		if _, ok := f.InForce.Parties.Get(party); ok || party == "" {
			continue
		}
		if err := f.met(ctx, Query{Party: party}, "unknown-party", Because("there is no party %q", "没有参与方 %q", party)); err != nil {
			return err
		}
	}
	kinds := f.InForce.Checks.kinds()
	if kind == "" || slices.Contains(kinds, kind) {
		return nil
	}
	return f.met(ctx, Query{Kind: kind}, "unknown-kind",
		Because("there is no kind of document %q; the kinds are %s", "没有单证种类 %q；现有种类：%s", kind, strings.Join(kinds, ", ")))
}

// met fails unless an exchange fits.
func (f Filters) met(ctx context.Context, q Query, code string, why error) error {
	q.Limit = 1
	found, _, err := f.Journal.Exchanges(ctx, q)
	if err != nil || len(found) > 0 {
		return err
	}
	return &Error{Op: "read filter", Kind: Invalid, Code: code, Err: why}
}

// kinds returns the kinds of document that there are, each once.
func (c *Checks) kinds() []string {
	var all []string
	for _, t := range c.schemas.Kinds() {
		all = append(all, string(t.Kind))
	}
	return slices.Compact(all)
}
