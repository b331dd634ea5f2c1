package main

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"maps"
	"slices"
	"strings"

	"beibu/schemas/internal/xsdtree"
)

const ubl = "urn:oasis:names:specification:ubl:schema:xsd:"

// roots are the UBL documents of the exchange's kinds.
var roots = []string{
	"ApplicationResponse", "CertificateOfOrigin", "ExportCustomsDeclaration", "GoodsCertificate",
	"GoodsItemPassport", "ImportCustomsDeclaration", "ProofOfReexportation",
	"ProofOfReexportationReminder", "ProofOfReexportationRequest", "TransitCustomsDeclaration",
}

// prefixes are our names for the common namespaces, and for their files.
var prefixes = map[string]string{
	ubl + "CommonAggregateComponents-2":                                        "cac",
	ubl + "CommonBasicComponents-2":                                            "cbc",
	ubl + "CommonExtensionComponents-2":                                        "ext",
	ubl + "CommonSignatureComponents-2":                                        "sig",
	ubl + "SignatureAggregateComponents-2":                                     "sac",
	ubl + "SignatureBasicComponents-2":                                         "sbc",
	ubl + "QualifiedDataTypes-2":                                               "qdt",
	"urn:oasis:names:specification:bdndr:schema:xsd:UnqualifiedDataTypes-1":    "udt",
	"urn:un:unece:uncefact:data:specification:CoreComponentTypeSchemaModule:2": "cct",
	"http://www.w3.org/2000/09/xmldsig#":                                       "ds",
	"http://uri.etsi.org/01903/v1.3.2#":                                        "xades",
	"http://uri.etsi.org/01903/v1.4.1#":                                        "xades141",
}

// Generate returns the files of the profile by name.
func Generate(from []string) (map[string][]byte, error) {
	modules, err := readAll(from)
	if err != nil {
		return nil, err
	}
	files := make(map[string][]byte)
	var next []string
	for _, root := range roots {
		next = append(next, ubl+root+"-2")
	}
	for len(next) > 0 {
		space := next[0]
		next = next[1:]
		if files[fileOf(space)] != nil {
			continue
		}
		m := modules[space]
		if m == nil {
			return nil, fmt.Errorf("find schema of namespace %s: not in the set", space)
		}
		if files[fileOf(space)], err = m.write(); err != nil {
			return nil, fmt.Errorf("write schema of namespace %s: %w", space, err)
		}
		next = append(next, slices.Sorted(maps.Keys(m.imports))...)
	}
	return files, nil
}

func fileOf(space string) string {
	if prefix, ok := prefixes[space]; ok {
		return prefix + ".xsd"
	}
	return strings.TrimSuffix(strings.TrimPrefix(space, ubl), "-2") + ".xsd"
}

// write renders a module: imports, then its components by name, each element
// before the type of the same name.
func (m *module) write() ([]byte, error) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "<xs:schema xmlns:xs=%q xmlns:t=%q", xsdtree.Space, m.space)
	imports := slices.SortedFunc(maps.Keys(m.imports), func(a, b string) int { return cmp.Compare(fileOf(a), fileOf(b)) })
	for _, space := range imports {
		fmt.Fprintf(&out, "\n xmlns:%s=%q", prefixes[space], space)
	}
	fmt.Fprintf(&out, "\n targetNamespace=%q", m.space)
	for _, name := range []string{"elementFormDefault", "attributeFormDefault", "blockDefault", "finalDefault"} {
		if value := m.schema.Attrs[name]; value != "" && value != "unqualified" {
			fmt.Fprintf(&out, " %s=%q", name, value)
		}
	}
	out.WriteString(">\n")
	for _, space := range imports {
		fmt.Fprintf(&out, "<xs:import namespace=%q schemaLocation=%q/>\n", space, fileOf(space))
	}
	parts := slices.SortedStableFunc(slices.Values(m.parts), func(a, b *xsdtree.Node) int {
		return cmp.Or(cmp.Compare(a.Attrs["name"], b.Attrs["name"]), -cmp.Compare(a.Kind, b.Kind))
	})
	for _, part := range parts {
		if err := writeNode(part, &out, m.space, 0); err != nil {
			return nil, err
		}
		out.WriteByte('\n')
	}
	out.WriteString("</xs:schema>\n")
	return out.Bytes(), nil
}

// written are the attributes that matter, in the order in which we write them.
var written = []string{
	"name", "ref", "type", "base", "value", "itemType", "memberTypes", "substitutionGroup",
	"minOccurs", "maxOccurs", "use", "default", "fixed", "nillable", "abstract", "mixed",
	"form", "block", "final", "namespace", "processContents",
}

// defaults are values that say nothing.
var defaults = map[string]string{
	"minOccurs": "1", "maxOccurs": "1", "use": "optional", "nillable": "false", "abstract": "false",
	"mixed": "false", "processContents": "strict",
}

// writeNode renders the node and what is in it: a chain on one line, else a line
// for each child.
func writeNode(n *xsdtree.Node, out *bytes.Buffer, target string, depth int) error {
	out.WriteString("<xs:" + n.Kind)
	if err := writeAttrs(n, out, target); err != nil {
		return err
	}
	if len(n.Children) == 0 {
		out.WriteString("/>")
		return nil
	}
	out.WriteString(">")
	indent := "\n" + strings.Repeat(" ", depth)
	if chain(n) {
		indent = ""
	}
	for _, child := range n.Children {
		if indent != "" {
			out.WriteString(indent + " ")
		}
		if err := writeNode(child, out, target, depth+1); err != nil {
			return err
		}
	}
	out.WriteString(indent + "</xs:" + n.Kind + ">")
	return nil
}

// chain reports whether nothing in the node has a sibling.
func chain(n *xsdtree.Node) bool {
	return len(n.Children) == 0 || len(n.Children) == 1 && chain(n.Children[0])
}

func writeAttrs(n *xsdtree.Node, out *bytes.Buffer, target string) error {
	known := 0
	for _, name := range written {
		value, ok := n.Attrs[name]
		if !ok {
			continue
		}
		known++
		if value == defaults[name] || (n.Kind == "any" || n.Kind == "anyAttribute") && value == "##any" {
			continue
		}
		value, err := rendered(n, name, value, target)
		if err != nil {
			return err
		}
		out.WriteString(" " + name + `="`)
		if err := xml.EscapeText(out, []byte(value)); err != nil {
			return err
		}
		out.WriteByte('"')
	}
	if _, ok := n.Attrs["id"]; ok {
		known++
	}
	if known != len(n.Attrs) {
		return fmt.Errorf("write %s: an attribute that this program does not know: %v", n.Kind, n.Attrs)
	}
	return nil
}

// rendered gives names of types and elements our own prefixes.
func rendered(n *xsdtree.Node, attribute, value, target string) (string, error) {
	switch attribute {
	case "ref", "type", "base", "itemType", "memberTypes", "substitutionGroup":
	default:
		return value, nil
	}
	var names []string
	for qname := range strings.FieldsSeq(value) {
		space, local := n.Resolve(qname)
		prefix, ok := prefixes[space]
		switch {
		case space == xsdtree.Space:
			prefix = "xs"
		case space == target:
			prefix = "t"
		case !ok:
			return "", fmt.Errorf("name %s: namespace %q has no prefix", qname, space)
		}
		names = append(names, prefix+":"+local)
	}
	return strings.Join(names, " "), nil
}
