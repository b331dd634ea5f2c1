package paths

import (
	"cmp"
	"embed"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A Key names a fact.
type Key string

// The facts that a document may state.
const (
	Number         Key = "number"    // that its sender gave it
	Version        Key = "version"   // of the document with that number
	Issued         Key = "issued"    // day of issue
	Issuer         Key = "issuer"    // name of the unit that issued it
	Addressee      Key = "addressee" // id of the party that an answer is for
	ExportCountry  Key = "exportCountry"
	ImportCountry  Key = "importCountry"
	TransitCountry Key = "transitCountry"
	ExportPort     Key = "exportPort" // port or customs office, UN/LOCODE
	ImportPort     Key = "importPort"
	TransitPort    Key = "transitPort"
	HS             Key = "hs"         // codes of the goods, of the Harmonized System
	ValidFrom      Key = "validFrom"  // first day on which the document is valid
	ValidUntil     Key = "validUntil" // last day
	Draws          Key = "draws"      // how many documents may draw on the quantities of this one
	TradeMode      Key = "tradeMode"  // Chinese supervision mode, four digits: of a licence, that to which it is bound
	Overage        Key = "overage"    // percent by which the last of them may exceed what is left
	Status         Key = "status"     // in which the document is, as a code of its standard
)

// Keys are all facts of which a document has one, in the order in which people are
// shown them.
var Keys = []Key{
	Number, Version, Issued, Issuer, Addressee, ExportCountry, ImportCountry, TransitCountry,
	ExportPort, ImportPort, TransitPort, HS, ValidFrom, ValidUntil, Draws, Overage, TradeMode, Status,
}

// A Table has the paths at which a kind keeps its facts.
type Table struct {
	Facts map[Key][]Path  // in the order in which they are tried
	Lists map[Key][]Entry // an element is of the first entry that selects it
	// Personal are the ends of the paths of elements that are about a person, with all that
	// is in them, and of attributes. Nil does not say which are, and so all may be; an
	// empty list says that none is.
	Personal []Path
	// IssuedBy is the role of the party that issues the document; "" means [IssuerRole].
	IssuedBy string
}

// IssuerRole is the role of the party that issues a document of a kind that names no other.
const IssuerRole = "issuer"

// issuedBy is the key of [Table.IssuedBy].
const issuedBy Key = "issuedBy"

// Tried names the paths of a fact, for people.
func (p Table) Tried(key Key) string {
	var names []string
	for _, path := range p.Facts[key] {
		names = append(names, path.String())
	}
	return strings.Join(names, ", ")
}

// Over returns the table with the paths of below for the facts that it does not
// name.
func (p Table) Over(below Table) Table {
	all := Table{Facts: over(p.Facts, below.Facts), Lists: over(p.Lists, below.Lists), Personal: p.Personal, IssuedBy: cmp.Or(p.IssuedBy, below.IssuedBy)}
	if all.Personal == nil {
		all.Personal = below.Personal
	}
	return all
}

func over[T any](above, below map[Key]T) map[Key]T {
	all := maps.Clone(below)
	if all == nil {
		all = make(map[Key]T, len(above))
	}
	maps.Copy(all, above)
	return all
}

// A Mistake is one in the description of a table.
type Mistake struct {
	Line int // from 1
	Err  error
}

// Decode reads a table from YAML: a mapping of facts to a path or a list of paths,
// and of lists to an entry or a list of entries. It finds every mistake. The node may
// be nil, which says nothing.
func Decode(node ast.Node) (Table, []Mistake) {
	if node == nil {
		return Table{}, nil
	}
	pairs, ok := pairsOf(node)
	if !ok {
		return Table{}, []Mistake{{node.GetToken().Position.Line, errors.New("expected a mapping of facts to paths")}}
	}
	found := Table{Facts: make(map[Key][]Path, len(pairs)), Lists: make(map[Key][]Entry, len(Lists))}
	var mistakes []Mistake
	for _, pair := range pairs {
		line := pair.Key.GetToken().Position.Line
		key := Key(pair.Key.GetToken().Value)
		var wrong []Mistake
		switch {
		case found.Facts[key] != nil || found.Lists[key] != nil:
			wrong = []Mistake{{line, errors.New("is there twice")}}
		case key == personal:
			found.Personal, wrong = decodePersonal(pair.Value, line)
		case key == issuedBy:
			found.IssuedBy, wrong = decodeLabel(pair.Value, line)
		case slices.Contains(Keys, key):
			found.Facts[key], wrong = decodePaths(pair.Value, line)
		case slices.Contains(Lists, key):
			found.Lists[key], wrong = decodeEntries(key, pair.Value, line)
		default:
			wrong = []Mistake{{line, fmt.Errorf("unknown; the facts are %s, %s, %s, %s", list(Keys), list(Lists), issuedBy, personal)}}
		}
		for _, m := range wrong {
			mistakes = append(mistakes, Mistake{m.Line, fmt.Errorf("%s: %w", key, m.Err)})
		}
	}
	return found, mistakes
}

// decodeLabel reads a word by which something is named.
func decodeLabel(node ast.Node, line int) (string, []Mistake) {
	if text, ok := node.(*ast.StringNode); ok && isLabel(text.Value) {
		return text.Value, nil
	}
	return "", []Mistake{{line, errors.New("expected a word of lower-case letters, digits and hyphens")}}
}

// decodePaths reads a path or a list of paths.
func decodePaths(node ast.Node, line int) ([]Path, []Mistake) {
	values := []ast.Node{node}
	if list, ok := node.(*ast.SequenceNode); ok {
		values = list.Values
	}
	paths := make([]Path, 0, len(values))
	var mistakes []Mistake
	for _, value := range values {
		text, ok := value.(*ast.StringNode)
		if !ok {
			mistakes = append(mistakes, Mistake{lineOf(value, line), errors.New("expected a path or a list of paths")})
			continue
		}
		p, err := Parse(text.Value)
		if err != nil {
			mistakes = append(mistakes, Mistake{text.GetToken().Position.Line, err})
		}
		paths = append(paths, p)
	}
	if len(values) == 0 {
		mistakes = append(mistakes, Mistake{line, errors.New("expected a path or a list of paths")})
	}
	return paths, mistakes
}

// pairsOf returns the pairs of a mapping.
func pairsOf(node ast.Node) ([]*ast.MappingValueNode, bool) {
	switch n := node.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode: // a mapping of one pair
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func list(keys []Key) string {
	names := make([]string, 0, len(keys))
	for _, key := range keys {
		names = append(names, string(key))
	}
	return strings.Join(names, ", ")
}

//go:embed builtin
var builtin embed.FS

// BuiltIn returns the tables of the kinds that are built in, by kind. They are not
// to be changed. The error lists every mistake of the tables.
var BuiltIn = sync.OnceValues(func() (map[string]Table, error) {
	files, err := builtin.ReadDir("builtin")
	if err != nil {
		return nil, fmt.Errorf("read the tables of facts: %w", err)
	}
	all := make(map[string]Table)
	var mistakes []error
	for _, file := range files {
		mistakes = append(mistakes, readBuiltIn("builtin/"+file.Name(), all))
	}
	return all, errors.Join(mistakes...)
})

// readBuiltIn adds the tables of a file.
func readBuiltIn(name string, all map[string]Table) error {
	text, err := builtin.ReadFile(name)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	var mistakes []error
	for _, doc := range file.Docs {
		kinds, _ := pairsOf(doc.Body)
		for _, kind := range kinds {
			found, wrong := Decode(kind.Value)
			for _, m := range wrong {
				mistakes = append(mistakes, fmt.Errorf("%s:%d: %w", name, m.Line, m.Err))
			}
			name := kind.Key.GetToken().Value
			all[name] = found.Over(all[name]) // what is personal is in a file of its own
		}
	}
	return errors.Join(mistakes...)
}
