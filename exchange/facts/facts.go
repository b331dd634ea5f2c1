// Package facts reads what a document says of itself: its number, its journey and
// its goods, the documents that it refers to. It is the one reader of them, for
// identity, for routes and for rules. The paths at which each kind has them are data,
// of package paths.
package facts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"beibu/exchange/facts/values"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// Facts are what a document says. What it does not say is empty. The fields are what
// identity and routes need of each document. The rest is read by a method the first
// time that it is called, and kept: [Facts.Country], [Facts.Period], [Facts.Terms], [Facts.Status], [Facts.Lines],
// [Facts.References], [Facts.Citations], [Facts.Parties], [Facts.Vehicles],
// [Facts.Containers], [Facts.TransportDocuments] and [Facts.Offices]; [Facts.Answers],
// [Facts.Movements] and [Facts.Countries] are read each time. Facts are safe for concurrent
// use, and so are copies of them, which share what was read. What a method returns is
// not to be changed.
type Facts struct {
	Number         string
	Version        string
	Issued         time.Time // midnight UTC
	Issuer         string    // the unit that issued it, by its name
	Addressee      string    // party id that an answer is for
	ExportCountry  string    // ISO 3166-1 alpha-2
	ImportCountry  string
	TransitCountry string
	ExportPort     string // UN/LOCODE of the customs office or port of export
	ImportPort     string
	TransitPort    string
	HS             []string // Harmonized System codes, digits only, each once

	// Unread are the values at the path of a code that are no code, in the order of
	// paths.Keys, 20 at most.
	Unread []Unread

	stated []stated
	rest   *rest
}

// A stated is a fact with the element that states it.
type stated struct {
	key paths.Key
	at  strict.Node
}

// At returns the element that states a fact, or none.
func (f Facts) At(key paths.Key) strict.Node {
	switch key { //nolint:exhaustive // the others are read with the document
	case paths.ValidFrom, paths.ValidUntil, paths.Draws, paths.Overage, paths.TradeMode, paths.Status:
		return f.source().part(key)
	}
	for _, s := range f.stated {
		if s.key == key {
			return s.at
		}
	}
	return strict.Node{}
}

// Near returns the element that states a fact, or the root of the document.
func (f Facts) Near(key paths.Key) strict.Node { return cmp.Or(f.At(key), f.source().at) }

// Value returns a fact that is a field as text.
func (f Facts) Value(key paths.Key) string {
	switch key { //nolint:exhaustive // the facts that methods read are no fields
	case paths.Number:
		return f.Number
	case paths.Version:
		return f.Version
	case paths.Issued:
		if !f.Issued.IsZero() {
			return f.Issued.Format(time.DateOnly)
		}
	case paths.Issuer:
		return f.Issuer
	case paths.Addressee:
		return f.Addressee
	case paths.ExportCountry:
		return f.ExportCountry
	case paths.ImportCountry:
		return f.ImportCountry
	case paths.TransitCountry:
		return f.TransitCountry
	case paths.ExportPort:
		return f.ExportPort
	case paths.ImportPort:
		return f.ImportPort
	case paths.TransitPort:
		return f.TransitPort
	case paths.HS:
		return strings.Join(f.HS, ", ")
	case paths.Status:
		return f.Status()
	}
	return ""
}

// Tried names the paths at which a fact was searched for, for people.
func (f Facts) Tried(key paths.Key) string { return f.source().table.Tried(key) }

// Read reads the facts of a valid document from the paths in a table.
func Read(table paths.Table, root strict.Node) Facts {
	r := reader{table: table, root: root, stated: make([]stated, 0, len(paths.Keys))}
	f := Facts{
		Number: r.text(paths.Number), Version: r.text(paths.Version), Issued: r.day(paths.Issued),
		Issuer: r.text(paths.Issuer), Addressee: r.text(paths.Addressee),
		ExportCountry: r.code(paths.ExportCountry, country), ImportCountry: r.code(paths.ImportCountry, country),
		TransitCountry: r.code(paths.TransitCountry, country), ExportPort: r.code(paths.ExportPort, locode),
		ImportPort: r.code(paths.ImportPort, locode), TransitPort: r.code(paths.TransitPort, locode),
		HS: r.hs(),
	}
	// A document that names a port and no country means the port's.
	f.ExportCountry = cmp.Or(f.ExportCountry, f.ExportPort[:min(2, len(f.ExportPort))])
	f.ImportCountry = cmp.Or(f.ImportCountry, f.ImportPort[:min(2, len(f.ImportPort))])
	f.Unread, f.stated, f.rest = r.unread, r.stated, &rest{table: table, element: element{root, root, table.Facts}}
	return f
}

// Express reports whether the goods perish: all of HS chapters 01 to 14, live
// animals to vegetable products, count.
func (f Facts) Express() bool {
	return slices.ContainsFunc(f.HS, func(code string) bool {
		return len(code) >= 2 && "01" <= code[:2] && code[:2] <= "14"
	})
}

// HasHS reports whether no prefixes are given or a code has one of them.
func (f Facts) HasHS(prefixes []string) bool {
	return len(prefixes) == 0 || slices.ContainsFunc(f.HS, func(code string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(code, p) })
	})
}

// A reader reads the facts that are fields of one document.
type reader struct {
	table  paths.Table
	root   strict.Node
	stated []stated
	unread []Unread
}

// mostUnread limits how many are kept of a document that is full of them.
const mostUnread = 20

// text returns the first text at the paths of a fact.
func (r *reader) text(key paths.Key) string {
	for _, path := range r.table.Facts[key] {
		for at, text := range find(r.root, path) {
			if text != "" {
				r.stated = append(r.stated, stated{key, at})
				return text
			}
		}
	}
	return ""
}

// day returns the day in the first element at the paths of a fact.
func (r *reader) day(key paths.Key) time.Time {
	for _, path := range r.table.Facts[key] {
		for at, text := range find(r.root, path) {
			r.stated = append(r.stated, stated{key, at})
			day, _ := dayAt(r.root, path, at, text)
			return day
		}
	}
	return time.Time{}
}

// dayAt reads the day at the end of a path.
func dayAt(root strict.Node, path paths.Path, at strict.Node, text string) (time.Time, bool) {
	if path.Attribute != "" {
		return values.DateOf(text)
	}
	return values.DateIn(func() string { return countryOf(root) }, at)
}

// code returns the first code of a form at the paths of a fact, and keeps the values
// before it that are no code.
func (r *reader) code(key paths.Key, form form) string {
	for _, path := range r.table.Facts[key] {
		for at, text := range find(r.root, path) {
			if text == "" {
				continue
			}
			if code := paths.Fold(text); form.is(code) {
				r.stated = append(r.stated, stated{key, at})
				return code
			}
			if len(r.unread) < mostUnread {
				r.unread = append(r.unread, Unread{Key: key, At: at, Text: text, Meant: form.meant(at, text)})
			}
		}
	}
	return ""
}

// hs returns the codes of the goods. Those of other lists are passed over.
func (r *reader) hs() []string {
	var codes []string
	for _, path := range r.table.Facts[paths.HS] {
		for at, text := range find(r.root, path) {
			if code := digits(text); code != "" && values.IsHS(at) && !slices.Contains(codes, code) {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

// digits keeps the digits of a code, since HS codes are written with and
// without dots.
func digits(code string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, code)
}
