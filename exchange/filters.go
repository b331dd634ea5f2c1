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
	kinds := f.InForce.Checks.Kinds()
	if kind == "" || slices.Contains(kinds, kind) {
		return nil
	}
	return f.met(ctx, Query{Kind: kind}, "unknown-kind",
		Because("there is no kind of document %q; the kinds are %s", "没有单证种类 %q；现有种类：%s", kind, strings.Join(kinds, ", ")))
}

// CheckRule fails with an *Error of kind Invalid, and code "unknown-rule", if there is no
// rule with a code and no exchange has a fault with it.
func (f Filters) CheckRule(ctx context.Context, code string) error {
	if code == "" {
		return nil
	}
	codes := f.InForce.Checks.RuleCodes()
	if slices.Contains(codes, code) {
		return nil
	}
	near := strings.Join(family(code, codes), ", ")
	return f.met(ctx, Query{Rule: code}, "unknown-rule", Because("there is no rule %q; there are %s", "没有规则 %q；现有：%s", code, near))
}

// family returns the codes that begin like one, up to the first hyphen, or else the
// beginnings of all, each with an asterisk.
func family(code string, codes []string) []string {
	var same, all []string
	own, _, _ := strings.Cut(strings.ToUpper(code), "-")
	for _, c := range codes {
		begins, _, _ := strings.Cut(c, "-")
		if all = append(all, begins+"-*"); begins == own {
			same = append(same, c)
		}
	}
	if len(same) > 0 {
		return same
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// CheckCause fails with an *Error of kind Invalid, and code "unknown-cause", if no
// delivery ever had a cause and it is not one of the exchange's own.
func (f Filters) CheckCause(ctx context.Context, code string) error {
	if code == "" || IsOwnCode(code) {
		return nil
	}
	causes, err := f.Journal.Causes(ctx)
	if err != nil || slices.Contains(causes, code) || len(causes) == MaxCauses {
		return err // of so many it may be one more
	}
	if len(causes) == 0 {
		return unknownCause(Because("no delivery has the cause %q; nothing has failed", "没有交付具有原因 %q；没有失败的交付", code))
	}
	return unknownCause(Because("no delivery has the cause %q; the causes are %s", "没有交付具有原因 %q；现有原因：%s", code, strings.Join(causes, ", ")))
}

func unknownCause(why Reason) error {
	return &Error{Op: "read filter", Kind: Invalid, Code: "unknown-cause", Err: why}
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

// Kinds returns the kinds of document that there are, each once.
func (c *Checks) Kinds() []string {
	var all []string
	for _, t := range c.schemas.Kinds() {
		all = append(all, string(t.Kind))
	}
	return slices.Compact(all)
}

// RuleCodes returns the codes of the rules.
func (c *Checks) RuleCodes() []string {
	var codes []string
	for _, r := range c.rules.All() {
		codes = append(codes, r.Code)
	}
	return codes
}
