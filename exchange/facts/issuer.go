package facts

import (
	"cmp"
	"slices"

	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// An Issuer is the unit that issued a document, with all that the document says of it.
type Issuer struct {
	At        strict.Node // the element that names it, or the root of the document
	Names     []string    // each once
	IDs       []Identifier
	Countries []string // ISO 3166-1 alpha-2, each once; more than one if the document contradicts itself
}

// Stated reports whether the document says anything of its issuer.
func (i Issuer) Stated() bool { return len(i.Names)+len(i.IDs)+len(i.Countries) > 0 }

// IssuedBy returns the unit that issued the document. A document that names no country of
// it means the country whose document it is.
func (f Facts) IssuedBy() Issuer {
	r := f.source()
	out := Issuer{At: r.at}
	add := func(to *[]string, text string) {
		if text != "" && !slices.Contains(*to, text) {
			*to = append(*to, text)
		}
	}
	if stated := f.At(paths.Issuer); stated.Exists() {
		out.At = stated
		add(&out.Names, f.Issuer)
	}
	role := cmp.Or(r.table.IssuedBy, paths.IssuerRole)
	for _, p := range f.Parties() {
		if p.Role != role {
			continue
		}
		out.At = p.At
		out.IDs = append(out.IDs, p.IDs()...)
		for _, path := range p.from.parts[paths.Name] {
			for _, name := range find(p.At, path) {
				add(&out.Names, name)
			}
		}
		add(&out.Countries, p.Country())
	}
	if role == paths.IssuerRole || len(out.Countries) == 0 {
		add(&out.Countries, paths.Fold(f.Country()))
	}
	return out
}
