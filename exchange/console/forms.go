package console

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"beibu/exchange"
)

// fieldsOf returns the fields with some values.
func fieldsOf(values url.Values) *fields {
	return &fields{
		values: values, read: make(map[string]bool),
		mistakes: make(map[string]exchange.Text), choices: make(map[string][]choice),
	}
}

// posted reads the fields of a form that was sent. It fails as [visit.form] does.
func (v *visit) posted() (*fields, error) {
	values, err := v.form()
	return fieldsOf(values), err
}

// reason returns why somebody does something, which the record keeps.
func (f *fields) reason() string {
	reason := strings.TrimSpace(f.text("reason"))
	switch {
	case reason == "":
		f.refuse("reason", "say why: the record keeps it", "请填写理由，理由将留存")
	case len(reason) > exchange.MaxReason:
		f.refuse("reason", "at most 1,000 bytes", "最多 1,000 字节（约 330 个汉字）")
	}
	return reason
}

// count returns a whole number of 1 to most, or 0 if there is none.
func (f *fields) count(name string, most int) int {
	text := f.text(name)
	n, err := strconv.Atoi(text)
	if text == "" || err == nil && n >= 1 && n <= most {
		return n
	}
	f.refuse(name, "a whole number of 1 to "+strconv.Itoa(most), "应为 1 至 "+strconv.Itoa(most)+" 的整数")
	return 0
}

// all returns the values of a field that can have several, without the blank ones.
func (f *fields) all(name string) []string {
	f.read[name] = true
	var all []string
	for _, value := range f.values[name] {
		if value != "" {
			all = append(all, value)
		}
	}
	return all
}

// afterwards answers to a form: the page, with the fields as they were filled in, if one
// is wrong or an error says that nothing was done.
func (v *visit) afterwards(f *fields, err error, name string, data any) error {
	if err != nil {
		return v.again(err, name, data)
	}
	if !f.OK() {
		return v.page(http.StatusUnprocessableEntity, name, data)
	}
	return v.render(name, data)
}
