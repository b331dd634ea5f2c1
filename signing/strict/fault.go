package strict

// Codes of faults. They are stable: clients and tests match them.
const (
	CodeSyntax             = "xml.syntax"              // not well-formed (XML 1.0, 5th edition)
	CodeEncoding           = "xml.encoding"            // not UTF-8, or another encoding declared
	CodeDTD                = "xml.dtd"                 // a document type declaration, or a part of one
	CodePI                 = "xml.pi"                  // a processing instruction
	CodeNamespace          = "xml.namespace"           // breaks Namespaces in XML 1.0, 3rd edition
	CodeDuplicateAttribute = "xml.duplicate-attribute" // by name, or by namespace and local name
	CodeLimit              = "xml.limit"               // asks for more than Limits allow
)

// A Fault says why bytes are not XML that the exchange accepts, and where.
type Fault struct {
	Code   string // stable, such as "xml.dtd"
	Offset int    // bytes from the start
	Line   int    // from 1
	Column int    // in bytes, from 1
	Reason string // for people, in English
}

func (f *Fault) Error() string { return f.Reason }

// Position turns an offset into a line and a byte column, both from 1. A line
// ends as XML 1.0 §2.11 says: at LF, at CR LF, or at CR alone.
func Position(b []byte, offset int) (line, column int) {
	line, start := 1, 0
	for i, c := range b[:min(offset, len(b))] {
		if c == '\n' || c == '\r' && (i+1 == len(b) || b[i+1] != '\n') {
			line, start = line+1, i+1
		}
	}
	return line, offset - start + 1
}
