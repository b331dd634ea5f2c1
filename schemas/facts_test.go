package schemas

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"beibu/schemas/internal/grammar"
	"beibu/schemas/paths"
)

// Every path of the built-in kinds, and every path within its brackets, leads to
// something that the schema of the kind declares, so that none is mistyped, and none is
// for documents of a schema that nobody judges by.
func TestPathsAreInTheSchema(t *testing.T) {
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
		for _, key := range slices.Sorted(maps.Keys(d.Facts.Facts)) {
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
		next, err := child(from, step.Name)
		if err != nil {
			return nil, err
		}
		from = next
		names := slices.DeleteFunc([]string{step.By}, func(by string) bool { return by == "" })
		for _, test := range step.Tests {
			names = append(names, test.Names...)
		}
		for _, name := range names {
			if err := value(from, name); err != nil {
				return nil, err
			}
		}
	}
	if path.Attribute != "" {
		return nil, value(from, "@"+path.Attribute)
	}
	return from, nil
}

// value returns an error if a type has no value at a path that is within brackets.
func value(from *grammar.Type, path string) error {
	for name := range strings.SplitSeq(path, "/") {
		if attribute, ok := strings.CutPrefix(name, "@"); ok {
			if _, ok := from.Attribute(grammar.Name{Local: attribute}); !ok {
				return fmt.Errorf("the schema has no attribute %s there", attribute)
			}
			return nil
		}
		next, err := child(from, name)
		if err != nil {
			return err
		}
		from = next
	}
	return nil
}

// child returns the type of the child with a local name.
func child(from *grammar.Type, local string) (*grammar.Type, error) {
	for _, name := range from.Elements() {
		if name.Local == local {
			return from.Child(name).Type, nil
		}
	}
	return nil, fmt.Errorf("the schema has no %s there", local)
}
