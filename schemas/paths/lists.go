package paths

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/goccy/go-yaml/ast"
)

// The facts of which a document has any number.
const (
	Lines      Key = "lines"      // of goods
	References Key = "references" // to other documents
	Parties    Key = "parties"    // by role
	Vehicles   Key = "vehicles"   // that carry the goods
	Containers Key = "containers" // that hold the goods
	// TransportDocuments are bills of lading, waybills and consignment notes.
	TransportDocuments Key = "transportDocuments"
	// Offices are the customs offices at which the document is used: those that it is bound
	// to, or the one to which it is made.
	Offices Key = "offices"
	// Answers are what the document says of the documents that it refers to in them.
	Answers Key = "answers"
	// Countries are those in which the document is valid, beside the one that issued it.
	Countries Key = "countries"
	// Movements are those of goods under a carnet, one element for each or several.
	Movements Key = "movements"
)

// Lists are all facts of which a document has any number, in the order in which
// people are shown them.
var Lists = []Key{Lines, References, Parties, Vehicles, Containers, TransportDocuments, Offices, Answers, Countries, Movements}

// The parts of the elements of a list, beside [Number], [Version], [Issued], [Issuer]
// and [HS].
const (
	Quantity  Key = "quantity"
	Unit      Key = "unit"    // of the quantity; without a path, unitCode of its element
	NetMass   Key = "netMass" // its unit is unitCode of its element
	GrossMass Key = "grossMass"
	Value     Key = "value"
	Currency  Key = "currency" // of the value; without a path, currencyID of its element
	TypeCode  Key = "type"     // code of the type of a document
	LineOf    Key = "line"     // number of the line that a reference is for
	Day       Key = "day"      // on which a quantity was drawn
	Name      Key = "name"
	Country   Key = "country"
	ID        Key = "id"       // of a party; its scheme is schemeID of its element
	Exchange  Key = "exchange" // id of the exchange of a document that is referred to
	Code      Key = "code"     // of an answer; its list is listID of its element
	Reason    Key = "reason"   // of an answer: all texts at all of its paths; of a write-off
	Through   Key = "through"  // last number of a range of lines that begins with the number
)

// The parts of movements, beside those above. The role of an entry is the movement, if no
// path leads to it.
const (
	Movement     Key = "movement"
	State        Key = "state"
	Medium       Key = "medium"
	Office       Key = "office" // of customs
	Voucher      Key = "voucher"
	Counterfoil  Key = "counterfoil"
	Discharges   Key = "discharges" // counterfoil or transaction that it discharges, closes or extends
	FinalDay     Key = "finalDay"   // for the re-exportation
	Commitment   Key = "commitment" // to the proof of the cancellation code
	Proof        Key = "proof"      // of the cancellation code
	EndorsedOn   Key = "endorsedOn"
	EndorsedAt   Key = "endorsedAt" // office of customs
	WrittenOffOn Key = "writtenOffOn"
	Extensions   Key = "extensions" // how often the stay has been extended
)

// An Entry says at which elements a list has its elements, and at which paths below
// each its parts are.
type Entry struct {
	Kind  string // of the documents that references refer to, if all are of one kind
	Role  string // of the party, or what the reference is for
	Mode  string // of transport: road, rail, sea, air
	List  string // of the codes of answers that do not say of which list they are
	At    Path
	Parts map[Key][]Path // below the element
}

// A form says which keys the entries of a list may have and must have.
type form struct{ labels, parts, needs []Key }

// The keys of an entry that are no paths, and that of its elements.
const (
	kindLabel Key = "kind"
	roleLabel Key = "role"
	modeLabel Key = "mode"
	listLabel Key = "list"
	at        Key = "at"
)

var forms = map[Key]form{
	Lines: {parts: []Key{Number, Through, HS, Quantity, Unit, NetMass, GrossMass, Value, Currency}},
	References: {
		labels: []Key{kindLabel, roleLabel}, needs: []Key{Number},
		parts: []Key{Number, Version, TypeCode, Issuer, Issued, LineOf, Quantity, Unit, Day, Exchange},
	},
	Parties:            {labels: []Key{roleLabel}, parts: []Key{ID, Name, Country}, needs: []Key{roleLabel}},
	Vehicles:           {labels: []Key{modeLabel}, parts: []Key{Number}, needs: []Key{Number}},
	Containers:         {parts: []Key{Number}, needs: []Key{Number}},
	TransportDocuments: {parts: []Key{Number}, needs: []Key{Number}},
	Offices:            {parts: []Key{Number}, needs: []Key{Number}},
	Answers:            {labels: []Key{listLabel}, parts: []Key{Code, Reason, LineOf}, needs: []Key{Code}},
	Countries:          {parts: []Key{Country}, needs: []Key{Country}},
	Movements: {
		labels: []Key{roleLabel},
		parts: []Key{
			Number, Movement, State, Medium, Country, Office, Voucher, Counterfoil, Discharges, LineOf, Quantity, Unit, Day, FinalDay,
			Commitment, Proof, EndorsedOn, EndorsedAt, WrittenOffOn, Reason, Extensions,
		},
	},
}

// Parts returns the parts that the elements of a list may have, in the order in which
// people are shown them.
func Parts(list Key) []Key { return forms[list].parts }

// decodeEntries reads an entry or a list of entries.
func decodeEntries(list Key, node ast.Node, line int) ([]Entry, []Mistake) {
	values := []ast.Node{node}
	if sequence, ok := node.(*ast.SequenceNode); ok {
		values = sequence.Values
	}
	var mistakes []Mistake
	entries := make([]Entry, 0, len(values))
	for _, value := range values {
		pairs, ok := pairsOf(value)
		if !ok {
			mistakes = append(mistakes, Mistake{lineOf(value, line), errors.New("expected a mapping, with the path of its elements in at, or a list of mappings")})
			continue
		}
		entry, wrong := decodeEntry(forms[list], pairs, lineOf(value, line))
		entries, mistakes = append(entries, entry), append(mistakes, wrong...)
	}
	if len(values) == 0 {
		mistakes = append(mistakes, Mistake{line, errors.New("the list is empty")})
	}
	return entries, mistakes
}

// decodeEntry reads an entry of a list.
func decodeEntry(f form, pairs []*ast.MappingValueNode, line int) (Entry, []Mistake) {
	e := Entry{Parts: make(map[Key][]Path, len(pairs))}
	known := slices.Concat(f.labels, []Key{at}, f.parts)
	seen := make(map[Key]bool, len(pairs))
	var mistakes []Mistake
	for _, pair := range pairs {
		line := pair.Key.GetToken().Position.Line
		key := Key(pair.Key.GetToken().Value)
		wrong := func(err error) { mistakes = append(mistakes, Mistake{line, fmt.Errorf("%s: %w", key, err)}) }
		switch {
		case !slices.Contains(known, key):
			wrong(fmt.Errorf("unknown; the keys are %s", list(known)))
		case slices.Contains(f.labels, key):
			text, found := decodeLabel(pair.Value, line)
			for _, m := range found {
				wrong(m.Err)
			}
			*e.label(key) = text
		default:
			paths, found := decodePaths(pair.Value, line)
			for _, m := range found {
				mistakes = append(mistakes, Mistake{m.Line, fmt.Errorf("%s: %w", key, m.Err)})
			}
			switch {
			case key != at:
				e.Parts[key] = paths
			case len(paths) == 1 && paths[0].Attribute == "":
				e.At = paths[0]
			case len(found) == 0:
				wrong(errors.New("expected one path of elements; another entry can have another"))
			}
		}
		seen[key] = true
	}
	for _, key := range append([]Key{at}, f.needs...) {
		if !seen[key] {
			mistakes = append(mistakes, Mistake{line, fmt.Errorf("%s: is missing", key)})
		}
	}
	return e, mistakes
}

// label returns the field for a key that is no path.
func (e *Entry) label(key Key) *string {
	return map[Key]*string{kindLabel: &e.Kind, roleLabel: &e.Role, modeLabel: &e.Mode, listLabel: &e.List}[key]
}

// Label returns what distinguishes the entry from others of its list, or "".
func (e Entry) Label() string {
	var words []string
	for _, word := range []string{e.Kind, e.Role, e.Mode, e.List} {
		if word != "" {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}

// isLabel reports whether a text is a word by which an entry can be named.
func isLabel(text string) bool {
	return text != "" && len(text) <= 100 && strings.IndexFunc(text, func(r rune) bool {
		return r != '-' && !unicode.IsLower(r) && !unicode.IsDigit(r)
	}) < 0
}

// lineOf returns the line of a node, or another line if the node has none.
func lineOf(node ast.Node, otherwise int) int {
	if node == nil || node.GetToken() == nil || node.Type() == ast.NullType {
		return otherwise
	}
	return node.GetToken().Position.Line
}
