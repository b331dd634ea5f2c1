package facts

import (
	"cmp"
	"iter"
	"slices"
	"sync"

	"beibu/exchange/facts/values"
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// A rest is what Facts read of a document when it is first asked for.
type rest struct {
	element // the root, with the facts of which a document has one

	table      paths.Table
	period     once[Period]
	lines      once[[]Line]
	references once[references]
	parties    once[[]Party]
	vehicles   once[[]Carrier]
	containers once[[]Carrier]
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
	all, outside []Reference
	in           map[strict.Node]span
}

type span struct{ first, after int }

func (r *rest) readPeriod() (p Period) {
	p.From, p.Until = r.day(paths.ValidFrom, &p.Unread), r.day(paths.ValidUntil, &p.Unread)
	return p
}

func (r *rest) readLines() []Line {
	var all []Line
	for entry, at := range r.list(paths.Lines) {
		e := element{r.root, at, entry.Parts}
		line := Line{At: at, Number: e.text(paths.Number), from: e}
		line.HS = e.hsDigits(&line.Unread)
		line.Quantity = e.measure(paths.Quantity, &line.Unread)
		line.NetMass, line.GrossMass = e.measure(paths.NetMass, &line.Unread), e.measure(paths.GrossMass, &line.Unread)
		line.Value = e.amount(&line.Unread)
		all = append(all, line)
	}
	return all
}

func (r *rest) readReferences() references {
	lines := make(map[strict.Node]string)
	for _, line := range r.lines.get(r.readLines) {
		lines[line.At] = line.Number
	}
	found := references{in: make(map[strict.Node]span)}
	for entry, at := range r.list(paths.References) {
		ref := readReference(entry, element{r.root, at, entry.Parts})
		if ref.Number == "" && ref.Type == "" && ref.Drawn.Value == nil && len(ref.Unread) == 0 {
			continue
		}
		line := lineOf(at, lines)
		ref.Line = cmp.Or(ref.Line, lines[line])
		if line.Exists() {
			in, there := found.in[line]
			if !there {
				in.first = len(found.all)
			}
			in.after = len(found.all) + 1
			found.in[line] = in
		} else {
			found.outside = append(found.outside, ref)
		}
		found.all = append(found.all, ref)
	}
	return found
}

// lineOf returns the line of goods that an element is in, or none.
func lineOf[T any](n strict.Node, lines map[strict.Node]T) strict.Node {
	for ; n.Exists(); n = n.Parent() {
		if _, isLine := lines[n]; isLine {
			break
		}
	}
	return n
}

func readReference(entry paths.Entry, e element) Reference {
	r := Reference{
		At: e.at, Kind: entry.Kind, Role: entry.Role, from: e,
		Number: e.text(paths.Number), Type: e.text(paths.TypeCode), Version: e.text(paths.Version),
		Issuer: e.text(paths.Issuer), Line: e.text(paths.LineOf),
	}
	r.Kind = cmp.Or(r.Kind, kinds[r.Type])
	r.Issued, r.Day = e.day(paths.Issued, &r.Unread), e.day(paths.Day, &r.Unread)
	r.Drawn = e.measure(paths.Quantity, &r.Unread)
	return r
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

func (r *rest) readParties() []Party {
	var all []Party
	for entry, at := range r.list(paths.Parties) {
		e := element{r.root, at, entry.Parts}
		p := Party{At: at, Role: entry.Role, Name: e.text(paths.Name), from: e}
		for _, path := range entry.Parts[paths.ID] {
			for n, text := range find(at, path) {
				if text != "" {
					p.IDs = append(p.IDs, Identifier{values.Scheme(n), text})
				}
			}
		}
		p.Country = e.code(paths.Country, country.is, &p.Unread)
		if len(p.IDs) > 0 || p.Name != "" || p.Country != "" || len(p.Unread) > 0 {
			all = append(all, p)
		}
	}
	return all
}

func (r *rest) readCarriers(list paths.Key) []Carrier {
	var all []Carrier
	seen := make(map[Carrier]bool)
	for entry, at := range r.list(list) {
		c := Carrier{At: at, Mode: entry.Mode, Number: element{r.root, at, entry.Parts}.text(paths.Number)}
		same := Carrier{Mode: c.Mode, Number: paths.Fold(c.Number)}
		if c.Number != "" && !seen[same] {
			seen[same] = true
			all = append(all, c)
		}
	}
	return all
}

// list iterates over the elements of a list in document order, each with the first
// entry that selects it.
func (r *rest) list(key paths.Key) iter.Seq2[paths.Entry, strict.Node] {
	type selected struct {
		entry *paths.Entry
		at    strict.Node
	}
	return func(yield func(paths.Entry, strict.Node) bool) {
		entries := r.table.Lists[key]
		var all []selected
		for i := range entries {
			for at := range find(r.root, entries[i].At) {
				all = append(all, selected{&entries[i], at})
			}
		}
		// An element that several entries select keeps their order.
		slices.SortStableFunc(all, func(a, b selected) int { return a.at.Compare(b.at) })
		var before strict.Node
		for _, s := range all {
			if s.at != before && !yield(*s.entry, s.at) {
				return
			}
			before = s.at
		}
	}
}
