package schemas

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"beibu/signing/strict/quote"
)

// Limits of the gate beside the document's size. They are those of the strict
// reader that reads the same bytes after us.
const (
	maxDepth      = 64      // open elements
	maxAttributes = 64      // of one element, namespace declarations among them
	maxNamespaces = 32      // declarations of one element
	maxElements   = 200_000 // in a document
)

// A breach is a fault of the gate at an offset.
type breach struct {
	code   string
	at     int
	en, zh string
}

// prolog checks what is before the first tag: a byte order mark that is not at
// the very start, or a blank before the XML declaration. Both come of tools that
// join or indent files, and neither can be seen in an editor.
func prolog(doc []byte) (breach, bool) {
	first := bytes.IndexByte(doc, '<')
	if first <= 0 {
		return breach{}, false
	}
	head, blank := doc[:first], " \t\r\n"
	mark := bytes.Index(head, byteOrderMark)
	switch {
	case mark >= 0 && strings.Trim(string(head), blank+string(byteOrderMark)) != "":
		return breach{}, false // text: the engine places it
	case mark == 0:
		return breach{
			CodeSyntax, mark,
			"Expected at most one byte order mark (U+FEFF), found a second one after it.",
			"开头最多有一个字节顺序标记（BOM，U+FEFF），实际其后还有一个。",
		}, true
	case mark > 0:
		return breach{
			CodeSyntax, mark,
			"Expected a byte order mark (U+FEFF) at the very start only, found one after white space.",
			"字节顺序标记（BOM，U+FEFF）应位于最开头，实际位于空白之后。",
		}, true
	}
	declaration := len(doc) > first+5 && bytes.HasPrefix(doc[first:], []byte("<?xml")) && strings.IndexByte(blank, doc[first+5]) >= 0
	if !declaration || strings.Trim(string(head), blank) != "" {
		return breach{}, false
	}
	en, zh := "white space", "空白"
	if bytes.ContainsAny(head, "\r\n") {
		en, zh = "an empty line", "空行"
	}
	return breach{
		CodeSyntax, 0,
		"Expected the XML declaration at the very start, found " + en + " before it.",
		"XML 声明应位于最开头，实际其前有" + zh + "。",
	}, true
}

// suspicious reports whether a well-formed document may hold what the engine
// lets through and we do not: an instruction, or too many elements or
// declarations. It looks for bytes and may be wrong; beyond is not.
func suspicious(doc []byte) bool {
	rest := doc
	if bytes.HasPrefix(doc, []byte("<?xml")) {
		rest = doc[5:]
	}
	return bytes.Contains(rest, []byte("<?")) ||
		len(doc) > maxElements && bytes.Count(doc, []byte("<")) > maxElements ||
		bytes.Count(doc, []byte("xmlns")) > maxNamespaces
}

// beyond returns what a well-formed document has that the exchange refuses
// although XML and the engine allow it.
func beyond(doc []byte) (breach, bool) {
	s := scanner{doc: doc}
	for elements := 0; ; {
		m, ok := s.next()
		if !ok {
			return breach{}, false
		}
		switch m.kind {
		case instructionMark:
			if m.start == 0 && string(m.name) == "xml" {
				continue
			}
			return breach{
				CodePI, m.start,
				"Expected text, an element or a comment, found a processing instruction, which is not accepted. Only the XML declaration at the start is.",
				"此处应为文本、元素或注释，实际为处理指令，不予接受。只允许文档开头的 XML 声明。",
			}, true
		case openMark, emptyMark:
			if elements++; elements > maxElements {
				return breach{CodeLimit, m.start, "Expected at most 200,000 elements, found more.", "元素最多 200,000 个，实际更多。"}, true
			}
			if namespaces(m) > maxNamespaces {
				return breach{CodeLimit, m.start, "Expected at most 32 namespace declarations in an element, found more.", "一个元素最多声明 32 个命名空间，实际更多。"}, true
			}
		case closeMark:
		}
	}
}

func namespaces(m mark) int {
	n := 0
	for a := range m.each {
		if bytes.HasPrefix(a.name, []byte("xmlns")) {
			n++
		}
	}
	return n
}

// syntax finds more closely what is wrong with a document that the engine
// found not to be well-formed at an offset.
func syntax(doc []byte, at int) breach {
	if bad := invalidUTF8(doc); bad >= 0 && (bad <= at || !bytes.Contains(doc[at+1:bad], []byte("<"))) {
		return breach{CodeEncoding, bad, "Expected UTF-8, found a byte that belongs to no character.", "应为 UTF-8 编码，实际有不构成任何字符的字节。"}
	}
	if at < len(doc) && doc[at] == '<' {
		s := scanner{doc: doc, at: at}
		if m, ok := s.next(); ok && m.start == at && (m.kind == openMark || m.kind == emptyMark) {
			if found, ok := names(doc, m); ok {
				return found
			}
		}
	}
	if i := badReference(doc, at); i >= 0 {
		return breach{
			CodeSyntax, i,
			"Expected a reference that XML 1.0 knows, found another. An & that stands for itself is written &amp;.",
			"应为 XML 1.0 所定义的引用，实际不是。表示 & 本身时应写作 &amp;。",
		}
	}
	return breach{CodeSyntax, at, "Expected well-formed XML, found something else from here on.", "应为格式良好的 XML，实际从此处起不是。"}
}

// badReference returns the offset of the first & before an offset that begins
// no reference to a character or to one of the five entities that need no
// declaration (XML 1.0, 4.1 and 4.6), or -1. A parser may notice it only at
// the next ";".
func badReference(doc []byte, before int) int {
	s := scanner{doc: doc}
	for text := 0; text < before; text = s.at {
		m, ok := s.next()
		if !ok {
			m.start, s.at = before, before
		}
		for _, part := range [][2]int{{text, m.start}, {m.attrsAt, m.attrsAt + len(m.attrs)}} {
			for i := part[0]; i < part[1]; i++ {
				if doc[i] == '&' && !isReference(doc[i:]) {
					return i
				}
			}
		}
	}
	return -1
}

func isReference(b []byte) bool {
	end := bytes.IndexByte(b[:min(len(b), 16)], ';')
	return end > 0 && reference(string(b[1:end])) != ""
}

// names looks for a repeated attribute or a prefix without a namespace in a
// start tag (Namespaces in XML 1.0, 5 and 6.3).
func names(doc []byte, m mark) (breach, bool) {
	scope := openAt(doc, m.start)
	scope.bind(m)
	seen := make(map[string]bool)
	for a := range m.each {
		prefix, local := split(a.name)
		if len(prefix) > 0 && string(prefix) != "xmlns" && scope.space(prefix) == "" {
			return unbound(m.start, prefix), true
		}
		plain, expanded := string(a.name), ""
		if len(prefix) > 0 {
			expanded = "{" + scope.space(prefix) + "}" + string(local)
		}
		if seen[plain] || expanded != "" && seen[expanded] {
			return breach{
				CodeDuplicateAttribute, m.start,
				"Expected each attribute of an element once, found " + quote.Name(plain) + " twice.",
				"同一元素中每个属性应只出现一次，实际 " + quote.Name(plain) + " 出现两次。",
			}, true
		}
		seen[plain] = true
		if expanded != "" {
			seen[expanded] = true
		}
	}
	if prefix, _ := split(m.name); len(prefix) > 0 && scope.space(prefix) == "" {
		return unbound(m.start, prefix), true
	}
	return breach{}, false
}

func unbound(at int, prefix []byte) breach {
	name := quote.Name(string(prefix))
	return breach{
		CodeNamespace, at,
		"Expected a declared prefix, found " + name + ", which is bound to no namespace.",
		"应为已声明的前缀，实际为 " + name + "，它没有绑定命名空间。",
	}
}

// openAt returns what is open before an offset: elements and namespaces.
func openAt(doc []byte, at int) *outliner {
	b := &outliner{outline: &outline{}, known: make(map[string]map[string]int32)}
	s := scanner{doc: doc}
	for {
		m, ok := s.next()
		if !ok || m.start >= at || !b.add(m) {
			return b
		}
	}
}

// invalidUTF8 returns the offset of the first byte that is not UTF-8, or -1.
func invalidUTF8(doc []byte) int {
	for i := 0; i < len(doc); {
		if doc[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, size := utf8.DecodeRune(doc[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// withoutHints returns a copy of a well-formed document in which spaces take the place
// of every xsi:schemaLocation and xsi:noNamespaceSchemaLocation, so that all
// else keeps its place. We never load a schema by a hint, and an engine that
// stops at one is asked again without.
func withoutHints(doc []byte) []byte {
	blank := bytes.Clone(doc)
	s := scanner{doc: doc}
	for {
		m, ok := s.next()
		if !ok {
			return blank
		}
		for a := range m.each {
			if isHint(a.name) {
				for i := a.start; i < a.end; i++ {
					if blank[i] != '\n' {
						blank[i] = ' '
					}
				}
			}
		}
	}
}

func isHint(name []byte) bool {
	prefix, local := split(name)
	return len(prefix) > 0 && (string(local) == "schemaLocation" || string(local) == "noNamespaceSchemaLocation")
}

// oddHint returns the offset of the first start tag whose xsi:schemaLocation
// is not pairs of namespace and location (XML Schema 1.0, 4.3.2), or -1.
func oddHint(doc []byte) int {
	s := scanner{doc: doc}
	for {
		m, ok := s.next()
		if !ok {
			return -1
		}
		if m.kind == openMark || m.kind == emptyMark {
			for a := range m.each {
				if odd(a) {
					return m.start
				}
			}
		}
	}
}

func odd(a attr) bool {
	prefix, local := split(a.name)
	return len(prefix) > 0 && string(local) == "schemaLocation" && len(strings.Fields(resolve(a.value)))%2 == 1
}
