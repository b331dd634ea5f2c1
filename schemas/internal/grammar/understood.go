package grammar

import (
	"slices"
	"strings"

	"beibu/schemas/internal/xsdtree"
)

// A part says which attributes and children of a node of a schema file are read as
// XML Schema means them.
type part struct{ attributes, children []string }

var (
	particles  = []string{"sequence", "choice", "group"}
	attributes = []string{"attribute", "attributeGroup", "anyAttribute"}
	facets     = []string{
		"enumeration", "pattern", "length", "minLength", "maxLength", "totalDigits", "fractionDigits",
		"minInclusive", "maxInclusive", "minExclusive", "maxExclusive",
	}
	model = part{
		[]string{"minOccurs", "maxOccurs"},
		slices.Concat([]string{"element", "any"}, particles),
	}
	facet = part{attributes: []string{"value", "fixed"}}
)

// parts are the nodes that are read. What is in no part makes a type [Type.Doubtful].
var parts = map[string]part{
	"element": {
		[]string{"name", "ref", "type", "minOccurs", "maxOccurs", "form", "nillable", "block", "final", "abstract"},
		[]string{"complexType", "simpleType"},
	},
	"complexType": {
		[]string{"name", "mixed", "abstract", "block", "final"},
		slices.Concat([]string{"simpleContent", "complexContent"}, particles, attributes),
	},
	"simpleContent":  {nil, []string{"extension", "restriction"}},
	"complexContent": {[]string{"mixed"}, []string{"extension", "restriction"}},
	"extension":      {[]string{"base"}, slices.Concat(particles, attributes)},
	"restriction":    {[]string{"base"}, slices.Concat(particles, attributes, facets)},
	"sequence":       model,
	"choice":         model,
	"group":          {[]string{"name", "ref", "minOccurs", "maxOccurs"}, particles},
	"any":            {[]string{"namespace", "processContents", "minOccurs", "maxOccurs"}, nil},
	"attribute":      {[]string{"name", "ref", "type", "use", "form"}, []string{"simpleType"}},
	"attributeGroup": {[]string{"name", "ref"}, attributes},
	"anyAttribute":   {[]string{"namespace", "processContents"}, nil},
	"simpleType":     {[]string{"name", "final"}, []string{"restriction"}},
}

// understood reports whether all that is written in a component is read as XML
// Schema means it.
func understood(n *xsdtree.Node) bool {
	p, ok := parts[n.Kind]
	if slices.Contains(facets, n.Kind) {
		p, ok = facet, !n.Trimmed
	}
	if !ok || n.Kind == "choice" && len(n.Children) == 0 {
		return false
	}
	for name, value := range n.Attrs {
		if name != "id" && (!slices.Contains(p.attributes, name) || !readable(name, value)) {
			return false
		}
	}
	for _, child := range n.Children {
		if !slices.Contains(p.children, child.Kind) || !understood(child) {
			return false
		}
	}
	return true
}

// readable reports whether the value of an attribute is one of those that are read.
func readable(name, value string) bool {
	switch name {
	case "abstract":
		return value == "false"
	case "mixed":
		return value == "true" || value == "false"
	case "form":
		return value == "qualified" || value == "unqualified"
	case "use":
		return value == "required" || value == "optional"
	case "maxOccurs":
		return strings.Trim(value, "0") != "" && isCount(value) // a choice of nothing takes nothing
	case "minOccurs":
		return isCount(value)
	}
	return true
}

// isCount reports whether a value is a number that is not too large, or unbounded.
func isCount(value string) bool {
	const longest = 6
	return value == "unbounded" || value != "" && len(value) <= longest && strings.Trim(value, "0123456789") == ""
}

// filesUnderstood reports whether files as a whole are read as XML Schema means them.
// An included file without a namespace has that of the file that includes it, which
// is not read.
func filesUnderstood(files []*xsdtree.Node) bool {
	includes, bare := false, false
	for _, file := range files {
		bare = bare || file.Attrs["targetNamespace"] == ""
		for _, n := range file.Children {
			switch n.Kind {
			case "redefine", "notation":
				return false
			case "include":
				includes = true
			}
		}
	}
	return !includes || !bare
}
