package schemas

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"beibu/schemas/internal/grammar"
	"beibu/schemas/internal/xsdtree"
	"beibu/schemas/paths"
)

// A Pack is a schema set from outside: schema files, and a manifest that says
// which kinds they judge and when. It is read whole when it is opened, so that
// later changes of its files change nothing.
//
// The manifest, manifest.yaml, is strict YAML:
//
//	name: ubl
//	version: "2.4"
//	kinds:
//	  - kind: ata-carnet
//	    root: GoodsItemPassport
//	    namespace: urn:oasis:names:specification:ubl:schema:xsd:GoodsItemPassport-2
//	    schema: maindoc/UBL-GoodsItemPassport-2.4.xsd
//	    from: 2025-01-01   # the first day in force, in UTC; may be left out
//	    until: 2026-12-31  # the last day in force, in UTC; may be left out
//	    facts:             # the paths at which documents of the kind keep their facts
//	      number: ID
//	      importPort: [ShipmentStage/UnloadingPortLocation/ID, "@port"]
//
// A kind that the exchange knows is judged by the pack instead of the embedded
// profile while the pack is in force, and by the profile before and after. The
// pack adds a kind that the exchange does not know. Kinds that share a root
// are distinguished by cbc:CustomizationID, in the key customization.
//
// The documentation of package paths describes the paths of facts. A kind that the exchange does not
// know must say where its number is, since nothing can be filed without one; for
// a kind that it knows, what is not said is as built in.
//
// Every entry file is compiled by itself, so that two of one namespace may define
// the same names. What they include or import must be in the pack: by its relative
// location, or, if an import has none or one that is not in the pack, by its
// namespace.
type Pack struct {
	Name, Version string
	Kinds         []PackKind

	files   map[string][]byte
	entries map[string][]string // by entry file: the files to begin with, itself first
	lines   []int               // of the kinds in the manifest
}

// A PackKind is a kind that a pack judges.
type PackKind struct {
	Kind          Kind
	Root          string
	Namespace     string
	Customization string
	Schema        string      // the entry file
	From, Until   time.Time   // days in force, zero for no bound
	Facts         paths.Table // as the manifest says
}

// ID returns the pack's name@version, as reports name it.
func (p Pack) ID() string { return p.Name + "@" + p.Version }

// install compiles a pack and adds its kinds.
func (c *Catalog) install(p Pack, builtIn map[string]paths.Table) error {
	sets, err := p.compile(c.limit)
	if err != nil {
		return err
	}
	var mistakes []error
	for i, k := range p.Kinds {
		s := sets[k.Schema]
		if s.grammar().Element(grammar.Name{Space: k.Namespace, Local: k.Root}) == nil {
			mistakes = append(mistakes, p.mistake(i, fmt.Errorf("root: %s declares no element %s in %s", k.Schema, k.Root, k.Namespace)))
			continue
		}
		c.add(entry{
			Type: Type{
				Kind: k.Kind, Root: k.Root, Namespace: k.Namespace, Schema: p.ID(),
				Facts: k.Facts.Over(builtIn[string(k.Kind)]),
			},
			set: s, pack: true, from: k.From, until: k.Until,
			customization: c.customizationOf(k),
		})
	}
	for _, name := range slices.Sorted(maps.Keys(sets)) {
		c.sets = append(c.sets, sets[name])
	}
	return errors.Join(mistakes...)
}

// compile compiles each entry file by itself. The error lists all that do not
// compile.
func (p Pack) compile(limit int64) (map[string]*set, error) {
	sets := make(map[string]*set, len(p.entries))
	var mistakes []error
	for _, name := range slices.Sorted(maps.Keys(p.entries)) {
		s := newSet(&set{id: p.ID(), read: readIn(p.files), entries: p.entries[name], limit: limit})
		_, err := s.engine()
		mistakes = append(mistakes, err)
		sets[name] = s
	}
	return sets, errors.Join(mistakes...)
}

// customizationOf returns what distinguishes a kind from others of its root: what the
// pack says, or what the profile that it replaces says.
func (c *Catalog) customizationOf(k PackKind) string {
	for _, e := range c.entries[rootName{k.Namespace, k.Root}] {
		if k.Customization == "" && e.Kind == k.Kind {
			return e.customization
		}
	}
	return k.Customization
}

// mistake places an error at a kind of the manifest.
func (p Pack) mistake(kind int, err error) error {
	return fmt.Errorf("pack %s: %s:%d: kind %s: %w", p.ID(), manifestName, p.lines[kind], p.Kinds[kind].Kind, err)
}

// ambiguities lists entries of packs between which a document could not
// choose.
func (c *Catalog) ambiguities() error {
	var mistakes []error
	for _, entries := range c.entries {
		for i, a := range entries {
			for _, b := range entries[:i] {
				if a.customization == b.customization && (a.Kind != b.Kind || a.pack && b.pack) && a.overlaps(b) {
					mistakes = append(mistakes, fmt.Errorf(
						"install packs: %s of %s and %s of %s take the same documents at the same time", b.Kind, b.Schema, a.Kind, a.Schema))
				}
			}
		}
	}
	slices.SortFunc(mistakes, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(mistakes...)
}

func (e entry) overlaps(with entry) bool {
	ends := func(a, b entry) bool { return !a.until.IsZero() && !b.from.IsZero() && a.until.Before(b.from) }
	return !ends(e, with) && !ends(with, e)
}

// supplied returns the files of a pack that its entries need and name only by
// namespace.
func supplied(s *set, trees map[string]*xsdtree.Node) []string {
	byNamespace := make(map[string][]string)
	for name, tree := range trees {
		space := tree.Attrs["targetNamespace"]
		byNamespace[space] = append(byNamespace[space], name)
	}
	entries := slices.Clone(s.entries)
	for grown := true; grown; {
		grown = false
		reached := (&set{read: s.read, entries: entries}).reachable()
		for _, name := range reached {
			for _, space := range unlocated(name, trees) {
				for _, file := range byNamespace[space] {
					if !slices.Contains(reached, file) && !slices.Contains(entries, file) {
						entries, grown = append(entries, file), true
					}
				}
			}
		}
		slices.Sort(entries[len(s.entries):])
	}
	return entries
}

// unlocated returns the namespaces that a file imports from no file of the
// pack.
func unlocated(name string, trees map[string]*xsdtree.Node) []string {
	var spaces []string
	for _, n := range trees[name].Children {
		if n.Kind != "import" {
			continue
		}
		if target, ok := within(name, n.Attrs["schemaLocation"]); !ok || trees[target] == nil {
			spaces = append(spaces, n.Attrs["namespace"])
		}
	}
	return spaces
}
