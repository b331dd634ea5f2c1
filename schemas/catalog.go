package schemas

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"beibu/schemas/paths"
)

// DefaultMaxBytes is the size above which a document is not looked at.
const DefaultMaxBytes = 8 << 20

// Options configure a catalog. The zero value is the embedded profiles alone.
type Options struct {
	Packs    []Pack
	MaxBytes int64 // of one document, default DefaultMaxBytes, at most 1 GiB
}

const mostBytes = 1 << 30

// A Catalog knows the kinds of documents and judges documents by them. It may
// be used by many goroutines at once.
type Catalog struct {
	limit   int64
	sets    []*set
	entries map[rootName][]entry
}

// A rootName names a document element.
type rootName struct{ space, local string }

// An entry is a kind as one schema knows it.
type entry struct {
	Type

	set           *set
	pack          bool
	customization string    // what cbc:CustomizationID must be, if kinds share a root; else ""
	from, until   time.Time // the first day in force and the last; zero for no bound
}

// NewCatalog returns the catalog of the embedded profiles and the packs. The
// profiles are compiled when first needed, once. The packs are compiled now,
// and the error lists all their mistakes, each with its place.
func NewCatalog(o Options) (*Catalog, error) {
	if o.MaxBytes < 0 || o.MaxBytes > mostBytes {
		return nil, fmt.Errorf("make catalog: a document of %d bytes cannot be the limit", o.MaxBytes)
	}
	builtIn, err := paths.BuiltIn()
	if err != nil {
		return nil, fmt.Errorf("make catalog: %w", err)
	}
	c := &Catalog{limit: cmp.Or(o.MaxBytes, DefaultMaxBytes), entries: make(map[rootName][]entry)}
	for _, p := range profiles {
		s := newSet(&set{id: p.id, read: embeddedIn(p.folder), entries: p.files, limit: c.limit, leniency: p.leniency})
		c.sets = append(c.sets, s)
		for _, k := range p.kinds {
			c.add(entry{
				Type:          Type{Kind: k.kind, Root: k.root, Namespace: k.space, Schema: p.id, Facts: builtIn[string(k.kind)]},
				set:           s,
				customization: k.customization,
			})
		}
	}
	var mistakes []error
	for _, p := range o.Packs {
		mistakes = append(mistakes, c.install(p, builtIn))
	}
	if err := errors.Join(append(mistakes, c.ambiguities())...); err != nil {
		return nil, err
	}
	return c, nil
}

func (c *Catalog) add(e entry) {
	name := rootName{e.Namespace, e.Root}
	c.entries[name] = append(c.entries[name], e)
}

// Kinds returns every type that the catalog knows, sorted by kind and schema.
func (c *Catalog) Kinds() []Type {
	var types []Type
	for _, entries := range c.entries {
		for _, e := range entries {
			types = append(types, e.Type)
		}
	}
	slices.SortFunc(types, func(a, b Type) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Schema, b.Schema))
	})
	return types
}

// Warm makes what is not made yet of every schema, so that no document has to wait for
// it: first the tables, which are all that a valid document needs, then the engines,
// which judge and explain the others. It stops between two schemas if the context ends.
// If pause is not nil, it is called after each schema with the time that its engine took,
// to let the processors do other work.
func (c *Catalog) Warm(ctx context.Context, pause func(took time.Duration)) error {
	for _, s := range c.sets {
		if err := ctx.Err(); err != nil {
			return err
		}
		s.acceptor()
	}
	for _, s := range c.sets {
		if err := ctx.Err(); err != nil {
			return err
		}
		start := time.Now()
		if err := s.warm(); err != nil {
			return err
		}
		if pause != nil {
			pause(time.Since(start))
		}
	}
	return nil
}

// warm makes what explains the faults of a document.
func (s *set) warm() error {
	if _, err := s.engine(); err != nil || s.lenient == nil {
		return err
	}
	if _, err := s.lenient.engine(); err != nil {
		return err
	}
	s.lenient.grammar()
	return nil
}

// find returns the entry for a document's head on a day. A pack goes before
// the profile, an entry that asks for the document's CustomizationID before
// one that does not, the one in force for the shortest time before others.
func (c *Catalog) find(h head, at time.Time) (entry, bool) {
	var best entry
	for _, e := range c.entries[rootName{h.space, h.local}] {
		if e.inForce(at) && (e.customization == "" || e.customization == h.customization) &&
			(best.set == nil || e.better(best)) {
			best = e
		}
	}
	return best, best.set != nil
}

func (e entry) inForce(at time.Time) bool {
	return (e.from.IsZero() || !at.Before(e.from)) && (e.until.IsZero() || at.Before(e.until.AddDate(0, 0, 1)))
}

func (e entry) better(than entry) bool {
	if (e.customization != "") != (than.customization != "") {
		return e.customization != ""
	}
	if e.pack != than.pack {
		return e.pack
	}
	return e.from.After(than.from)
}
