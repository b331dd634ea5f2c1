package strict_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"unicode"

	"beibu/signing/signingtest"
	"beibu/signing/strict"

	"pgregory.net/rapid"
)

// blankless makes white space in a namespace name a space: encoding/xml does
// not normalise attributes as XML 1.0 §3.3.3 asks.
func blankless(space string) string {
	return strings.NewReplacer("\n", " ", "\t", " ", "\r", " ").Replace(space)
}

// outline writes what a tree says of names, attributes in no namespace and text.
func outline(n strict.Node) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<{%s}%s>%q", blankless(n.Space()), n.Local(), n.Text())
	for child := range n.Children() {
		b.WriteString(outline(child))
	}
	return b.String() + "</>"
}

// stdOutline writes the same from encoding/xml.
func stdOutline(in []byte) (string, error) {
	d := xml.NewDecoder(bytes.NewReader(in))
	type frame struct{ head, text, children string }
	stack := []frame{{}}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return stack[0].children, nil
		}
		if err != nil {
			return "", err
		}
		top := &stack[len(stack)-1]
		switch token := token.(type) {
		case xml.StartElement:
			stack = append(stack, frame{head: fmt.Sprintf("<{%s}%s>", blankless(token.Name.Space), token.Name.Local)})
		case xml.EndElement:
			done := top.head + fmt.Sprintf("%q", strings.Trim(top.text, " \t\r\n")) + top.children + "</>"
			stack = stack[:len(stack)-1]
			stack[len(stack)-1].children += done
		case xml.CharData:
			top.text += string(token)
		}
	}
}

// newerName reports whether encoding/xml minds a name with a letter beyond ASCII.
// It keeps the tables of XML 1.0 before its fifth edition, which lets in more
// letters, such as U+0140; strict reads by the fifth edition.
func newerName(err error) bool {
	failure, ok := errors.AsType[*xml.SyntaxError](err)
	if !ok {
		return false
	}
	name, found := strings.CutPrefix(failure.Msg, "invalid XML name: ")
	return found && strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII })
}

func sameAsStd(t interface{ Errorf(string, ...any) }, name string, in []byte) {
	tree, err := strict.Parse(in, strict.Limits{})
	if err != nil {
		return // strict refuses more; what it accepts must be read the same
	}
	want, err := stdOutline(in)
	if newerName(err) {
		return
	}
	if err != nil {
		t.Errorf("%s: encoding/xml refuses what strict accepts: %v", name, err)
		return
	}
	if got := outline(tree.Root()); got != want {
		t.Errorf("%s:\n got %s\nwant %s", name, got, want)
	}
}

func TestSameAsEncodingXML(t *testing.T) {
	sameAsStd(t, "carnet", []byte(carnet))
	sameAsStd(t, "document", signingtest.Document(10_000))
	for path, in := range signingtest.Files(t, ".xml") {
		sameAsStd(t, path, in)
	}
}

// TestSameVerdictAsXMLLint compares with libxml2 whether files are good XML.
// What strict refuses by policy (DTD, processing instruction, encoding,
// limits) libxml2 may accept.
func TestSameVerdictAsXMLLint(t *testing.T) {
	xmllint := signingtest.Tool(t, "xmllint")
	for path, in := range signingtest.Files(t, ".xml", ".xsd") {
		compareWithXMLLint(t, xmllint, path, in)
	}
	for _, c := range refusals {
		compareWithXMLLint(t, xmllint, c.name, []byte(c.in))
	}
}

func compareWithXMLLint(t *testing.T, xmllint, name string, in []byte) {
	t.Helper()
	_, err := strict.Parse(in, strict.Limits{})
	file := t.TempDir() + "/in.xml"
	if err := os.WriteFile(file, in, 0o600); err != nil {
		t.Fatal(err)
	}
	out, lintErr := exec.CommandContext(t.Context(), xmllint, "--noout", "--nonet", file).CombinedOutput()
	complains := lintErr != nil
	for line := range bytes.Lines(out) {
		// That a namespace name is no URI breaks no constraint (Namespaces in XML §2).
		complains = complains || bytes.Contains(line, []byte("namespace error")) && !bytes.Contains(line, []byte("is not a valid URI"))
	}
	if err == nil && complains {
		t.Errorf("%s: accepted, but xmllint says: %s", name, out)
	}
	fault, ok := errors.AsType[*strict.Fault](err)
	if !ok || complains {
		return
	}
	switch fault.Code {
	case strict.CodeDTD, strict.CodePI, strict.CodeEncoding, strict.CodeLimit:
	default:
		// The design takes XML 1.0 only, and libxml2 ends at a NUL behind the root.
		if !bytes.Contains(in, []byte(`<?xml version="1.1"`)) && bytes.IndexByte(in, 0) < 0 {
			t.Errorf("%s: refused as %s (%s), but xmllint accepts it", name, fault.Code, fault.Reason)
		}
	}
}

// FuzzParse holds Parse to its promises on any bytes: no panic, a fault within
// the bytes, and the same reading as encoding/xml if it accepts.
func FuzzParse(f *testing.F) {
	for _, c := range refusals {
		f.Add([]byte(c.in))
	}
	f.Add([]byte(carnet))
	f.Add(signingtest.Document(2_000))
	for _, in := range signingtest.Files(f, ".xml") {
		f.Add(in)
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		_, err := strict.Parse(in, strict.Limits{})
		tree, same := strict.ParseFaulty(in, strict.Limits{})
		if (same == nil) != (err == nil) || same != nil && same.Error() != err.Error() {
			t.Errorf("ParseFaulty says %v, Parse %v", same, err)
		}
		for i := range tree.Len() {
			n := tree.Element(int32(i + 1))
			if n.Close() < n.Start() || n.End() < n.Close() || n.End() > len(in) || n.Parent().Number() > int32(i) {
				t.Errorf("element %d is from %d to %d", i+1, n.Start(), n.End())
			}
			n.Text()
		}
		if fault, ok := errors.AsType[*strict.Fault](err); ok {
			if fault.Offset < 0 || fault.Offset > len(in) || fault.Line < 1 || fault.Column < 1 || fault.Code == "" {
				t.Errorf("fault outside the document: %+v", fault)
			}
			return
		}
		sameAsStd(t, "fuzz", in)
	})
}

// TestGeneratedDocuments builds documents with known content and reads them back.
func TestGeneratedDocuments(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var written, want strings.Builder
		generate(t, &written, &want, 0)
		tree, err := strict.Parse([]byte(written.String()), strict.Limits{})
		if err != nil {
			t.Fatalf("Parse(%q) = %v", written.String(), err)
		}
		if got := outline(tree.Root()); got != want.String() {
			t.Fatalf("%q:\n got %s\nwant %s", written.String(), got, want.String())
		}
	})
}

var names = []string{"a", "Shipment", "货物", "x-1.2", "_"}

func generate(t *rapid.T, written, want *strings.Builder, depth int) {
	name := rapid.SampledFrom(names).Draw(t, "name")
	text := rapid.StringMatching(`[a-z<&>"' 文]{0,8}`).Draw(t, "text")
	space := rapid.SampledFrom([]string{"urn:a", "urn:b"}).Draw(t, "space")
	fmt.Fprintf(written, "<p:%s xmlns:p='%s'>", name, space)
	if rapid.Bool().Draw(t, "cdata") {
		written.WriteString("<![CDATA[" + text + "]]>")
	} else if err := xml.EscapeText(written, []byte(text)); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(want, "<{%s}%s>%q", space, name, strings.Trim(text, " "))
	if depth < 4 {
		for range rapid.IntRange(0, 3).Draw(t, "children") {
			generate(t, written, want, depth+1)
		}
	}
	fmt.Fprintf(written, "</p:%s>", name)
	want.WriteString("</>")
}
