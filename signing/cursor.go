package signing

import (
	"bytes"
	"encoding/base64"

	"beibu/signing/c14n"
	"beibu/signing/strict"
)

// A cursor goes through a document whose shape is known, and refuses any
// other. What is being signed flows into a canonical writer, the tap, on the
// way.
type cursor struct {
	scanner strict.Scanner
	bytes   []byte
	tap     *c14n.Writer // takes the events, or nil
	blanks  bool         // white space is allowed between elements
	code    string       // of refusals about the shape
	decoded []byte       // scratch space for base64
}

// next reads one event. The end of the document is a refusal: callers ask for
// what must be there.
func (c *cursor) next() error {
	if !c.scanner.Next() {
		if err := c.scanner.Err(); err != nil {
			return fromReader(err)
		}
		return refusal(c.code, "the document ends too early").at(c.bytes, len(c.bytes))
	}
	if c.scanner.Kind() == strict.Comment {
		return c.refuse(CodeComment, "a comment in what is signed")
	}
	if c.tap != nil {
		c.tap.Take(&c.scanner)
	}
	return nil
}

// refuse returns a refusal at the event read last.
func (c *cursor) refuse(code, reason string) error {
	start, _ := c.scanner.Span()
	return refusal(code, reason).at(c.bytes, start)
}

// structure reads up to the next tag, over white space if it is allowed there.
func (c *cursor) structure() error {
	for {
		if err := c.next(); err != nil {
			return err
		}
		kind := c.scanner.Kind()
		if kind == strict.StartElement || kind == strict.EndElement {
			return nil
		}
		start, end := c.scanner.Span()
		if kind == strict.CData || !c.blanks || len(bytes.TrimLeft(c.bytes[start:end], " \t\r\n")) > 0 {
			return c.refuse(c.code, "text at a place for elements alone")
		}
	}
}

// enter reads the start tag of an element.
func (c *cursor) enter(space, local string) error {
	if err := c.structure(); err != nil {
		return err
	}
	if !c.isStart(space, local) {
		return c.refuse(c.code, "element "+local+" expected")
	}
	return nil
}

// isStart reports whether the event read last is this start tag.
func (c *cursor) isStart(space, local string) bool {
	n := c.scanner.Name()
	return c.scanner.Kind() == strict.StartElement &&
		string(c.bytes[n.Local:n.End]) == local && string(c.scanner.Space(n.Space)) == space
}

// leave reads the end tag of the innermost element.
func (c *cursor) leave() error {
	if err := c.structure(); err != nil {
		return err
	}
	if c.scanner.Kind() != strict.EndElement {
		return c.refuse(c.code, "an element that has no place here")
	}
	return nil
}

// attribute checks that the start tag read last has exactly one attribute of
// this name, in no namespace, or none if the name is empty. It returns the
// value.
func (c *cursor) attribute(name string) (string, error) {
	list := c.scanner.Attributes()
	if name == "" && len(list) == 0 {
		return "", nil
	}
	if len(list) != 1 || string(c.bytes[list[0].Start:list[0].End]) != name {
		if name == "" {
			return "", c.refuse(c.code, "an attribute that has no place here")
		}
		return "", c.refuse(c.code, "exactly the attribute "+name+" expected")
	}
	raw := c.bytes[list[0].ValueStart:list[0].ValueEnd]
	if list[0].Marks&(strict.HasReference|strict.HasBlank) == 0 {
		return string(raw), nil
	}
	return string(strict.AppendValue(nil, raw)), nil
}

// text reads the text of an element just entered, and its end tag. It returns
// the bytes as they are there, with references in them if marks say so.
func (c *cursor) text() (raw []byte, marks uint8, err error) {
	if err := c.next(); err != nil {
		return nil, 0, err
	}
	if c.scanner.Kind() == strict.Text {
		start, end := c.scanner.Span()
		raw, marks = c.bytes[start:end], c.scanner.Marks()
		if err := c.next(); err != nil {
			return nil, 0, err
		}
	}
	if c.scanner.Kind() != strict.EndElement {
		return nil, 0, c.refuse(c.code, "only text is allowed here")
	}
	return raw, marks, nil
}

// element reads an element of the envelope without attributes, and returns its
// text, decoded.
func (c *cursor) element(local string) (string, error) {
	if err := c.enter(envelopeSpace, local); err != nil {
		return "", err
	}
	if _, err := c.attribute(""); err != nil {
		return "", err
	}
	raw, marks, err := c.text()
	if err != nil {
		return "", err
	}
	if marks&(strict.HasReference|strict.HasReturn) == 0 {
		return string(raw), nil
	}
	return string(strict.AppendText(nil, raw, false)), nil
}

// base64 reads the text of an element just entered as base64. White space in
// it is allowed, for many programs break lines. The bytes hold until another
// document is read.
func (c *cursor) base64() ([]byte, error) {
	raw, _, err := c.text()
	if err != nil {
		return nil, err
	}
	from := len(c.decoded)
	c.decoded = appendPacked(c.decoded, raw)
	packed := c.decoded[from:]
	n, err := base64.StdEncoding.Strict().Decode(packed, packed)
	if err != nil || n == 0 {
		return nil, c.refuse(c.code, "base64 expected")
	}
	c.decoded = c.decoded[:from+n]
	return packed[:n:n], nil
}

// appendPacked appends character data that Scanner passed without its white
// space. That may be written as references: Java's signers end each line of
// base64 with CR LF, and the CR leaves the serialiser as "&#13;".
func appendPacked(dst, raw []byte) []byte {
	for i := 0; i < len(raw); i++ {
		if raw[i] == '&' {
			if r, n := strict.Reference(raw[i:]); r == ' ' || r == '\t' || r == '\r' || r == '\n' {
				i += n - 1
				continue
			}
		}
		if c := raw[i]; c != ' ' && c != '\t' && c != '\r' && c != '\n' {
			dst = append(dst, c)
		}
	}
	return dst
}

// finish reads to the end of the document, after which nothing may follow.
func (c *cursor) finish() error {
	if c.scanner.Next() {
		return c.refuse(c.code, "something after the last element")
	}
	if err := c.scanner.Err(); err != nil {
		return fromReader(err)
	}
	return nil
}
