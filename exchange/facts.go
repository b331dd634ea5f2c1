package exchange

import (
	"cmp"
	"regexp"
	"slices"

	"beibu/exchange/rules"
	"beibu/signing/strict"
)

// readFacts reads the facts of a valid document of a kind. A place that holds
// no code of the right form, such as a national office number where a UN/LOCODE
// is looked for, is passed over.
func readFacts(kind string, root strict.Node) Facts {
	p, known := layout[kind]
	if !known { // a kind that a schema pack added
		p = shipment("").before(places{})
	}
	f := Facts{
		Number: first(root, p.number, anything), Version: first(root, p.version, anything),
		Issuer: first(root, p.issuer, anything), Addressee: first(root, p.addressee, anything),
		ExportCountry: first(root, p.exportCountry, country), ImportCountry: first(root, p.importCountry, country),
		TransitCountry: first(root, p.transitCountry, country), ExportPort: first(root, p.exportPort, locode),
		ImportPort: first(root, p.importPort, locode), TransitPort: first(root, p.transitPort, locode),
	}
	// A document that names a port and no country means the port's.
	f.ExportCountry = cmp.Or(f.ExportCountry, f.ExportPort[:min(2, len(f.ExportPort))])
	f.ImportCountry = cmp.Or(f.ImportCountry, f.ImportPort[:min(2, len(f.ImportPort))])
	f.Issued, _ = rules.Issued(root)
	for _, path := range p.hs {
		for n := range root.All(path) {
			if code := digits(n.Text()); code != "" && !slices.Contains(f.HS, code) {
				f.HS = append(f.HS, code)
			}
		}
	}
	return f
}

// The forms of what is looked for.
var (
	anything = regexp.MustCompile(`.`)
	country  = regexp.MustCompile(`^[A-Z]{2}$`)            // ISO 3166-1 alpha-2
	locode   = regexp.MustCompile(`^[A-Z]{2}[A-Z2-9]{3}$`) // UN/LOCODE, Recommendation 16
)

// first returns the first text of the right form at the paths, in their order.
func first(root strict.Node, paths []string, form *regexp.Regexp) string {
	for _, path := range paths {
		for n := range root.All(path) {
			if text := n.Text(); form.MatchString(text) {
				return text
			}
		}
	}
	return ""
}
