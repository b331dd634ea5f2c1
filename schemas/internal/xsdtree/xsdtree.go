// Package xsdtree reads schema files as trees of their elements. It says what
// is written in a file and nothing about what that means.
package xsdtree

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
)

// Space is the namespace of XML Schema.
const Space = "http://www.w3.org/2001/XMLSchema"

// maxDepth bounds how deep the elements of a schema file may nest.
const maxDepth = 256

// A Node is an element of a schema file. Annotations are left out.
type Node struct {
	Kind     string            // local name, such as "complexType"
	Attrs    map[string]string // those in no namespace
	Children []*Node
	Line     int  // of the start tag, from 1
	Trimmed  bool // the attribute value had white space at its ends

	prefixes map[string]string // in scope: prefix to namespace
}

// Parse reads a schema file. Its root must be xs:schema.
func Parse(file io.Reader) (*Node, error) {
	in := xml.NewDecoder(file)
	var open []*Node
	for {
		token, err := in.Token()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("read schema: %w", io.ErrUnexpectedEOF)
		}
		if err != nil {
			return nil, fmt.Errorf("read schema: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if open, err = start(in, token, open); err != nil {
				return nil, err
			}
		case xml.EndElement:
			last := open[len(open)-1]
			if open = open[:len(open)-1]; len(open) == 0 {
				return last, nil
			}
		}
	}
}

func start(in *xml.Decoder, token xml.StartElement, open []*Node) ([]*Node, error) {
	line, _ := in.InputPos()
	if token.Name.Space != Space || len(open) == 0 && token.Name.Local != "schema" {
		return nil, fmt.Errorf("read schema: line %d: element %s is not of XML Schema", line, token.Name.Local)
	}
	if len(open) == maxDepth {
		return nil, fmt.Errorf("read schema: line %d: elements nest deeper than %d", line, maxDepth)
	}
	if token.Name.Local == "annotation" {
		if err := in.Skip(); err != nil {
			return nil, fmt.Errorf("read schema: %w", err)
		}
		return open, nil
	}
	n := newNode(token, open)
	n.Line = line
	if len(open) > 0 {
		parent := open[len(open)-1]
		parent.Children = append(parent.Children, n)
	}
	return append(open, n), nil
}

func newNode(token xml.StartElement, open []*Node) *Node {
	n := &Node{Kind: token.Name.Local, Attrs: make(map[string]string, len(token.Attr))}
	if len(open) > 0 {
		n.prefixes = open[len(open)-1].prefixes
	}
	owned := false
	bind := func(prefix, space string) {
		if !owned { // parents keep their own scope
			n.prefixes, owned = maps.Clone(n.prefixes), true
			if n.prefixes == nil {
				n.prefixes = make(map[string]string)
			}
		}
		n.prefixes[prefix] = space
	}
	for _, a := range token.Attr {
		switch {
		case a.Name.Space == "xmlns":
			bind(a.Name.Local, a.Value)
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			bind("", a.Value)
		case a.Name.Space == "":
			n.Attrs[a.Name.Local] = strings.TrimSpace(a.Value)
			n.Trimmed = n.Trimmed || a.Name.Local == "value" && n.Attrs["value"] != a.Value
		}
	}
	return n
}

// Resolve returns what a qualified name written in the node stands for.
func (n *Node) Resolve(qname string) (space, local string) {
	prefix, local, found := strings.Cut(qname, ":")
	if !found {
		prefix, local = "", qname
	}
	return n.prefixes[prefix], local
}
