package schemas

import (
	"strconv"

	"beibu/schemas/internal/grammar"
	"beibu/signing/strict/quote"
)

// attributes explains all that is wrong with the attributes of an element.
// If one is missing and one is there that may not be, that is one mistake
// in a name, and reported as one.
func (x *explainer) attributes(index int32) {
	if x.reported[topic{index, "attributes"}] {
		return
	}
	x.reported[topic{index, "attributes"}] = true
	t, at := x.typeOf(index), x.start(index)
	var wrong []Violation
	var strange []string
	have := make(map[grammar.Name]bool)
	for name, value := range x.named(index) {
		have[name] = true
		if v, bad := x.attribute(index, t, name, value); bad {
			wrong = append(wrong, v)
			if _, ok := t.Attribute(name); !ok {
				strange = append(strange, quote.Name(name.Local))
			}
		}
	}
	var lacking []Violation
	for _, name := range t.Lacks(have) {
		lacking = append(lacking, x.lacking(index, name.Local, strange))
	}
	switch {
	case len(lacking) > 0 && len(strange) > 0:
		wrong = lacking
	case len(lacking) == 0 && len(wrong) == 0:
		wrong = []Violation{{
			Code: CodeAttribute, Path: x.path(index),
			EN: "An attribute of " + x.label(index) + " has a value that is not allowed.",
			ZH: x.label(index) + " 有一个属性的值不符合要求。",
		}}
	default:
		wrong = append(wrong, lacking...)
	}
	for i, v := range wrong {
		x.addOnce(topic{index, "@" + strconv.Itoa(i)}, v, at)
	}
}

// named yields the names and values of an element's attributes.
func (x *explainer) named(index int32) func(func(grammar.Name, string) bool) {
	return func(yield func(grammar.Name, string) bool) {
		for _, a := range x.Element(index).Attributes() {
			if !yield(grammar.Name{Space: x.Space(a), Local: x.Local(a)}, x.Value(a)) {
				return
			}
		}
	}
}

// attribute explains what is wrong with one attribute, if anything is.
func (x *explainer) attribute(index int32, t *grammar.Type, name grammar.Name, value string) (Violation, bool) {
	v := Violation{Code: CodeAttribute, Path: x.path(index) + "/@" + quote.Name(name.Local)}
	if name.Space == schemaInstance {
		if name.Local == "nil" && !fits(&grammar.Text{Base: "boolean"}, value) {
			en, zh := quote.Value(value)
			v.EN = "xsi:nil must be true or false, found " + en + "."
			v.ZH = "xsi:nil 必须为 true 或 false，实际为" + zh + "。"
			return v, true
		}
		return Violation{}, false
	}
	if t == nil {
		return Violation{}, false
	}
	label, element := quote.Name(name.Local), x.label(index)
	if a, ok := t.Attribute(name); ok {
		if a.Type == nil || fits(a.Type.Text, value) {
			return Violation{}, false
		}
		en, zh := describe(a.Type.Text)
		foundEN, foundZH := quote.Value(collapsed(a.Type.Text, value))
		if a.Type.Text != nil {
			v.Expected = a.Type.Text.Values
		}
		v.EN = "The attribute " + label + " of " + element + " must be " + en + ", found " + foundEN + "."
		v.ZH = element + " 的属性 " + label + " 必须是" + zh + "，实际为" + foundZH + "。"
		return v, true
	}
	if t.AnyAttr {
		return Violation{}, false
	}
	v.EN = element + " has no attribute " + label + "."
	v.ZH = element + " 没有属性 " + label + "。"
	if v.Expected = attributeNames(t); len(v.Expected) > 0 {
		names, namesZH := list(v.Expected, ", ")
		v.EN += " It may have " + names + "."
		v.ZH += "允许的属性有：" + namesZH + "。"
	}
	return v, true
}

func attributeNames(t *grammar.Type) []string {
	names := make([]string, 0, len(t.Attributes))
	for _, a := range t.Attributes {
		names = append(names, a.Name.Local)
	}
	return names
}

// lacking explains a required attribute that is not there. Strange are the
// attributes that are there and may not be.
func (x *explainer) lacking(index int32, name string, strange []string) Violation {
	v := Violation{
		Code: CodeAttribute, Path: x.path(index) + "/@" + name, Expected: []string{name},
		EN: x.label(index) + " must have the attribute " + name + ", which is missing.",
		ZH: x.label(index) + " 缺少必需的属性 " + name + "。",
	}
	if len(strange) > 0 {
		en, zh := list(strange, ", ")
		v.EN += " It has " + en + ", which it may not have."
		v.ZH += "它含有不允许的属性 " + zh + "。"
	}
	return v
}
