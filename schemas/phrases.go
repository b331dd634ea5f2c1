package schemas

import (
	"slices"
	"strconv"
	"strings"

	"beibu/schemas/internal/grammar"
	"beibu/signing/strict/quote"

	"github.com/jacoelho/xsd/xsderrors"
)

// maxListed is how many names a message lists.
const maxListed = 8

// label returns an element's local name for a message.
func (x *explainer) label(index int32) string { return quote.Name(x.name(index).Local) }

// missing explains children that are not there, with the namespace of each.
func (x *explainer) missing(parent int32, lacks []lack) Violation {
	v := Violation{Code: CodeMissing, Path: x.path(parent)}
	label := x.label(parent)
	var en, zh []string
	var spaces homes
	for _, l := range lacks {
		v.Expected = append(v.Expected, locals(l.names)...)
		spaces.add(l.names)
		names := locals(l.names)
		if len(names) == 1 {
			en, zh = append(en, names[0]), append(zh, names[0])
			continue
		}
		what := strings.Join(names, " / ")
		en, zh = append(en, "one of "+what), append(zh, what+" 之一")
	}
	what, whatZH := strings.Join(en, ", "), strings.Join(zh, "、")
	switch len(lacks) {
	case 0:
		v.EN = label + " lacks an element that it must have"
		v.ZH = label + " 缺少必需的元素"
	case 1:
		v.EN = label + " must have " + what + ", which is missing"
		v.ZH = label + " 缺少必需的元素 " + whatZH
	default:
		v.EN = label + " must have " + what + ", which are missing"
		v.ZH = label + " 缺少以下必需的元素：" + whatZH
	}
	if len(lacks) == 1 && lacks[0].before != none {
		next := x.label(lacks[0].before)
		v.EN += " before " + next
		v.ZH += "（应位于 " + next + " 之前）"
	}
	inEN, inZH := spaces.text()
	v.EN += "." + inEN
	v.ZH += "。" + inZH
	return v
}

// homes are the namespaces of elements that a message names.
type homes []home

type home struct {
	space  string
	locals []string
}

func (h *homes) add(names []grammar.Name) {
	for _, name := range names {
		i := slices.IndexFunc(*h, func(one home) bool { return one.space == name.Space })
		if i < 0 {
			i = len(*h)
			*h = append(*h, home{space: name.Space})
		}
		(*h)[i].locals = append((*h)[i].locals, name.Local)
	}
}

// text says which elements are in which namespace.
func (h homes) text() (en, zh string) {
	for _, one := range h {
		en += " " + strings.Join(one.locals, ", ") + ": " + namespaceEN(one.space) + "."
		zh += strings.Join(one.locals, "、") + " 属于" + strings.TrimSpace(namespaceZH(one.space)) + "。"
	}
	return en, zh
}

// unexpected explains a child that is not allowed at this point of the model. Later
// are the elements that must come before it and do come after it.
func (x *explainer) unexpected(child int32, model grammar.Model, later []grammar.Name) Violation {
	parent, name := x.parent(child), x.name(child)
	label, in := x.label(child), x.label(parent)
	v := Violation{Code: CodeUnexpected, Path: x.path(child)}
	if len(later) > 0 {
		en, zh := list(locals(later), " / ")
		v.EN = label + " is before " + en + "; in " + in + " it must come after."
		v.ZH = label + " 位于 " + zh + " 之前；在 " + in + " 中它必须位于其后。"
		return v
	}
	expected, others := model.Next()
	t := x.typeOf(parent)
	switch {
	case t.Child(name) != nil && x.repeats(child):
		v.EN = in + " may not have this many " + label + "."
		v.ZH = in + " 中 " + label + " 的数量超过上限。"
	case t.Child(name) != nil:
		v.EN = label + " comes too late in " + in + ", or beside what excludes it."
		v.ZH = label + " 在 " + in + " 中的位置过后，或与其他元素互斥。"
	default:
		v.EN = in + " has no element " + label + namespaceHintEN(name, t.Elements()) + "."
		v.ZH = in + " 中没有元素 " + label + namespaceHintZH(name, t.Elements()) + "。"
		if near := nearest(name.Local, locals(t.Elements()), 1); len(near) > 0 && near[0] != name.Local {
			v.EN += " Is it " + near[0] + "?"
			v.ZH += "是否应为 " + near[0] + "？"
		}
	}
	if len(expected) > 0 {
		v.Expected = locals(expected)
		names, namesZH := list(v.Expected, ", ")
		v.EN += " Expected here: " + names
		v.ZH += "此处应为：" + namesZH
		if model.Complete() {
			v.EN += ", or the end of " + in
			v.ZH += "，或 " + in + " 结束"
		}
		v.EN += "."
		v.ZH += "。"
	} else if !others {
		v.EN += " Expected here: the end of " + in + "."
		v.ZH += "此处应为 " + in + " 结束。"
	}
	return v
}

// repeats reports whether a child has the name of one before it.
func (x *explainer) repeats(child int32) bool {
	for i := range x.children(x.parent(child)) {
		if i == child {
			return false
		}
		if x.name(i) == x.name(child) {
			return true
		}
	}
	return false
}

// namespaceHintEN points out that only the namespace is wrong.
func namespaceHintEN(name grammar.Name, expected []grammar.Name) string {
	for _, e := range expected {
		if e.Local == name.Local {
			return " in " + namespaceEN(quote.Name(name.Space)) + "; it is in " + namespaceEN(e.Space)
		}
	}
	return ""
}

func namespaceHintZH(name grammar.Name, expected []grammar.Name) string {
	for _, e := range expected {
		if e.Local == name.Local {
			return "（" + namespaceZH(quote.Name(name.Space)) + "）；它属于" + namespaceZH(e.Space)
		}
	}
	return ""
}

// spaced makes the white space of a text the kind of blank that a message shows.
var spaced = strings.NewReplacer("\t", " ", "\n", " ")

// value explains a text that is not of its element's type.
func (x *explainer) value(index int32) {
	v := Violation{Code: CodeValue, Path: x.path(index)}
	var of *grammar.Text
	if t := x.typeOf(index); t.Simple() {
		of = t.Text
	}
	en, zh := describe(of)
	if of != nil {
		v.Expected = of.Values
	}
	foundEN, foundZH := quote.Value(collapsed(of, spaced.Replace(x.Element(index).Content())))
	v.EN = x.label(index) + " must be " + en + ", found " + foundEN + "."
	v.ZH = x.label(index) + " 必须是" + zh + "，实际为" + foundZH + "。"
	x.addOnce(topic{index, CodeContent}, v, x.start(index))
}

// content explains text or elements in an element that may not have them.
func (x *explainer) content(code xsderrors.Code, index int32) {
	v := Violation{Code: CodeContent, Path: x.path(index)}
	label := x.label(index)
	switch {
	case code == xsderrors.CodeValidationNil:
		v.EN = label + " is marked as nil and may not be, or is not empty."
		v.ZH = label + " 标记为 nil，但不允许如此，或其内容不为空。"
	case x.typeOf(index).Simple():
		v.EN = label + " holds text and may not hold elements."
		v.ZH = label + " 只能含文本，不能含元素。"
	default:
		v.EN = label + " may hold elements only; there is text between them."
		v.ZH = label + " 只能含元素，但元素之间有文本。"
	}
	x.addOnce(topic{index, CodeContent}, v, x.start(index))
}

// wrongType explains an xsi:type that does not fit.
func (x *explainer) wrongType(index int32) {
	x.addOnce(topic{index, CodeType}, Violation{
		Code: CodeType, Path: x.path(index) + "/@type",
		EN: "The xsi:type of " + x.label(index) + " names no type that is allowed here.",
		ZH: x.label(index) + " 的 xsi:type 不是此处允许的类型。",
	}, x.start(index))
}

// identity explains an ID, a reference or a key that is not as it must be.
func (x *explainer) identity(index int32) {
	x.addOnce(topic{index, CodeIdentity}, Violation{
		Code: CodeIdentity, Path: x.path(index),
		EN: "An identifier in " + x.label(index) + " is used twice, or refers to nothing in the document.",
		ZH: x.label(index) + " 中的标识符重复，或引用了单证中不存在的标识符。",
	}, x.start(index))
}

func locals(names []grammar.Name) []string {
	var found []string
	for _, n := range names {
		found = append(found, n.Local)
	}
	return found
}

// list joins names for a message in English and one in Chinese. If there are
// many, it says how many it does not list: the violation has them all.
func list(names []string, between string) (en, zh string) {
	more := len(names) - maxListed
	if more <= 1 {
		en = strings.Join(names, between)
		return en, en
	}
	listed := strings.Join(names[:maxListed], between)
	return listed + " or one of " + strconv.Itoa(more) + " others", listed + "，或其余 " + strconv.Itoa(more) + " 个之一"
}
