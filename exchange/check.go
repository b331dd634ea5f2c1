package exchange

import (
	"context"
	"fmt"
	"runtime"

	"beibu/exchange/facts"
	"beibu/exchange/proof"
	"beibu/exchange/rules"
	"beibu/schemas"
	"beibu/schemas/paths"
	"beibu/signing"
	"beibu/signing/strict"
)

// Checks find the faults of a document: first by the gate and the schema, then, if
// those found none, by the business rules.
type Checks struct {
	schemas *schemas.Catalog
	rules   *rules.Set
	turns   *turns
}

// NewChecks binds schemas and rules.
func NewChecks(catalog *schemas.Catalog, set *rules.Set) *Checks {
	return &Checks{schemas: catalog, rules: set, turns: newTurns(runtime.GOMAXPROCS(0))}
}

// Schemas returns the schemas that documents are checked against first.
func (c *Checks) Schemas() *schemas.Catalog { return c.schemas }

// Rules returns the business rules that documents are checked against then.
func (c *Checks) Rules() *rules.Set { return c.rules }

// A Checked document has been checked. Only [Checks] makes one, and [InForce.Verify]
// takes nothing else, so no unchecked document can be accepted.
type Checked struct {
	document  Document
	digested  signing.Digested // document.Bytes, if they are well-formed
	kind      string
	schema    string
	facts     facts.Facts
	faults    Faults
	more      int // faults that were found beyond those
	malformed bool
	fits      bool         // it is valid by its schema
	tree      *strict.Tree // of document.Bytes, until its signature was judged
	signed    bool         // the document contains an element of XML Signature
}

// Kind returns the kind of document, or "" if it was not recognised.
func (c Checked) Kind() string { return c.kind }

// Schema returns the id of the schema set that judged the document.
func (c Checked) Schema() string { return c.schema }

// Facts returns what the document says, as far as it was valid.
func (c Checked) Facts() facts.Facts { return c.facts }

// Faults returns what was found, in document order.
func (c Checked) Faults() Faults { return c.faults }

// More returns how many faults were found beyond Faults, which are bounded.
func (c Checked) More() int { return c.more }

// Valid reports whether nothing found refuses the document.
func (c Checked) Valid() bool { return !c.faults.Has(rules.Reject) }

// FitsSchema reports whether the schema of its kind lets the document pass, so that each
// value is where it should be.
func (c Checked) FitsSchema() bool { return c.fits }

// Identity returns what makes the document the same as another.
func (c Checked) Identity() proof.Identity {
	return proof.Identity{Sender: c.document.Sender, Kind: c.kind, Number: c.facts.Number, Version: c.facts.Version}
}

// Err returns nil for a valid document, and otherwise the *Error that says
// whether it is malformed or invalid and why.
func (c Checked) Err() error {
	switch {
	case c.Valid():
		return nil
	case c.malformed:
		return &Error{Op: "check document", Kind: Malformed, Code: c.faults[0].Code, Faults: c.faults, More: c.more}
	}
	return &Error{Op: "check document", Kind: Invalid, Code: "invalid", Faults: c.faults, More: c.more}
}

// A Reading is a document that the gate, the schema and the reader of facts have
// seen, and no business rule yet.
type Reading struct {
	turn     job // as which it takes turns
	checked  Checked
	root     strict.Node    // of a document that is well-formed and of a known kind
	said     facts.Facts    // of such a document, whether it is valid or not
	identity proof.Identity // its number is "" if none could be read
	unfiled  *Fault         // why it cannot be filed under its number and version, or nil
}

// Find checks a document of which nothing is kept: Read, then Judge, behind those
// that are submitted. Its error says that the checking failed, not that the
// document did.
func (c *Checks) Find(ctx context.Context, doc Document) (Checked, error) {
	r, err := c.read(ctx, doc, true)
	if err != nil {
		return Checked{}, err
	}
	return c.Judge(ctx, r)
}

// Read applies the gate and the schema, as of the time of receipt, and reads the
// facts of a document. A document that breaks the schema has an identity too, if
// its number can be read: it may have been accepted under another schema.
func (c *Checks) Read(ctx context.Context, doc Document) (Reading, error) {
	return c.read(ctx, doc, false)
}

func (c *Checks) read(ctx context.Context, doc Document, check bool) (Reading, error) {
	turn := job{party: doc.Sender, size: len(doc.Bytes), check: check}
	done, err := c.turns.take(ctx, turn)
	if err != nil {
		return Reading{}, err
	}
	defer done()
	report, err := c.schemas.ValidateAt(ctx, doc.Bytes, doc.Received)
	if err != nil {
		return Reading{}, fmt.Errorf("validate document: %w", err)
	}
	checked := Checked{
		document: doc, kind: string(report.Type.Kind), schema: report.Type.Schema, malformed: report.Malformed,
		more: report.More,
	}
	for _, v := range report.Violations {
		checked.faults = append(checked.faults, schemaFault(report, v, rules.Reject))
	}
	for _, v := range report.Warnings {
		checked.faults = append(checked.faults, schemaFault(report, v, rules.Warn))
	}
	checked.faults.sort()
	if checked.malformed || checked.kind == "" {
		return Reading{checked: checked}, nil
	}
	checked.digested = signing.DigestDocument(doc.Bytes)
	r := outline(checked, report.Type.Facts, report.Root)
	r.turn = turn
	return r, nil
}

// outline reads the facts of a well-formed document.
func outline(checked Checked, where paths.Table, root strict.Node) Reading {
	said := facts.Read(where, root)
	r := Reading{checked: checked, root: root, unfiled: misnumbered(said, where, root)}
	said.Number, _ = ReadNumber(said.Number)
	said.Version, _ = ReadNumber(said.Version)
	r.said = said
	r.identity = proof.Identity{Sender: checked.document.Sender, Kind: checked.kind, Number: said.Number, Version: said.Version}
	if checked.Valid() {
		r.checked.facts, r.checked.fits = said, true
	}
	return r
}

// release lets the next document have the memory of the tree. What was found of this one
// is not read from it any more then.
func (r Reading) release() { r.root.Tree().Release() }

// counts reports whether the document's number can be owned: the document is valid so
// far, and can be filed under the number.
func (r Reading) counts() bool { return r.checked.Valid() && r.unfiled == nil }

// Judge applies the business rules to a document that the schema let pass.
func (c *Checks) Judge(ctx context.Context, r Reading) (Checked, error) {
	checked := r.checked
	if !checked.Valid() {
		return checked, nil
	}
	done, err := c.turns.take(ctx, r.turn)
	if err != nil {
		return Checked{}, err
	}
	defer done()
	checked.tree, checked.signed = r.root.Tree(), isSigned(r.root)
	breaches, more := c.rules.Check(&rules.Document{
		Kind: checked.kind, Root: r.root, Facts: checked.facts, Received: checked.document.Received,
	})
	checked.more += more
	checked.faults = append(checked.faults, ruleFaults(breaches, checked.facts)...)
	for _, unread := range checked.facts.Unread {
		if fault := codeFault(unread); !checked.faults.refuse(fault.Path) {
			checked.faults = append(checked.faults, fault)
		}
	}
	checked.faults.sort()
	// A rule may have reported the missing number already.
	if r.unfiled != nil && (r.unfiled.Code != codeUnnumbered || checked.Valid()) {
		checked.faults = append(checked.faults, *r.unfiled)
	}
	return checked, nil
}

// The longest number and version, in bytes, that a document can be filed under. A version
// may be a time in RFC 3339 with nanoseconds and offset, which has 35.
const (
	MaxNumber  = 100
	MaxVersion = 40
)

// codeUnnumbered is the code of a document without a number.
const codeUnnumbered = "document.unnumbered"

// misnumbered returns the fault of a document that cannot be filed, or nil.
func misnumbered(f facts.Facts, where paths.Table, root strict.Node) *Fault {
	at := root
	if stated := f.At(paths.Number); stated.Exists() {
		at = stated
	}
	number, oddNumber := ReadNumber(f.Number)
	version, oddVersion := ReadNumber(f.Version)
	switch {
	case number == "":
		tried := where.Tried(paths.Number)
		return unfiled(at, codeUnnumbered, Text{
			EN: "the document has no number; it was looked for at " + tried,
			ZH: "单证没有编号；已查找的位置：" + tried,
		})
	case oddNumber != nil:
		return unfiled(at, CodeOddNumber, oddNumber.Text())
	case oddVersion != nil:
		return unfiled(f.At(paths.Version), CodeOddNumber, oddVersion.text("version", "版本号"))
	case len(number) > MaxNumber || len(version) > MaxVersion:
		return unfiled(at, "document.number-length", Text{
			EN: fmt.Sprintf("the number may have %d bytes and the version %d", MaxNumber, MaxVersion),
			ZH: fmt.Sprintf("编号最多 %d 字节，版本号最多 %d 字节", MaxNumber, MaxVersion),
		})
	}
	return nil
}

// unfiled returns the fault of a document that cannot be filed for what an element
// holds.
func unfiled(at strict.Node, code string, message Text) *Fault {
	fault := &Fault{
		Code: code, Severity: rules.Reject.String(), Path: at.Path(), Source: "Beibu design: identity", Message: message,
	}
	fault.Line, fault.Column = at.Position()
	return fault
}
