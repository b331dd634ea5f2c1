package paths

import (
	_ "embed" // the table of the built-in kinds
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
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
	HS             Key = "hs" // codes of the goods, of the Harmonized System
)

// Keys are all facts, in the order in which people are shown them.
var Keys = []Key{
	Number, Version, Issued, Issuer, Addressee, ExportCountry, ImportCountry, TransitCountry,
	ExportPort, ImportPort, TransitPort, HS,
}

// A Table has the paths at which a kind keeps its facts, in the order in which they
// are tried.
type Table map[Key][]Path

// Tried names the paths of a fact, for people.
func (p Table) Tried(key Key) string {
	var names []string
	for _, path := range p[key] {
		names = append(names, path.String())
	}
	return strings.Join(names, ", ")
}

// Over returns the table with the paths of below for the facts that it does not
// name.
func (p Table) Over(below Table) Table {
	all := maps.Clone(below)
	if all == nil {
		all = make(Table, len(p))
	}
	maps.Copy(all, p)
	return all
}

// A Mistake is one in the description of a table.
type Mistake struct {
	Line int // from 1
	Err  error
}

// Decode reads a table from YAML: a mapping of facts to a path or a list of
// paths. It finds every mistake. The node may be nil, which says nothing.
func Decode(node ast.Node) (Table, []Mistake) {
	if node == nil {
		return nil, nil
	}
	pairs, ok := pairsOf(node)
	if !ok {
		return nil, []Mistake{{node.GetToken().Position.Line, errors.New("expected a mapping of facts to paths")}}
	}
	found := make(Table, len(pairs))
	var mistakes []Mistake
	for _, pair := range pairs {
		line := pair.Key.GetToken().Position.Line
		key := Key(pair.Key.GetToken().Value)
		switch {
		case !slices.Contains(Keys, key):
			mistakes = append(mistakes, Mistake{line, fmt.Errorf("%s: unknown; the facts are %s", key, list(Keys))})
			continue
		case found[key] != nil:
			mistakes = append(mistakes, Mistake{line, fmt.Errorf("%s: is there twice", key)})
			continue
		}
		paths, wrong := decodePaths(pair.Value, line)
		for _, m := range wrong {
			mistakes = append(mistakes, Mistake{m.Line, fmt.Errorf("%s: %w", key, m.Err)})
		}
		found[key] = paths
	}
	return found, mistakes
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
			if value != nil && value.GetToken() != nil && value.GetToken().Type != token.NullType {
				line = value.GetToken().Position.Line
			}
			mistakes = append(mistakes, Mistake{line, errors.New("expected a path or a list of paths")})
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

//go:embed builtin.yaml
var builtin []byte

// BuiltIn returns the tables of the kinds that are built in, by kind. They are not
// to be changed. The error lists every mistake of the table.
var BuiltIn = sync.OnceValues(func() (map[string]Table, error) {
	file, err := parser.ParseBytes(builtin, 0)
	if err != nil {
		return nil, fmt.Errorf("read builtin.yaml: %w", err)
	}
	all := make(map[string]Table)
	var mistakes []error
	for _, doc := range file.Docs {
		kinds, _ := pairsOf(doc.Body)
		for _, kind := range kinds {
			found, wrong := Decode(kind.Value)
			for _, m := range wrong {
				mistakes = append(mistakes, fmt.Errorf("builtin.yaml:%d: %w", m.Line, m.Err))
			}
			all[kind.Key.GetToken().Value] = found
		}
	}
	return all, errors.Join(mistakes...)
})
