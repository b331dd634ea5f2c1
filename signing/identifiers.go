package signing

import (
	"bytes"
	"cmp"
	"slices"

	"beibu/signing/strict"
)

// An identifier is the value of an attribute by which some program may find an
// element: without the schema, the name of the attribute has to decide.
type identifier struct {
	value []byte
	at    int // of the tag that has it, in the document
}

// identifiers notes those of a start tag, which is at an offset.
func (r *senderReader) identifiers(attributes []strict.Attribute, at int, isRoot bool) {
	for i := range attributes {
		a := &attributes[i]
		if !r.identifies(a) {
			continue
		}
		id := identifier{r.bytes[a.ValueStart:a.ValueEnd], at}
		if a.Marks&(strict.HasReference|strict.HasBlank) != 0 {
			id.value = strict.AppendValue(nil, id.value)
		}
		if isRoot {
			if len(r.ids) > 0 {
				r.objectTo(CodeDuplicateID, "the root has two identifiers", at)
			}
			r.rootID = append(r.rootID[:0], id.value...)
			r.rootHasID = true
		}
		r.ids = append(r.ids, id)
	}
}

// identifies reports whether an attribute is an identifier by its name: Id, ID,
// id, or xml:id.
func (r *senderReader) identifies(a *strict.Attribute) bool {
	if a.End-a.Local != 2 || r.bytes[a.End-1]|0x20 != 'd' {
		return false
	}
	local := string(r.bytes[a.Local:a.End])
	if a.HasPrefix() {
		return local == "id" && a.IsXML()
	}
	return local == "Id" || local == "ID" || local == "id"
}

// objectToTwins objects to an identifier that is used twice, anywhere: two
// programs may find two elements by it. Sorting bounds what a document with
// many of them can cost.
func (r *senderReader) objectToTwins() {
	if len(r.ids) < 2 {
		return
	}
	slices.SortFunc(r.ids, func(a, b identifier) int {
		return cmp.Or(bytes.Compare(a.value, b.value), cmp.Compare(a.at, b.at))
	})
	first := -1
	for i := 1; i < len(r.ids); i++ {
		if bytes.Equal(r.ids[i].value, r.ids[i-1].value) && (first < 0 || r.ids[i].at < first) {
			first = r.ids[i].at
		}
	}
	if first >= 0 {
		r.objectTo(CodeDuplicateID, "an identifier that another element has", first)
	}
}
