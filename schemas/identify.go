package schemas

import (
	"bytes"
	"strings"
)

// A head is what the beginning of a document says about its kind.
type head struct {
	space, local  string // of the document element
	at            int    // offset of its start tag
	customization string // cbc:CustomizationID, if the root's children begin as a UBL document's do
}

const basicComponents = "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"

// identify reads a document's head. What it says holds once the document has
// passed the gate, and means nothing before. It reads the root's start tag,
// and of a UBL document what comes before its own elements: extensions,
// UBLVersionID and CustomizationID, in this order (UBL 2.4, 3.1).
func identify(doc []byte) (head, bool) {
	s := scanner{doc: doc}
	for {
		m, ok := s.next()
		if !ok || m.kind == closeMark {
			return head{}, false
		}
		if m.kind == instructionMark {
			continue
		}
		prefix, local := split(m.name)
		h := head{space: declared(m, prefix, ""), local: string(local), at: m.start}
		if m.kind == openMark && strings.HasPrefix(h.space, ublSpace) {
			h.customization = customization(s, m)
		}
		return h, true
	}
}

const ublSpace = "urn:oasis:names:specification:ubl:schema:xsd:"

// declared returns what the mark binds a prefix to, or else.
func declared(m mark, prefix []byte, otherwise string) string {
	for a := range m.each {
		p, local := split(a.name)
		if len(prefix) == 0 && len(p) == 0 && string(local) == "xmlns" ||
			len(prefix) > 0 && string(p) == "xmlns" && bytes.Equal(local, prefix) {
			return resolve(a.value)
		}
	}
	return otherwise
}

// customization returns the text of cbc:CustomizationID among the first
// children of the root, or "".
func customization(s scanner, root mark) string {
	for depth := 0; depth >= 0; {
		m, ok := s.next()
		if !ok {
			return ""
		}
		switch m.kind {
		case closeMark:
			depth--
		case openMark, emptyMark:
			prefix, local := split(m.name)
			if depth == 0 && string(local) == "CustomizationID" {
				if m.kind != openMark || declared(m, prefix, declared(root, prefix, "")) != basicComponents {
					return ""
				}
				return strings.TrimSpace(textAt(s.doc, m.end))
			}
			if depth == 0 && string(local) != "UBLExtensions" && string(local) != "UBLVersionID" {
				return ""
			}
			if m.kind == openMark {
				depth++
			}
		case instructionMark:
		}
	}
	return ""
}

// textAt returns the character data from an offset to the next tag, references
// resolved and CDATA sections joined.
func textAt(doc []byte, from int) string {
	var out strings.Builder
	for rest := doc[from:]; ; {
		i := bytes.IndexByte(rest, '<')
		if i < 0 {
			out.WriteString(resolve(rest))
			return out.String()
		}
		out.WriteString(resolve(rest[:i]))
		rest = rest[i:]
		var inside []byte
		var ok bool
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			_, rest, ok = bytes.Cut(rest[4:], []byte("-->"))
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			inside, rest, ok = bytes.Cut(rest[9:], []byte("]]>"))
			out.Write(inside)
		}
		if !ok {
			return out.String()
		}
	}
}
