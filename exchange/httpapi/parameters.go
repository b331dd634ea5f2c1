package httpapi

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"beibu/exchange"
	"beibu/exchange/operator/replay"
)

// maxParameter is the longest parameter of a query, in bytes.
const maxParameter = 256

// parameters are those of a query, read strictly: each at most once, none that
// is unknown. The first mistake is kept.
type parameters struct {
	values  url.Values
	mistake error
}

func parametersOf(r *http.Request) *parameters {
	values, err := url.ParseQuery(r.URL.RawQuery)
	p := &parameters{values: values}
	if err != nil {
		en, zh := unreadable(r.URL.RawQuery)
		p.mistake = badRequest(codeParameter, en, zh)
	}
	return p
}

// unreadable says which part of a query cannot be read, and why.
func unreadable(query string) (en, zh string) {
	for part := range strings.SplitSeq(query, "&") {
		shown := part[:min(len(part), maxShown)]
		_, err := url.ParseQuery(part)
		switch {
		case err == nil:
			continue
		case strings.HasPrefix(part, "amp;"):
			return fmt.Sprintf("the query cannot be read at %q: & separates parameters in an address, &amp; does so in HTML alone", shown),
				fmt.Sprintf("查询参数在 %q 处无法读取：地址中以 & 分隔参数，&amp; 只用于 HTML", shown)
		case strings.Contains(part, ";"):
			return fmt.Sprintf("the query cannot be read at %q: a semicolon in a value is written %%3B", shown),
				fmt.Sprintf("查询参数在 %q 处无法读取：值中的分号应写作 %%3B", shown)
		}
		return fmt.Sprintf("the query cannot be read at %q: %% begins two hexadecimal digits, and by itself it is written %%25", shown),
			fmt.Sprintf("查询参数在 %q 处无法读取：%% 之后应为两位十六进制数字，表示 %% 本身时应写作 %%25", shown)
	}
	return "the query cannot be read", "查询参数无法读取"
}

// maxShown is how much of a part that cannot be read an answer shows, in bytes.
const maxShown = 64

// err returns the first mistake. It is called once all that is known was read.
func (p *parameters) err() error {
	for name := range p.values {
		p.refuse(name, "there is no such parameter", "没有该参数")
	}
	return p.mistake
}

func (p *parameters) refuse(name, en, zh string) {
	if p.mistake == nil {
		p.mistake = badRequest(codeParameter, fmt.Sprintf("%q: %s", name, en), fmt.Sprintf("%q：%s", name, zh))
	}
}

// text returns a parameter, or "".
func (p *parameters) text(name string) string {
	values := p.values[name]
	delete(p.values, name)
	switch {
	case len(values) == 0:
		return ""
	case len(values) > 1 || len(values[0]) > maxParameter:
		p.refuse(name, fmt.Sprintf("once, and at most %d bytes", maxParameter), fmt.Sprintf("只能出现一次，最多 %d 字节", maxParameter))
		return ""
	}
	return values[0]
}

// documentNumber returns a document number as exchanges are filed under it.
func (p *parameters) documentNumber(name string) string {
	value, odd := exchange.ReadNumber(p.text(name))
	if odd != nil && p.mistake == nil {
		p.mistake = badRequest(exchange.CodeOddNumber, fmt.Sprintf("%q: %s", name, odd.Text().EN), fmt.Sprintf("%q：%s", name, odd.Text().ZH))
	}
	return value
}

// time returns a time (RFC 3339), or the zero time.
func (p *parameters) time(name string) time.Time {
	text := p.text(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		en, zh := timeWanted(text)
		p.refuse(name, en, zh)
	}
	return t
}

// timeWanted says what a time looks like, and why a text is none if it is one
// whose + was not encoded: in a query, + is a blank.
func timeWanted(text string) (en, zh string) {
	en, zh = "a time such as 2026-09-01T08:00:00Z", "应为时间，如 2026-09-01T08:00:00Z"
	if _, err := time.Parse(time.RFC3339, strings.ReplaceAll(text, " ", "+")); err == nil && strings.Contains(text, " ") {
		right := strings.ReplaceAll(text, " ", "%2B")
		return en + "; this one has a blank for its +, which a query must have as %2B: " + right,
			zh + "；此处的 + 成了空格，查询参数中的 + 应写作 %2B：" + right
	}
	return en, zh
}

// state returns a state, or "".
func (p *parameters) state(name string) exchange.State {
	state := exchange.State(p.text(name))
	if state != "" && !slices.Contains(exchange.States(), state) && p.mistake == nil {
		p.mistake = &exchange.Error{
			Op: "read filter", Kind: exchange.Invalid, Code: "unknown-state",
			Err: exchange.Because("there is no state %q; the states are %s", "没有状态 %q；现有状态：%s", state, joined(exchange.States())),
		}
	}
	return state
}

// answered returns how an exchange must be answered, or "".
func (p *parameters) answered(name string) exchange.AnswerFilter {
	filter := exchange.AnswerFilter(p.text(name))
	if filter != "" && !slices.Contains(exchange.AnswerFilters(), filter) {
		known := joined(exchange.AnswerFilters())
		p.refuse(name, "one of "+known, "应为以下之一："+known)
	}
	return filter
}

// itemState returns the one state of items of a run that a parameter names, or nil.
func (p *parameters) itemState(name string) []replay.ItemState {
	text := p.text(name)
	if text == "" {
		return nil
	}
	state, known := replay.ParseItemState(text)
	if !known && p.mistake == nil {
		names := strings.Join(replay.ItemStates(), ", ")
		p.mistake = &exchange.Error{
			Op: "read filter", Kind: exchange.Invalid, Code: "unknown-state",
			Err: exchange.Because("there is no state %q; the states are %s", "没有状态 %q；现有状态：%s", text, names),
		}
	}
	return []replay.ItemState{state}
}

// runStatus returns the status of runs that a parameter names, or "".
func (p *parameters) runStatus(name string) replay.Status {
	text := p.text(name)
	status, known := replay.ParseStatus(text)
	if text != "" && !known && p.mistake == nil {
		p.mistake = &exchange.Error{
			Op: "read filter", Kind: exchange.Invalid, Code: "unknown-state",
			Err: exchange.Because("there is no status %q; the statuses are %s", "没有状态 %q；现有状态：%s", text, joined(replay.Statuses())),
		}
	}
	return status
}

// joined names states in a sentence.
func joined[S ~string](states []S) string {
	names := make([]string, 0, len(states))
	for _, s := range states {
		names = append(names, string(s))
	}
	return strings.Join(names, ", ")
}

// isSet reports whether a parameter is true rather than absent.
func (p *parameters) isSet(name string) bool {
	text := p.text(name)
	if text != "" && text != "true" {
		p.refuse(name, "true, or left out", "应为 true，或省略")
	}
	return text != ""
}

// limit returns the parameter limit, from 1 to [exchange.MaxPage], or 0 if it is left out.
func (p *parameters) limit() int { return p.limitUpTo(exchange.MaxPage) }

// limitUpTo returns the parameter limit, from 1 to most, or 0 if it is left out.
func (p *parameters) limitUpTo(most int) int {
	const name = "limit"
	text := p.text(name)
	if text == "" {
		return 0
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		p.refuse(name, fmt.Sprintf("a number from 1 to %d", most), fmt.Sprintf("应为 1 至 %d 的整数", most))
	}
	return n
}

// duration returns a duration in a range, or what it is by default.
func (p *parameters) duration(name string, least, most, otherwise time.Duration) time.Duration {
	text := p.text(name)
	if text == "" {
		return otherwise
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < least || d > most {
		p.refuse(name, fmt.Sprintf("a duration from %s to %s, such as 30s", least, most), fmt.Sprintf("应为 %s 至 %s 的时长，如 30s", least, most))
	}
	return d
}

// cursorMark begins every cursor, so that one of another kind is refused and
// nobody is tempted to count with it.
const cursorMark = "x2"

// writeCursor returns a cursor for callers, or "" at the end.
func writeCursor(next int64) string {
	if next == 0 {
		return ""
	}
	b := binary.BigEndian.AppendUint64([]byte(cursorMark), uint64(next)) //nolint:gosec // the bits, read back as they were
	return base64.RawURLEncoding.EncodeToString(b)
}

// cursor returns what writeCursor was given.
func (p *parameters) cursor(name string) int64 {
	text := p.text(name)
	if text == "" {
		return 0
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(b) != len(cursorMark)+8 || !strings.HasPrefix(string(b), cursorMark) {
		p.refuse(name, "a cursor as a page gave it", "应为上一页给出的游标")
		return 0
	}
	next := int64(binary.BigEndian.Uint64(b[len(cursorMark):])) //nolint:gosec // the bits, as they were written
	if next <= 0 {
		p.refuse(name, "a cursor as a page gave it", "应为上一页给出的游标")
	}
	return next
}
