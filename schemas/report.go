package schemas

import (
	"beibu/schemas/paths"
	"beibu/signing/strict"
)

// A Kind is what a document is to the exchange, such as "ata-carnet".
type Kind string

// A Type says which kind of document was recognised, and by which schema.
type Type struct {
	Kind      Kind
	Root      string // local name of the document element
	Namespace string // of the document element
	Schema    string // the schema set that judged: "beibu-ubl-2.4/1", or a pack's name@version
	// Facts are the paths at which documents of this type keep their facts. They are
	// shared, and not to be changed.
	Facts paths.Table
}

// A Report is the verdict on one document.
type Report struct {
	Type Type // zero if no kind was recognised; of a malformed document, what its root says
	// Malformed says that the bytes are not the XML that the exchange
	// accepts. It then has one violation, with a code of the gate ("xml.…").
	Malformed bool
	// Root is the document as it was read, unless it is malformed or of no kind. It
	// keeps the document's bytes.
	Root strict.Node
	// Violations are in document order, at most MaxViolations of them.
	Violations []Violation
	// Warnings are departures from the schema that do not refuse the document,
	// in document order, at most MaxWarnings of them.
	Warnings []Violation
	More     int // how many violations and warnings were found beyond those listed
}

// MaxViolations bounds what one report lists.
const MaxViolations = 20

// Valid reports whether the document passed both checks. It keeps to the schema
// strictly if it has no warnings either.
func (r Report) Valid() bool { return len(r.Violations) == 0 }

// A Violation is one breach of the gate or of the schema.
type Violation struct {
	Code string // permanent, see the Code constants
	// Path names the element in local names, with a position from 1 in
	// brackets if siblings share the name. For an attribute it ends in
	// /@name; for a missing element it is that of the element that lacks it.
	Path string
	// Line and Column are the place of the element's start tag; for a missing
	// element, the place where it is due.
	Line   int    // from 1
	Column int    // in bytes, from 1, not counting a byte order mark
	EN, ZH string // what was expected and what was found
	// Expected is all that may be in the place, in the schema's order: local
	// names of elements or attributes, or values. A message names some of them.
	Expected []string
}

// Codes of the gate: the document is not XML that the exchange accepts. Most are those
// of the reader.
const (
	CodeSyntax             = strict.CodeSyntax             // XML 1.0 well-formedness
	CodeEncoding           = strict.CodeEncoding           // anything but UTF-8
	CodeDTD                = strict.CodeDTD                // a document type declaration
	CodePI                 = strict.CodePI                 // a processing instruction
	CodeNamespace          = strict.CodeNamespace          // Namespaces in XML 1.0
	CodeDuplicateAttribute = strict.CodeDuplicateAttribute // by name, or by namespace and local name
	CodeLimit              = strict.CodeLimit              // size, depth, attributes, elements
	CodeSchemaLocation     = "xml.schema-location"         // xsi:schemaLocation is not pairs
)

// Codes of the schema: the document breaks the rules of its kind.
const (
	CodeUnknownKind = "schema.unknown-kind" // no kind has this root element
	CodeMissing     = "schema.missing"      // a required element is not there
	CodeUnexpected  = "schema.unexpected"   // an element is where it may not be
	CodeValue       = "schema.value"        // a text that is not of the element's type
	CodeAttribute   = "schema.attribute"    // an attribute unknown, missing or of a wrong value
	CodeContent     = "schema.content"      // text between elements, or content in an empty element
	CodeType        = "schema.type"         // xsi:type names no type that fits
	CodeIdentity    = "schema.identity"     // an ID twice, an IDREF to nothing, a broken key
)

// Codes of warnings: the document departs from the schema in a way that is let
// pass.
const (
	CodeOrder     = "schema.order"      // a known element out of the schema's order
	CodeNotePlace = "schema.note-place" // a known note in an element that the schema gives none
)
