package console

import (
	"html/template"
	"net/url"
	"slices"
	"strconv"
	"time"

	"beibu/exchange"
	"beibu/exchange/lookup"
)

// fields are the fields of a form that is an address: filters. A value that cannot be is a
// mistake at its field.
type fields struct {
	values   url.Values
	read     map[string]bool
	mistakes map[string]exchange.Text
	choices  map[string][]choice

	Views *viewsBar // of the list, or nil
}

// A choice is a value that a field may have.
type choice struct {
	Value string
	Title string
}

// A fieldView is a field as a page shows it.
type fieldView struct {
	Name, Label, Value string
	Mistake            *exchange.Text
	Choices            []choice
	Empty              string // what no choice means; "" if it means all
}

// fields reads the filters of the address.
func (v *visit) fields() *fields {
	return fieldsOf(v.r.URL.Query())
}

// view returns a field for a page.
func (f *fields) view(name, label string) fieldView {
	shown := fieldView{Name: name, Label: label, Value: f.values.Get(name), Choices: f.choices[name]}
	if mistake, ok := f.mistakes[name]; ok {
		shown.Mistake = &mistake
	}
	return shown
}

// refuse notes a mistake at a field, the first one of it.
func (f *fields) refuse(name, en, zh string) {
	if _, noted := f.mistakes[name]; !noted {
		f.mistakes[name] = exchange.Text{EN: en, ZH: zh}
	}
}

// refuseFor notes at a field why a use case refuses its value. It returns what is no
// refusal of a value.
func (f *fields) refuseFor(name string, err error) error {
	if err == nil {
		return nil
	}
	if kind := exchange.KindOf(err); kind != exchange.Invalid && kind != exchange.Forbidden {
		return err
	}
	text := textOf(err)
	f.refuse(name, text.EN, text.ZH)
	return nil
}

// OK reports whether there is no mistake.
func (f *fields) OK() bool { return len(f.mistakes) == 0 }

// isGiven reports whether one of some filters has a value.
func (f *fields) isGiven(names ...string) bool {
	return slices.ContainsFunc(names, func(name string) bool { return f.values.Get(name) != "" })
}

// unknown returns the name of a filter that there is not, or "". It is called once all
// that is known was read.
func (f *fields) unknown() string {
	for name := range f.values {
		if !f.read[name] {
			return name
		}
	}
	return ""
}

// text returns a value, or "".
func (f *fields) text(name string) string {
	f.read[name] = true
	return f.values.Get(name)
}

// number returns a document number as exchanges are filed under it.
func (f *fields) number(name string) string {
	value, odd := exchange.ReadNumber(f.text(name))
	if odd != nil {
		f.refuse(name, odd.Text().EN, odd.Text().ZH)
	}
	return value
}

// state returns a state, or "".
func (f *fields) state(name string) exchange.State {
	state := exchange.State(f.text(name))
	if state != "" && !slices.Contains(exchange.States(), state) {
		f.refuse(name, "there is no such state", "没有该状态")
	}
	return state
}

// answered returns how an exchange must be answered, or "".
func (f *fields) answered(name string) exchange.AnswerFilter {
	filter := exchange.AnswerFilter(f.text(name))
	if filter != "" && !slices.Contains(exchange.AnswerFilters(), filter) {
		f.refuse(name, "there is no such answer", "没有该种答复")
	}
	return filter
}

// isSet reports whether a box is ticked.
func (f *fields) isSet(name string) bool { return f.text(name) != "" }

// cursor returns the cursor of a page, or 0.
func (f *fields) cursor() int64 {
	const name = "cursor"
	text := f.text(name)
	n, err := strconv.ParseInt(text, 10, 64)
	if text != "" && (err != nil || n <= 0) {
		f.refuse(name, "not a page of this list", "不是本列表的页")
	}
	return n
}

// timeForms are those in which a time can be written; without a zone, it is that of the
// ports.
var timeForms = []string{"2006-01-02T15:04", "2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04", time.DateOnly, time.RFC3339}

// time returns a time, or the zero time.
func (f *fields) time(name string) time.Time {
	text := f.text(name)
	if text == "" {
		return time.Time{}
	}
	for _, form := range timeForms {
		if at, err := time.ParseInLocation(form, text, port); err == nil {
			return at
		}
	}
	f.refuse(name, "a time such as 2026-09-01 08:00", "应为时间，如 2026-09-01 08:00")
	return time.Time{}
}

// term returns the groups of terms for a role, or none.
func (f *fields) term(role lookup.Role) [][]lookup.Term {
	text := f.text(string(role))
	term := lookup.TermOf(role, text)
	switch {
	case text == "":
		return nil
	case term.Value != "":
		return [][]lookup.Term{{term}}
	case role == lookup.HS:
		f.refuse(string(role), "2, 4, 6 or 8 to 10 digits of an HS code", "应为 HS 编码的前 2、4、6 或 8 至 10 位数字")
	default:
		f.refuse(string(role), "at least one letter or digit", "至少应有一个字母或数字")
	}
	return nil
}

// hasBlanks reports whether the address has filters without a value, as a browser writes
// those of a form that are left out.
func (f *fields) hasBlanks() bool {
	for _, values := range f.values {
		if slices.Contains(values, "") {
			return true
		}
	}
	return false
}

// neighbours are the pages beside one of a list.
type neighbours struct {
	Next  template.URL // the query of the next page, or ""
	First template.URL // the query of the first page, if this is another
}

// neighbours returns the pages beside that of the address, of which the next begins at a
// cursor, or there is none.
func (f *fields) neighbours(next int64) neighbours {
	var beside neighbours
	if next != 0 {
		beside.Next = f.with("cursor", strconv.FormatInt(next, 10))
	}
	if f.values.Get("cursor") != "" {
		beside.First = f.with("cursor", "")
	}
	return beside
}

// without returns the filters but for some, as a query, as with does.
func (f *fields) without(names ...string) template.URL {
	left := url.Values{}
	for name, values := range f.values {
		if !slices.Contains(names, name) {
			left[name] = values
		}
	}
	return fieldsOf(left).with("", "")
}

// with returns the filters with one changed, as a query. It is encoded, so a template must
// not do so again.
func (f *fields) with(name, value string) template.URL {
	changed := url.Values{}
	for key, values := range f.values {
		for _, value := range values {
			if value != "" && key != name {
				changed.Add(key, value)
			}
		}
	}
	if value != "" {
		changed.Set(name, value)
	}
	return template.URL(changed.Encode()) //nolint:gosec // all of it is encoded
}
