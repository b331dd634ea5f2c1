package exchange

import (
	"crypto/sha256"
	"slices"
	"strings"
	"time"
)

// A Document is what a party sent: its bytes, never altered, and who sent them.
type Document struct {
	Bytes    []byte
	Sender   string // the party, as the door established it
	Received time.Time
}

// Digest returns D, the SHA-256 of the bytes received.
func (d Document) Digest() [sha256.Size]byte { return sha256.Sum256(d.Bytes) }

// Facts are what identity and routes need to know of a document's content.
// What a document does not say is empty.
type Facts struct {
	Number         string
	Version        string
	Issued         time.Time // midnight UTC
	Issuer         string    // the unit that issued it, by its name
	Addressee      string    // party id that an answer is for
	ExportCountry  string    // ISO 3166-1 alpha-2
	ImportCountry  string
	TransitCountry string
	ExportPort     string // UN/LOCODE of the customs office or port of export
	ImportPort     string
	TransitPort    string
	HS             []string // Harmonized System codes, digits only, each once
}

// Express tells whether the goods perish: all of HS chapters 01 to 14, live
// animals to vegetable products, count.
func (f Facts) Express() bool {
	return slices.ContainsFunc(f.HS, func(code string) bool {
		return len(code) >= 2 && "01" <= code[:2] && code[:2] <= "14"
	})
}

// hasHS tells whether no prefixes are given or a code has one of them.
func (f Facts) hasHS(prefixes []string) bool {
	return len(prefixes) == 0 || slices.ContainsFunc(f.HS, func(code string) bool {
		return slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(code, p) })
	})
}

// digits keeps the digits of a code, since HS codes are written with and
// without dots.
func digits(code string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, code)
}
