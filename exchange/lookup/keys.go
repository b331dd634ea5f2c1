package lookup

import (
	"slices"
	"strings"

	"beibu/exchange/facts"
)

// The kinds of document that are searched for by their number wherever they are cited.
const (
	carnetKind        = "ata-carnet"
	importLicenceKind = "import-licence"
	exportLicenceKind = "export-licence"
)

// Keys are what a document can be found by, beside its own number. They are part of the
// head of its log entry, so they are bounded: Omitted counts those beyond the bounds.
type Keys struct {
	HS                 []string   `json:"hs,omitempty"`
	Vehicles           []string   `json:"vehicles,omitempty"`
	Containers         []string   `json:"containers,omitempty"`
	TransportDocuments []string   `json:"transportDocuments,omitempty"`
	Holders            []string   `json:"holders,omitempty"` // digests of names
	Cites              []Citation `json:"cites,omitempty"`
	Omitted            int        `json:"omitted,omitempty"`
}

// A Citation names another document.
type Citation struct {
	Kind   string `json:"kind"`
	Number string `json:"number"` // as it is written
}

// The bounds of the keys of one document.
const (
	MaxKeys  = 64      // of each sort
	maxBytes = 4 << 10 // of all; a list holds hundreds of them at once
	maxKey   = 100     // bytes of one, as of a document number
)

// A collector collects the keys of one document.
type collector struct {
	keys Keys
	left int // bytes
}

// Of returns the keys of a document. They share no memory with it.
func Of(f facts.Facts) Keys {
	c := collector{left: maxBytes}
	for _, v := range f.Vehicles() {
		c.add(&c.keys.Vehicles, v.Number, carrier)
	}
	for _, v := range f.Containers() {
		c.add(&c.keys.Containers, v.Number, carrier)
	}
	for _, v := range f.TransportDocuments() {
		c.add(&c.keys.TransportDocuments, v, number)
	}
	for _, p := range f.Parties() {
		if p.Role == "holder" || p.Role == "licensee" {
			c.add(&c.keys.Holders, p.Name, digest)
		}
	}
	for _, code := range f.HS {
		c.add(&c.keys.HS, code, func(code string) string { return code[:min(len(code), longestHS)] })
	}
	for _, r := range f.Citations() {
		c.cite(r.Kind, r.Number)
	}
	return c.keys
}

// add adds a text to a list in the form of its keys.
func (c *collector) add(to *[]string, text string, form func(string) string) {
	if len(text) > longest {
		c.keys.Omitted++
		return
	}
	key := form(text)
	switch {
	case key == "" || slices.Contains(*to, key):
	case len(*to) == MaxKeys || len(key) > maxKey || len(key) > c.left:
		c.keys.Omitted++
	default:
		c.left -= len(key)
		*to = append(*to, strings.Clone(key))
	}
}

// cite adds a document that is cited, if its kind is known.
func (c *collector) cite(kind, number string) {
	cited := Citation{kind, number}
	switch {
	case kind == "" || number == "" || slices.Contains(c.keys.Cites, cited):
	case len(c.keys.Cites) == MaxKeys || len(number) > maxKey || len(kind)+len(number) > c.left:
		c.keys.Omitted++
	default:
		c.left -= len(kind) + len(number)
		c.keys.Cites = append(c.keys.Cites, Citation{strings.Clone(kind), strings.Clone(number)})
	}
}

// Terms returns what a document of a kind, with a number, is found by in addition to the
// codes of its goods, each once.
func (k Keys) Terms(kind, own string) []Term {
	if len(k.Vehicles)+len(k.Containers)+len(k.TransportDocuments)+len(k.Holders)+len(k.Cites) == 0 && (Citation{kind, own}).role() == "" {
		return nil
	}
	all := make([]Term, 0, len(k.Vehicles)+len(k.Containers)+len(k.TransportDocuments)+len(k.Holders)+len(k.Cites)+1)
	add := func(role Role, values []string) {
		for _, value := range values {
			all = append(all, Term{role, value})
		}
	}
	add(Vehicle, k.Vehicles)
	add(Container, k.Containers)
	add(TransportDocument, k.TransportDocuments)
	add(Holder, k.Holders)
	for _, cited := range append([]Citation{{kind, own}}, k.Cites...) {
		if t := cited.term(); t.Value != "" && !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}

// term returns the term by which a document that is cited is searched for, or none.
func (c Citation) term() Term {
	if role := c.role(); role != "" {
		return TermOf(role, c.Number)
	}
	return Term{}
}

// role returns the role in which the number of a document is searched for, or "".
func (c Citation) role() Role {
	switch c.Kind {
	case carnetKind:
		return Carnet
	case importLicenceKind, exportLicenceKind:
		return Licence
	}
	return ""
}

// Has reports whether a document of a kind, with a number, is found by a term.
func (k Keys) Has(kind, own string, t Term) bool {
	if t.Role == HS {
		return slices.ContainsFunc(k.HS, func(code string) bool { return strings.HasPrefix(code, t.Value) })
	}
	return slices.Contains(k.Terms(kind, own), t)
}
