package rules

import (
	"time"

	"beibu/exchange/facts"
	"beibu/signing/strict"
)

// A Severity is what happens to a document in which a rule found a breach.
type Severity uint8

// The severities, worst first.
const (
	Reject Severity = iota // the document is refused
	Hold                   // the document is accepted, and held until a person decides
	Warn                   // the document is accepted with a warning
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
	Source   string    // the clause that it comes from, for people
	From     time.Time // first day in force, by the document's issue date; zero: always was
	Until    time.Time // last day in force; zero: no end
	EN, ZH   string    // the message, with {0}, {1} … for the arguments of Report
	Reads    []Input   // what Check reads beside the facts
	Check    func(*Document, Report)
	// Memory says that the rule needs earlier documents: it is checked behind the record, by
	// the judge, and has no Check.
	Memory bool
}

// A Report records a breach at an element. If something is missing, it is the
// element that should contain it. An argument may be as long as a document: a
// message shows its first [quote.Limit] characters.
type Report func(at strict.Node, args ...string)

// A Document is what a rule may read.
type Document struct {
	Kind     string
	Root     strict.Node
	Facts    facts.Facts // what the document says, read once for all rules
	Received time.Time   // time of receipt; see [values.DaysIn]

	traced  []traced        // the elements that have a trait; see [Document.Each]
	found   [][]strict.Node // the elements at each path; see [Document.All]
	derived []any           // the values that were read; see [Derived.Of]
}

// BuiltIn reports whether the kind of the document is built in, and not added by a
// schema pack. In a built-in kind the names of elements have the meaning of its
// standard. In a kind of a pack they may mean anything, so that a rule for all kinds
// judges a code there only if the code names its list.
func (d *Document) BuiltIn() bool {
	switch d.Kind {
	case "ata-carnet", "ata-reexportation-proof", "ata-reexportation-reminder", "ata-reexportation-request", "ata-transaction",
		"certificate-of-origin", "export-declaration", "import-declaration", "transit-declaration",
		"export-licence", "import-licence", "health-certificate", "health-permit", "response",
		"sps-acknowledgement", "sps-certificate":
		return true
	}
	return false
}

// A Breach is one breach of a rule in a document.
type Breach struct {
	Rule   *Rule
	At     strict.Node
	EN, ZH string // the messages of the rule with the arguments; see [quote.Text]
}
