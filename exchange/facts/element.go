package facts

import (
	"cmp"
	"time"

	"beibu/exchange/facts/codes"
	"beibu/exchange/facts/values"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// An element reads the parts of one element.
type element struct {
	root, at strict.Node
	parts    map[paths.Key][]paths.Path
}

// first returns the first element with text at the paths of a part, the text and the
// path.
func (e element) first(part paths.Key) (strict.Node, string, paths.Path) {
	for _, path := range e.parts[part] {
		for at, text := range find(e.at, path) {
			if text != "" {
				return at, text, path
			}
		}
	}
	return strict.Node{}, "", paths.Path{}
}

// part returns the first element with text at the paths of a part, or none.
func (e element) part(part paths.Key) strict.Node {
	at, _, _ := e.first(part)
	return at
}

func (e element) text(part paths.Key) string {
	_, text, _ := e.first(part)
	return text
}

// note adds a value that cannot be read to those that are collected, if they are.
func note(unread *[]Unread, part paths.Key, at strict.Node, text string) {
	if unread != nil {
		*unread = append(*unread, Unread{Key: part, At: at, Text: text})
	}
}

// country returns the first country at the paths of that part.
func (e element) country(unread *[]Unread) string {
	at, text, _ := e.first(paths.Country)
	return known(paths.Country, at, text, country.is, unread)
}

// known returns a code as it is listed, or notes it as unread.
func known(part paths.Key, at strict.Node, text string, is func(string) bool, unread *[]Unread) string {
	if code := paths.Fold(text); code == "" || is(code) {
		return code
	}
	note(unread, part, at, text)
	return ""
}

// day returns the first day at the paths of a part.
func (e element) day(part paths.Key, unread *[]Unread) time.Time {
	at, text, path := e.first(part)
	if text == "" {
		return time.Time{}
	}
	day, ok := dayAt(e.root, path, at, text)
	if !ok {
		note(unread, part, at, text)
	}
	return day
}

// hs returns the element with the code of the goods: the first that says that it is of
// the Harmonized System, or else the first that does not say of which list it is. It
// also returns the digits of the code.
func (e element) hs(unread *[]Unread) (at strict.Node, code string) {
	at, text := e.hsCode()
	code = digits(text)
	if code == "" && text != "" {
		note(unread, paths.HS, at, text)
	}
	return at, code
}

func (e element) hsCode() (first strict.Node, code string) {
	for _, path := range e.parts[paths.HS] {
		for at, text := range find(e.at, path) {
			if values.SaysHS(at) {
				return at, text
			}
			if !first.Exists() && values.IsHS(at) {
				first, code = at, text
			}
		}
	}
	return first, code
}

// number returns the first number at the paths of a part, and its element.
func (e element) number(part paths.Key, unread *[]Unread) (values.Figure, strict.Node) {
	at, text, _ := e.first(part)
	if text == "" {
		return values.Figure{}, at
	}
	value, ok := values.NumberOf(text)
	if !ok {
		note(unread, part, at, text)
	}
	return value, at
}

// measure returns a quantity or a mass with its unit. Only a quantity can have its
// unit elsewhere than in the attribute of its element.
func (e element) measure(part paths.Key, unread *[]Unread) Measure {
	value, at := e.number(part, unread)
	if !at.Exists() {
		return Measure{}
	}
	unit := at.Attr("unitCode")
	if part == paths.Quantity {
		unit = cmp.Or(e.text(paths.Unit), unit)
	}
	return Measure{at, value, known(paths.Unit, at, unit, codes.Unit, unread)}
}

// amount returns the value of a line.
func (e element) amount(unread *[]Unread) Amount {
	value, at := e.number(paths.Value, unread)
	if !at.Exists() {
		return Amount{}
	}
	currency := cmp.Or(e.text(paths.Currency), at.Attr("currencyID"))
	return Amount{at, value, known(paths.Currency, at, currency, func(code string) bool {
		_, ok := codes.Currency(code)
		return ok
	}, unread)}
}
