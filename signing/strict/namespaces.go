package strict

import "bytes"

// Numbers of the namespace names that are there from the start.
const (
	spaceNone int32 = iota
	spaceXML
)

var (
	xmlPrefix  = []byte("xml")
	xmlSpace   = []byte("http://www.w3.org/XML/1998/namespace")
	xmlnsSpace = []byte("http://www.w3.org/2000/xmlns/")
)

// declaredPrefix returns the prefix that an attribute declares, empty for the
// default namespace, or false if it declares none.
func (s *Scanner) declaredPrefix(name Name) ([]byte, bool) {
	if !name.HasPrefix() {
		return nil, string(s.b[name.Start:name.End]) == "xmlns"
	}
	if string(s.b[name.Start:name.Local-1]) == "xmlns" {
		return s.b[name.Local:name.End], true
	}
	return nil, false
}

// bind takes a namespace declaration into scope, by the constraints of
// Namespaces in XML 1.0 §3.
func (s *Scanner) bind(prefix []byte, a Attribute) bool {
	at := int(a.Start)
	uri := s.b[a.ValueStart:a.ValueEnd]
	if a.Marks&(HasReference|HasBlank) != 0 {
		uri = AppendValue(nil, uri) // rare: a namespace name with a reference in it
	}
	if wrong := forbidden(prefix, uri); wrong.en != "" {
		return s.fail(CodeNamespace, at, wrong)
	}
	depth := len(s.open)
	declared := s.bindings[s.open[depth-1].bindings:]
	for i := range declared {
		if string(declared[i].Prefix) == string(prefix) {
			return s.fail(CodeDuplicateAttribute, at, twice(s.b[a.Start:a.End]))
		}
	}
	if len(declared) >= s.limits.Namespaces {
		return s.fail(CodeLimit, at, s.limits.namespacesText())
	}
	if len(s.bindings) > scopeFactor*s.limits.Namespaces {
		return s.fail(CodeLimit, at, s.limits.scopeText())
	}
	a.Space = s.spaces.number(uri)
	s.declared = append(s.declared, a)
	s.bindings = append(s.bindings, Binding{Prefix: prefix, URI: uri, Space: a.Space, Depth: int32(depth)}) //nolint:gosec // bounded by Limits
	return true
}

// forbidden says what is wrong with a declaration, or nothing.
func forbidden(prefix, uri []byte) text {
	isXML := string(prefix) == "xml"
	switch {
	case string(prefix) == "xmlns":
		return text{"expected a prefix to declare, found xmlns", "应为可声明的前缀，实际为 xmlns。"}
	case isXML != bytes.Equal(uri, xmlSpace):
		return text{"expected the prefix xml and its namespace together, found one of them", "前缀 xml 与其命名空间应同时出现，实际只有其一。"}
	case bytes.Equal(uri, xmlnsSpace):
		return text{"expected a namespace to declare, found that of xmlns", "应为可声明的命名空间，实际为 xmlns 的命名空间。"}
	case len(prefix) > 0 && len(uri) == 0:
		return unbound(prefix)
	}
	return text{}
}

// resolve finds the namespaces of a start tag's names, once all its
// declarations are known, and refuses attributes that are the same.
func (s *Scanner) resolve(element *Name) bool {
	for i := range s.attributes {
		a := &s.attributes[i]
		if a.HasPrefix() && !s.lookUp(&a.Name) {
			return false
		}
		local := s.b[a.Local:a.End]
		for j := range s.attributes[:i] {
			other := &s.attributes[j]
			if other.Space == a.Space && string(s.b[other.Local:other.End]) == string(local) {
				return s.fail(CodeDuplicateAttribute, int(a.Start), twice(s.b[a.Start:a.End]))
			}
		}
	}
	return s.lookUp(element)
}

// lookUp sets the namespace of a name. No prefix takes the default namespace.
func (s *Scanner) lookUp(n *Name) bool {
	space, bound := s.meaning(n)
	if !bound && n.HasPrefix() {
		return s.fail(CodeNamespace, int(n.Start), unbound(s.b[n.Start:n.Local-1]))
	}
	n.Space = space
	return true
}

// meaning returns the namespace that the prefix of a name is bound to, or none.
func (s *Scanner) meaning(n *Name) (space int32, bound bool) {
	var prefix []byte
	if n.HasPrefix() {
		prefix = s.b[n.Start : n.Local-1]
	}
	for i := len(s.bindings) - 1; i >= 0; i-- { // slices.Backward copies each of them
		if v := &s.bindings[i]; string(v.Prefix) == string(prefix) {
			return v.Space, true
		}
	}
	return spaceNone, false
}

// spaces numbers the namespace names of a document.
type spaces struct {
	names  [][]byte
	plain  []bool           // of each name: no character of it is ever escaped
	byName map[string]int32 // once there are many
}

// fewSpaces are looked through one after another; most documents have fewer.
const fewSpaces = 16

// manySpaces is how many names scratch space may hold to be kept.
const manySpaces = 256

func (s *spaces) reset() {
	if cap(s.names) > manySpaces {
		*s = spaces{}
	}
	clear(s.names[:cap(s.names)])
	s.names = append(s.names[:0], nil, xmlSpace)
	s.plain = append(s.plain[:0], true, true)
	s.byName = nil
}

func (s *spaces) number(name []byte) int32 {
	if n, known := s.find(name); known {
		return n
	}
	n := int32(len(s.names)) //nolint:gosec // at most one for each byte of the document
	s.names = append(s.names, name)
	s.plain = append(s.plain, !bytes.ContainsAny(name, "&<>\"\t\n\r"))
	if len(s.names) > fewSpaces {
		s.index()
	}
	return n
}

func (s *spaces) find(name []byte) (int32, bool) {
	if s.byName != nil {
		n, known := s.byName[string(name)]
		return n, known
	}
	for i, known := range s.names {
		if string(known) == string(name) {
			return int32(i), true
		}
	}
	return 0, false
}

// index adds to the map what is not in it yet.
func (s *spaces) index() {
	if s.byName == nil {
		s.byName = make(map[string]int32, 2*fewSpaces)
	}
	for i := len(s.byName); i < len(s.names); i++ {
		s.byName[string(s.names[i])] = int32(i) //nolint:gosec // at most one for each byte of the document
	}
}

// names gives elements of the same name the same string, across documents, so
// that a document of a known kind costs no string a name.
type names struct {
	known  map[string]string
	recent [512]string // some of known, by a hash that costs less than that of a map
}

// What is kept of names: enough for every kind of document. One with more, or
// with longer ones, is a stranger's, and clears the table.
const (
	namesKept   = 2048
	longestKept = 96
)

// intern returns name as a string.
func (n *names) intern(name []byte) string {
	size := len(name)
	if size == 0 {
		return ""
	}
	hash := uint32(size) + uint32(name[0])*31 + uint32(name[size/4])*61 + uint32(name[size/2])*127 + uint32(name[size-1])*251 //nolint:gosec // any bits will do
	recent := &n.recent[(hash^hash>>9)%uint32(len(n.recent))]
	if *recent == string(name) {
		return *recent
	}
	if size > longestKept {
		return string(name)
	}
	*recent = n.know(name)
	return *recent
}

// know returns name as a string that is kept.
func (n *names) know(name []byte) string {
	if known, ok := n.known[string(name)]; ok {
		return known
	}
	if n.known == nil {
		n.known = make(map[string]string)
	} else if len(n.known) >= namesKept {
		clear(n.known)
	}
	text := string(name)
	n.known[text] = text
	return text
}
