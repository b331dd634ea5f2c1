package strict

import "bytes"

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
	before := b[:min(offset, len(b))]
	if n := len(before); n > 0 && n < len(b) && before[n-1] == '\r' && b[n] == '\n' {
		before = before[:n-1] // in the middle of a CR LF
	}
	line = 1 + bytes.Count(before, []byte{'\n'})
	if returns := bytes.Count(before, []byte{'\r'}); returns > 0 {
		line += returns - bytes.Count(before, []byte("\r\n"))
	}
	return line, offset - lineStart(before) + 1
}

// lineStart returns where the last line of b starts. It reads a block at a
// time, since a line may be as long as a document, and a document may have some
// hundred faults in it.
func lineStart(b []byte) int {
	const block = 4 << 10
	for end := len(b); end > 0; end -= block {
		from := max(0, end-block)
		if last := b[from:end]; bytes.IndexByte(last, '\n') >= 0 || bytes.IndexByte(last, '\r') >= 0 {
			return from + bytes.LastIndexAny(last, "\r\n") + 1
		}
	}
	return 0
}
