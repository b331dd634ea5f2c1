package rules

import (
	"time"

	"beibu/signing/strict"
)

// A Severity says what becomes of a document in which a rule found a breach.
type Severity uint8

// The severities, worst first.
const (
	Reject Severity = iota // the document is refused
	Hold                   // the document is accepted and marked for a person to look at
	Warn                   // the document is accepted and the sender is told
)

// String returns "reject", "hold" or "warn".
func (s Severity) String() string {
	return [...]string{"reject", "hold", "warn"}[s]
}

// A Rule is one business rule.
type Rule struct {
	Code     string    // permanent and unique, such as "ATA-01"
	Kinds    []string  // the kinds of document it applies to; none means all
	Severity Severity  // of every breach of it
	Source   string    // the clause it comes from, for people
	From     time.Time // first day in force, by the document's issue date; zero: always was
	Until    time.Time // last day in force; zero: no end
	EN, ZH   string    // the message, with {0}, {1} … for the arguments of Report
	Check    func(*Document, Report)
}

// A Report notes a breach at a place. Where the breach is that something is
// missing, the place is the element that ought to hold it. An argument may be
// as long as a document: a message shows its first MaxShown characters.
type Report func(at strict.Node, args ...string)

// A Document is what a rule may look at.
type Document struct {
	Kind     string
	Root     strict.Node
	Issued   time.Time // midnight UTC of the document's own issue date; zero where it has none
	Received time.Time // when it came in; see DaysIn

	traced []traced // the elements that have a trait; see Each
}

// BuiltIn reports whether the document is of a kind of the exchange's own, and not
// of one that a schema pack added. The names of elements mean what they mean in
// the standards of those kinds; in a kind of a pack they may mean anything, so
// that a rule for all kinds judges a code there only if it names its list.
func (d *Document) BuiltIn() bool {
	switch d.Kind {
	case "ata-carnet", "ata-reexportation-proof", "ata-reexportation-reminder", "ata-reexportation-request",
		"certificate-of-origin", "export-declaration", "import-declaration", "transit-declaration",
		"export-licence", "import-licence", "health-certificate", "health-permit", "response", "sps-certificate":
		return true
	}
	return false
}

// A Breach is one finding of a rule.
type Breach struct {
	Rule   *Rule
	At     strict.Node
	EN, ZH string // the messages of the rule, with what was found; see Quote
}
