package strict

import "bytes"

// startTag reads a start tag or an empty-element tag, its namespaces resolved.
func (s *Scanner) startTag() bool {
	if s.rootSeen && len(s.open) == 0 {
		return s.unexpected(s.pos, s.outside())
	}
	if len(s.open) >= s.limits.Depth {
		return s.fail(CodeLimit, s.pos, s.limits.depthText())
	}
	if s.elements++; s.elements > s.limits.Elements {
		return s.fail(CodeLimit, s.pos, s.limits.elementsText())
	}
	s.kind, s.start, s.rootSeen = StartElement, s.pos, true
	name, ok := s.qName(s.pos + 1)
	if !ok {
		return false
	}
	outside := int32(len(s.bindings)) //nolint:gosec // bounded by Limits
	s.open = append(s.open, openElement{bindings: outside})
	s.attributes, s.declared, s.untidy = s.attributes[:0], s.declared[:0], false
	p, ok := s.attributeList(int(name.End))
	if !ok || !s.resolve(&name) {
		return false
	}
	s.open[len(s.open)-1].name = name
	s.name = name
	s.pos, s.end = p, p
	return true
}

// attributeList reads from the end of the element's name past the '>' of the
// tag, and returns that place.
func (s *Scanner) attributeList(p int) (int, bool) {
	b := s.b
	for {
		q := skipBlank(b, p)
		if q >= len(b) {
			return 0, s.unexpected(q, text{"the end of the tag", "应为标签的结尾"})
		}
		if b[q] == '>' {
			if q != p {
				s.untidy = true
			}
			return q + 1, true
		}
		if b[q] == '/' {
			if q+1 >= len(b) || b[q+1] != '>' {
				return 0, s.unexpected(q, text{`"/>"`, "应为“/>”"})
			}
			s.empty, s.untidy = true, true
			return q + 2, true
		}
		if q == p {
			return 0, s.unexpected(q, text{"white space or the end of the tag", "应为空白或标签的结尾"})
		}
		if q != p+1 || b[p] != ' ' {
			s.untidy = true
		}
		var ok bool
		if p, ok = s.attribute(q); !ok {
			return 0, false
		}
	}
}

// attribute reads one attribute at p and returns its end.
func (s *Scanner) attribute(p int) (int, bool) {
	b := s.b
	name, ok := s.qName(p)
	if !ok {
		return 0, false
	}
	p = skipBlank(b, int(name.End))
	if p >= len(b) || b[p] != '=' {
		return 0, s.unexpected(p, text{`"=" after the name of an attribute`, "属性名之后应为“=”"})
	}
	p = skipBlank(b, p+1)
	if p >= len(b) || b[p] != '"' && b[p] != '\'' {
		return 0, s.unexpected(p, text{"the value of an attribute in quotes", "属性值应加引号"})
	}
	end, marks, ok := s.value(p)
	if !ok {
		return 0, false
	}
	if b[p] != '"' || p != int(name.End)+1 || marks&(HasReference|HasBlank) != 0 {
		s.untidy = true
	}
	a := Attribute{Name: name, ValueStart: int32(p + 1), ValueEnd: int32(end), Marks: marks} //nolint:gosec // begin bounds offsets
	if prefix, declares := s.declaredPrefix(name); declares {
		return end + 1, s.bind(prefix, a)
	}
	if len(s.attributes) >= s.limits.Attributes {
		return 0, s.fail(CodeLimit, int(name.Start), s.limits.attributesText())
	}
	s.attributes = append(s.attributes, a)
	return end + 1, true
}

// value reads the attribute value whose opening quote is at p, and returns the
// place of its closing quote.
func (s *Scanner) value(p int) (end int, marks uint8, ok bool) {
	b, quote := s.b, s.b[p]
	for q := p + 1; q < len(b); {
		c := b[q]
		switch {
		case class[c]&plainValue != 0:
			q++
		case c == quote:
			return q, marks, true
		case c == '"':
			marks |= HasQuote
			q++
		case c == '\'':
			q++
		case c == '\t' || c == '\n' || c == '\r':
			marks |= HasBlank
			q++
		case c == '<':
			return 0, 0, s.unlike(q, text{`"&lt;" in the value of an attribute`, "属性值中的“<”应写作“&lt;”"}, text{`"<"`, "为“<”"})
		case c == '&':
			n := s.reference(q)
			if n == 0 {
				return 0, 0, false
			}
			marks |= HasReference
			q += n
		default:
			if s.character(q) == 0 {
				return 0, 0, false
			}
			q++
		}
	}
	return 0, 0, s.unlike(p, text{"a quote that ends the value of the attribute", "属性值应以引号结尾"}, documentEnd)
}

// qName reads QName [7] of Namespaces in XML 1.0.
func (s *Scanner) qName(p int) (Name, bool) {
	b := s.b
	end := ncName(b, p)
	start, local := p, p
	if end < len(b) && b[end] == ':' {
		if end == p {
			return Name{}, s.fail(CodeNamespace, p, text{"expected a prefix before the colon of a name, found none", "名称的冒号之前应有前缀，实际没有。"})
		}
		local = end + 1
		end = ncName(b, local)
		if end == local || end < len(b) && b[end] == ':' {
			return Name{}, s.fail(CodeNamespace, p, joined(text{"a prefix, one colon and a local name", "名称应为前缀、一个冒号和本地名"}, s.found(p)))
		}
	}
	if end == p {
		return Name{}, s.unexpected(p, text{"a name", "应为名称"})
	}
	return Name{Start: int32(start), Local: int32(local), End: int32(end)}, true //nolint:gosec // begin bounds offsets
}

// endTag reads "</name>", which must be that of the innermost open element.
func (s *Scanner) endTag() bool {
	b := s.b
	if len(s.open) == 0 {
		return s.unexpected(s.pos, s.outside())
	}
	expected := s.open[len(s.open)-1].name
	name := b[expected.Start:expected.End]
	p := s.pos + len("</")
	if !bytes.HasPrefix(b[p:], name) {
		return s.unexpected(s.pos, s.endOfOpen())
	}
	end := p + len(name)
	p = skipBlank(b, end)
	if p >= len(b) || b[p] != '>' {
		return s.unexpected(s.pos, s.endOfOpen())
	}
	s.untidy = p != end
	s.closeElement(s.pos, p+1)
	s.pos = p + 1
	return true
}

// leave ends the scope of the innermost open element.
func (s *Scanner) leave() {
	top := len(s.open) - 1
	s.bindings, s.open = s.bindings[:s.open[top].bindings], s.open[:top]
}

// closeElement reports the end of the innermost open element.
func (s *Scanner) closeElement(start, end int) {
	s.kind, s.start, s.end, s.name = EndElement, start, end, s.open[len(s.open)-1].name
	s.attributes = s.attributes[:0]
	s.leave()
}
