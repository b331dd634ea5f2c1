package facts

import (
	"iter"
	"time"

	"beibu/exchange/facts/values"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// A Measure is a quantity or a mass. What is not stated or cannot be read is none or "".
type Measure struct {
	At    strict.Node // the element that states it, or none
	Value values.Figure
	Unit  string // common code of UN/ECE Recommendation 20
}

// An Amount is a sum of money. What is not stated or cannot be read is none or "".
type Amount struct {
	At       strict.Node // the element that states it, or none
	Value    values.Figure
	Currency string // ISO 4217
}

// A Period is that in which a document is valid. A day that is not stated or cannot be
// read is zero.
type Period struct {
	From, Until time.Time // its first and its last day, midnight UTC
	Unread      []Unread  // values that are there and cannot be read
}

// Terms are those on which other documents draw on the quantities of a document. A number
// that is not stated or cannot be read is none.
type Terms struct {
	Draws   values.Figure // how many documents may draw on it
	Overage values.Figure // percent by which the last of them may exceed what is left
	Mode    string        // the trade mode: of a licence, that to which it is bound; "" if it is not stated
	Unread  []Unread      // values that are there and cannot be read
}

// A Line is a line of goods. What is asked for less often is read by a method.
type Line struct {
	At       strict.Node
	Number   string
	Through  string // the last number, if the line is a range of lines; else ""
	HS       string // digits only
	Quantity Measure

	from  element
	hs    strict.Node
	index int // among the lines
}

// NetMass returns the mass of the goods.
func (l Line) NetMass() Measure { return l.from.measure(paths.NetMass, nil) }

// GrossMass returns the mass of the goods with their packing.
func (l Line) GrossMass() Measure { return l.from.measure(paths.GrossMass, nil) }

// Value returns what the goods are worth.
func (l Line) Value() Amount { return l.from.amount(nil) }

// Unread returns the values that are there and cannot be read.
func (l Line) Unread() (unread []Unread) {
	l.from.hs(&unread)
	l.from.measure(paths.Quantity, &unread)
	l.from.measure(paths.NetMass, &unread)
	l.from.measure(paths.GrossMass, &unread)
	l.from.amount(&unread)
	return unread
}

// Part returns the element that states a part of the line, or none. Of HS codes it is
// the first that says that it is one, or else the first that does not say of which
// list it is.
func (l Line) Part(part paths.Key) strict.Node {
	if part == paths.HS {
		return l.hs
	}
	return l.from.part(part)
}

// A Reference is one to another document, with what is drawn on it. What is asked for
// less often is read by a method.
type Reference struct {
	At      strict.Node
	Kind    string // of the document, if it is known
	Role    string // what the reference is for, as the table of the kind names it
	Type    string // code of the type of the document
	Number  string // "" if only other parts are stated
	Version string
	Line    string // number of the line that it is for; "" if it is for all
	Drawn   Measure
	Day     time.Time // on which that was drawn; midnight UTC

	from   element
	inLine bool
}

// Issuer returns the name of the unit that issued the document.
func (r Reference) Issuer() string { return r.from.text(paths.Issuer) }

// Exchange returns the id of the exchange of the document, as it is written.
func (r Reference) Exchange() string { return r.from.text(paths.Exchange) }

// Issued returns the day on which the document was issued, midnight UTC.
func (r Reference) Issued() time.Time { return r.from.day(paths.Issued, nil) }

// Unread returns the values that are there and cannot be read.
func (r Reference) Unread() (unread []Unread) {
	r.from.day(paths.Issued, &unread)
	r.from.day(paths.Day, &unread)
	r.from.measure(paths.Quantity, &unread)
	return unread
}

// Part returns the element that states a part of the reference, or none.
func (r Reference) Part(part paths.Key) strict.Node { return r.from.part(part) }

// A Citation is a reference of which only the document that it refers to is read.
type Citation struct {
	Kind   string // of the document, if it is known
	Type   string // code of the type of the document
	Number string
}

// A Party is one that a document names. What is asked for less often is read by a method.
type Party struct {
	At   strict.Node
	Role string
	Name string

	from element
}

// IDs returns the identifiers of the party.
func (p Party) IDs() (all []Identifier) {
	for _, path := range p.from.parts[paths.ID] {
		for n, text := range find(p.At, path) {
			if text != "" {
				all = append(all, Identifier{values.Scheme(n), text})
			}
		}
	}
	return all
}

// Country returns the country of the party, ISO 3166-1 alpha-2.
func (p Party) Country() string { return p.from.country(nil) }

// Unread returns the values that are there and cannot be read.
func (p Party) Unread() (unread []Unread) {
	p.from.country(&unread)
	return unread
}

// saysNothing reports whether no part of a party is there.
func (p Party) saysNothing() bool {
	return p.Name == "" && len(p.IDs()) == 0 && p.Country() == "" && len(p.Unread()) == 0
}

// Part returns the element that states a part of the party, or none.
func (p Party) Part(part paths.Key) strict.Node { return p.from.part(part) }

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
// valid.
func (f Facts) Period() Period {
	r := f.source()
	return r.period.get(r.readPeriod)
}

// Terms returns the terms on which others draw on the document.
func (f Facts) Terms() (t Terms) {
	r := f.source()
	t.Draws, _ = r.number(paths.Draws, &t.Unread)
	t.Overage, _ = r.number(paths.Overage, &t.Unread)
	t.Mode = r.text(paths.TradeMode)
	return t
}

// Status returns the code of the status in which the document says that it is, as it is
// written.
func (f Facts) Status() string { return f.source().text(paths.Status) }

// Offices returns the numbers of the customs offices at which the document is used, as
// they are written and each once.
func (f Facts) Offices() []string {
	r := f.source()
	return r.offices.get(func() []string { return r.readNumbers(paths.Offices) })
}

// Lines returns the lines of goods in document order.
func (f Facts) Lines() []Line {
	r := f.source()
	return r.lines.get(r.readLines)
}

// References returns the references to other documents in document order.
func (f Facts) References() []Reference { return f.references().all }

// ReferencesIn returns the references that are in a line of goods, in document order.
func (f Facts) ReferencesIn(line Line) []Reference {
	r := f.references()
	if line.index >= len(r.in) {
		return nil
	}
	in := r.in[line.index]
	return r.all[in.first:in.after]
}

// ReferencesOutside returns the references that are in no line of goods, in document
// order: they are for the whole document, or name their line by its number.
func (f Facts) ReferencesOutside() iter.Seq[Reference] {
	return func(yield func(Reference) bool) {
		for _, r := range f.References() {
			if !r.inLine && !yield(r) {
				return
			}
		}
	}
}

func (f Facts) references() references {
	r := f.source()
	return r.references.get(r.readReferences)
}

// Citations returns the numbers of the other documents that the references name, in
// document order, as far as their kind or type is stated. That is less work than
// [Facts.References].
func (f Facts) Citations() []Citation {
	r := f.source()
	return r.citations.get(r.readCitations)
}

// Parties returns the parties in document order.
func (f Facts) Parties() []Party {
	r := f.source()
	return r.parties.get(r.readParties)
}

// Vehicles returns the vehicles, trains, vessels and aircraft that carry the goods, in
// document order and each once.
func (f Facts) Vehicles() []Carrier {
	r := f.source()
	return r.vehicles.get(func() []Carrier { return r.readCarriers(paths.Vehicles) })
}

// Containers returns the containers in document order and each once.
func (f Facts) Containers() []Carrier {
	r := f.source()
	return r.containers.get(func() []Carrier { return r.readCarriers(paths.Containers) })
}

// TransportDocuments returns the numbers of the bills of lading, waybills and
// consignment notes under which the goods are carried, as they are written and each
// once.
func (f Facts) TransportDocuments() []string {
	r := f.source()
	return r.transports.get(r.readTransports)
}
