package schemas

import (
	"bytes"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jacoelho/xsd/xsderrors"

	"beibu/signing/strict/quote"
)

var byteOrderMark = []byte("\xef\xbb\xbf")

// Validate judges a document by the schemas in force today. What is wrong
// with the document is in the report; the error is for a context that ended
// or a fault of our own. The document is not changed and not kept.
func (c *Catalog) Validate(ctx context.Context, document []byte) (Report, error) {
	return c.ValidateAt(ctx, document, time.Now())
}

// ValidateAt judges a document by the schemas in force at a time.
func (c *Catalog) ValidateAt(ctx context.Context, document []byte, at time.Time) (Report, error) {
	doc := bytes.TrimPrefix(document, byteOrderMark)
	if int64(len(document)) > c.limit {
		return refused(nil, Type{}, breach{
			CodeLimit, 0,
			"Expected at most " + strconv.FormatInt(c.limit, 10) + " bytes, found " + strconv.Itoa(len(document)) + ".",
			"单证最多 " + strconv.FormatInt(c.limit, 10) + " 字节，实际为 " + strconv.Itoa(len(document)) + " 字节。",
		}), nil
	}
	if b, bad := prolog(doc); bad {
		r := refused(doc, Type{}, b)
		r.Precise = true
		return r, nil
	}
	h, _ := identify(doc)
	e, known := c.find(h, at)
	if !known {
		e.set = c.gate
	}
	found, err := e.set.check(ctx, doc)
	if err != nil {
		return Report{}, err
	}
	if hintStopped(found) {
		if at := oddHint(doc); at >= 0 {
			return refused(doc, e.readable(h, oddBreach(at)), oddBreach(at)), nil
		}
		doc = withoutHints(doc)
		if found, err = e.set.check(ctx, doc); err != nil {
			return Report{}, err
		}
	}
	return c.report(ctx, doc, verdict{e, h, known, found})
}

// A verdict is what the engine says of a document.
type verdict struct {
	entry

	head  head
	known bool // the entry is a kind
	found []*xsderrors.Error
}

// report turns what the engine found in a document into a report.
func (c *Catalog) report(ctx context.Context, doc []byte, v verdict) (Report, error) {
	if b, bad := gateBreach(doc, v.found); bad {
		return refused(doc, v.readable(v.head, b), b), nil
	}
	if suspicious(doc) {
		if b, bad := beyond(doc); bad {
			return refused(doc, v.readable(v.head, b), b), nil
		}
	}
	if !v.known {
		return c.unknown(doc, v.head), nil
	}
	if len(v.found) == 0 {
		return Report{Type: v.Type}, nil
	}
	return v.explain(ctx, doc, v.found)
}

func hintStopped(found []*xsderrors.Error) bool {
	return len(found) > 0 && meanings[found[0].Code].outcome == hinted
}

// gateBreach returns what the engine found that makes a document no XML of
// ours. The engine reads on to the end of a document after an error of the
// schema, and stops at one of syntax; so the latter is alone.
func gateBreach(doc []byte, found []*xsderrors.Error) (breach, bool) {
	looked := false
	for _, d := range found {
		m := meanings[d.Code]
		outside := d.Code == xsderrors.CodeValidationText && d.Path == "/" ||
			d.Code == xsderrors.CodeValidationRoot && d.Line == 0
		switch {
		case m.outcome == malformed || outside:
			return gateError(doc, d), true
		case m.code == CodeAttribute && !looked:
			looked = true
			if at := oddHint(doc); at >= 0 {
				return oddBreach(at), true
			}
		}
	}
	return breach{}, false
}

// gateTexts are what errors of the engine mean that need no closer look.
var gateTexts = map[xsderrors.Code]breach{
	xsderrors.CodeUnsupportedDTD: {
		code: CodeDTD,
		en:   "Expected an element, found a document type declaration (DOCTYPE), which is not accepted.",
		zh:   "此处应为元素，实际为文档类型声明（DOCTYPE），不予接受。",
	},
	xsderrors.CodeUnsupportedNonUTF8: {
		code: CodeEncoding,
		en:   "Expected UTF-8, found another encoding.",
		zh:   "应为 UTF-8 编码，实际为其他编码。",
	},
	xsderrors.CodeUnsupportedXML11: {
		code: CodeSyntax,
		en:   "Expected XML 1.0, found another version.",
		zh:   "应为 XML 1.0，实际为其他版本。",
	},
	xsderrors.CodeValidationRoot: {
		code: CodeSyntax,
		en:   "Expected a root element, found the end of the document.",
		zh:   "应有根元素，但单证到此结束。",
	},
	xsderrors.CodeValidationText: {
		code: CodeSyntax,
		en:   "Expected nothing outside the root element, found text.",
		zh:   "根元素之外不应有内容，实际有文本。",
	},
}

// gateError places an error of the engine and says what it means.
func gateError(doc []byte, d *xsderrors.Error) breach {
	at := len(doc) // what is not closed is missed at the end
	if d.Line > 0 || d.Code != xsderrors.CodeValidationXML {
		at = indexLines(doc).offset(d.Line, d.Column)
	}
	if b, ok := gateTexts[d.Code]; ok {
		b.at = at
		return b
	}
	if d.Code == xsderrors.CodeValidationLimit {
		return limitBreach(doc, at)
	}
	return syntax(doc, at)
}

// limitBreach says which limit a document exceeds at an offset.
func limitBreach(doc []byte, at int) breach {
	if len(openAt(doc, at).stack) >= maxDepth {
		return breach{CodeLimit, at, "Expected at most 64 open elements, found one more.", "元素最多嵌套 64 层，实际更深。"}
	}
	return breach{
		CodeLimit, at,
		"Expected at most 64 attributes of usual length in an element, found more, or one that is too long.",
		"一个元素最多有 64 个长度正常的属性，实际更多，或其中有过长的属性。",
	}
}

func oddBreach(at int) breach {
	return breach{
		CodeSchemaLocation, at,
		"Expected pairs of namespace and location in xsi:schemaLocation, found an odd number of parts.",
		"xsi:schemaLocation 应由命名空间和位置成对组成，实际为奇数个部分。",
	}
}

// readable returns what the root of a malformed document says of its kind,
// if the root comes before the first error.
func (e entry) readable(h head, b breach) Type {
	if b.at < h.at {
		return Type{}
	}
	return e.Type
}

// refused is the report on a document that is not XML of ours.
func refused(doc []byte, readable Type, b breach) Report {
	o := outlineOf(doc)
	v := Violation{Code: b.code, EN: b.en, ZH: b.zh}
	v.Line, v.Column = o.position(b.at)
	around := o.at(b.at)
	if around >= 0 && int(o.elements[around].start) == b.at && b.code == CodeSyntax {
		around = o.elements[around].parent
	}
	v.Path = o.path(around)
	return Report{Type: readable, Malformed: true, Violations: []Violation{v}}
}

// unknown is the report on a document whose root no kind has. It names the
// kinds whose roots are nearest.
func (c *Catalog) unknown(doc []byte, h head) Report {
	o := indexLines(doc)
	root, space := quote.Name(h.local), quote.Name(h.space)
	v := Violation{
		Code: CodeUnknownKind, Path: "/" + root,
		EN: "No kind of document has the root element " + root + " in " + namespaceEN(space) + ".",
		ZH: "没有任何单证种类以" + namespaceZH(space) + "中的 " + root + " 为根元素。",
	}
	kinds := c.Kinds()
	for _, k := range kinds {
		v.Expected = append(v.Expected, k.Root)
	}
	slices.Sort(v.Expected)
	v.Expected = slices.Compact(v.Expected)
	var en, zh []string
	for _, near := range nearest(h.local, v.Expected, maxNear) {
		for _, k := range kinds {
			text := k.Root + " in " + namespaceEN(k.Namespace) + " (" + string(k.Kind) + ")"
			if k.Root == near && !slices.Contains(en, text) {
				en = append(en, text)
				zh = append(zh, namespaceZH(k.Namespace)+"中的 "+k.Root+"（"+string(k.Kind)+"）")
			}
		}
	}
	if len(en) > 0 {
		v.EN += " The nearest: " + strings.Join(en, "; ") + "."
		v.ZH += "最接近的有：" + strings.Join(zh, "；") + "。"
	} else {
		names, namesZH := list(v.Expected, ", ")
		v.EN += " Known roots: " + names + "."
		v.ZH += "已知的根元素有：" + namesZH + "。"
	}
	v.Line, v.Column = o.position(h.at)
	return Report{Type: Type{Root: root, Namespace: space}, Violations: []Violation{v}}
}

func namespaceEN(space string) string {
	if space == "" {
		return "no namespace"
	}
	return "the namespace " + space
}

func namespaceZH(space string) string {
	if space == "" {
		return "无命名空间"
	}
	return "命名空间 " + space + " "
}
