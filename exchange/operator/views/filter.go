package views

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/lookup"
	"beibu/exchange/lookup/sealed"
	"beibu/exchange/operator/replay"
	"beibu/queue"
)

// A List is one that views are of.
type List string

// The lists.
const (
	Exchanges List = "exchanges"
	Refusals  List = "refusals"
	Failures  List = "failures"
	Audit     List = "audit"
	Runs      List = "runs"
)

// Lists returns all lists.
func Lists() []List { return []List{Exchanges, Refusals, Failures, Audit, Runs} }

// A Filter is the values of a list's filters, by their names in the API. Times are as RFC
// 3339 writes them.
type Filter map[string]string

// ParseFilter reads what Encode has written.
func ParseFilter(text string) (Filter, error) {
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, wrong("filter", "a query such as kind=ata-carnet&party=window-vn", "应为查询参数，如 kind=ata-carnet&party=window-vn")
	}
	f := make(Filter)
	for name, all := range values {
		if len(all) > 1 {
			return nil, wrong(name, "once at most", "最多出现一次")
		}
		if all[0] != "" {
			f[name] = all[0]
		}
	}
	return f, nil
}

// Encode returns the filter as a query, in the order of the names.
func (f Filter) Encode() string {
	values := make(url.Values)
	for name, value := range f {
		values.Set(name, value)
	}
	return values.Encode()
}

// maxFilter bounds a filter, in bytes as a query.
const maxFilter = 2_000

// A Checker knows which values filters can have.
type Checker struct {
	Known    exchange.Filters
	Refusals exchange.RefusalLog
	Holders  *sealed.Sealer
	// All is whether the caller sees all exchanges and refusals. What causes and codes there
	// are is for those to know; a value of others is not checked.
	All bool
}

// A check fails if a value cannot be.
type check func(ctx context.Context, c Checker, name, value string) error

// filters are those of each list.
var filters = map[List]map[string]check{
	Exchanges: {
		"party": party, "sender": party, "kind": kind, "number": number, "state": state, "rule": rule, "cause": cause, "answered": answered, "failing": flag, "since": moment, "until": moment,
		"hs": term, "vehicle": term, "container": term, "transportDocument": term, "carnet": term, "licence": term, "holder": holder,
	},
	Refusals: {
		"sender": party, "kind": kind, "number": number, "code": code, "digest": digest, "way": way, "since": moment, "until": moment,
		"vehicle": term, "container": term, "transportDocument": term, "carnet": term, "licence": term, "holder": holder,
	},
	Failures: {"party": party, "receiver": party, "by": by, "since": moment, "until": moment},
	Audit:    {"subject": subject, "since": moment},
	Runs:     {"status": status},
}

// Check fails with an [*exchange.Error] if a list has no such filter, or a filter cannot
// have its value, as the list itself would.
func (c Checker) Check(ctx context.Context, list List, f Filter) error {
	known, ok := filters[list]
	switch {
	case !ok:
		return wrong("list", fmt.Sprintf("one of %v", Lists()), fmt.Sprintf("应为以下之一：%v", Lists()))
	case len(f) == 0:
		return wrong("filter", "at least one filter", "至少应有一个筛选项")
	case len(f.Encode()) > maxFilter:
		return wrong("filter", fmt.Sprintf("at most %d bytes", maxFilter), fmt.Sprintf("最多 %d 字节", maxFilter))
	}
	for _, name := range sortedNames(f) {
		fits, ok := known[name]
		if !ok {
			return wrong(name, "the list has no such filter", "该列表没有此筛选项")
		}
		if err := fits(ctx, c, name, f[name]); err != nil {
			return err
		}
	}
	return nil
}

func sortedNames(f Filter) []string {
	names := make([]string, 0, len(f))
	for name := range f {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// wrong says what a filter can be.
func wrong(name, en, zh string) error {
	return &exchange.Error{Op: "read filter", Kind: exchange.BadRequest, Code: "parameter", Err: exchange.Because("%s: "+en, "%s："+zh, name)}
}

// unless fails with what a filter can be, unless it is.
func unless(is bool, name, en, zh string) error {
	if is {
		return nil
	}
	return wrong(name, en, zh)
}

func party(ctx context.Context, c Checker, _, value string) error {
	return c.Known.Check(ctx, "", value)
}

func kind(ctx context.Context, c Checker, _, value string) error { return c.Known.Check(ctx, value) }

func rule(ctx context.Context, c Checker, _, value string) error {
	return c.Known.CheckRule(ctx, value)
}

func cause(ctx context.Context, c Checker, _, value string) error {
	if !c.All {
		return nil
	}
	return c.Known.CheckCause(ctx, value)
}

func code(ctx context.Context, c Checker, _, value string) error {
	if !c.All {
		return nil
	}
	codes, err := c.Refusals.RefusalCodes(ctx)
	if err != nil || slices.Contains(codes, value) {
		return err
	}
	return &exchange.Error{Op: "read filter", Kind: exchange.Invalid, Code: "unknown-code", Err: exchange.Because(
		"no refusal has the code %q; the codes are %s", "没有代码为 %q 的退单记录；现有代码：%s", value, strings.Join(codes, ", "))}
}

func number(_ context.Context, _ Checker, name, value string) error {
	n, odd := exchange.ReadNumber(value)
	return unless(odd == nil && n != "" && len(n) <= exchange.MaxNumber, name, "a document number", "应为单证编号")
}

func state(_ context.Context, _ Checker, _, value string) error {
	if slices.Contains(exchange.States(), exchange.State(value)) {
		return nil
	}
	return unknownState(value, fmt.Sprint(exchange.States()))
}

func status(_ context.Context, _ Checker, _, value string) error {
	if _, known := replay.ParseStatus(value); known {
		return nil
	}
	return unknownState(value, fmt.Sprint(replay.Statuses()))
}

func unknownState(value, known string) error {
	known = strings.Trim(known, "[]")
	return &exchange.Error{Op: "read filter", Kind: exchange.Invalid, Code: "unknown-state", Err: exchange.Because(
		"there is no state %q; the states are %s", "没有状态 %q；现有状态：%s", value, known)}
}

func answered(_ context.Context, _ Checker, name, value string) error {
	known := strings.Trim(fmt.Sprint(exchange.AnswerFilters()), "[]")
	is := slices.Contains(exchange.AnswerFilters(), exchange.AnswerFilter(value))
	return unless(is, name, "one of "+known, "应为以下之一："+known)
}

func flag(_ context.Context, _ Checker, name, value string) error {
	return unless(value == "true", name, "true, or left out", "应为 true，或省略")
}

func by(_ context.Context, _ Checker, name, value string) error {
	_, _, known := exchange.ReadCountBy(value)
	return unless(known, name, exchange.CountByText.EN, exchange.CountByText.ZH)
}

func moment(_ context.Context, _ Checker, name, value string) error {
	_, err := time.Parse(time.RFC3339, value)
	return unless(err == nil, name, "a time such as 2026-09-01T08:00:00Z", "应为时间，如 2026-09-01T08:00:00Z")
}

func digest(_ context.Context, _ Checker, name, value string) error {
	_, err := exchange.ReadDigest(value)
	return unless(err == nil, name, "a SHA-256 in hexadecimal, 64 digits", "应为十六进制的 SHA-256，共 64 位")
}

func way(_ context.Context, _ Checker, name, value string) error {
	return unless(slices.Contains(exchange.Ways(), exchange.Way(value)), name, fmt.Sprintf("one of %v", exchange.Ways()), fmt.Sprintf("应为以下之一：%v", exchange.Ways()))
}

func term(_ context.Context, _ Checker, name, value string) error {
	return unless(lookup.TermOf(lookup.Role(name), value).Value != "", name, "something that can be searched for", "应为可检索的内容")
}

func holder(_ context.Context, c Checker, name, value string) error {
	_, err := c.Holders.Open(value)
	return unless(err == nil, name, "not a search of this exchange; search for the name again", "不是本平台的检索条件，请重新按名称查找")
}

func subject(ctx context.Context, c Checker, name, value string) error {
	what, id, named := strings.Cut(value, ":")
	k, known := queue.ParseSubjectKind(what)
	if !known || k == queue.SubjectExchange || k == queue.SubjectRefusal || named && id == "" {
		kinds := strings.Join(queue.SubjectKinds()[2:], ", ")
		return wrong(name, "one of "+kinds+", alone or with :ID", "应为以下之一，可后接 :ID："+kinds)
	}
	if k == queue.SubjectParty {
		return c.Known.Check(ctx, "", id)
	}
	return nil
}
