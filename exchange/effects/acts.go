package effects

import "beibu/exchange/facts"

// A Verb is what a document does to the life of a document.
type Verb string

// The verbs.
const (
	Issue Verb = "issue" // it begins, or gets a later version
)

// An Act is one thing that a document does to a life: to its own if On is nil.
type Act struct {
	Does Verb     `json:"does"`
	On   *Account `json:"on,omitempty"`
}

// living are the kinds whose documents have a life: others refer to them by a number that
// is of one issuer, and they are amended, replaced or withdrawn.
var living = map[string]bool{
	"ata-carnet": true, "import-licence": true, "export-licence": true, "certificate-of-origin": true,
	"sps-certificate": true, "health-permit": true, "health-certificate": true,
	"ata-reexportation-proof": true, "ata-reexportation-request": true, "ata-reexportation-reminder": true,
}

// acts returns what a document does to lives.
func acts(kind string, _ facts.Facts) []Act {
	if !living[kind] {
		return nil
	}
	return []Act{{Does: Issue}}
}
