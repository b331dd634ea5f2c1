package schemas

import (
	"bytes"
	"strconv"

	"github.com/jacoelho/xsd/xsderrors"

	"beibu/signing/strict"
)

// A breach is a fault of the gate at an offset.
type breach struct {
	code   string
	at     int
	en, zh string
}

// tooLarge is the report on a document that is not looked at.
func (c *Catalog) tooLarge(size int) Report {
	limit, found := strconv.FormatInt(c.limit, 10), strconv.Itoa(size)
	return Report{Malformed: true, Violations: []Violation{{
		Code: CodeLimit, Path: "/", Line: 1, Column: 1,
		EN: "Expected at most " + limit + " bytes, found " + found + ".",
		ZH: "单证最多 " + limit + " 字节，实际为 " + found + " 字节。",
	}}}
}

// breachOf places a fault of the reader: one of names or numbers at the start tag
// that it is in.
func breachOf(f *strict.Fault) breach {
	b := breach{code: f.Code, at: f.Offset, en: f.Reason, zh: f.ReasonZH}
	switch f.Code {
	case strict.CodeNamespace, strict.CodeDuplicateAttribute, strict.CodeLimit:
		b.at = f.Token
	}
	return b
}

func oddBreach(at int) breach {
	return breach{
		CodeSchemaLocation, at,
		"Expected pairs of namespace and location in xsi:schemaLocation, found an odd number of parts.",
		"xsi:schemaLocation 应由命名空间和位置成对组成，实际为奇数个部分。",
	}
}

// engineBreach returns what the engine found that makes a document no XML of ours,
// although the reader let it pass: identifiers beyond the engine's limits, or a
// name that it does not know as one.
func engineBreach(tree *strict.Tree, found []*xsderrors.Error) (breach, bool) {
	for _, d := range found {
		if meanings[d.Code].outcome != malformed {
			continue
		}
		at := indexLines(tree.Bytes()).offset(d.Line, d.Column)
		if d.Code == xsderrors.CodeValidationLimit {
			return breach{
				CodeLimit, at,
				"Expected fewer or shorter identifiers, found more than can be compared.",
				"标识符应更少或更短，实际超出可比较的范围。",
			}, true
		}
		return breach{
			meanings[d.Code].code, at,
			"Expected well-formed XML, found something else from here on.", "应为格式良好的 XML，实际从此处起不是。",
		}, true
	}
	return breach{}, false
}

// refused is the report on a document that is not XML of ours.
func refused(tree *strict.Tree, readable Type, b breach) Report {
	o := outlineOf(tree)
	v := Violation{Code: b.code, EN: b.en, ZH: b.zh}
	v.Line, v.Column = strict.Position(tree.Bytes(), b.at)
	around := o.at(b.at)
	if around != none && o.start(around) == b.at && b.code == CodeSyntax {
		around = o.parent(around)
	}
	v.Path = o.path(around)
	return Report{Type: readable, Malformed: true, Violations: []Violation{v}}
}

// withoutMark returns a document without its byte order mark.
func withoutMark(doc []byte) []byte { return bytes.TrimPrefix(doc, []byte("\xef\xbb\xbf")) }
