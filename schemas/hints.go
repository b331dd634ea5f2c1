package schemas

import (
	"bytes"
	"strings"

	"beibu/signing/strict"
)

const schemaInstance = "http://www.w3.org/2001/XMLSchema-instance"

// hints returns the attributes that name places of schemas: xsi:schemaLocation and
// xsi:noNamespaceSchemaLocation. No schema is ever loaded because of a hint. If an
// xsi:schemaLocation is not pairs of namespace and location (XML Schema 1.0, 4.3.2),
// hints returns the offset of its start tag too, otherwise -1.
func hints(tree *strict.Tree) (found []strict.Attribute, odd int) {
	odd = -1
	for i := range tree.Len() {
		n := tree.Element(int32(i) + root)
		for _, a := range n.Attributes() {
			if !a.HasPrefix() || tree.Space(a) != schemaInstance {
				continue
			}
			switch tree.Local(a) {
			case "schemaLocation":
				found = append(found, a)
				if odd < 0 && len(strings.Fields(tree.Value(a)))%2 == 1 {
					odd = n.Start()
				}
			case "noNamespaceSchemaLocation":
				found = append(found, a)
			}
		}
	}
	return found, odd
}

// without returns a copy of a document in which spaces are in the place of the
// attributes, so that all else keeps its place.
func without(doc []byte, attributes []strict.Attribute) []byte {
	blank := bytes.Clone(doc)
	for _, a := range attributes {
		for i := a.Start; i <= a.ValueEnd; i++ { // the closing quote among them
			if blank[i] != '\n' {
				blank[i] = ' '
			}
		}
	}
	return blank
}
