package strict

import (
	"bytes"
	"iter"
	"slices"
)

// guess adds to the tree what can be made out of a document behind its fault. It
// finds tags by their delimiters, and judges nothing. It stops at the first element
// beyond the limits.
func (w *workshop) guess() {
	s := &w.scanner
	if len(s.open) == len(w.open) { // the fault is in a start tag
		s.leave()
	}
	for p := s.fault.Token; len(w.elements)-1 <= s.limits.Elements && len(w.open)-1 <= s.limits.Depth; {
		n := bytes.IndexByte(s.b[p:], '<')
		if n < 0 {
			break
		}
		next, ok := w.guessMarkup(p + n)
		if !ok {
			break
		}
		p = next
	}
	for len(w.open) > 1 {
		w.close(len(s.b), len(s.b))
	}
}

// guessMarkup reads what starts with the '<' at p and returns its end, or false if
// it has none.
func (w *workshop) guessMarkup(p int) (end int, ok bool) {
	rest := w.scanner.b[p:]
	for _, part := range [...][2]string{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}} {
		if !bytes.HasPrefix(rest, []byte(part[0])) {
			continue
		}
		from := len(part[0])
		n := bytes.Index(rest[from:], []byte(part[1]))
		return p + from + n + len(part[1]), n >= 0
	}
	length := tagLength(rest)
	if length < 0 || bytes.HasPrefix(rest, []byte("<!")) {
		return 0, false
	}
	end = p + length
	if rest[1] == '/' {
		if len(w.open) == 1 || len(guessName(rest[2:])) == 0 {
			return 0, false
		}
		w.close(p, end)
		w.scanner.leave()
		return end, true
	}
	return end, w.guessElement(p, end)
}

// guessElement adds the element whose start tag has these bounds.
func (w *workshop) guessElement(start, end int) bool {
	s := &w.scanner
	empty := s.b[end-2] == '/' && end-2 > start
	inside := s.b[start+1 : end-1]
	if empty {
		inside = inside[:len(inside)-1]
	}
	name := guessName(inside)
	if len(name) == 0 {
		return false
	}
	s.open = append(s.open, openElement{bindings: int32(len(s.bindings))})                                //nolint:gosec // bounded by Limits
	e := element{name: s.nameAt(start+1, len(name)), start: int32(start), from: int32(end), empty: empty} //nolint:gosec // Scanner bounds offsets
	from, outside := len(w.attributes), len(s.bindings)
	for a := range s.written(int(e.name.End), end) {
		prefix, declares := s.declaredPrefix(a.Name)
		switch {
		case !declares && len(w.attributes)-from < s.limits.Attributes:
			w.attributes = append(w.attributes, a)
		case declares && len(s.bindings) <= scopeFactor*s.limits.Namespaces && !declared(s.bindings[outside:], prefix):
			uri := AppendValue(nil, s.b[a.ValueStart:a.ValueEnd])
			s.bindings = append(s.bindings, Binding{Prefix: prefix, URI: uri, Space: s.spaces.number(uri)})
		}
	}
	e.name.Space, _ = s.meaning(&e.name)
	for i := range w.attributes[from:] {
		if a := &w.attributes[from+i]; a.HasPrefix() {
			a.Space, _ = s.meaning(&a.Name)
		}
	}
	e.local = w.names.intern(s.Bytes(e.name.Local, e.name.End))
	e.attributes, e.attributeEnd = int32(from), int32(len(w.attributes)) //nolint:gosec // bounded by the size
	w.add(e)
	if empty {
		w.close(end, end)
		s.leave()
	}
	return true
}

// declared reports whether one of the bindings is that of a prefix.
func declared(bindings []Binding, prefix []byte) bool {
	return slices.ContainsFunc(bindings, func(v Binding) bool { return bytes.Equal(v.Prefix, prefix) })
}

// nameAt returns a name of a known length, split at its first colon.
func (s *Scanner) nameAt(start, length int) Name {
	local := start
	if colon := bytes.IndexByte(s.b[start:start+length], ':'); colon >= 0 {
		local += colon + 1
	}
	return Name{Start: int32(start), Local: int32(local), End: int32(start + length)} //nolint:gosec // Scanner bounds offsets
}

// written iterates over the attributes that are written between two offsets in a
// start tag, namespace declarations among them. It stops at what is none.
func (s *Scanner) written(from, to int) iter.Seq[Attribute] {
	return func(yield func(Attribute) bool) {
		b := s.b[:to]
		for p := skipBlank(b, from); ; {
			name := guessName(b[p:])
			at := skipBlank(b, p+len(name))
			if len(name) == 0 || at >= to || b[at] != '=' {
				return
			}
			at = skipBlank(b, at+1)
			if at >= to || b[at] != '"' && b[at] != '\'' {
				return
			}
			n := bytes.IndexByte(b[at+1:], b[at])
			if n < 0 {
				return
			}
			end := at + 1 + n
			a := Attribute{Name: s.nameAt(p, len(name)), ValueStart: int32(at + 1), ValueEnd: int32(end), Marks: HasReference | HasBlank} //nolint:gosec // Scanner bounds offsets
			if !yield(a) {
				return
			}
			p = skipBlank(b, end+1)
		}
	}
}

// tagLength returns the length of the tag that b begins with, or -1 if it has no
// end. A ">" within quotes does not end it.
func tagLength(b []byte) int {
	var quote byte
	for i, c := range b {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '>':
			return i + 1
		}
	}
	return -1
}

// guessName returns the name that b begins with.
func guessName(b []byte) []byte {
	if end := bytes.IndexAny(b, " \t\r\n/>=?<\"'"); end >= 0 {
		return b[:end]
	}
	return b
}
