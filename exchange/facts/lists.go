package facts

import (
	"cmp"
	"iter"
	"math/big"
	"slices"
	"time"

	"beibu/exchange/facts/codes"
	"beibu/exchange/facts/values"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// A Measure is a quantity or a mass. What is not stated or cannot be read is nil or "".
type Measure struct {
	Value *big.Rat
	Unit  string // common code of UN/ECE Recommendation 20
}

// An Amount is a sum of money. What is not stated or cannot be read is nil or "".
type Amount struct {
	Value    *big.Rat
	Currency string // ISO 4217
}

// A Line is a line of goods.
type Line struct {
	At        strict.Node
	Number    string
	HS        string // digits only
	Quantity  Measure
	NetMass   Measure
	GrossMass Measure
	Value     Amount
	Unread    []Unread // values that are there and cannot be read
}

// A Reference is one to another document, with what is drawn on it.
type Reference struct {
	At      strict.Node
	Kind    string // of the document, if it is known
	Role    string // what the reference is for, as the table of the kind names it
	Type    string // code of the type of the document
	Number  string // "" if only its type or what is drawn is stated
	Version string
	Issuer  string    // its name
	Issued  time.Time // midnight UTC
	Line    string    // number of the line that it is for; "" if it is for all
	Drawn   Measure
	Day     time.Time // on which that was drawn; midnight UTC
	Unread  []Unread  // values that are there and cannot be read
}

// A Party is one that a document names.
type Party struct {
	At      strict.Node
	Role    string
	IDs     []Identifier
	Name    string
	Country string   // ISO 3166-1 alpha-2
	Unread  []Unread // values that are there and cannot be read
}

// An Identifier is one of a party.
type Identifier struct {
	Scheme string // as it is written; "" if it does not say
	Value  string
}

// A Carrier is a vehicle or a container.
type Carrier struct {
	At     strict.Node
	Mode   string // of transport, of a vehicle: road, rail, sea, air
	Number string // as it is written
}

// Period returns the first and the last day on which a document says that it is
// valid, at midnight UTC. A day that is not stated is zero.
func (f Facts) Period() (from, until time.Time, unread []Unread) {
	e := element{f.root, f.root, f.table.Facts, &unread}
	return e.day(paths.ValidFrom), e.day(paths.ValidUntil), unread
}

// Lines returns the lines of goods in document order. It reads the document each
// time, as all methods for lists do.
func (f Facts) Lines() []Line {
	var all []Line
	for entry, at := range f.list(paths.Lines) {
		line := Line{At: at}
		e := element{f.root, at, entry.Parts, &line.Unread}
		line.Number, line.HS = e.text(paths.Number), e.hs()
		line.Quantity = e.measure(paths.Quantity)
		line.NetMass, line.GrossMass = e.measure(paths.NetMass), e.measure(paths.GrossMass)
		line.Value = e.amount()
		all = append(all, line)
	}
	return all
}

// References returns the references to other documents in document order.
func (f Facts) References() []Reference {
	lines := make(map[strict.Node]string)
	for entry, at := range f.list(paths.Lines) {
		lines[at] = element{at: at, parts: entry.Parts}.text(paths.Number)
	}
	var all []Reference
	for entry, at := range f.list(paths.References) {
		r := Reference{At: at, Kind: entry.Kind, Role: entry.Role}
		e := element{f.root, at, entry.Parts, &r.Unread}
		r.Number, r.Type, r.Version = e.text(paths.Number), e.text(paths.TypeCode), e.text(paths.Version)
		r.Issuer = e.text(paths.Issuer)
		r.Kind = cmp.Or(r.Kind, kinds[r.Type])
		r.Issued, r.Day, r.Drawn = e.day(paths.Issued), e.day(paths.Day), e.measure(paths.Quantity)
		r.Line = e.text(paths.LineOf)
		for n := at; r.Line == "" && n.Exists(); n = n.Parent() {
			r.Line = lines[n]
		}
		if r.Number != "" || r.Type != "" || r.Drawn.Value != nil || len(r.Unread) > 0 {
			all = append(all, r)
		}
	}
	return all
}

// kinds are the kinds of document by their code of UNCL 1001, for references that say
// only what type of document they refer to.
var kinds = map[string]string{
	"657": "sps-certificate", // phytosanitary certificate for re-export
	"811": "export-licence",
	"830": "export-declaration",
	"851": "sps-certificate", // phytosanitary certificate
	"853": "health-certificate",
	"861": "certificate-of-origin",
	"911": "import-licence",
	"929": "import-declaration",
	"950": "transit-declaration",
	"955": "ata-carnet",
}

// Parties returns the parties in document order.
func (f Facts) Parties() []Party {
	var all []Party
	for entry, at := range f.list(paths.Parties) {
		p := Party{At: at, Role: entry.Role}
		e := element{f.root, at, entry.Parts, &p.Unread}
		for _, path := range entry.Parts[paths.ID] {
			for n, text := range find(at, path) {
				if text != "" {
					p.IDs = append(p.IDs, Identifier{values.Scheme(n), text})
				}
			}
		}
		p.Name = e.text(paths.Name)
		p.Country = e.code(paths.Country, country.is)
		if len(p.IDs) > 0 || p.Name != "" || p.Country != "" || len(p.Unread) > 0 {
			all = append(all, p)
		}
	}
	return all
}

// Vehicles returns the vehicles, trains, vessels and aircraft that carry the goods, in
// document order and each once.
func (f Facts) Vehicles() []Carrier { return f.carriers(paths.Vehicles) }

// Containers returns the containers in document order and each once.
func (f Facts) Containers() []Carrier { return f.carriers(paths.Containers) }

func (f Facts) carriers(list paths.Key) []Carrier {
	var all []Carrier
	for entry, at := range f.list(list) {
		c := Carrier{At: at, Mode: entry.Mode, Number: element{at: at, parts: entry.Parts}.text(paths.Number)}
		same := func(other Carrier) bool {
			return other.Mode == c.Mode && paths.Fold(other.Number) == paths.Fold(c.Number)
		}
		if c.Number != "" && !slices.ContainsFunc(all, same) {
			all = append(all, c)
		}
	}
	return all
}

// list iterates over the elements of a list in document order, each with the first
// entry that selects it.
func (f Facts) list(key paths.Key) iter.Seq2[paths.Entry, strict.Node] {
	type selected struct {
		entry paths.Entry
		at    strict.Node
	}
	return func(yield func(paths.Entry, strict.Node) bool) {
		var all []selected
		seen := make(map[strict.Node]bool)
		for _, entry := range f.table.Lists[key] {
			for at := range find(f.root, entry.At) {
				if !seen[at] {
					seen[at] = true
					all = append(all, selected{entry, at})
				}
			}
		}
		slices.SortFunc(all, func(a, b selected) int { return a.at.Compare(b.at) })
		for _, s := range all {
			if !yield(s.entry, s.at) {
				return
			}
		}
	}
}

// An element reads the parts of one element.
type element struct {
	root, at strict.Node
	parts    map[paths.Key][]paths.Path
	unread   *[]Unread
}

// first returns the first element with text at the paths of a part, and the text.
func (e element) first(part paths.Key) (strict.Node, string) {
	for _, path := range e.parts[part] {
		for at, text := range find(e.at, path) {
			if text != "" {
				return at, text
			}
		}
	}
	return strict.Node{}, ""
}

func (e element) text(part paths.Key) string {
	_, text := e.first(part)
	return text
}

// fail keeps a value that cannot be read.
func (e element) fail(part paths.Key, at strict.Node, text string) {
	*e.unread = append(*e.unread, Unread{Key: part, At: at, Text: text})
}

// code returns the first code at the paths of a part.
func (e element) code(part paths.Key, is func(string) bool) string {
	at, text := e.first(part)
	return e.known(part, at, text, is)
}

// known returns a code as it is listed, or keeps it as unread.
func (e element) known(part paths.Key, at strict.Node, text string, is func(string) bool) string {
	if code := paths.Fold(text); code == "" || is(code) {
		return code
	}
	e.fail(part, at, text)
	return ""
}

// day returns the first day at the paths of a part.
func (e element) day(part paths.Key) time.Time {
	for _, path := range e.parts[part] {
		for at, text := range find(e.at, path) {
			if text == "" {
				continue
			}
			day, ok := dayAt(e.root, path, at, text)
			if !ok {
				e.fail(part, at, text)
			}
			return day
		}
	}
	return time.Time{}
}

// hs returns the code of the goods: the first that names the Harmonized System, or
// else the first that does not name another list.
func (e element) hs() string {
	var first string
	for _, path := range e.parts[paths.HS] {
		for at, text := range find(e.at, path) {
			code := digits(text)
			switch {
			case text == "" || !values.IsHS(at):
			case code == "":
				e.fail(paths.HS, at, text)
			case values.SaysHS(at):
				return code
			case first == "":
				first = code
			}
		}
	}
	return first
}

// number returns the first number at the paths of a part, and its element.
func (e element) number(part paths.Key) (*big.Rat, strict.Node) {
	at, text := e.first(part)
	if text == "" {
		return nil, at
	}
	value, ok := values.NumberOf(text)
	if !ok {
		e.fail(part, at, text)
	}
	return value, at
}

// measure returns a quantity or a mass with its unit. Only a quantity can have its
// unit elsewhere than in the attribute of its element.
func (e element) measure(part paths.Key) Measure {
	value, at := e.number(part)
	if !at.Exists() {
		return Measure{}
	}
	unit := at.Attr("unitCode")
	if part == paths.Quantity {
		unit = cmp.Or(e.text(paths.Unit), unit)
	}
	return Measure{value, e.known(paths.Unit, at, unit, codes.Unit)}
}

// amount returns the value of a line.
func (e element) amount() Amount {
	value, at := e.number(paths.Value)
	if !at.Exists() {
		return Amount{}
	}
	currency := cmp.Or(e.text(paths.Currency), at.Attr("currencyID"))
	return Amount{value, e.known(paths.Currency, at, currency, func(code string) bool {
		_, ok := codes.Currency(code)
		return ok
	})}
}
