package schemas

import (
	"fmt"
	"testing"
	"time"

	"beibu/schemas/internal/grammar"
	"beibu/schemas/paths"
)

// Every element in the lists of the built-in kinds is in the schema of its kind, so
// that no path is mistyped.
func TestListsAreInTheSchema(t *testing.T) {
	c, err := NewCatalog(Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range c.Kinds() {
		d, ok := c.Describe(kind.Kind, time.Now())
		if !ok {
			t.Fatalf("%s is not known", kind.Kind)
		}
		root := d.set.grammar().Element(grammar.Name{Space: d.Namespace, Local: d.Root}).Type
		for _, key := range []paths.Key{paths.Number, paths.ValidFrom, paths.ValidUntil} {
			for _, path := range d.Facts.Facts[key] {
				if _, err := follow(root, path); err != nil {
					t.Errorf("%s: %s: %s: %v", kind.Kind, key, path, err)
				}
			}
		}
		for list, entries := range d.Facts.Lists {
			for _, entry := range entries {
				at, err := follow(root, entry.At)
				if err != nil {
					t.Errorf("%s: %s: %s: %v", kind.Kind, list, entry.At, err)
					continue
				}
				for part, all := range entry.Parts {
					for _, path := range all {
						if _, err := follow(at, path); err != nil {
							t.Errorf("%s: %s: %s: %s: %s: %v", kind.Kind, list, entry.At, part, path, err)
						}
					}
				}
			}
		}
	}
}

// follow returns the type at the end of a path below a type.
func follow(from *grammar.Type, path paths.Path) (*grammar.Type, error) {
	for _, step := range path.Steps {
		var next *grammar.Type
		for _, name := range from.Elements() {
			if name.Local == step.Name {
				next = from.Child(name).Type
			}
		}
		if next == nil {
			return nil, fmt.Errorf("the schema has no %s there", step.Name)
		}
		from = next
	}
	return from, nil
}
