package exchange

import (
	"cmp"
	"slices"
	"strings"

	"beibu/exchange/facts"
	"beibu/exchange/rules"
	"beibu/schemas"
)

// A Text is a message for people in the two languages of the exchange.
type Text struct {
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// A Fault is one breach found in a document. It is data: programs match its
// code, which never changes its meaning.
type Fault struct {
	Code     string `json:"code"`     // such as "schema.missing" or "ATA-01"
	Severity string `json:"severity"` // "reject", "hold" or "warn"
	Path     string `json:"path"`     // local names, positions from 1 in brackets
	Line     int    `json:"line"`     // from 1; 0 if the place is not known
	Column   int    `json:"column"`   // in bytes, from 1
	Message  Text   `json:"message"`
	Source   string `json:"source"` // the clause or the schema that says so
	// Expected is all that may be in the place, if the schema says so: names of
	// elements or attributes, or values. The message names some of them.
	Expected []string `json:"expected,omitempty"`
	// Personal says that the place is about a person, so that the message may quote
	// personal data.
	Personal bool `json:"personal,omitempty"`
}

// withheld is the message of a fault for those who may not read personal data.
var withheld = Text{
	EN: "the message is withheld, since it may quote personal data; read the document with a reason",
	ZH: "提示信息可能引用个人信息，已隐藏；说明理由后可查看单证",
}

// Withheld returns the fault with nothing in it that may quote its place.
func (f Fault) Withheld() Fault {
	f.Message, f.Expected = withheld, nil
	return f
}

// Faults are breaches in document order.
type Faults []Fault

// Has reports whether a fault of the severity is among them.
func (f Faults) Has(severity rules.Severity) bool {
	for _, fault := range f {
		if fault.Severity == severity.String() {
			return true
		}
	}
	return false
}

// CodeUncounted is the code of a document of which no balance can be kept.
const CodeUncounted = "ledger.too-many-lines"

// uncounted warns that a document has more lines than the head of a log entry holds.
func uncounted() Fault {
	return Fault{
		Code: CodeUncounted, Severity: rules.Warn.String(), Source: "the limits of the exchange",
		Message: Text{
			EN: "the document has too many lines for a balance: it goes to its receivers, and nothing is counted",
			ZH: "单证项数过多，无法记录余量：照常交付，不予计数",
		},
	}
}

// refuse reports whether one of the faults refuses the document at a place.
func (f Faults) refuse(path string) bool {
	return slices.ContainsFunc(f, func(fault Fault) bool {
		return fault.Path == path && fault.Severity == rules.Reject.String()
	})
}

// maxText bounds each text of a fault, in characters. Its makers clip what they
// quote of a document; this holds whatever they forget, and paths.
const maxText = 2000

// clip returns a fault of which each text has at most so many characters.
func (f Fault) clip(most int) Fault {
	for _, text := range []*string{&f.Path, &f.Message.EN, &f.Message.ZH} {
		*text = clip(*text, most)
	}
	return f
}

// clip returns a text, or its first characters with a sign that there are more.
func clip(text string, most int) string {
	if len(text) <= most {
		return text // as nearly all are
	}
	count := 0
	for i := range text {
		if count == most {
			return strings.Clone(text[:i]) + "…"
		}
		count++
	}
	return text
}

// sort puts the faults in document order. Those of one place keep their order.
func (f Faults) sort() {
	slices.SortStableFunc(f, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// schemaFault turns what the schemas found into a fault.
func schemaFault(report schemas.Report, v schemas.Violation, severity rules.Severity) Fault {
	source := report.Type.Schema
	switch {
	case report.Malformed:
		source = "XML 1.0"
	case source == "":
		source = "the kinds of document of the exchange"
	}
	return Fault{
		Code: v.Code, Severity: severity.String(), Path: v.Path, Line: v.Line, Column: v.Column,
		Message: Text{EN: v.EN, ZH: v.ZH}, Source: source, Expected: v.Expected,
	}.clip(maxText)
}

// ruleFaults turns what the rules found in a document into faults.
func ruleFaults(breaches []rules.Breach, said facts.Facts) Faults {
	if len(breaches) == 0 {
		return nil
	}
	personal, all := said.Personal(), make(Faults, 0, len(breaches))
	for _, b := range breaches {
		fault := ruleFault(b)
		fault.Personal = personal.Includes(b.At)
		all = append(all, fault)
	}
	return all
}

// ruleFault turns what a rule found into a fault.
func ruleFault(b rules.Breach) Fault {
	line, column := b.At.Position()
	return Fault{
		Code: b.Rule.Code, Severity: b.Rule.Severity.String(), Path: b.At.Path(), Line: line, Column: column,
		Message: Text{EN: b.EN, ZH: b.ZH}, Source: b.Rule.Source,
	}.clip(maxText)
}
