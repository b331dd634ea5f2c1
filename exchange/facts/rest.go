package facts

import (
	"cmp"
	"slices"
	"sort"
	"sync"

	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// A rest is what Facts read of a document when it is first asked for.
type rest struct {
	element // the root, with the facts of which a document has one

	table      paths.Table
	country    once[string]
	period     once[Period]
	lines      once[[]Line]
	references once[references]
	citations  once[[]Citation]
	parties    once[[]Party]
	vehicles   once[[]Carrier]
	containers once[[]Carrier]
	transports once[[]string]
	offices    once[[]string]
}

// source returns what the facts are read from: nothing if they were not read.
func (f Facts) source() *rest {
	if f.rest == nil {
		return new(rest)
	}
	return f.rest
}

// A once reads a value when it is first asked for.
type once[T any] struct {
	read  sync.Once
	value T
}

func (o *once[T]) get(read func() T) T {
	o.read.Do(func() { o.value = read() })
	return o.value
}

// references are those of a document, with those of each line, which follow one
// another in document order.
type references struct {
	all []Reference
	in  []span // by line; none if no reference is in a line
}

type span struct{ first, after int }

func (r *rest) readPeriod() (p Period) {
	p.From, p.Until = r.day(paths.ValidFrom, &p.Unread), r.day(paths.ValidUntil, &p.Unread)
	return p
}

func (r *rest) readLines() []Line {
	selected := r.list(paths.Lines)
	all := make([]Line, 0, len(selected))
	for i, s := range selected {
		e := element{r.root, s.at, s.entry.Parts}
		line := Line{At: s.at, Number: e.text(paths.Number), Through: e.text(paths.Through), from: e, index: i}
		line.hs, line.HS = e.hs(nil)
		line.Quantity = e.measure(paths.Quantity, nil)
		all = append(all, line)
	}
	return all
}

func (r *rest) readReferences() references {
	selected := r.list(paths.References)
	if len(selected) == 0 {
		return references{}
	}
	lines := r.lines.get(r.readLines)
	found := references{all: make([]Reference, 0, len(selected))}
	for _, s := range selected {
		ref := readReference(s.entry, element{r.root, s.at, s.entry.Parts})
		if ref.saysNothing() {
			continue
		}
		if i, inLine := lineOf(s.at, lines); inLine {
			ref.Line = cmp.Or(ref.Line, lines[i].Number)
			found.within(i, len(lines))
			ref.inLine = true
		}
		found.all = append(found.all, ref)
	}
	return found
}

// saysNothing reports whether no part of a reference is there.
func (r Reference) saysNothing() bool {
	return r.Number == "" && r.Type == "" && r.Version == "" && r.Issuer() == "" && r.Issued().IsZero() &&
		!r.Drawn.Value.Exists() && r.Day.IsZero() && len(r.Unread()) == 0
}

// within records that the next reference is in one of so many lines.
func (r *references) within(line, lines int) {
	if r.in == nil {
		r.in = make([]span, lines)
	}
	in, next := &r.in[line], len(r.all)
	if in.after == 0 {
		in.first = next
	}
	in.after = next + 1
}

// lineOf returns the index of the line of goods that an element is in, if it is in one.
func lineOf(n strict.Node, lines []Line) (index int, in bool) {
	for ; n.Exists() && len(lines) > 0; n = n.Parent() {
		i := sort.Search(len(lines), func(i int) bool { return lines[i].At.Compare(n) >= 0 })
		if i < len(lines) && lines[i].At == n {
			return i, true
		}
	}
	return 0, false
}

func readReference(entry *paths.Entry, e element) Reference {
	r := Reference{
		At: e.at, Kind: entry.Kind, Role: entry.Role, from: e,
		Number: e.text(paths.Number), Type: e.text(paths.TypeCode), Version: e.text(paths.Version),
		Line: e.text(paths.LineOf), Drawn: e.measure(paths.Quantity, nil), Day: e.day(paths.Day, nil),
	}
	r.Kind = cmp.Or(r.Kind, kinds[r.Type])
	return r
}

// kinds are the kinds of document by their code of UNCL 1001, for references that say
// only what type of document they refer to. Codes that documents of several kinds have are
// not among them: 636, 852 and 853 are those of SPS certificates and of health
// certificates, and the number alone finds the document.
var kinds = map[string]string{
	"657": "sps-certificate", // phytosanitary certificate for re-export
	"811": "export-licence",
	"830": "export-declaration",
	"851": "sps-certificate", // phytosanitary certificate
	"861": "certificate-of-origin",
	"911": "import-licence",
	"929": "import-declaration",
	"950": "transit-declaration",
	"955": "ata-carnet",
}

// transportTypes are the codes of UNCL 1001 for documents under which goods are carried:
// bills of lading, sea waybills, consignment notes of rail and road, air waybills and
// documents of combined transport.
var transportTypes = []string{
	"703", "704", "705", "706", "707", "709", "710", "711", "712", "714", "720", "722", "730", "740", "741", "743",
	"760", "761", "763", "764", "765", "766",
}

// readTransports reads the numbers of the transport documents: those of the list, and
// the references to a document of such a type.
func (r *rest) readTransports() []string {
	all := r.readNumbers(paths.TransportDocuments)
	add := func(number string) {
		if number != "" && !slices.Contains(all, number) {
			all = append(all, number)
		}
	}
	for _, c := range r.citations.get(r.readCitations) {
		if slices.Contains(transportTypes, c.Type) {
			add(c.Number)
		}
	}
	return all
}

// readNumbers reads the numbers of a list that has nothing else, each once.
func (r *rest) readNumbers(list paths.Key) []string {
	var all []string
	for _, s := range r.list(list) {
		number := element{r.root, s.at, s.entry.Parts}.text(paths.Number)
		if number != "" && !slices.Contains(all, number) {
			all = append(all, number)
		}
	}
	return all
}

// readCitations reads of the references only what a citation has, and only those that
// have it.
func (r *rest) readCitations() []Citation {
	var all []Citation
	for _, s := range r.listOf(paths.References, namesDocument) {
		e := element{r.root, s.at, s.entry.Parts}
		c := Citation{Kind: s.entry.Kind, Type: e.text(paths.TypeCode), Number: e.text(paths.Number)}
		c.Kind = cmp.Or(c.Kind, kinds[c.Type])
		if c.Number != "" && (c.Kind != "" || c.Type != "") {
			all = append(all, c)
		}
	}
	return all
}

// namesDocument reports whether references of an entry say to what sort of document
// they refer.
func namesDocument(e *paths.Entry) bool { return e.Kind != "" || len(e.Parts[paths.TypeCode]) > 0 }

func (r *rest) readParties() []Party {
	selected := r.list(paths.Parties)
	all := make([]Party, 0, len(selected))
	for _, s := range selected {
		e := element{r.root, s.at, s.entry.Parts}
		if p := (Party{At: s.at, Role: s.entry.Role, Name: e.text(paths.Name), from: e}); !p.saysNothing() {
			all = append(all, p)
		}
	}
	return all
}

func (r *rest) readCarriers(list paths.Key) []Carrier {
	var all []Carrier
	var seen map[Carrier]bool
	for _, s := range r.list(list) {
		c := Carrier{At: s.at, Mode: s.entry.Mode, Number: element{r.root, s.at, s.entry.Parts}.text(paths.Number)}
		same := Carrier{Mode: c.Mode, Number: paths.Fold(c.Number)}
		if seen == nil {
			seen = make(map[Carrier]bool)
		}
		if c.Number != "" && !seen[same] {
			seen[same] = true
			all = append(all, c)
		}
	}
	return all
}
