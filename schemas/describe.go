package schemas

import (
	"slices"
	"strings"
	"time"

	"beibu/schemas/internal/grammar"
)

// A Description says what a document of a type has to be like, for those who
// write one.
type Description struct {
	Type

	Customization string // what cbc:CustomizationID must be, or ""
	// Required are the elements that the schema asks for: paths of local names below
	// the root, in the schema's order. Of "A|B" one is asked for.
	Required []string

	set     *set
	entries []string // files to begin with
}

// A File is a schema file.
type File struct {
	Name  string // path within its schema set
	Bytes []byte
}

// Describe returns what a document of a kind has to be like at a time, by the
// schema that judges it then.
func (c *Catalog) Describe(kind Kind, at time.Time) (Description, bool) {
	var best entry
	for _, entries := range c.entries {
		for _, e := range entries {
			if e.Kind == kind && e.inForce(at) && (best.set == nil || e.better(best)) {
				best = e
			}
		}
	}
	if best.set == nil {
		return Description{}, false
	}
	d := Description{Type: best.Type, Customization: best.customization, set: best.set}
	name := grammar.Name{Space: best.Namespace, Local: best.Root}
	if root := best.set.grammar().Element(name); root != nil {
		d.Required = required("", root.Type, requiredDepth)
	}
	d.entries = best.set.entries
	if i := slices.IndexFunc(d.entries, func(file string) bool { return best.set.declares(file, name) }); i >= 0 && !best.pack {
		d.entries = d.entries[i : i+1] // a profile has files of other kinds beside it
	}
	return d, true
}

// requiredDepth bounds how deep required elements are listed: what is below is
// read from the schema.
const requiredDepth = 3

// required lists the elements that a type asks for.
func required(prefix string, t *grammar.Type, depth int) []string {
	var paths []string
	m := t.Start()
	for names := m.Required(); len(names) > 0; names = m.Required() {
		choice := make([]string, 0, len(names))
		for _, name := range names {
			choice = append(choice, name.Local)
		}
		path := prefix + strings.Join(choice, "|")
		paths = append(paths, path)
		if child := t.Child(names[0]); depth > 1 && len(names) == 1 && child != nil {
			paths = append(paths, required(path+"/", child.Type, depth-1)...)
		}
		next, ok := m.Step(names[0])
		if !ok {
			break
		}
		m = next
	}
	return paths
}

// declares reports whether a file of the set itself declares a global element.
func (s *set) declares(file string, name grammar.Name) bool {
	tree, err := s.parse(file)
	if err != nil || tree.Attrs["targetNamespace"] != name.Space {
		return false
	}
	for _, n := range tree.Children {
		if n.Kind == "element" && n.Attrs["name"] == name.Local {
			return true
		}
	}
	return false
}

// Files returns the schema files that judge documents of the type, the one that
// declares the root first, and then those that it includes and imports.
func (d Description) Files() ([]File, error) {
	var files []File
	for _, name := range (&set{read: d.set.read, entries: d.entries}).reachable() {
		data, err := d.set.read(name)
		if err != nil {
			return nil, err
		}
		files = append(files, File{Name: name, Bytes: data})
	}
	return files, nil
}
